//! Bare inserts: the rows that an import or the log's consumers have left, written once more by a program that does nothing else.

mod column;
mod rows;
mod write;

use std::time::Instant;

use clap::Args;
use serde_json::{Map, json};

use super::floor::connect;
use super::{Outcome, say};
use rows::Writer;
use write::Way;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The database that has the rows
    #[arg(long, value_name = "URL")]
    from: String,
    /// The database to write to, as it was before them
    #[arg(long, value_name = "URL")]
    into: String,
    /// Who has left them
    #[arg(long, value_enum, default_value = "import")]
    of: Writer,
    /// The log's end before the import, or before that of the orders that were consumed
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    after: i64,
    /// How to write
    #[arg(long, value_enum)]
    way: Way,
    /// Rows a statement, for all ways but copy
    #[arg(long, default_value_t = 1_000)]
    batch: usize,
}

/// Writes the rows in one transaction, and prints how long it took as one line of JSON.
pub(crate) async fn run(options: &Options) -> Outcome<()> {
    let left = rows::read(&connect(&options.from, "").await?, options.of, options.after).await?;
    let mut client = connect(&options.into, "").await?;
    let (mut tables, start) = (Map::new(), Instant::now());
    let transaction = client.transaction().await?;
    for rows in &left {
        let begun = Instant::now();
        write::write(&transaction, rows, options.way, options.batch).await?;
        let seconds = begun.elapsed().as_secs_f64();
        tables.insert(rows.table.to_owned(), json!({ "rows": rows.len(), "seconds": seconds }));
    }
    transaction.commit().await?;
    let seconds = start.elapsed().as_secs_f64();
    let rows: usize = left.iter().map(rows::Rows::len).sum();
    say(json!({ "rows": rows, "seconds": seconds, "tables": tables }))
}
