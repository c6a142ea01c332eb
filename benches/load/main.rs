//! The load benchmark: a made-up chain, a hand-written floor beside the server, and bare inserts beside `import`.
//!
//! `benches/load/run` does all of it; this program is its parts. Without a subcommand it does nothing, which is what `cargo test` wants.

mod floor;
mod generate;
mod inserts;
mod live;
mod random;
#[path = "../support/scrambled.rs"]
mod scrambled;

use std::fmt::Display;
use std::io::Write;

use clap::{Parser, Subcommand};
use time::Date;
use time::format_description::well_known::Iso8601;
use tokio::runtime::Builder;

/// That of the real server: nobody is to be faster by it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A failure ends the program with its reason.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Parts of the load benchmark; benches/load/run puts them together.
#[derive(Parser, Debug)]
#[command(name = "load")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Write the files of a made-up chain
    Generate(generate::Options),
    /// The hand-written program beside the server
    #[command(subcommand)]
    Floor(floor::Command),
    /// Subscribers of the server, and a bare broadcast beside it
    #[command(subcommand)]
    Live(live::Command),
    /// Write the rows of an import or of the consumers once more, and time it
    Inserts(inserts::Options),
}

fn main() -> Outcome<()> {
    // What `cargo bench` adds of its own.
    let cli = Cli::parse_from(std::env::args().filter(|argument| argument != "--bench"));
    let Some(command) = cli.command else { return Ok(()) };
    // The runtime of the real server.
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    match command {
        Command::Generate(options) => generate::run(&options),
        Command::Floor(command) => runtime.block_on(floor::run(&command)),
        Command::Live(command) => runtime.block_on(live::run(&command)),
        Command::Inserts(options) => runtime.block_on(inserts::run(&options)),
    }
}

/// Writes one line to the standard output, for people or for the next program.
fn say(line: impl Display) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// A day such as 2026-11-22.
fn day(text: &str) -> Result<Date, time::error::Parse> {
    Date::parse(text, &Iso8601::DATE)
}
