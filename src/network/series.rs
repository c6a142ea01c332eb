//! Figures by day, week or month: every step of a period, also those on which nothing was ordered.

use std::collections::BTreeMap;

use iso_currency::Currency;
use time::{Date, Duration};

use crate::bus::contract::Period;
use crate::bus::contract::orders::OrderDay;
use crate::money::Money;

/// How long a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A day (UTC).
    Day,
    /// A week by ISO 8601: from Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

/// What was ordered in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The step's first day by the calendar, also where the period begins later.
    pub start: Date,
    /// Orders that were not cancelled.
    pub order_count: u64,
    /// What their placers pay for them; one amount for each currency, sorted by currency.
    pub revenue: Vec<Money>,
}

impl Step {
    /// The first day of the step that `day` is in.
    #[must_use]
    pub fn start(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(Duration::days(day.weekday().number_days_from_monday().into())),
            Self::Month => day.replace_day(1).unwrap_or(day),
        }
    }

    /// The first day of the next step; nothing at the end of the calendar.
    fn next(self, start: Date) -> Option<Date> {
        match self {
            Self::Day => start.next_day(),
            Self::Week => start.checked_add(Duration::weeks(1)),
            // No month has more than 31 days, and 31 days after its first the next one has begun.
            Self::Month => start.checked_add(Duration::days(31)).map(|later| self.start(later)),
        }
    }

    /// How many steps `period` has a part in.
    #[must_use]
    pub fn count(self, period: Period) -> usize {
        let (first, last) = (self.start(period.from), self.start(period.to));
        let months = |day: Date| i64::from(day.year()) * 12 + i64::from(u8::from(day.month()));
        let later = match self {
            Self::Day => (last - first).whole_days(),
            Self::Week => (last - first).whole_weeks(),
            Self::Month => months(last) - months(first),
        };
        usize::try_from(later).map_or(0, |later| later + 1)
    }
}

/// All steps of `period` in their order, with what `days` say of each. Days outside of the period are left out.
#[must_use]
pub fn series(period: Period, step: Step, days: &[OrderDay]) -> Vec<Point> {
    let mut steps: BTreeMap<Date, (u64, BTreeMap<&'static str, Money>)> = BTreeMap::new();
    let mut next = Some(step.start(period.from));
    while let Some(start) = next.filter(|start| *start <= period.to) {
        steps.insert(start, Default::default());
        next = step.next(start);
    }
    for day in days.iter().filter(|day| (period.from..=period.to).contains(&day.day)) {
        let (count, revenue) = steps.entry(step.start(day.day)).or_default();
        *count = count.saturating_add(day.count);
        add(revenue, day.revenue);
    }
    let point = |(start, (order_count, revenue)): (Date, (u64, BTreeMap<_, Money>))| Point {
        start,
        order_count,
        revenue: revenue.into_values().collect(),
    };
    steps.into_iter().map(point).collect()
}

/// Adds `amount` to what there is of its currency.
pub(super) fn add(amounts: &mut BTreeMap<&'static str, Money>, amount: Money) {
    let Money { minor, currency } = amount;
    let sum = amounts.entry(code(currency)).or_insert(Money::new(0, currency));
    sum.minor = sum.minor.saturating_add(minor);
}

fn code(currency: Currency) -> &'static str {
    currency.code()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn period(from: Date, to: Date) -> Period {
        Period { from, to }
    }

    fn starts(step: Step, period: Period) -> Vec<Date> {
        let starts: Vec<_> = series(period, step, &[]).into_iter().map(|point| point.start).collect();
        assert_eq!(starts.len(), step.count(period));
        starts
    }

    #[test]
    fn weeks_begin_on_monday_also_over_new_year() {
        // 2026 ends in week 53 of its own, which has the first three days of 2027.
        let turn = period(date!(2026 - 12 - 27), date!(2027 - 01 - 04));
        let expected = [date!(2026 - 12 - 21), date!(2026 - 12 - 28), date!(2027 - 01 - 04)];
        assert_eq!(starts(Step::Week, turn), expected);
        assert_eq!(starts(Step::Week, period(date!(2027 - 01 - 03), date!(2027 - 01 - 03))), expected[1..2]);
    }

    #[test]
    fn months_and_days_are_those_of_the_calendar() {
        let span = period(date!(2027 - 12 - 31), date!(2028 - 03 - 01));
        let expected = [date!(2027 - 12 - 01), date!(2028 - 01 - 01), date!(2028 - 02 - 01), date!(2028 - 03 - 01)];
        assert_eq!(starts(Step::Month, span), expected);
        let leap = period(date!(2028 - 02 - 28), date!(2028 - 03 - 01));
        assert_eq!(starts(Step::Day, leap), [date!(2028 - 02 - 28), date!(2028 - 02 - 29), date!(2028 - 03 - 01)]);
        let end = period(date!(9999 - 12 - 30), date!(9999 - 12 - 31));
        assert_eq!(
            (starts(Step::Day, end).len(), starts(Step::Week, end).len(), starts(Step::Month, end).len()),
            (2, 1, 1)
        );
        let beginning = period(date!(1970 - 01 - 01), date!(1970 - 01 - 01));
        assert_eq!(starts(Step::Week, beginning), [date!(1969 - 12 - 29)]);
    }

    #[test]
    fn each_day_counts_in_its_step_and_no_two_currencies_are_added() {
        let day = |day, count, minor, currency| OrderDay { day, count, revenue: Money::new(minor, currency) };
        let days = [
            day(date!(2026 - 11 - 21), 9, 900, Currency::USD),
            day(date!(2026 - 11 - 22), 1, 100, Currency::USD),
            day(date!(2026 - 11 - 23), 2, 50, Currency::EUR),
            day(date!(2026 - 11 - 23), 3, 70, Currency::USD),
            day(date!(2026 - 11 - 25), 4, 30, Currency::USD),
            day(date!(2026 - 11 - 26), 9, 900, Currency::USD),
        ];
        let point = |start, order_count, revenue: &[(i64, Currency)]| Point {
            start,
            order_count,
            revenue: revenue.iter().map(|(minor, currency)| Money::new(*minor, *currency)).collect(),
        };
        let (usd, eur) = (Currency::USD, Currency::EUR);
        let span = period(date!(2026 - 11 - 22), date!(2026 - 11 - 25));
        let expected =
            [point(date!(2026 - 11 - 16), 1, &[(100, usd)]), point(date!(2026 - 11 - 23), 9, &[(50, eur), (100, usd)])];
        assert_eq!(series(span, Step::Week, &days), expected);
        assert_eq!(series(span, Step::Day, &days)[2], point(date!(2026 - 11 - 24), 0, &[]));
        assert_eq!(series(span, Step::Month, &days), [point(date!(2026 - 11 - 01), 10, &[(50, eur), (200, usd)])]);
    }
}
