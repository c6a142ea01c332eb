//! Whose turn it is, and what may come next.

use entity::OrderStatus::{self, AwaitingForward, Cancelled, Confirmed, Delivered, Forwarded, Placed, Shipped};

use crate::error::{Refusal, RefusalCode};

/// What a company is to an order in which it takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// It placed the order.
    pub(super) is_placer: bool,
    /// It holds the order.
    pub(super) is_holder: bool,
    /// It is the root of the chain, which confirms and delivers.
    pub(super) is_root: bool,
}

impl Part {
    /// What this company may make of an order that is `from`.
    fn may_follow(self, from: OrderStatus) -> &'static [OrderStatus] {
        match from {
            // The root has nobody to pass it on to.
            Placed | AwaitingForward | Forwarded if self.is_holder && self.is_root => &[Confirmed, Cancelled],
            Placed | Forwarded if self.is_holder => &[AwaitingForward, Cancelled],
            AwaitingForward if self.is_holder => &[Forwarded, Cancelled],
            Confirmed if self.is_holder && self.is_root => &[Shipped, Cancelled],
            Shipped if self.is_holder && self.is_root => &[Delivered, Cancelled],
            Confirmed | Shipped if self.is_holder => &[Cancelled],
            Placed | AwaitingForward | Forwarded if self.is_placer => &[Cancelled],
            _ => &[],
        }
    }

    /// Whether this company may take an order from `from` to `to`.
    ///
    /// # Errors
    /// `NOT_ALLOWED` where it is not its turn, `CONFLICT` where the order is not there.
    pub(super) fn check(self, from: OrderStatus, to: OrderStatus) -> Result<(), Refusal> {
        let next = self.may_follow(from);
        if next.contains(&to) {
            return Ok(());
        }
        let may_ever = self.is_holder || (self.is_placer && to == Cancelled);
        if !may_ever {
            let message = "Another company holds this order: it is not your turn.";
            return Err(Refusal::new(RefusalCode::NotAllowed, "id", message));
        }
        let words: Vec<&str> = next.iter().map(|status| status.as_str()).collect();
        let message = match &*words {
            [] if self.is_holder => format!("The order is {from}: nothing comes next."),
            [] => format!("The order is {from}: its placer can cancel it no longer."),
            words => format!("The order is {from}: you can take it to {}.", words.join(" or ")),
        };
        Err(Refusal::new(RefusalCode::Conflict, "to", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACER: Part = Part { is_placer: true, is_holder: false, is_root: false };
    const MIDDLE: Part = Part { is_placer: false, is_holder: false, is_root: false };
    const HOLDER: Part = Part { is_placer: false, is_holder: true, is_root: false };
    const ROOT: Part = Part { is_placer: false, is_holder: true, is_root: true };

    fn steps(part: Part) -> Vec<(OrderStatus, OrderStatus)> {
        let all = OrderStatus::ALL.into_iter().flat_map(|from| OrderStatus::ALL.map(|to| (from, to)));
        all.filter(|(from, to)| part.check(*from, *to).is_ok()).collect()
    }

    #[test]
    fn a_holder_takes_in_and_passes_on_and_cancels_before_delivery() {
        let expected = [
            (Placed, AwaitingForward),
            (Placed, Cancelled),
            (AwaitingForward, Forwarded),
            (AwaitingForward, Cancelled),
            (Forwarded, AwaitingForward),
            (Forwarded, Cancelled),
            (Confirmed, Cancelled),
            (Shipped, Cancelled),
        ];
        assert_eq!(steps(HOLDER), expected);
    }

    #[test]
    fn the_root_confirms_ships_and_delivers() {
        let expected = [
            (Placed, Confirmed),
            (Placed, Cancelled),
            // Only an order from a file is there.
            (AwaitingForward, Confirmed),
            (AwaitingForward, Cancelled),
            (Forwarded, Confirmed),
            (Forwarded, Cancelled),
            (Confirmed, Shipped),
            (Confirmed, Cancelled),
            (Shipped, Delivered),
            (Shipped, Cancelled),
        ];
        assert_eq!(steps(ROOT), expected);
    }

    #[test]
    fn a_placer_cancels_before_the_order_is_confirmed_and_does_nothing_else() {
        assert_eq!(steps(PLACER), [(Placed, Cancelled), (AwaitingForward, Cancelled), (Forwarded, Cancelled)]);
        let code = |from, to| PLACER.check(from, to).map_err(|refusal| refusal.code);
        assert_eq!(code(Confirmed, Cancelled), Err(RefusalCode::Conflict), "too late");
        assert_eq!(code(Placed, Confirmed), Err(RefusalCode::NotAllowed), "not its turn");
        assert_eq!(code(Delivered, Delivered), Err(RefusalCode::NotAllowed));
    }

    #[test]
    fn who_only_takes_part_waits() {
        assert_eq!(steps(MIDDLE), []);
        let refusal = MIDDLE.check(Forwarded, Cancelled).expect_err("not its turn");
        assert_eq!(refusal.code, RefusalCode::NotAllowed);
    }

    #[test]
    fn a_refusal_says_where_the_order_is_and_what_may_come_next() {
        let message = |part: Part, from, to| part.check(from, to).expect_err("a wrong step").message;
        assert_eq!(
            message(HOLDER, Placed, Forwarded),
            "The order is PLACED: you can take it to AWAITING_FORWARD or CANCELLED."
        );
        assert_eq!(message(ROOT, Delivered, Shipped), "The order is DELIVERED: nothing comes next.");
        assert_eq!(message(PLACER, Shipped, Cancelled), "The order is SHIPPED: its placer can cancel it no longer.");
    }
}
