//! Posting delivered orders: each leg once, whatever is told how often.

use std::collections::HashSet;

use entity::{LedgerEntryId, OrderId, PostingId, PostingKind, event};
use serde::Deserialize;

use super::Finance;
use super::ledger::{self, Posting};
use crate::bus::contract::orders::{GetLegs, PricedLeg};
use crate::bus::{CallError, Module};
use crate::error::Fault;
use crate::events::{Consume, OWN_SOURCE, Transaction, kinds};
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

    type Event = event::Model;

    /// The orders that are to be posted: what the placer calls each, and its legs.
    type Prepared = Vec<(OrderId, Option<String>, Vec<PricedLeg>)>;

    async fn prepare(&self, events: &[event::Model]) -> Result<Self::Prepared, Fault> {
        // Another's order is not ours, whatever it is called.
        let own = events.iter().filter(|event| event.source == OWN_SOURCE);
        let orders = own.map(to_post).filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let ids = orders.iter().map(|order| order.order_id).collect();
        let legs = self.bus.call::<GetLegs>(Actor::central(), ids).await;
        let legs = legs.map_err(|error| match error {
            CallError::Unavailable(unavailable) => Fault::from(unavailable),
            CallError::OutOfReach | CallError::Refused(_) => nonsense(error.to_string()),
        })?;
        if legs.len() != orders.len() {
            return Err(nonsense(format!("it told the legs of {} of {} orders", legs.len(), orders.len())));
        }
        for (order, legs) in orders.iter().zip(&legs) {
            check(order.order_id, legs)?;
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
fn to_post(event: &event::Model) -> Result<Option<Delivered>, Fault> {
    match Delivered::deserialize(&event.data) {
        Ok(delivered) => Ok((!delivered.imported).then_some(delivered)),
        Err(cause) => Err(Fault::Row(format!("what is told of a delivered order: {cause}"))),
    }
}

/// Orders answered what it never should.
fn nonsense(cause: String) -> Fault {
    Fault::Module { module: Module::Orders.name(), cause, is_lasting: false }
}

/// Refuses legs that cannot be posted as they are.
fn check(order: OrderId, legs: &[PricedLeg]) -> Result<(), Fault> {
    let hops: HashSet<i32> = legs.iter().map(|leg| leg.hop).collect();
    let wrong = if legs.is_empty() {
        "no legs: it is not known"
    } else if hops.len() < legs.len() {
        "two legs in one place"
    } else if legs.iter().any(|leg| leg.buyer == leg.seller || leg.total.minor < 0) {
        "a leg that makes no sense"
    } else {
        return Ok(());
    };
    Err(Fault::Row(format!("order {order} has {wrong}")))
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
