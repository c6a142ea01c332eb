//! The commands of the program, one file each.

mod demo;
mod export;
mod import;
mod migrate;
mod schema;
mod serve;
mod token;
mod verify;
mod waiting;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::LogOptions;
use crate::telemetry;

/// Why a command failed: one sentence for the operator.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The control plane of a multi-tenant reseller chain.
#[derive(Parser, Debug)]
#[command(name = "reseller-network", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    log: LogOptions,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the API on a database that was migrated
    Serve(serve::Options),
    /// Serve a real example chain on a database of its own, and print tokens to try it with
    Demo(demo::Options),
    /// Bring the database's schema up to date, or show how it stands
    Migrate(migrate::Options),
    /// Import a chain from CSV files
    Import(import::Options),
    Export(export::Options),
    Verify(verify::Options),
    Waiting(waiting::Options),
    /// Make a person a member, and print a token for them; or one for a service that publishes events
    Token(token::Options),
    /// Print the API's schema
    Schema,
}

/// Runs the command that the program was called with.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if let Err(why) = telemetry::init(cli.log.log_format, &cli.log.log) {
        return fail(&why.into());
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&cause.into()),
    };
    let outcome = runtime.block_on(execute(cli.command));
    // What still computes for nobody is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why),
    }
}

async fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(options) => serve::run(options).await,
        Command::Demo(options) => demo::run(options).await,
        Command::Migrate(options) => migrate::run(options).await,
        Command::Import(options) => import::run(options).await,
        Command::Export(options) => export::run(options).await,
        Command::Verify(options) => verify::run(options).await,
        Command::Waiting(options) => waiting::run(options).await,
        Command::Token(options) => token::run(options).await,
        Command::Schema => schema::run(),
    }
}

fn fail(why: &Failure) -> ExitCode {
    // Where even this cannot be written, the exit code still says it.
    let _ = writeln!(std::io::stderr(), "error: {why}");
    ExitCode::FAILURE
}

/// Writes one line to the standard output, for people or for the next program in a pipe.
fn say(line: impl std::fmt::Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
