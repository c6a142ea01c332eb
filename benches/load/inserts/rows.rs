//! The rows that an import has left, in memory.

use tokio_postgres::Client;

use super::super::Outcome;
use super::column::Column;

/// The tables that an import writes, each after those that it refers to.
const TABLES: [&str; 9] = [
    "tenants", "tenant_names", "products", "price_overrides", "orders", "order_lines", "ledger_accounts",
    "ledger_entries", "events",
];

/// The first of these that are about orders. Events stand for themselves.
const OF_ORDERS: usize = 4;

/// The rows of one table.
pub(super) struct Rows {
    pub(super) table: &'static str,
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Column>,
}

/// What an import of orders has left, and what was there before.
pub(super) struct Left {
    pub(super) before: Vec<Rows>,
    pub(super) by_import: Vec<Rows>,
}

/// Reads all rows of the database behind `client`; what stood there at `position` of the log was there before.
pub(super) async fn read(client: &Client, position: i64) -> Outcome<Left> {
    let (mut before, mut by_import) = (Vec::new(), Vec::new());
    // In the order in which they were written.
    client.batch_execute("SET synchronize_seqscans = off").await?;
    for (place, table) in TABLES.into_iter().enumerate() {
        if table == "events" {
            before.push(Rows::read(client, table, &format!("WHERE position <= {position} ORDER BY position")).await?);
            by_import.push(Rows::read(client, table, &format!("WHERE position > {position} ORDER BY position")).await?);
        } else if place < OF_ORDERS && position > 0 {
            before.push(Rows::read(client, table, "").await?);
        } else {
            by_import.push(Rows::read(client, table, "").await?);
        }
    }
    Ok(Left { before, by_import })
}

impl Rows {
    async fn read(client: &Client, table: &'static str, which: &str) -> Outcome<Self> {
        let described = "SELECT column_name::text, udt_name::text FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position";
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        for column in client.query(described, &[&table]).await? {
            names.push(format!("\"{}\"", column.try_get::<_, &str>(0)?));
            columns.push(Column::of(column.try_get(1)?)?);
        }
        for row in client.query(&format!("SELECT {} FROM {table} {which}", names.join(", ")), &[]).await? {
            for (place, column) in columns.iter_mut().enumerate() {
                column.take(&row, place)?;
            }
        }
        Ok(Self { table, names, columns })
    }

    pub(super) fn len(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }
}
