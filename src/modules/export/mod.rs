//! The export of a whole chain into the CSV files that [`import`](super::import) reads: an import of them into an empty database makes the same chain, and an
//! export of that one the same files, byte by byte, whatever kinds the two databases are of.
//!
//! Platform code, as the import is. One snapshot of the database from the first row to the last, read in pages. What stays of a row is the hash of an order's
//! name (eight bytes), which finds names that two placers use. Besides, the chain and the products are in memory.
//!
//! - [`Directory`]: where the files go, all or none of them. [`ExportError`]: why there are none.
//! - `csv` writes fields, `parcels` says which companies' rows are read together, `orders` how orders are called and sorted.

mod csv;
mod directory;
mod error;
mod orders;
mod parcels;
mod store;

use std::collections::HashMap;

use entity::{Position, ProductId, TenantId};
use sea_orm::DatabaseTransaction;

use self::csv::CsvFile;
use self::orders::{Names, Orders};
use self::parcels::parcels;
use super::import::line::order::Order;
use super::import::line::order_line::OrderLine;
use super::import::line::price::Price;
use super::import::line::product::Product;
use super::import::line::reseller::Reseller;
use super::import::{ORDERS, PRICES};
use crate::tenancy::CentralDb;
use crate::tenancy::topology::store::load_from;
use crate::tenancy::topology::{NodeIndex, Snapshot};

pub use self::directory::Directory;
pub use self::error::ExportError;

/// How far the export is. It begins anew with each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which file is written.
    pub file: &'static str,
    /// Rows that are written.
    pub rows: u64,
    /// Rows of the whole file.
    pub total_rows: u64,
}

/// How many rows were exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Companies.
    pub resellers: u64,
    /// Products.
    pub products: u64,
    /// Prices that were set by hand.
    pub prices: u64,
    /// Orders.
    pub orders: u64,
    /// Lines of orders.
    pub order_lines: u64,
}

/// Exports what is in the database into `directory`. `progress` is told after each statement of the long files.
///
/// # Errors
/// No file was written: the directory or a file cannot be, or the database failed.
pub async fn export(
    central: &CentralDb,
    directory: &Directory,
    progress: impl FnMut(Progress),
) -> Result<Report, ExportError> {
    let db = central.begin_snapshot().await?;
    let chain = load_from(&db, Position::START).await?;
    let mut run = Run { db: &db, chain: &chain, directory, progress };
    let resellers = run.resellers()?;
    let (products, skus) = run.products().await?;
    let prices = run.prices(&skus).await?;
    let (orders, order_lines) = run.orders().await?;
    let report = Report {
        resellers: resellers.rows(),
        products: products.rows(),
        prices: prices.rows(),
        orders: orders.rows(),
        order_lines: order_lines.rows(),
    };
    directory.finish(resellers, vec![products, prices, orders, order_lines])?;
    Ok(report)
}

/// What a company is called in the files: by its external id, or where it has none by its slug.
fn name(chain: &Snapshot, company: NodeIndex) -> &str {
    chain.external_id(company).unwrap_or_else(|| chain.slug(company))
}

/// An export on its way.
struct Run<'e, F> {
    db: &'e DatabaseTransaction,
    chain: &'e Snapshot,
    directory: &'e Directory,
    progress: F,
}

impl<F: FnMut(Progress)> Run<'_, F> {
    fn resellers(&self) -> Result<CsvFile, ExportError> {
        let mut file = self.directory.create::<Reseller>()?;
        let companies = self.chain.root().into_iter().flat_map(|root| self.chain.preorder(root, None));
        for (company, _) in companies {
            let parent = self.chain.parent(company).map_or("", |parent| name(self.chain, parent));
            let joined_on = self.chain.joined_at(company).to_utc().date().to_string();
            let currency = self.chain.currency(company).code();
            file.row([name(self.chain, company), parent, self.chain.name(company), &joined_on, currency])?;
        }
        Ok(file)
    }

    /// Writes the products, by sku. Answers the sku of each besides.
    async fn products(&self) -> Result<(CsvFile, HashMap<ProductId, String>), ExportError> {
        let mut file = self.directory.create::<Product>()?;
        let mut products = match self.chain.root() {
            Some(root) => store::products(self.db, self.chain.id(root)).await?,
            None => Vec::new(),
        };
        products.sort_unstable_by(|a, b| a.sku.cmp(&b.sku));
        for product in &products {
            let price = product.list_price_minor.to_string();
            let (name, category) = (product.name.as_str(), product.category.as_str());
            file.row([product.sku.as_str(), name, category, &product.subcategory, &price, &product.currency])?;
        }
        Ok((file, products.into_iter().map(|product| (product.id, product.sku)).collect()))
    }

    /// Writes the prices that companies set, by company and by sku.
    async fn prices(&mut self, skus: &HashMap<ProductId, String>) -> Result<CsvFile, ExportError> {
        let mut file = self.directory.create::<Price>()?;
        let counts = store::price_counts(self.db).await?;
        let total_rows = counts.values().sum();
        for parcel in parcels(self.chain, &counts) {
            let owners: Vec<TenantId> = parcel.owners.iter().map(|owner| self.chain.id(*owner)).collect();
            let places: HashMap<TenantId, usize> = owners.iter().copied().zip(0..).collect();
            let prices = store::prices(self.db, owners).await?;
            let prices = prices
                .into_iter()
                .filter_map(|price| Some((*places.get(&price.owner_tenant_id)?, skus.get(&price.product_id)?, price)));
            let mut prices: Vec<_> = prices.collect();
            prices.sort_unstable_by_key(|(place, sku, _)| (*place, *sku));
            for (place, sku, price) in prices {
                let amount = price.price_minor.to_string();
                file.row([name(self.chain, parcel.owners[place]), sku, &amount, &price.currency])?;
            }
            (self.progress)(Progress { file: PRICES, rows: file.rows(), total_rows });
        }
        Ok(file)
    }

    /// Writes the orders, and the lines of each in their order.
    async fn orders(&mut self) -> Result<(CsvFile, CsvFile), ExportError> {
        let counts = store::order_counts(self.db).await?;
        let total_rows = counts.values().sum();
        let mut orders = Orders {
            db: self.db,
            chain: self.chain,
            file: self.directory.create::<Order>()?,
            lines: self.directory.create::<OrderLine>()?,
            names: Names::default(),
        };
        for parcel in parcels(self.chain, &counts) {
            orders.write(&parcel).await?;
            (self.progress)(Progress { file: ORDERS, rows: orders.file.rows(), total_rows });
        }
        Ok((orders.file, orders.lines))
    }
}
