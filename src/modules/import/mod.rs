//! The import of a whole chain from CSV files: companies, products, prices that were set by hand, orders and their lines.
//!
//! Platform code: it writes the rows of all modules in one transaction from the first row to the last, so that a bad line, a crash or a lost database
//! leaves nothing of the run. What is known already is left as it is, so that a second run changes nothing. Rows stream through in batches; what stays of a
//! row is the hash of its key (eight bytes), which finds a key that stands twice, and of an order about forty bytes more until its lines have come.
//! Besides, the chain is in memory as in any process that serves it (`tenancy::topology`), and for each company what it comes to in the ledgers.
//!
//! - [`Source`]: where the files come from. [`ImportError`]: why nothing was imported.
//! - `records` reads CSV, `line` what a line says, `rows` what lines say together, `rebase` shifts dates.
//! - `resellers`, `products`, `prices`, `orders`, `order_lines` decide against the database; `ledgers` posts what was delivered.

mod catalog;
mod error;
mod fields;
mod ledgers;
pub(super) mod line;
mod open_orders;
mod order_lines;
mod orders;
mod prices;
mod products;
mod rebase;
mod records;
mod resellers;
mod rows;
mod source;
mod store;
mod table;

use entity::{Position, TenantId};
use sea_orm::DbErr;
use time::Date;

use self::catalog::Catalog;
use self::fields::Calendar;
use self::line::Line;
use self::order_lines::OrderLines;
use self::orders::Orders;
use self::prices::Prices;
use self::products::Products;
use self::resellers::Resellers;
use self::rows::Rows;
use self::table::{Table, take_all};
use crate::events::{Log, Transaction};
use crate::tenancy::topology::Snapshot;
use crate::tenancy::topology::store::load_from;
use crate::tenancy::{Actor, Lock, lock};

pub use self::error::{BadLine, Column, ImportError};
pub use self::source::Source;

/// The file of the companies.
pub const RESELLERS: &str = "resellers.csv";
/// The file of the products.
pub const PRODUCTS: &str = "products.csv";
/// The file of the prices that companies set by hand.
pub const PRICES: &str = "prices.csv";
/// The file of the orders.
pub const ORDERS: &str = "orders.csv";
/// The file of the orders' lines.
pub const ORDER_LINES: &str = "order_lines.csv";

/// All files, in the order in which they are read.
pub const FILES: [&str; 5] = [RESELLERS, PRODUCTS, PRICES, ORDERS, ORDER_LINES];

/// Rows that are looked up and written together.
const ROWS_A_BATCH: usize = 1_000;

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether all dates are shifted by whole days, so that the last one is `today`: the latest `placed_on` of `orders.csv`, or without
    /// an order the latest `joined_on` of `resellers.csv`. An order whose day of delivery comes after `today` then is on its way.
    pub rebase_dates: bool,
    /// The day (UTC) after which nothing has happened yet.
    pub today: Date,
}

/// What the import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Looking for the last date, with `rebase_dates` alone.
    FindingLastDate,
    /// Reading and writing rows.
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

/// What has become of the lines of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that are new.
    pub created: u64,
    /// Rows that were there before, and were left as they are. Lines of a known order are known.
    pub known: u64,
    /// Those of the known that say something else in the file.
    pub differing: u64,
}

impl Counts {
    fn known(&mut self, differs: bool) {
        self.known += 1;
        self.differing += u64::from(differs);
    }
}

/// What was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Companies. They differ by name, parent or currency.
    pub resellers: Counts,
    /// Products.
    pub products: Counts,
    /// Prices that were set by hand.
    pub prices: Counts,
    /// Orders. They differ by placer, amount or currency.
    pub orders: Counts,
    /// Lines of orders.
    pub order_lines: Counts,
    /// Postings of what was delivered.
    pub postings: u64,
    /// Files of the source that this version does not read, by name.
    pub left: Vec<String>,
    /// The log's end after the import: what has come so far shows what is new.
    pub position: Position,
}

/// Imports the files of `source`, all or none. `progress` is told after each batch.
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
    // Before anything else is read, so that it is the first to be missed.
    source.open(RESELLERS)?;
    let shift =
        if options.rebase_dates { rebase::shift(source, options.today, &mut progress)? } else { time::Duration::ZERO };
    let calendar = Calendar { shift, today: options.today };
    let mut run = Run { source, calendar, change: begin(log).await?, progress };
    let report = run.all().await?;
    Ok(Report { left, position: run.change.commit().await?, ..report })
}

/// Begins the import's one transaction. No other one commits until it ends, so that what is looked up once stays true.
async fn begin(log: &Log) -> Result<Transaction, DbErr> {
    let mut change = log.begin(Actor::central()).await?;
    change.lock_chain().await?;
    change.lock_ledgers().await?;
    lock(change.db(), Lock::Log).await?;
    Ok(change)
}

/// An import on its way.
struct Run<'a, F> {
    source: Source<'a>,
    calendar: Calendar,
    change: Transaction,
    progress: F,
}

impl<F: FnMut(Progress)> Run<'_, F> {
    /// Reads and writes all files.
    async fn all(&mut self) -> Result<Report, ImportError> {
        let mut resellers = Resellers::new(&self.change).await?;
        let mut report = Report { resellers: self.take(&mut resellers).await?, ..Report::default() };
        let root = resellers.root();
        report.products = self.take(&mut Products::new(root)).await?;
        if self.has_trade()? {
            // They name companies of the database too: from here on the chain is in memory as a whole.
            let chain = load_from(self.change.db(), Position::START).await?;
            self.trade(&chain, root, &mut report).await?;
        }
        Ok(report)
    }

    /// Whether there is a file of what companies do.
    fn has_trade(&self) -> Result<bool, ImportError> {
        Ok(self.source.has(PRICES)? || self.source.has(ORDERS)? || self.source.has(ORDER_LINES)?)
    }

    /// Reads and writes what the companies of `chain` do.
    async fn trade(
        &mut self,
        chain: &Snapshot,
        root: Option<TenantId>,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let mut catalog = Catalog::new(root);
        let mut prices = Prices::new(&self.change, chain, &mut catalog).await?;
        report.prices = self.take(&mut prices).await?;
        let with_lines = self.source.has(ORDER_LINES)?;
        let mut orders = Orders::new(&self.change, chain, with_lines).await?;
        report.orders = self.take(&mut orders).await?;
        let (open, delivered) = orders.finish();
        let mut lines = OrderLines::new(chain, &mut catalog, open);
        report.order_lines = self.take(&mut lines).await?;
        lines.check_sums(self.source)?;
        report.postings = ledgers::post(&mut self.change, delivered).await?;
        Ok(())
    }

    /// Brings the file of `table` into the database, where there is one.
    async fn take<T: Table>(&mut self, table: &mut T) -> Result<Counts, ImportError> {
        if let Some(input) = self.source.open_if_there(T::Line::FILE)? {
            let rows = Rows::read(self.source, input, self.calendar)?;
            take_all(table, &mut self.change, rows, &mut self.progress).await?;
        }
        Ok(table.counts())
    }
}
