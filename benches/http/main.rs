//! What the server costs, from outside: `downlineTree` over HTTP beside a hand-written floor, and the start of `serve`.
//!
//! `cargo bench --bench http` prints the tables of `benches/RESULTS.md`. Both servers are processes of their own, on the same
//! database; this process only sends requests and reads what CPU time each of them took.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod chain;
mod client;
mod downline_tree;
mod floor;
mod process;
mod start_up;

use std::env;

use tokio::runtime::Builder;

/// A failure ends the benchmark with its reason.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [command, database, address] = arguments.as_slice()
        && command == floor::COMMAND
    {
        // The runtime of the real server.
        return Builder::new_multi_thread().enable_all().build()?.block_on(floor::serve(database, address));
    }
    // Without the argument of `cargo bench` it is `cargo test` that runs this, and there is nothing to test.
    if arguments.iter().any(|argument| argument == "--bench") {
        Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(measure())?;
    }
    Ok(())
}

async fn measure() -> Outcome<()> {
    downline_tree::measure().await?;
    start_up::measure().await
}
