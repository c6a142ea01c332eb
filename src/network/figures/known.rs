//! What is known of orders, and how what is told changes it: the same whatever the order, and however often it is told.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::{OrderStatus, Timestamp, order_fact};
use iso_currency::Currency;

use super::telling::{Order, OrderKey, Told};
use crate::error::Fault;

/// What is known of some orders, and what all orders of a currency come to.
#[derive(Default)]
pub(in crate::network) struct Orders {
    known: HashMap<OrderKey, Order>,
    /// The sources of orders, each once.
    sources: HashSet<Arc<str>>,
    /// Minor units of all orders that are not cancelled. So no sum of some of them is more than a number holds.
    totals: HashMap<Currency, i64>,
}

/// What telling of an order has changed.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Change {
    /// None for one that is new.
    pub(in crate::network) before: Option<Order>,
    pub(in crate::network) after: Order,
}

impl Orders {
    /// What the rows say.
    pub(super) fn known(facts: Vec<order_fact::Model>, totals: HashMap<Currency, i64>) -> Result<Self, Fault> {
        let known = facts.into_iter().map(of_fact).collect::<Result<_, _>>()?;
        Ok(Self { known, totals, sources: HashSet::new() })
    }

    /// Takes in what is told. Answers what has changed, if anything.
    ///
    /// # Errors
    /// Why it is not taken in, for the operator: it contradicts what is known, or is more than can be added up.
    pub(in crate::network) fn tell(&mut self, told: Told) -> Result<Option<Change>, String> {
        let Told { mut key, order } = told;
        if let Some(source) = self.sources.get(&key.source) {
            key.source = source.clone();
        } else {
            self.sources.insert(key.source.clone());
        }
        let mut known = match self.known.entry(key) {
            Entry::Occupied(known) => known,
            Entry::Vacant(new) => {
                let total = self.totals.entry(order.currency).or_default();
                let more = total.checked_add(order.counted());
                *total = more.ok_or_else(|| format!("all orders in {} would be too much", order.currency.code()))?;
                new.insert(order);
                return Ok(Some(Change { before: None, after: order }));
            }
        };
        let before = *known.get();
        agree(&before, &order)?;
        if rank(&order) <= rank(&before) {
            return Ok(None);
        }
        let after = Order { status: order.status, status_at: order.status_at, ..before };
        known.insert(after);
        // What was cancelled stays so.
        *self.totals.entry(order.currency).or_default() -= before.counted() - after.counted();
        Ok(Some(Change { before: Some(before), after }))
    }

    /// What is known of this order.
    pub(in crate::network) fn get(&self, key: &OrderKey) -> Option<&Order> {
        self.known.get(key)
    }

    /// All that are known, in no order.
    pub(in crate::network) fn all(&self) -> impl Iterator<Item = (&OrderKey, &Order)> {
        self.known.iter()
    }

    /// How many are known.
    pub(in crate::network) fn len(&self) -> usize {
        self.known.len()
    }

    /// What all orders of each currency come to, minor units.
    pub(in crate::network) fn totals(&self) -> impl Iterator<Item = (Currency, i64)> + '_ {
        self.totals.iter().map(|(currency, total)| (*currency, *total))
    }
}

/// The first event says who placed it, and for how much.
fn agree(known: &Order, told: &Order) -> Result<(), String> {
    let what = if told.placer != known.placer {
        "placer"
    } else if told.currency != known.currency {
        "currency"
    } else if told.amount != known.amount {
        "amount"
    } else {
        return Ok(());
    };
    Err(format!("an event before it told another {what} of this order"))
}

/// The state of the greatest rank holds, in whatever order they come: CANCELLED beats all, then DELIVERED; of the others the latest, and of those of one
/// instant the one further on.
fn rank(order: &Order) -> (u8, Timestamp, OrderStatus) {
    let end = match order.status {
        OrderStatus::Cancelled => 2,
        OrderStatus::Delivered => 1,
        _ => 0,
    };
    (end, order.status_at, order.status)
}

/// What a row says.
pub(in crate::network) fn of_fact(fact: order_fact::Model) -> Result<(OrderKey, Order), Fault> {
    let key = OrderKey { source: fact.source.into(), id: fact.order_id.into() };
    let currency = Currency::from_code(&fact.currency);
    let order = Order {
        placer: fact.placer_tenant_id,
        placed_at: fact.placed_at,
        currency: currency.ok_or_else(|| Fault::Row(format!("order {key} is in {:?}", fact.currency)))?,
        amount: fact.amount_minor,
        status: fact.status,
        status_at: fact.status_at,
    };
    Ok((key, order))
}

/// The row of an order.
pub(in crate::network) fn fact(key: &OrderKey, order: &Order) -> order_fact::Model {
    order_fact::Model {
        source: key.source.as_ref().to_owned(),
        order_id: key.id.as_ref().to_owned(),
        placer_tenant_id: order.placer,
        placed_at: order.placed_at,
        day: order.placed_at.into(),
        currency: order.currency.code().to_owned(),
        amount_minor: order.amount,
        status: order.status,
        status_at: order.status_at,
    }
}
