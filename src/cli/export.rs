//! `export`: a chain into CSV files.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, say};
use crate::config::DatabaseOptions;
use crate::modules::export::{self, Directory, Progress, Report};
use crate::tenancy::{Database, OpenOptions};

/// Write the chain into CSV files, which `import` reads
///
/// An import of them into an empty database makes the same chain, and an export of that one the same files. What they cannot carry stays behind: whether a
/// reseller is pending, deactivated or frozen, and where it was before a move; members, settings and margins, granted categories; of an order the time of
/// day, who holds it, and the prices of its legs; payments and earlier postings. A reseller without an external id is called by its slug. Where two resellers
/// use the same reference for an order, all but the first in the file get `<reseller's id>/` before it.
#[derive(Args, Debug)]
pub(super) struct Options {
    /// The folder to write the files into; it is made where it is not there
    #[arg(value_name = "DIR", env = "EXPORT_DIR")]
    dir: PathBuf,
    /// Replace the files of an earlier export
    #[arg(long, env = "EXPORT_FORCE")]
    force: bool,
    #[command(flatten)]
    database: DatabaseOptions,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let database = Database::open_current(&options.database.database_url, OpenOptions::default()).await?;
    let directory = Directory::open(&options.dir, options.force)?;
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}")?);
    let report = export::export(&database.in_central(), &directory, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let Report { resellers, products, prices, orders, order_lines } = report?;
    say(format_args!(
        "{resellers} resellers, {products} products, {prices} prices, {orders} orders and {order_lines} order lines exported."
    ))
}

fn show(bar: &ProgressBar, Progress { file, rows, total_rows }: Progress) {
    bar.set_length(total_rows);
    bar.set_position(rows);
    bar.set_message(format!("writing {file}, {rows} rows"));
}
