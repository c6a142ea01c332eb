//! The import of `resellers.csv`: companies that come in a file, parents before their children.
//!
//! One transaction from the first row to the last: a bad line, a crash or a lost database leaves nothing of the run. Companies that are
//! known already are left as they are, so that a second run changes nothing. Rows stream through in batches; what stays of a row is the
//! hash of its id (eight bytes), which finds an id that stands twice.
//!
//! - [`Source`]: where the files come from. [`ImportError`]: why nothing was imported.
//! - `records` reads CSV, `row` what a line says, `rows` what lines say together, `batch` decides against the database, `rebase` shifts dates.

mod batch;
mod error;
mod rebase;
mod records;
mod row;
mod rows;
mod source;

use entity::Position;
use sea_orm::DbErr;
use time::Date;

use self::batch::Importer;
use self::row::Calendar;
use self::rows::Rows;
use crate::events::Log;
use crate::tenancy::Actor;

pub use self::error::{BadLine, Column, ImportError};
pub use self::source::Source;

/// The file of the companies.
pub const RESELLERS: &str = "resellers.csv";

/// The file of the orders: so far it only tells which day is the last one.
const ORDERS: &str = "orders.csv";

/// Rows that are looked up and written together.
const ROWS_A_BATCH: usize = 1_000;

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether all dates are shifted by whole days, so that the last one is `today`: the latest `placed_on` of `orders.csv`, or without
    /// an order the latest `joined_on` of `resellers.csv`.
    pub rebase_dates: bool,
    /// The day (UTC) after which nobody has joined yet.
    pub today: Date,
}

/// What the import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Looking for the last date, with `rebase_dates` alone.
    FindingLastDate,
    /// Reading and writing companies.
    Importing,
}

/// How far the import is. It begins anew with each step and each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// With which file.
    pub file: &'static str,
    /// Rows that are done.
    pub rows: u64,
    /// Bytes of the file that are done.
    pub bytes: u64,
    /// Bytes of the whole file.
    pub total_bytes: u64,
}

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Companies that are new.
    pub created: u64,
    /// Companies that were there before, and were left as they are.
    pub known: u64,
    /// Those of the known whose name, parent or currency is another than in the file.
    pub differing: u64,
    /// Files of the source that this version does not read, by name.
    pub left: Vec<String>,
    /// The log's end after the import: what has come so far shows the new companies.
    pub position: Position,
}

/// Imports the companies of `source`, all or none. `progress` is told after each batch.
///
/// # Errors
/// Nothing was imported: a file is missing or cannot be read, a line is wrong, or the database failed.
pub async fn import(
    log: &Log,
    source: Source<'_>,
    options: Options,
    mut progress: impl FnMut(Progress),
) -> Result<Report, ImportError> {
    let left = source.other_files()?;
    // Opened before anything else is read, so that it is the first to be missed.
    let input = source.open(RESELLERS)?;
    let shift =
        if options.rebase_dates { rebase::shift(source, options.today, &mut progress)? } else { time::Duration::ZERO };
    let mut rows = Rows::read(source, input, Calendar { shift, today: options.today })?;

    let mut importer = Importer::begin(log).await?;
    loop {
        let batch = rows.next_batch(ROWS_A_BATCH);
        importer.take(batch.rows).await?;
        progress(rows.progress());
        if let Some(end) = batch.end {
            end?;
            break;
        }
    }
    importer.finish(left).await
}

impl Importer {
    /// Begins the import's one transaction. No other transaction changes the chain until it ends.
    async fn begin(log: &Log) -> Result<Self, DbErr> {
        let change = log.begin(Actor::central()).await?;
        change.lock_chain().await?;
        Self::new(change).await
    }

    async fn finish(self, left: Vec<String>) -> Result<Report, ImportError> {
        let Self { change, created, known, differing, .. } = self;
        let position = change.commit().await?;
        Ok(Report { created, known, differing, left, position })
    }
}
