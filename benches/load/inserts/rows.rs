//! The rows that an import has left, in memory.

use clap::ValueEnum;
use tokio_postgres::Client;

use super::super::Outcome;
use super::column::Column;

/// The tables that an import of orders writes, each after those that it refers to.
const OF_ORDERS: [&str; 4] = ["orders", "order_lines", "ledger_accounts", "ledger_entries"];

/// Those that an import writes besides, before them.
const OF_OTHERS: [&str; 4] = ["tenants", "tenant_names", "products", "price_overrides"];

/// Those that the consumers of the log write of what was ordered, besides the feed.
const OF_ORDERED: [&str; 3] = ["order_facts", "daily_figures", "daily_statuses"];

/// Who has left the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Writer {
    /// An import
    Import,
    /// The consumers of the log
    Consumers,
}

/// The rows of one table.
pub(super) struct Rows {
    pub(super) table: &'static str,
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Column>,
}

/// What `writer` has left in the database behind `client`, after the log's end was `position`: an import of orders, or of everything where that is 0; the
/// consumers of the orders that came then.
pub(super) async fn read(client: &Client, writer: Writer, position: i64) -> Outcome<Vec<Rows>> {
    // In the order in which they were written.
    client.batch_execute("SET synchronize_seqscans = off").await?;
    let later = format!("WHERE position > {position}");
    let mut left = Vec::new();
    if writer == Writer::Consumers {
        for table in OF_ORDERED {
            left.push(Rows::read(client, table, "").await?);
        }
        left.push(Rows::read(client, "network_activity_feed", &later).await?);
        return Ok(left);
    }
    let others = OF_OTHERS.iter().filter(|_| position == 0);
    for table in others.chain(&OF_ORDERS) {
        left.push(Rows::read(client, table, "").await?);
    }
    left.push(Rows::read(client, "events", &format!("{later} ORDER BY position")).await?);
    Ok(left)
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
