//! `import`: a chain from CSV files.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, say};
use crate::clock::Clock;
use crate::config::DatabaseOptions;
use crate::events::Log;
use crate::modules::import::{self, Counts, Progress, Report, Source, Step};
use crate::tenancy::{Database, OpenOptions};

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The folder with the CSV files: `resellers.csv`, and where they are there `products.csv`, `prices.csv`, `orders.csv` and `order_lines.csv`
    #[arg(value_name = "DIR", env = "IMPORT_DIR")]
    dir: PathBuf,
    /// Shift all dates by whole days, so that the last one is today
    #[arg(long, env)]
    rebase_dates: bool,
    #[command(flatten)]
    database: DatabaseOptions,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let database = Database::open_current(&options.database.database_url, OpenOptions::default()).await?;
    let report = import(&database, Source::Directory(&options.dir), options.rebase_dates).await?;
    tell("resellers", report.resellers)?;
    tell("products", report.products)?;
    tell("prices", report.prices)?;
    tell("orders", report.orders)?;
    tell("order lines", report.order_lines)?;
    if report.postings > 0 {
        say(format_args!("{} postings in the ledgers.", report.postings))?;
    }
    if !report.left.is_empty() {
        say(format_args!("Not read: {}.", report.left.join(", ")))?;
    }
    Ok(())
}

/// Says what has become of the lines of one file, if it had any.
fn tell(what: &str, Counts { created, known, differing }: Counts) -> Result<(), Failure> {
    if created + known == 0 {
        return Ok(());
    }
    let differing = match differing {
        0 => String::new(),
        _ => format!("; {differing} of them are others in the file, and were left as they are"),
    };
    say(format_args!("{created} {what} imported, {known} known already{differing}."))
}

/// Imports `source` into `database`, with a bar that shows how far it is.
pub(super) async fn import(database: &Database, source: Source<'_>, rebase_dates: bool) -> Result<Report, Failure> {
    let clock = Clock::system();
    let options = import::Options { rebase_dates, today: clock.now().to_utc().date() };
    let bar = ProgressBar::new(0).with_style(style()?);
    let report =
        import::import(&Log::new(database.in_central(), clock), source, options, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    Ok(report?)
}

/// Drawn on the standard error, and there only where it is a terminal.
fn style() -> Result<ProgressStyle, Failure> {
    Ok(ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}")?)
}

fn show(bar: &ProgressBar, progress: Progress) {
    let doing = match progress.step {
        Step::FindingLastDate => "looking for the last date in",
        Step::Importing => "importing",
    };
    bar.set_length(progress.total_bytes);
    bar.set_position(progress.bytes);
    bar.set_message(format!("{doing} {}, {} rows", progress.file, progress.rows));
}
