//! The load benchmark: a made-up chain, a hand-written floor beside the server, and bare inserts beside `import`.
//!
//! `benches/load/run` does all of it; this program is its parts. Without a subcommand it does nothing, which is what `cargo test` wants.

mod generate;
mod random;
#[path = "../support/scrambled.rs"]
mod scrambled;

use clap::{Parser, Subcommand};

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
}

fn main() -> Outcome<()> {
    // What `cargo bench` adds of its own.
    let cli = Cli::parse_from(std::env::args().filter(|argument| argument != "--bench"));
    match cli.command {
        Some(Command::Generate(options)) => generate::run(&options),
        None => Ok(()),
    }
}
