//! From a file into the database, batch by batch.

use super::error::ImportError;
use super::line::Line;
use super::rows::{Batch, Rows};
use super::{Counts, Progress, ROWS_A_BATCH};
use crate::events::Transaction;

/// Writes what the lines of one file say.
pub(super) trait Table {
    /// A line of the file.
    type Line: Line;

    /// Takes in `rows`, in their order.
    async fn take(&mut self, change: &mut Transaction, rows: Vec<Self::Line>) -> Result<(), ImportError>;

    /// What has become of the lines so far.
    fn counts(&self) -> Counts;
}

/// Takes in all `rows`. The next batch is read while the database is busy with the one before.
pub(super) async fn take_all<T: Table>(
    table: &mut T,
    change: &mut Transaction,
    mut rows: Rows<'_, T::Line>,
    progress: &mut impl FnMut(Progress),
) -> Result<(), ImportError> {
    let mut batch = rows.next_batch(ROWS_A_BATCH);
    loop {
        let Batch { rows: taken, progress: reached, end } = batch;
        if let Some(end) = end {
            take_batch(table, change, taken).await?;
            progress(reached);
            return end;
        }
        let (done, next) = tokio::join!(take_batch(table, change, taken), async { rows.next_batch(ROWS_A_BATCH) });
        done?;
        progress(reached);
        batch = next;
    }
}

async fn take_batch<T: Table>(table: &mut T, change: &mut Transaction, rows: Vec<T::Line>) -> Result<(), ImportError> {
    if !rows.is_empty() {
        table.take(change, rows).await?;
        change.append_recorded().await?;
    }
    Ok(())
}
