//! Spans of whole days.

use entity::Timestamp;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month};

use super::iso_day;

/// A span of whole days (UTC), both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    #[serde(with = "iso_day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "iso_day")]
    pub to: Date,
}

impl Period {
    /// The instant at which it begins, and the one at which it is over.
    #[must_use]
    pub fn instants(self) -> (Timestamp, Timestamp) {
        let end = self.to.next_day().map_or(Timestamp(i64::MAX), Timestamp::start_of);
        (Timestamp::start_of(self.from), end)
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.to - self.from).whole_days() + 1
    }

    /// The period of the same length that ends the day before it begins.
    #[must_use]
    pub fn before(self) -> Self {
        let length = Duration::days(self.days());
        Self { from: self.from.saturating_sub(length), to: self.to.saturating_sub(length) }
    }
}

/// Periods that are usual. Each ends today (UTC), and today counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsualPeriod {
    /// Today.
    Today,
    /// Today and the six days before.
    Last7Days,
    /// Today and the 29 days before.
    Last30Days,
    /// Today and the 89 days before.
    Last90Days,
    /// From the first day of this month.
    MonthToDate,
    /// From the first day of this year.
    YearToDate,
    /// From the day after the same day a year ago, so that no day of the year counts twice.
    Last12Months,
}

impl UsualPeriod {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Today,
        Self::Last7Days,
        Self::Last30Days,
        Self::Last90Days,
        Self::MonthToDate,
        Self::YearToDate,
        Self::Last12Months,
    ];

    /// Its days, where it ends `today`.
    #[must_use]
    pub fn days(self, today: Date) -> Period {
        let back = |days| today.saturating_sub(Duration::days(days));
        let first_of_month = today.replace_day(1).unwrap_or(today);
        let from = match self {
            Self::Today => today,
            Self::Last7Days => back(6),
            Self::Last30Days => back(29),
            Self::Last90Days => back(89),
            Self::MonthToDate => first_of_month,
            Self::YearToDate => first_of_month.replace_month(Month::January).unwrap_or(today),
            Self::Last12Months => a_year_before(today).next_day().unwrap_or(today),
        };
        Period { from, to: today }
    }
}

/// The same day a year before; of the 29 February the 28.
fn a_year_before(day: Date) -> Date {
    let year = day.year() - 1;
    day.replace_year(year).or_else(|_| day.previous_day().unwrap_or(day).replace_year(year)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::super::{Question, Worth};
    use super::*;

    #[test]
    fn usual_periods_end_today_and_count_it() {
        let today = date!(2026 - 11 - 22);
        for (period, from) in [
            (UsualPeriod::Today, today),
            (UsualPeriod::Last7Days, date!(2026 - 11 - 16)),
            (UsualPeriod::Last30Days, date!(2026 - 10 - 24)),
            (UsualPeriod::Last90Days, date!(2026 - 08 - 25)),
            (UsualPeriod::MonthToDate, date!(2026 - 11 - 01)),
            (UsualPeriod::YearToDate, date!(2026 - 01 - 01)),
            (UsualPeriod::Last12Months, date!(2025 - 11 - 23)),
        ] {
            assert_eq!(period.days(today), Period { from, to: today });
            assert_eq!(Period { from, to: today }.worth(today), Worth::AsLastKnown);
            assert_eq!(
                Period { from, to: today }.before().worth(today),
                Worth::AsLastKnown,
                "what it is compared with"
            );
            assert_eq!(Period { from, to: today }.worth(date!(2026 - 12 - 25)), Worth::OnceAskedAgain);
        }
        assert_eq!(UsualPeriod::Last12Months.days(date!(2028 - 02 - 29)).from, date!(2027 - 03 - 01));
        assert_eq!(UsualPeriod::YearToDate.days(date!(2028 - 02 - 29)).from, date!(2028 - 01 - 01));
    }
}
