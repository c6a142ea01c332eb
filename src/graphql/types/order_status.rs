//! How far an order is.

use async_graphql::Enum;

/// How far an order is: `PLACED → AWAITING_FORWARD → FORWARDED (→ …) → CONFIRMED → SHIPPED → DELIVERED`, or `CANCELLED`.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::OrderStatus")]
pub enum OrderStatus {
    /// Its first holder has it, and has done nothing yet.
    Placed,
    /// Its holder has taken it in and is to pass it on.
    AwaitingForward,
    /// It was passed on to its present holder.
    Forwarded,
    /// The root will deliver it.
    Confirmed,
    /// It is on its way.
    Shipped,
    /// It has arrived.
    Delivered,
    /// It will not be delivered.
    Cancelled,
}
