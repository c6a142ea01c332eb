//! `migrate up`, `migrate status`: the database's schema.

use clap::{Args, Subcommand};

use super::{Failure, say};
use crate::config::DatabaseOptions;
use crate::tenancy::{Database, OpenOptions};

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Apply what the schema still lacks; creates an SQLite database that is not there
    Up(DatabaseOptions),
    /// Show what the schema has and what it lacks
    Status(DatabaseOptions),
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    match options.action {
        Action::Up(at) => up(&at.database_url).await,
        Action::Status(at) => status(&at.database_url).await,
    }
}

async fn up(url: &str) -> Result<(), Failure> {
    let database = Database::open(url, OpenOptions { create: true, ..OpenOptions::default() }).await?;
    let applied = database.migrate().await?;
    for change in &applied {
        say(format_args!("applied  {change}"))?;
    }
    say(if applied.is_empty() { "The schema was up to date." } else { "The schema is up to date." })
}

async fn status(url: &str) -> Result<(), Failure> {
    let database = Database::open(url, OpenOptions::default()).await?;
    let state = database.schema().await?;
    for change in &state.applied {
        say(format_args!("applied  {change}"))?;
    }
    for change in &state.pending {
        say(format_args!("pending  {change}"))?;
    }
    Ok(())
}
