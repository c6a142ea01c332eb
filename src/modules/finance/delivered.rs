//! Posting delivered orders: each leg once, whatever is told how often.

use entity::{LedgerEntryId, OrderId, PostingId, PostingKind, event};
use serde::Deserialize;

use super::Finance;
use super::ledger::{self, Posting};
use crate::bus::CallError;
use crate::bus::contract::orders::{GetLegs, PricedLeg};
use crate::error::Fault;
use crate::events::{Consume, Transaction, kinds};
use crate::tenancy::Actor;

/// What an event tells of a delivered order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    order_id: OrderId,
    /// It came from a file, and was posted with it.
    #[serde(default)]
    imported: bool,
}

impl Consume for Finance {
    const NAME: &'static str = "finance";
    const TYPES: &'static [&'static str] = &[kinds::ORDER_DELIVERED];

    /// The orders that are to be posted, each with its legs.
    type Prepared = Vec<(OrderId, Vec<PricedLeg>)>;

    async fn prepare(&self, events: &[event::Model]) -> Result<Self::Prepared, Fault> {
        let orders: Vec<OrderId> = events.iter().filter_map(order_to_post).collect();
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let legs = self.bus.call::<GetLegs>(Actor::central(), orders.clone()).await.map_err(not_told)?;
        if legs.len() != orders.len() {
            return Err(Fault::Module(format!("orders told the legs of {} of {} orders", legs.len(), orders.len())));
        }
        Ok(orders.into_iter().zip(legs).collect())
    }

    async fn consume(
        &self,
        change: &mut Transaction,
        _events: &[event::Model],
        orders: Self::Prepared,
    ) -> Result<(), Fault> {
        let legs = orders.into_iter().flat_map(|(order, legs)| legs.into_iter().map(move |leg| (order, leg)));
        ledger::post(change, legs.map(|(order, leg)| posting(order, &leg)).collect()).await
    }
}

/// The order of which `event` tells, where it is to be posted.
fn order_to_post(event: &event::Model) -> Option<OrderId> {
    match Delivered::deserialize(&event.data) {
        Ok(delivered) => (!delivered.imported).then_some(delivered.order_id),
        Err(cause) => {
            // It would be no better the next time.
            tracing::error!(position = event.position.0, %cause, "a delivered order cannot be posted");
            None
        }
    }
}

fn posting(order: OrderId, leg: &PricedLeg) -> Posting {
    Posting {
        id: PostingId::of_leg(order, leg.hop),
        kind: PostingKind::Order,
        debited: leg.buyer,
        credited: leg.seller,
        amount: leg.total,
        order: Some(order),
        reference: None,
        debit: LedgerEntryId::generate(),
    }
}

fn not_told(cause: CallError) -> Fault {
    Fault::Module(cause.to_string())
}
