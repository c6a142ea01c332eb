//! Subscribers: many connections that are told of each event, of the server and of a bare broadcast beside it.

mod bare;
mod watch;

use clap::Subcommand;

use super::Outcome;

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// A bare WebSocket broadcast of ready-made bytes
    Bare(bare::Options),
    /// Subscribers of a server, and whoever publishes what they are told of; what came of it as one line of JSON
    Watch(watch::Options),
}

pub(crate) async fn run(command: &Command) -> Outcome<()> {
    match command {
        Command::Bare(options) => bare::serve(options).await,
        Command::Watch(options) => watch::run(options).await,
    }
}
