//! Orders and their lines.
//!
//! Orders stand by company, then by day, then by name, whatever their ids and the time of day are: an import knows neither.

use std::collections::{HashMap, HashSet};

use entity::{OrderId, OrderStatus, TenantId, Timestamp, order, order_line};
use sea_orm::DatabaseTransaction;
use time::Date;

use super::csv::CsvFile;
use super::parcels::Parcel;
use super::{ExportError, name, store};
use crate::tenancy::ROWS_A_STATEMENT;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// Writes orders and their lines.
pub(super) struct Orders<'e> {
    pub(super) db: &'e DatabaseTransaction,
    pub(super) chain: &'e Snapshot,
    pub(super) file: CsvFile,
    pub(super) lines: CsvFile,
    pub(super) names: Names,
}

/// How orders are called: by their reference. Where an order before it in the file is called so, as another placer's may be, the placer's name and a `/` come
/// first.
#[derive(Default)]
pub(super) struct Names {
    /// Hashes of the names so far. Where two names have one, the later gets a name that is longer than it need be.
    taken: HashSet<u64>,
}

impl Names {
    fn take(&mut self, placer: &str, reference: String) -> String {
        let mut name = reference;
        while !self.taken.insert(hash(&name)) {
            name = format!("{placer}/{name}");
        }
        name
    }
}

/// The same in every run, as the files are.
fn hash(name: &str) -> u64 {
    OrderId::imported(name).0.as_u64_pair().1
}

impl Orders<'_> {
    /// Writes all orders of `parcel`.
    pub(super) async fn write(&mut self, parcel: &Parcel) -> Result<(), ExportError> {
        if let (true, [owner]) = (parcel.is_large(), parcel.owners.as_slice()) {
            return self.write_large(*owner).await;
        }
        let owners: Vec<TenantId> = parcel.owners.iter().map(|owner| self.chain.id(*owner)).collect();
        let mut lines = by_order(store::lines(self.db, owners.clone()).await?);
        let mut orders: HashMap<TenantId, Vec<order::Model>> = HashMap::new();
        for order in store::orders(self.db, owners).await? {
            orders.entry(order.owner_tenant_id).or_default().push(order);
        }
        for owner in &parcel.owners {
            let own = orders.remove(&self.chain.id(*owner)).unwrap_or_default();
            self.write_days(*owner, own, &mut lines)?;
        }
        Ok(())
    }

    /// Writes the orders of one company in pages of whole days: those of a day are in memory together.
    async fn write_large(&mut self, owner: NodeIndex) -> Result<(), ExportError> {
        let id = self.chain.id(owner);
        let mut open: Vec<order::Model> = Vec::new();
        let mut last = None;
        loop {
            let page = store::orders_after(self.db, id, last).await?;
            let next = page.last().map(|order| (order.placed_at, order.id));
            open.extend(page);
            let whole = match next {
                // Of the last day there may be more on the next page.
                Some((at, _)) => open.partition_point(|order| day(order.placed_at) < day(at)),
                None => open.len(),
            };
            let rest = open.split_off(whole);
            let days = std::mem::replace(&mut open, rest);
            let mut lines = HashMap::new();
            for orders in days.chunks(ROWS_A_STATEMENT) {
                let some = store::lines_of_orders(self.db, id, orders.iter().map(|order| order.id)).await?;
                lines.extend(by_order(some));
            }
            self.write_days(owner, days, &mut lines)?;
            if next.is_none() {
                return Ok(());
            }
            last = next;
        }
    }

    /// Writes all orders of some days of one company.
    fn write_days(
        &mut self,
        owner: NodeIndex,
        mut orders: Vec<order::Model>,
        lines: &mut HashMap<OrderId, Vec<order_line::Model>>,
    ) -> Result<(), ExportError> {
        let placer = name(self.chain, owner);
        orders.sort_by(|a, b| (day(a.placed_at), &a.reference).cmp(&(day(b.placed_at), &b.reference)));
        let named = orders.into_iter().map(|mut order| {
            order.reference = self.names.take(placer, std::mem::take(&mut order.reference));
            order
        });
        let mut named: Vec<order::Model> = named.collect();
        // Names that got longer stand elsewhere now.
        named.sort_by(|a, b| (day(a.placed_at), &a.reference).cmp(&(day(b.placed_at), &b.reference)));
        for order in named {
            self.write_order(placer, &order, lines.remove(&order.id).unwrap_or_default())?;
        }
        Ok(())
    }

    fn write_order(
        &mut self,
        placer: &str,
        order: &order::Model,
        lines: Vec<order_line::Model>,
    ) -> Result<(), ExportError> {
        let delivered_on = match order.status {
            OrderStatus::Delivered => day(order.delivered_at.unwrap_or(order.updated_at)).to_string(),
            _ => String::new(),
        };
        let (placed_on, amount) = (day(order.placed_at).to_string(), order.amount_minor.to_string());
        self.file.row([
            order.reference.as_str(),
            placer,
            &placed_on,
            &delivered_on,
            order.status.as_str(),
            &amount,
            &order.currency,
        ])?;
        for line in lines {
            let (quantity, amount) = (line.quantity.to_string(), line.amount_minor.to_string());
            self.lines.row([order.reference.as_str(), &line.sku, &quantity, &amount])?;
        }
        Ok(())
    }
}

/// The lines of each order, in their order.
fn by_order(lines: Vec<order_line::Model>) -> HashMap<OrderId, Vec<order_line::Model>> {
    let mut orders: HashMap<OrderId, Vec<order_line::Model>> = HashMap::new();
    for line in lines {
        orders.entry(line.order_id).or_default().push(line);
    }
    for lines in orders.values_mut() {
        lines.sort_by_key(|line| line.number);
    }
    orders
}

fn day(at: Timestamp) -> Date {
    at.to_utc().date()
}
