//! Spans of time: whole days (UTC), both ends included.

use async_graphql::{Enum, InputObject, InputValueError, InputValueResult, OneofObject, Result, Scalar, ScalarType};
use async_graphql::{SimpleObject, Value};
use entity::Timestamp;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::bus::contract;
use crate::graphql::error::bad_user_input;

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The years that dates may be of.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// A day (UTC), such as `2026-11-22`.
#[derive(Clone, Copy)]
pub struct Date(pub time::Date);

/// A day (UTC), such as `2026-11-22`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let date = time::Date::parse(text, FORMAT).ok().filter(|date| YEARS.contains(&date.year()));
        date.map(Self)
            .ok_or_else(|| InputValueError::custom("expected a day of the years 1970 to 9999, such as 2026-11-22"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

impl Date {
    /// The day as the API writes it.
    pub fn text(&self) -> String {
        self.0.format(FORMAT).unwrap_or_default()
    }
}

/// A period: a usual one, or any range of days.
#[derive(OneofObject)]
pub enum PeriodInput {
    /// A usual period, up to today (UTC).
    Preset(PeriodPreset),
    /// Any range of days.
    Range(DateRangeInput),
}

/// Usual periods. Each ends today (UTC), and today counts.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "contract::UsualPeriod")]
pub enum PeriodPreset {
    /// Today.
    Today,
    /// Today and the six days before.
    #[graphql(name = "LAST_7_DAYS")]
    Last7Days,
    /// Today and the 29 days before.
    #[graphql(name = "LAST_30_DAYS")]
    Last30Days,
    /// Today and the 89 days before.
    #[graphql(name = "LAST_90_DAYS")]
    Last90Days,
    /// From the first day of this month.
    MonthToDate,
    /// From the first day of this year.
    YearToDate,
    /// From the day after the same day a year ago, so that no day of the year counts twice.
    #[graphql(name = "LAST_12_MONTHS")]
    Last12Months,
}

/// A range of days (UTC), both ends included.
#[derive(InputObject)]
pub struct DateRangeInput {
    /// The first day.
    from: Date,
    /// The last day; not before the first.
    to: Date,
}

/// A period, both ends included.
#[derive(SimpleObject)]
pub struct Period {
    /// Its first day.
    from: Date,
    /// Its last day.
    to: Date,
}

impl From<contract::Period> for Period {
    fn from(period: contract::Period) -> Self {
        Self { from: Date(period.from), to: Date(period.to) }
    }
}

impl Default for PeriodInput {
    /// The last 30 days.
    fn default() -> Self {
        Self::Preset(PeriodPreset::Last30Days)
    }
}

impl PeriodInput {
    /// The days that the argument `period` means at the instant `now`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a range that ends before it begins.
    pub fn days(&self, now: Timestamp) -> Result<contract::Period> {
        match self {
            Self::Preset(preset) => Ok(contract::UsualPeriod::from(*preset).days(now.to_utc().date())),
            Self::Range(DateRangeInput { from, to }) if from.0 <= to.0 => {
                Ok(contract::Period { from: from.0, to: to.0 })
            }
            Self::Range(_) => Err(bad_user_input("period.range.to", "no day before period.range.from")),
        }
    }
}
