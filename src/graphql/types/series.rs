//! Figures by day, week or month.

use async_graphql::{Enum, Object, Result};

use super::money::{Money, amounts};
use super::period::Date;
use super::plain::{MayBePlain, Plain, PlainField, Written, write_each};
use crate::bus::contract::Period;
use crate::bus::contract::orders::OrderDay;
use crate::graphql::context::Sight;
use crate::graphql::json;
use crate::graphql::raw::Below;
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

/// What was ordered in a day, week or month.
pub struct SeriesPoint(series::Point);

/// What was ordered in a day, week or month. Each one of the period is there, also where nothing was ordered.
#[Object]
impl SeriesPoint {
    /// Its first day by the calendar: a week's Monday, a month's first. Where the period begins or ends in its middle, only the days of the
    /// period count.
    async fn start(&self) -> Date {
        Date(self.0.start)
    }

    /// Orders that were placed in it and not cancelled.
    async fn order_count(&self) -> u64 {
        self.0.order_count
    }

    /// What their placers pay for them: one amount for each currency, sorted by currency.
    async fn revenue(&self) -> Vec<Money> {
        amounts(&self.0.revenue)
    }
}

impl Plain for SeriesPoint {
    const TYPE: &'static str = "SeriesPoint";

    fn write<F: MayBePlain>(&self, out: &mut Vec<u8>, field: PlainField, below: Below<'_, F>) {
        match field {
            PlainField::Start => json::write_str(out, &Date(self.0.start).text()),
            PlainField::OrderCount => json::write(out, &self.0.order_count),
            PlainField::Revenue => write_each(out, &self.0.revenue, below),
            _ => json::write_null(out),
        }
    }
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
    pub fn all(period: Period, step: SeriesStep, days: &[OrderDay]) -> Written<Self> {
        Written(series::series(period, step.into(), days).into_iter().map(Self).collect())
    }
}
