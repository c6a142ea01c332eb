//! Lines of orders: those of new orders are written, those of known ones left as they are.

use std::collections::HashSet;

use entity::{OrderId, order_line};
use sea_orm::{ActiveModelTrait, DbErr, IntoActiveModel};

use super::catalog::Catalog;
use super::error::{BadLine, ImportError, shown};
use super::line::Line;
use super::line::order::AMOUNT;
use super::line::order_line::{ORDER_REF, OrderLine, SKU};
use super::open_orders::OpenOrders;
use super::records::Records;
use super::table::Table;
use super::{Counts, ORDERS, Source, store};
use crate::events::Transaction;
use crate::tenancy::insert_rows;
use crate::tenancy::topology::Snapshot;

/// Writes lines of orders.
pub(super) struct OrderLines<'i> {
    chain: &'i Snapshot,
    catalog: &'i mut Catalog,
    open: OpenOrders,
    counts: Counts,
}

impl<'i> OrderLines<'i> {
    /// Writes lines of the orders that are `open`, for products of `catalog`.
    pub(super) fn new(chain: &'i Snapshot, catalog: &'i mut Catalog, open: OpenOrders) -> Self {
        Self { chain, catalog, open, counts: Counts::default() }
    }

    /// Those of the orders in `rows` that were there before.
    async fn known(&self, change: &Transaction, rows: &[OrderLine]) -> Result<HashSet<OrderId>, DbErr> {
        let others: HashSet<OrderId> = rows.iter().map(|row| row.order).filter(|id| !self.open.contains(*id)).collect();
        if others.is_empty() {
            return Ok(HashSet::new());
        }
        Ok(store::orders(change.db(), others).await?.into_keys().collect())
    }

    /// The line that `row` is; none where its order is a `known` one.
    fn line(&mut self, row: OrderLine, known: &HashSet<OrderId>) -> Result<Option<order_line::Model>, BadLine> {
        let open = self.open.get_mut(row.order);
        if open.is_none() && !known.contains(&row.order) {
            return Err(row.bad(ORDER_REF, format!("unknown order {}", shown(&row.reference))));
        }
        let product = self.catalog.get(&row.sku);
        let product = product.ok_or_else(|| row.bad(SKU, format!("unknown product {}", shown(&row.sku))))?;
        Ok(open.map(|open| order_line::Model {
            owner_tenant_id: self.chain.id(open.placer),
            order_id: row.order,
            number: open.add_line(row.amount_minor),
            sku: row.sku,
            name: product.name.clone(),
            quantity: row.quantity,
            amount_minor: row.amount_minor,
        }))
    }

    /// Refuses the first order of the file that costs other than its lines together.
    pub(super) fn check_sums(&self, source: Source<'_>) -> Result<(), ImportError> {
        if !self.open.any_unbalanced() {
            return Ok(());
        }
        // Which line it is, and what it says, the file knows: read once more.
        let mut records = Records::new(source.open(ORDERS)?);
        records.next()?;
        while let Some(record) = records.next()? {
            let reference = record.field(super::line::order::ORDER_REF)?;
            if let Some(rest) = self.open.unbalanced(OrderId::imported(reference)) {
                let amount = record.number(AMOUNT, 0)?;
                let sum = amount.saturating_sub(rest);
                let reason = format!("the lines of {} add up to {sum}, and it says {amount}", shown(reference));
                return Err(record.bad(AMOUNT, reason).into());
            }
        }
        Ok(())
    }
}

impl Table for OrderLines<'_> {
    type Line = OrderLine;

    async fn take(&mut self, change: &mut Transaction, rows: Vec<OrderLine>) -> Result<(), ImportError> {
        self.catalog.look_up(change, rows.iter().map(|row| row.sku.as_str())).await?;
        let known = self.known(change, &rows).await?;
        let mut new = Vec::with_capacity(rows.len());
        for row in rows {
            match self.line(row, &known)? {
                Some(line) => {
                    self.counts.created += 1;
                    new.push(line.into_active_model().reset_all());
                }
                None => self.counts.known(false),
            }
        }
        insert_rows::<order_line::Entity>(change.db(), new, None).await?;
        Ok(())
    }

    fn counts(&self) -> Counts {
        self.counts
    }
}
