//! Orders as a company sees them, with their lines and legs: a constant number of statements for any number of orders.

use std::collections::HashMap;

use entity::{OrderId, TenantId, order, order_leg};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::sight::{self, Hop, currency};
use super::{Orders, imported, store};
use crate::bus::contract::orders::{Order, PricedLeg};
use crate::error::Fault;
use crate::money::Money;

impl Orders {
    /// Those of the orders `ids` that `company` sees, in this order.
    pub(super) async fn orders(&self, company: TenantId, ids: &[OrderId]) -> Result<Vec<Order>, Fault> {
        let db = self.central.begin_snapshot().await?;
        let rows = store::orders(&db, ids).await?;
        let seen = seen(&db, company, rows).await?;
        let by_id: HashMap<OrderId, Order> = seen.into_iter().map(|order| (order.id, order)).collect();
        Ok(ids.iter().filter_map(|id| by_id.get(id).cloned()).collect())
    }

    /// All legs of each of the orders `ids`, in this order.
    pub(super) async fn legs(&self, ids: &[OrderId]) -> Result<Vec<Vec<PricedLeg>>, Fault> {
        let db = self.central.begin_snapshot().await?;
        let rows = store::orders(&db, ids).await?;
        let mut by_order: HashMap<OrderId, Vec<PricedLeg>> = HashMap::new();
        for Hop { order, number, buyer, seller, total, .. } in hops(&db, &rows, None).await? {
            by_order.entry(order).or_default().push(PricedLeg { hop: number, buyer, seller, total });
        }
        Ok(ids.iter().map(|id| by_order.get(id).cloned().unwrap_or_default()).collect())
    }
}

/// Those of the orders `rows` that `company` sees, in their order.
pub(super) async fn seen(
    db: &DatabaseTransaction,
    company: TenantId,
    rows: Vec<order::Model>,
) -> Result<Vec<Order>, Fault> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let hops = grouped(hops(db, &rows, Some(company)).await?, |hop| hop.order);
    let lines = grouped(store::lines(db, &rows).await?, |line| line.order_id);
    let mut seen = Vec::with_capacity(rows.len());
    for row in rows {
        let lines = lines.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let hops = hops.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        seen.extend(sight::seen_by(company, row, lines, hops)?);
    }
    Ok(seen)
}

/// The hops of `orders`, from the placer upwards; of those that are stored only the ones of `party`, where one is given.
pub(super) async fn hops(
    db: &impl ConnectionTrait,
    orders: &[order::Model],
    party: Option<TenantId>,
) -> Result<Vec<Hop>, Fault> {
    let (from_files, placed_here): (Vec<_>, Vec<_>) = orders.iter().cloned().partition(|order| order.imported);
    let mut hops = imported::hops(db, &from_files).await?;
    if !placed_here.is_empty() {
        for leg in store::legs(db, &placed_here, party).await? {
            hops.push(hop(leg)?);
        }
    }
    Ok(hops)
}

fn hop(leg: order_leg::Model) -> Result<Hop, Fault> {
    let units = serde_json::from_value(leg.unit_prices_minor);
    let units = units.map_err(|cause| Fault::Row(format!("prices of order {}: {cause}", leg.order_id)))?;
    Ok(Hop {
        order: leg.order_id,
        number: leg.hop,
        buyer: leg.buyer_tenant_id,
        seller: leg.seller_tenant_id,
        status: leg.status,
        total: Money::new(leg.amount_minor, currency(&leg.currency)?),
        units: Some(units),
        at: leg.placed_at,
    })
}

fn grouped<T>(items: Vec<T>, order: impl Fn(&T) -> OrderId) -> HashMap<OrderId, Vec<T>> {
    let mut groups: HashMap<OrderId, Vec<T>> = HashMap::new();
    for item in items {
        groups.entry(order(&item)).or_default().push(item);
    }
    groups
}
