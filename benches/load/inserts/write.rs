//! Ways of writing rows.

use std::ops::Range;
use std::pin::pin;

use clap::ValueEnum;
use tokio_postgres::Transaction;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::super::Outcome;
use super::rows::Rows;

/// The most parameters that PostgreSQL takes with one statement.
const MOST_PARAMETERS: usize = 65_535;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Way {
    /// INSERT … VALUES of many rows, a parameter for each value
    Values,
    /// INSERT … SELECT FROM unnest(…), an array for each column
    Unnest,
    /// COPY … FROM STDIN (FORMAT binary)
    Copy,
}

/// Writes `rows`, in batches of at most `batch`.
pub(super) async fn write(transaction: &Transaction<'_>, rows: &Rows, way: Way, batch: usize) -> Outcome<()> {
    match way {
        Way::Values => values(transaction, rows, batch.min(MOST_PARAMETERS / rows.columns.len())).await,
        Way::Unnest => unnest(transaction, rows, batch).await,
        Way::Copy => copy(transaction, rows).await,
    }
}

async fn values(transaction: &Transaction<'_>, rows: &Rows, batch: usize) -> Outcome<()> {
    let insert = |count: usize| {
        let width = rows.columns.len();
        let row = |row: usize| {
            let values: Vec<_> = (1..=width).map(|place| format!("${}", row * width + place)).collect();
            format!("({})", values.join(", "))
        };
        let all: Vec<_> = (0..count).map(row).collect();
        format!("INSERT INTO {} ({}) VALUES {}", rows.table, rows.names.join(", "), all.join(", "))
    };
    let types = |count: usize| -> Vec<Type> { (0..count).flat_map(|_| types_of(rows)).collect() };
    let mut whole = None;
    for range in batches(rows.len(), batch) {
        let parameters: Vec<_> =
            range.clone().flat_map(|row| rows.columns.iter().map(move |column| column.value(row))).collect();
        let statement = match &whole {
            Some(statement) if range.len() == batch => statement,
            _ => whole.insert(transaction.prepare_typed(&insert(range.len()), &types(range.len())).await?),
        };
        transaction.execute(statement, &parameters).await?;
    }
    Ok(())
}

async fn unnest(transaction: &Transaction<'_>, rows: &Rows, batch: usize) -> Outcome<()> {
    let array = |(place, of): (usize, Type)| format!("${}::{}[]", place + 1, of.name());
    let arrays: Vec<_> = types_of(rows).enumerate().map(array).collect();
    let insert =
        format!("INSERT INTO {} ({}) SELECT * FROM unnest({})", rows.table, rows.names.join(", "), arrays.join(", "));
    let insert = transaction.prepare(&insert).await?;
    for range in batches(rows.len(), batch) {
        let values: Vec<_> = rows.columns.iter().map(|column| column.values(range.clone())).collect();
        let parameters: Vec<_> = values.iter().map(|values| &**values as &(dyn ToSql + Sync)).collect();
        transaction.execute(&insert, &parameters).await?;
    }
    Ok(())
}

async fn copy(transaction: &Transaction<'_>, rows: &Rows) -> Outcome<()> {
    let copy = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", rows.table, rows.names.join(", "));
    let types: Vec<Type> = types_of(rows).collect();
    let mut writer = pin!(BinaryCopyInWriter::new(transaction.copy_in(&copy).await?, &types));
    for row in 0..rows.len() {
        let values: Vec<_> = rows.columns.iter().map(|column| column.value(row)).collect();
        writer.as_mut().write(&values).await?;
    }
    writer.finish().await?;
    Ok(())
}

fn types_of(rows: &Rows) -> impl Iterator<Item = Type> + '_ {
    rows.columns.iter().map(super::column::Column::sql_type)
}

fn batches(rows: usize, batch: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(batch.max(1)).map(move |start| start..rows.min(start + batch.max(1)))
}
