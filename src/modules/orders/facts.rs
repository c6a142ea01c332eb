//! What the log tells of orders. A fact is about the placer, with the placer's own amount: no other leg's price is in it.

use entity::{OrderStatus, order};
use serde_json::{Value, json};

use crate::events::{Fact, kinds};

/// `order` has come from `from` to where it is now; `from` is none for a new one.
pub(super) fn status_changed(order: &order::Model, from: Option<OrderStatus>, note: Option<&str>) -> Fact {
    let mut data = told(order);
    data["from"] = json!(from);
    data["to"] = json!(order.status);
    if let Some(note) = note {
        data["note"] = json!(note);
    }
    Fact { kind: kinds::ORDER_STATUS_CHANGED, subject: order.owner_tenant_id, data }
}

/// `order` has arrived.
pub(super) fn delivered(order: &order::Model) -> Fact {
    let mut data = told(order);
    data["deliveredAt"] = json!(order.delivered_at.map(|at| at.to_rfc3339()));
    Fact { kind: kinds::ORDER_DELIVERED, subject: order.owner_tenant_id, data }
}

fn told(order: &order::Model) -> Value {
    json!({
        "orderId": order.id,
        "reference": order.reference,
        "amountMinor": order.amount_minor,
        "currency": order.currency,
        "placedAt": order.placed_at.to_rfc3339(),
    })
}
