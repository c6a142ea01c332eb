//! Posting delivered orders: each leg once, whatever is told how often.

use entity::{LedgerEntryId, OrderId, PostingId, PostingKind, event};
use serde::Deserialize;

use super::Finance;
use super::ledger::{self, Posting};
use crate::bus::contract::orders::{GetLegs, PricedLeg};
use crate::error::Fault;
use crate::events::{Consume, Transaction, kinds};
use crate::tenancy::Actor;

/// What an event tells of a delivered order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    order_id: OrderId,
    /// What the placer calls it.
    reference: Option<String>,
    /// It came from a file, and was posted with it.
    #[serde(default)]
    imported: bool,
}

impl Consume for Finance {
    const NAME: &'static str = "finance";
    const TYPES: &'static [&'static str] = &[kinds::ORDER_DELIVERED];

    /// The orders that are to be posted: what the placer calls each, and its legs.
    type Prepared = Vec<(OrderId, Option<String>, Vec<PricedLeg>)>;

    async fn prepare(&self, events: &[event::Model]) -> Result<Self::Prepared, Fault> {
        let orders: Vec<Delivered> = events.iter().filter_map(to_post).collect();
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let ids = orders.iter().map(|order| order.order_id).collect();
        let legs = self.bus.call::<GetLegs>(Actor::central(), ids).await;
        let legs = legs.map_err(|cause| Fault::Module(cause.to_string()))?;
        if legs.len() != orders.len() {
            return Err(Fault::Module(format!("orders told the legs of {} of {} orders", legs.len(), orders.len())));
        }
        let with_legs = orders.into_iter().zip(legs);
        Ok(with_legs.map(|(order, legs)| (order.order_id, order.reference, legs)).collect())
    }

    fn is_nothing(orders: &Self::Prepared) -> bool {
        orders.is_empty()
    }

    async fn consume(
        &self,
        change: &mut Transaction,
        _events: &[event::Model],
        orders: Self::Prepared,
    ) -> Result<(), Fault> {
        let postings = orders
            .iter()
            .flat_map(|(order, reference, legs)| legs.iter().map(move |leg| posting(*order, reference.clone(), leg)));
        ledger::post(change, postings.collect()).await
    }
}

/// The order of which `event` tells, where it is to be posted.
fn to_post(event: &event::Model) -> Option<Delivered> {
    match Delivered::deserialize(&event.data) {
        Ok(delivered) => (!delivered.imported).then_some(delivered),
        Err(cause) => {
            // It would be no better the next time.
            tracing::error!(position = event.position.0, %cause, "a delivered order cannot be posted");
            None
        }
    }
}

fn posting(order: OrderId, reference: Option<String>, leg: &PricedLeg) -> Posting {
    Posting {
        id: PostingId::of_leg(order, leg.hop),
        kind: PostingKind::Order,
        debited: leg.buyer,
        credited: leg.seller,
        amount: leg.total,
        order: Some(order),
        reference,
        debit: LedgerEntryId::generate(),
    }
}
