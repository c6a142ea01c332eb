//! How long `serve` takes from its start to its first answer.

use std::time::Instant;

use super::Outcome;
use super::chain::ChainDatabase;
use super::client::{Call, Connection};
use super::downline_tree::{micros, spread};
use super::process::Server;

/// As many companies as the Superstore chain has.
const COMPANIES: usize = 659;

/// How often it is started.
const STARTS: usize = 15;

/// Starts the server again and again, and prints how long it took.
pub(crate) async fn measure() -> Outcome<()> {
    let database = ChainDatabase::of(COMPANIES).await?;
    let call = Call::graphql(&database.token, r#"{"query":"{ viewer { reseller { name descendantCount } } }"}"#);
    let mut elapsed = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let server = Server::ours(&database.url).await?;
        let answer = Connection::open(server.address).await?.call(&call).await?;
        elapsed.push(micros(start.elapsed()) / 1e3);
        if answer.status != 200 || !String::from_utf8_lossy(&answer.body).contains("\"descendantCount\":658") {
            return Err(format!("not the answer: {}", String::from_utf8_lossy(&answer.body)).into());
        }
    }
    println!("From the start of `serve` on {COMPANIES} companies to its first answer, {STARTS} times:");
    println!("{} ms", spread(elapsed, 0));
    Ok(())
}
