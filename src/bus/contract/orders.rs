//! Orders: on their way up the chain.

use entity::{OrderId, OrderStatus, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use time::Date;

use super::{Listed, Page, Period, iso_day};
use crate::bus::alias::aliases;
use crate::money::Money;

aliases! {
    /// Places an order with the company's parent.
    Place = "orders.place": own_tenant Writes (NewOrder) -> OrderId;
    /// Moves an order one step on, by whose turn it is, or cancels it.
    Advance = "orders.advance": own_tenant Writes (Step) -> OrderId;
    /// Passes an order that the company holds, and has taken in, on to its parent.
    Forward = "orders.forward": own_tenant Writes (Forwarded) -> OrderId;
    /// Those of these orders that the company takes part in, in the order asked for.
    GetOrders = "orders.getOrders": own_tenant Reads (Vec<OrderId>) -> Vec<Order>;
    /// The orders that the company placed or now holds, newest first.
    ListOrders = "orders.list": own_tenant Reads (OrdersQuery) -> Listed<Order>;
    /// What the company ordered in a period.
    GetStats = "orders.getStats": cross_tenant Reads (Period) -> OrderStats;
    /// What the company ordered on each day of a period, in each currency.
    GetSeries = "orders.getSeries": cross_tenant Reads (Period) -> Vec<OrderDay>;
    /// All legs of these orders, for Finance: in nobody's scope alone. In the order asked for; one that is not known has none.
    GetLegs = "orders.getLegs": own_tenant Reads (Vec<OrderId>) -> Vec<Vec<PricedLeg>>;
}

/// An order, as its placer enters it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewOrder {
    /// What is ordered.
    pub lines: Vec<NewLine>,
    /// What the placer calls it; without one it gets a name.
    pub reference: Option<String>,
    /// The caller's key for this order.
    pub idempotency_key: String,
}

/// What is ordered of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewLine {
    /// The product.
    pub sku: String,
    /// How many.
    pub quantity: i64,
}

/// A step of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Which order.
    pub id: OrderId,
    /// Where to.
    pub to: OrderStatus,
    /// What the one who does it says about it.
    pub note: Option<String>,
}

/// An order that is passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forwarded {
    /// Which order.
    pub id: OrderId,
    /// To whom, where that is not left open: the nearest active company above. Where another is by now, it is not passed on.
    pub to: Option<TenantId>,
    /// What the one who does it says about it.
    pub note: Option<String>,
}

/// An order, as one company that takes part in it sees it: with the prices at which it sells, or for the placer buys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What its placer calls it.
    pub reference: String,
    /// How far it is.
    pub status: OrderStatus,
    /// Who placed it.
    pub placed_by: TenantId,
    /// Whose turn it is.
    pub holder: TenantId,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// What all of it costs.
    pub total: Money,
    /// What it is for.
    pub lines: Vec<Line>,
    /// The legs in which the company buys or sells, from the placer upwards.
    pub legs: Vec<Leg>,
}

/// What an order has of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The product.
    pub sku: String,
    /// Its name when the order was placed.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// The price of one. Of an imported order the amount by the quantity, rounded half to even.
    pub unit_price: Money,
    /// The price of all.
    pub amount: Money,
}

/// One hop of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// Who buys.
    pub from: TenantId,
    /// Who sells.
    pub to: TenantId,
    /// How far it is.
    pub status: OrderStatus,
    /// What the buyer pays the seller.
    pub total: Money,
    /// When it was made.
    pub at: Timestamp,
}

/// Which orders, and which part of the list of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrdersQuery {
    /// In one of these states; in none at all, where the list is empty.
    pub status: Option<Vec<OrderStatus>>,
    /// Whether the company must hold it (true) or must not (false).
    pub held_by_me: Option<bool>,
    /// Placed at this instant or later.
    pub placed_after: Option<Timestamp>,
    /// Placed before this instant.
    pub placed_before: Option<Timestamp>,
    /// Which part of the list.
    pub page: Page<OrderPlace>,
}

/// A place in a list of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderPlace {
    /// When the order was placed.
    pub placed_at: Timestamp,
    /// The order.
    pub id: OrderId,
}

/// What a company ordered in a period, by the day on which it placed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderStats {
    /// Orders that it placed and that were not cancelled.
    pub count: u64,
    /// What it pays for these; one amount for each currency, sorted by currency. What is more than a number holds is told as the most that it
    /// does.
    pub revenue: Vec<Money>,
    /// All orders that it placed, by how far they are; states without an order are left out.
    pub by_status: Vec<(OrderStatus, u64)>,
}

/// What was ordered on one day in one currency and not cancelled. Sorted by day, then by currency; a day without orders is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderDay {
    /// The day (UTC) on which the orders were placed.
    #[serde(with = "iso_day")]
    pub day: Date,
    /// How many they are.
    pub count: u64,
    /// What the placers pay for them.
    pub revenue: Money,
}

/// A leg with its price, for posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PricedLeg {
    /// Its place on the way; the first is 0.
    pub hop: i32,
    /// Who buys.
    pub buyer: TenantId,
    /// Who sells.
    pub seller: TenantId,
    /// What the buyer pays the seller.
    pub total: Money,
}
