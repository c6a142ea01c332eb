//! Orders: known by their reference, which says what their id is.

use std::collections::HashMap;

use entity::{OrderId, OrderStatus, TenantId, Timestamp, order};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, IntoActiveModel};
use serde_json::json;

use super::Counts;
use super::error::{BadLine, ImportError, shown};
use super::ledgers::Delivered;
use super::line::Line;
use super::line::order::{ORDER_REF, Order, RESELLER_ID};
use super::open_orders::OpenOrders;
use super::store;
use super::table::Table;
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::insert_rows;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// Writes orders.
pub(super) struct Orders<'i> {
    chain: &'i Snapshot,
    /// Whether no order was there before.
    all_new: bool,
    /// The new ones, where their lines follow.
    open: Option<OpenOrders>,
    delivered: Delivered<'i>,
    counts: Counts,
}

/// Who takes part in an order first.
#[derive(Clone, Copy)]
struct Parties {
    placer: NodeIndex,
    /// The placer's on the day of the order.
    parent: NodeIndex,
    root: NodeIndex,
}

impl<'i> Orders<'i> {
    /// Writes orders of companies of `chain`. `with_lines`: their lines follow.
    pub(super) async fn new(change: &Transaction, chain: &'i Snapshot, with_lines: bool) -> Result<Self, DbErr> {
        let all_new = !store::has_orders(change.db()).await?;
        let (open, delivered) = (with_lines.then(OpenOrders::default), Delivered::new(chain));
        Ok(Self { chain, all_new, open, delivered, counts: Counts::default() })
    }

    /// The new orders that wait for their lines, and what was delivered.
    pub(super) fn finish(self) -> (OpenOrders, Delivered<'i>) {
        (self.open.unwrap_or_default(), self.delivered)
    }

    async fn known(&self, change: &Transaction, rows: &[Order]) -> Result<HashMap<OrderId, order::Model>, DbErr> {
        if self.all_new { Ok(HashMap::new()) } else { store::orders(change.db(), rows.iter().map(|row| row.id)).await }
    }

    fn parties(&self, row: &Order) -> Result<Parties, BadLine> {
        let unknown = || row.bad(RESELLER_ID, format!("unknown reseller {}", shown(&row.reseller_id)));
        let placer = self.chain.find_named(&row.reseller_id).ok_or_else(unknown)?;
        match (self.chain.parent_at(placer, row.placed_at()), self.chain.root()) {
            (Some(parent), Some(root)) => Ok(Parties { placer, parent, root }),
            _ => Err(row.bad(RESELLER_ID, "the root has nobody to order from")),
        }
    }

    fn order(&self, row: &Order, parties: Parties) -> order::Model {
        let placed_at = row.placed_at();
        let delivered_at = row.delivered_on.map(Timestamp::start_of);
        let holder = match row.status {
            OrderStatus::Placed | OrderStatus::AwaitingForward | OrderStatus::Cancelled => parties.parent,
            OrderStatus::Forwarded | OrderStatus::Confirmed | OrderStatus::Shipped | OrderStatus::Delivered => {
                parties.root
            }
        };
        order::Model {
            id: row.id,
            owner_tenant_id: self.chain.id(parties.placer),
            reference: row.reference.clone(),
            imported: true,
            status: row.status,
            holder_tenant_id: self.chain.id(holder),
            currency: row.currency.code().to_owned(),
            amount_minor: row.amount_minor,
            placed_at,
            delivered_at,
            updated_at: delivered_at.unwrap_or(placed_at),
        }
    }

    /// Remembers what is still needed of a new order.
    fn remember(&mut self, row: &Order, placer: NodeIndex) {
        if let Some(open) = &mut self.open {
            open.open(row.id, placer, row.amount_minor);
        }
        if row.status == OrderStatus::Delivered {
            self.delivered.add(placer, row.placed_at(), row.currency, row.amount_minor);
        }
    }

    async fn write(&self, change: &Transaction, rows: &[Order], new: Vec<order::Model>) -> Result<(), ImportError> {
        let owners: HashMap<OrderId, TenantId> = new.iter().map(|order| (order.id, order.owner_tenant_id)).collect();
        let unless_taken = (!self.all_new).then(store::unless_reference_is_taken);
        let new = new.into_iter().map(|order| order.into_active_model().reset_all()).collect();
        let written = insert_rows::<order::Entity>(change.db(), new, unless_taken).await?;
        if written < owners.len() as u64 {
            for (row, owner) in rows.iter().filter_map(|row| Some((row, *owners.get(&row.id)?))) {
                refuse_taken_reference(change, row, owner).await?;
            }
        }
        Ok(())
    }
}

impl Table for Orders<'_> {
    type Line = Order;

    async fn take(&mut self, change: &mut Transaction, rows: Vec<Order>) -> Result<(), ImportError> {
        let known = self.known(change, &rows).await?;
        let mut new = Vec::with_capacity(rows.len());
        for row in &rows {
            let parties = self.parties(row)?;
            if let Some(known) = known.get(&row.id) {
                self.counts.known(self.differs(known, row, parties.placer));
            } else {
                self.counts.created += 1;
                self.remember(row, parties.placer);
                let order = self.order(row, parties);
                change.record_at(told(&order), order.updated_at.min(change.now()));
                new.push(order);
            }
        }
        self.write(change, &rows, new).await
    }

    fn counts(&self) -> Counts {
        self.counts
    }
}

impl Orders<'_> {
    /// Whether the file has another order than the database. How far it is there by now is no difference.
    fn differs(&self, known: &order::Model, row: &Order, placer: NodeIndex) -> bool {
        known.owner_tenant_id != self.chain.id(placer)
            || known.amount_minor != row.amount_minor
            || known.currency != row.currency.code()
    }
}

/// Refuses `row` where `owner` has another order of the same name.
async fn refuse_taken_reference(change: &Transaction, row: &Order, owner: TenantId) -> Result<(), ImportError> {
    let own = change.in_tenant(owner);
    let named = own.find::<order::Entity>().filter(order::Column::Reference.eq(row.reference.as_str())).one().await?;
    if named.is_some_and(|order| order.id != row.id) {
        let taken = format!("{} is the name of another order of this reseller already", shown(&row.reference));
        return Err(row.bad(ORDER_REF, taken).into());
    }
    Ok(())
}

/// The fact that `order` is there, as far as it is.
fn told(order: &order::Model) -> Fact {
    let mut data = json!({
        "orderId": order.id,
        "reference": order.reference,
        "amountMinor": order.amount_minor,
        "currency": order.currency,
        "placedAt": order.placed_at.to_rfc3339(),
        "imported": true,
    });
    let kind = if let Some(delivered_at) = order.delivered_at {
        data["deliveredAt"] = json!(delivered_at.to_rfc3339());
        kinds::ORDER_DELIVERED
    } else {
        data["from"] = json!(null);
        data["to"] = json!(order.status);
        kinds::ORDER_STATUS_CHANGED
    };
    Fact { kind, subject: order.owner_tenant_id, data }
}
