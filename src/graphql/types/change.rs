//! What has become of a figure since the period before.

use async_graphql::SimpleObject;

use super::money::Decimal;
use crate::money::{Money, Rate};

/// How a figure differs from that of the period before, which has the same length and ends the day before.
#[derive(SimpleObject)]
pub struct Change {
    /// What it was in the period before.
    previous: Decimal,
    /// By how much it is more now; below zero where it is less.
    absolute: Decimal,
    /// The same as a percentage of what it was, rounded half to even to 4 decimal places. Null where it was zero.
    percent: Option<Decimal>,
}

impl Change {
    /// From `before` to `now`, of things that are counted.
    pub fn of_counts(before: u64, now: u64) -> Self {
        let whole = |count| i64::try_from(count).unwrap_or(i64::MAX);
        let (before, now) = (whole(before), whole(now));
        let percent = Rate::of_change(before, now).map(Decimal::from);
        Self { previous: Decimal(before.to_string()), absolute: Decimal((now - before).to_string()), percent }
    }

    /// From `before` to `now`, both of the currency of `now`.
    pub fn of_money(before: Money, now: Money) -> Self {
        let absolute = Money::new(now.minor.saturating_sub(before.minor), now.currency);
        let percent = Rate::of_change(before.minor, now.minor).map(Decimal::from);
        Self { previous: Decimal(before.amount()), absolute: Decimal(absolute.amount()), percent }
    }
}
