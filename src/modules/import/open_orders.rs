//! Orders of the file that wait for their lines.

use std::collections::HashMap;

use entity::OrderId;

use crate::tenancy::topology::NodeIndex;

/// The new orders of the file, and what is still to come of each: about forty bytes an order are all that is kept of it. None are kept where no lines
/// follow.
#[derive(Default)]
pub(super) struct OpenOrders(HashMap<OrderId, Open>);

/// An order that waits for its lines.
pub(super) struct Open {
    /// Who placed it.
    pub(super) placer: NodeIndex,
    /// How many lines it has so far.
    lines: u32,
    /// What its amount has beyond the lines so far.
    rest: i64,
}

impl OpenOrders {
    /// Waits for the lines of the order `id`.
    pub(super) fn open(&mut self, id: OrderId, placer: NodeIndex, amount_minor: i64) {
        self.0.insert(id, Open { placer, lines: 0, rest: amount_minor });
    }

    /// The order `id`, if it is a new one.
    pub(super) fn get_mut(&mut self, id: OrderId) -> Option<&mut Open> {
        self.0.get_mut(&id)
    }

    /// Whether the order `id` is a new one.
    pub(super) fn contains(&self, id: OrderId) -> bool {
        self.0.contains_key(&id)
    }

    /// By how much the amount of the order `id` is above the sum of its lines, where it has any and that is not the same.
    pub(super) fn unbalanced(&self, id: OrderId) -> Option<i64> {
        self.0.get(&id).filter(|open| open.is_unbalanced()).map(|open| open.rest)
    }

    /// Whether there is such an order.
    pub(super) fn any_unbalanced(&self) -> bool {
        self.0.values().any(Open::is_unbalanced)
    }
}

impl Open {
    /// Takes a line of `amount_minor`. Answers its number.
    pub(super) fn add_line(&mut self, amount_minor: i64) -> i32 {
        self.lines = self.lines.saturating_add(1);
        self.rest = self.rest.saturating_sub(amount_minor);
        i32::try_from(self.lines).unwrap_or(i32::MAX)
    }

    fn is_unbalanced(&self) -> bool {
        self.lines > 0 && self.rest != 0
    }
}
