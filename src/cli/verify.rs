//! `verify`: whether what is stored is what a recount says.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, say};
use crate::clock::Clock;
use crate::config::DatabaseOptions;
use crate::events::Log;
use crate::network::verify::{self, Difference, Outcome, Progress, Watch};
use crate::tenancy::{Database, OpenOptions};

/// Recount order facts, figures and feeds from the log, orders and ledgers from their rows, and report each difference
#[derive(Args, Debug)]
pub(super) struct Options {
    /// Write anew what the log knows better: order facts, figures and feeds; also while a server runs
    #[arg(long, env)]
    repair: bool,
    #[command(flatten)]
    database: DatabaseOptions,
}

/// Says what is found, above a bar that shows how far it is.
struct Shown {
    bar: ProgressBar,
    /// Why something could not be said.
    failure: Option<Failure>,
}

impl Watch for Shown {
    fn differs(&mut self, difference: Difference) {
        let said = self.bar.suspend(|| say(difference));
        self.failure = self.failure.take().or(said.err());
    }

    fn progress(&mut self, Progress { step, done, total }: Progress) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(step);
    }
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let database = Database::open_current(&options.database.database_url, OpenOptions::default()).await?;
    let central = database.in_central();
    // Drawn on the standard error, and there only where it is a terminal.
    let style = ProgressStyle::with_template("recounting {msg} {wide_bar} {percent}% {eta}")?;
    let mut shown = Shown { bar: ProgressBar::new(0).with_style(style), failure: None };
    let outcome = if options.repair {
        verify::repair(&central, &Log::new(central.clone(), Clock::system()), &mut shown).await
    } else {
        verify::verify(&central, &mut shown).await
    };
    shown.bar.finish_and_clear();
    shown.failure.map_or(Ok(()), Err)?;
    match outcome? {
        Outcome { found: 0, left: 0 } => say("All that is stored is what a recount says."),
        Outcome { found, left: 0 } => say(format_args!("{} mended.", differences(found))),
        Outcome { left, .. } if options.repair => {
            Err(format!("{} left, which the log alone cannot mend", differences(left)).into())
        }
        Outcome { found, .. } => {
            Err(format!("{}; `verify --repair` mends what the log knows better", differences(found)).into())
        }
    }
}

fn differences(count: u64) -> String {
    if count == 1 { "1 difference".to_owned() } else { format!("{count} differences") }
}
