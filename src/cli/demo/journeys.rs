//! The orders of the demo: one in each state and at each level, one that is late, and some of companies in the middle of the chain.

use entity::{OrderStatus, TenantId};

/// An order, and how far it has come.
pub(super) struct Journey {
    /// Who placed it.
    pub(super) placer: &'static str,
    /// How many days ago.
    pub(super) days_ago: i64,
    /// The state that it is in now.
    pub(super) status: OrderStatus,
    /// How often it was passed on.
    pub(super) hops: usize,
    /// Of products of this category.
    pub(super) category: &'static str,
}

const LOS_ANGELES: &str = "united-states/west/california/los-angeles";

/// All of them. How often an order is passed on until it is at the top follows from where its placer stands.
pub(super) const JOURNEYS: [Journey; 21] = [
    order(LOS_ANGELES, 0, OrderStatus::Placed, 0, "Technology"),
    order(LOS_ANGELES, 1, OrderStatus::AwaitingForward, 0, "Furniture"),
    order(LOS_ANGELES, 1, OrderStatus::Forwarded, 1, "Office Supplies"),
    order(LOS_ANGELES, 2, OrderStatus::AwaitingForward, 1, "Technology"),
    order(LOS_ANGELES, 2, OrderStatus::Forwarded, 2, "Furniture"),
    order(LOS_ANGELES, 3, OrderStatus::AwaitingForward, 2, "Office Supplies"),
    order(LOS_ANGELES, 3, OrderStatus::Forwarded, 3, "Technology"),
    order(LOS_ANGELES, 4, OrderStatus::Confirmed, 3, "Furniture"),
    order(LOS_ANGELES, 5, OrderStatus::Shipped, 3, "Office Supplies"),
    order(LOS_ANGELES, 7, OrderStatus::Delivered, 3, "Technology"),
    order(LOS_ANGELES, 6, OrderStatus::Cancelled, 0, "Furniture"),
    // Late: confirmed weeks ago, and not there yet.
    order(LOS_ANGELES, 25, OrderStatus::Confirmed, 3, "Technology"),
    order("united-states/west/washington/seattle", 9, OrderStatus::Delivered, 3, "Furniture"),
    order("united-states/east/new-york/new-york-city", 12, OrderStatus::AwaitingForward, 0, "Office Supplies"),
    // Companies in the middle order for themselves, too.
    order("united-states/west/california", 2, OrderStatus::Forwarded, 1, "Office Supplies"),
    order("united-states/west/california", 8, OrderStatus::Delivered, 2, "Technology"),
    order("united-states/west", 3, OrderStatus::Shipped, 1, "Furniture"),
    order("united-states", 1, OrderStatus::Placed, 0, "Technology"),
    // Canada trades in its own currency.
    order("canada/ontario/toronto", 1, OrderStatus::Placed, 0, "Technology"),
    order("canada/ontario/toronto", 6, OrderStatus::Delivered, 2, "Technology"),
    order("canada/ontario", 4, OrderStatus::Confirmed, 1, "Technology"),
];

const fn order(
    placer: &'static str,
    days_ago: i64,
    status: OrderStatus,
    hops: usize,
    category: &'static str,
) -> Journey {
    Journey { placer, days_ago, status, hops, category }
}

/// A state of an order, and who holds it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) status: OrderStatus,
    pub(super) holder: TenantId,
}

impl Journey {
    /// All that the order passes from its placing to where it is now. `upline` are the companies above its placer, nearest first.
    pub(super) fn stops(&self, upline: &[TenantId]) -> Vec<Stop> {
        let mut stops: Vec<Stop> = Vec::new();
        for (level, &holder) in upline.iter().enumerate() {
            let arrived = if level == 0 { OrderStatus::Placed } else { OrderStatus::Forwarded };
            stops.push(Stop { status: arrived, holder });
            let last = level + 1 == upline.len();
            let onwards: &[OrderStatus] = if last {
                &[OrderStatus::Confirmed, OrderStatus::Shipped, OrderStatus::Delivered]
            } else {
                &[OrderStatus::AwaitingForward]
            };
            stops.extend(onwards.iter().map(|&status| Stop { status, holder }));
        }
        let goal = upline.get(self.hops).copied();
        let is_goal = |stop: &Stop| Some(stop.holder) == goal && stop.status == self.status;
        if let Some(end) = stops.iter().position(is_goal) {
            stops.truncate(end + 1);
        } else {
            // Cancelled where it was placed.
            stops.truncate(1);
            stops.extend(goal.map(|holder| Stop { status: OrderStatus::Cancelled, holder }));
        }
        stops
    }
}
