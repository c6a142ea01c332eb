//! Figures by day, week or month.

use async_graphql::{Enum, Result, SimpleObject};

use super::money::Money;
use super::period::Date;
use crate::bus::contract::Period;
use crate::bus::contract::orders::OrderDay;
use crate::graphql::context::Sight;
use crate::network::series::{self, Step};

/// By what figures are added up.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::network::series::Step")]
pub enum SeriesStep {
    /// By day (UTC).
    Day,
    /// By week (ISO 8601): from Monday to Sunday.
    Week,
    /// By month of the calendar.
    Month,
}

/// What was ordered in a day, week or month. Each one of the period is there, also where nothing was ordered.
#[derive(SimpleObject)]
pub struct SeriesPoint {
    /// Its first day by the calendar: a week's Monday, a month's first. Where the period begins or ends in its middle, only the days of the
    /// period count.
    start: Date,
    /// Orders that were placed in it and not cancelled.
    order_count: u64,
    /// What their placers pay for them: one amount for each currency, sorted by currency.
    revenue: Vec<Money>,
}

impl SeriesPoint {
    /// Sees that the answer may have all steps of `period`, before any of it is read.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where they are too many.
    pub fn spend(sight: &Sight, period: Period, step: SeriesStep) -> Result<()> {
        sight.spend(Step::from(step).count(period))
    }

    /// All steps of `period`, with what `days` say of each.
    pub fn all(period: Period, step: SeriesStep, days: &[OrderDay]) -> Vec<Self> {
        let point = |point: series::Point| Self {
            start: Date(point.start),
            order_count: point.order_count,
            revenue: point.revenue.into_iter().map(Money::from).collect(),
        };
        series::series(period, step.into(), days).into_iter().map(point).collect()
    }
}
