//! Orders: placed, passed up the chain, delivered; and who sees what of them.

mod advancing;
mod api;
mod imported;
mod placing;
mod reading;

use entity::{OrderStatus, TenantId};
use reseller_network::bus::contract::orders::Order;
use reseller_network::error::{Refusal, RefusalCode};
use reseller_network::money::Money;

/// A refusal of `code` about `field`.
#[track_caller]
fn assert_refusal(refusal: &Refusal, code: RefusalCode, field: &str) {
    assert_eq!((refusal.code, &*refusal.field.join(".")), (code, field), "{refusal}");
}

/// Each leg that is seen of an order: who buys, who sells, how far it is, for how much.
fn legs(order: &Order) -> Vec<(TenantId, TenantId, OrderStatus, Money)> {
    order.legs.iter().map(|leg| (leg.from, leg.to, leg.status, leg.total)).collect()
}
