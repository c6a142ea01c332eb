//! What an event tells of an order.

use std::borrow::Cow;
use std::sync::Arc;

use entity::{OrderStatus, TenantId, Timestamp};
use iso_currency::Currency;
use serde::Deserialize;

use crate::events::{Telling, kinds};
use crate::money::MAX_MINOR;
use crate::tenancy::topology::Snapshot;

/// The longest id of an order, in characters.
const MAX_ID: usize = 200;

/// The identity of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::network) struct OrderKey {
    /// CloudEvents `source` of the events about it.
    pub(in crate::network) source: Arc<str>,
    /// What the source calls it.
    pub(in crate::network) id: Box<str>,
}

impl std::fmt::Display for OrderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {:?}", self.id, self.source)
    }
}

/// An order, as one event tells of it.
#[derive(Clone, Debug)]
pub(in crate::network) struct Told {
    pub(in crate::network) key: OrderKey,
    pub(in crate::network) order: Order,
}

/// What there is to know of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) struct Order {
    pub(in crate::network) placer: TenantId,
    /// No later than it was first recorded.
    pub(in crate::network) placed_at: Timestamp,
    pub(in crate::network) currency: Currency,
    /// Minor units.
    pub(in crate::network) amount: i64,
    pub(in crate::network) status: OrderStatus,
    /// When it came there.
    pub(in crate::network) status_at: Timestamp,
}

impl Order {
    /// Whether it counts: all do that are not cancelled.
    pub(in crate::network) fn counts(&self) -> bool {
        self.status != OrderStatus::Cancelled
    }

    /// What it adds to the sum of all orders: minor units.
    pub(in crate::network) fn counted(&self) -> i64 {
        if self.counts() { self.amount } else { 0 }
    }
}

/// The part of the data that counts. What else is there is for others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'d> {
    #[serde(borrow)]
    order_id: Cow<'d, str>,
    amount_minor: i64,
    #[serde(borrow)]
    currency: Cow<'d, str>,
    #[serde(borrow)]
    placed_at: Cow<'d, str>,
}

#[derive(Deserialize)]
struct Step {
    to: OrderStatus,
}

/// What `event` tells of an order placed by a company of `chain`.
///
/// # Errors
/// Why it can be nothing of the kind, for the operator.
pub(in crate::network) fn read(event: &Telling, chain: &Snapshot) -> Result<Told, String> {
    let placer = event.subject_tenant_id.filter(|subject| chain.find(*subject).is_some());
    let placer = placer.ok_or("its subject is no company of the chain")?;
    let data: Data<'_> = serde_json::from_str(&event.data).map_err(|cause| format!("its data: {cause}"))?;
    let status = if event.event_type == kinds::ORDER_DELIVERED {
        OrderStatus::Delivered
    } else {
        serde_json::from_str::<Step>(&event.data).map_err(|cause| format!("its data: {cause}"))?.to
    };
    let order = Order {
        placer,
        placed_at: placed_at(&data.placed_at)?.min(event.recorded_at),
        currency: currency(&data.currency)?,
        amount: amount(data.amount_minor)?,
        status,
        // Not bounded by when it was recorded: that depends on who came first.
        status_at: event.occurred_at,
    };
    Ok(Told { key: OrderKey { source: event.source.as_str().into(), id: id(&data.order_id)? }, order })
}

fn id(text: &str) -> Result<Box<str>, String> {
    let fits = !text.trim().is_empty() && text.chars().count() <= MAX_ID && !text.contains(char::is_control);
    if fits { Ok(text.into()) } else { Err(format!("its orderId is not 1 to {MAX_ID} printable characters")) }
}

fn amount(minor: i64) -> Result<i64, String> {
    let fits = (0..=MAX_MINOR).contains(&minor);
    fits.then_some(minor).ok_or_else(|| format!("its amountMinor is not 0 to {MAX_MINOR}"))
}

fn currency(code: &str) -> Result<Currency, String> {
    let known = (code.len() == 3).then(|| Currency::from_code(code)).flatten();
    known.ok_or_else(|| "its currency is none of ISO 4217".to_owned())
}

fn placed_at(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|cause| format!("its placedAt: {cause}"))
}
