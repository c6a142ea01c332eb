//! `waiting`: what came from other programs and could not be stored yet.

use clap::Args;

use super::{Failure, say};
use crate::config::DatabaseOptions;
use crate::modules::intake;
use crate::tenancy::{Database, OpenOptions};

/// List events from other programs that wait: for a company that is not known yet, or because they can not have their effect
#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    database: DatabaseOptions,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let database = Database::open_current(&options.database.database_url, OpenOptions::default()).await?;
    let waiting = intake::waiting(&database.in_central()).await?;
    for event in &waiting {
        let (at, kind, source, id) =
            (event.received_at.to_rfc3339(), &event.event_type, &event.source, &event.event_id);
        say(format_args!("{at} {kind} {id:?} of {source:?} about {:?}: {}", event.subject, event.reason))?;
    }
    say(match waiting.len() {
        0 => "Nothing waits.".to_owned(),
        1 => "1 event waits.".to_owned(),
        count => format!("{count} events wait."),
    })
}
