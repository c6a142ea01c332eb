//! Days as the database stores them.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use time::Date;
use time::macros::date;

use crate::Timestamp;

/// A day (UTC): days since 1970-01-01, stored as an integer in both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub struct Day(pub i32);

/// The Julian day of 1970-01-01.
const FIRST: i32 = date!(1970 - 01 - 01).to_julian_day();

impl Day {
    /// The day as a calendar's date; the nearest one that a calendar knows, for a number beyond the year 9999.
    #[must_use]
    pub fn date(self) -> Date {
        let known = self.0.saturating_add(FIRST).clamp(Date::MIN.to_julian_day(), Date::MAX.to_julian_day());
        Date::from_julian_day(known).unwrap_or(Date::MAX)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date.to_julian_day() - FIRST)
    }
}

impl From<Timestamp> for Day {
    /// The day on which the instant lies.
    fn from(at: Timestamp) -> Self {
        at.to_utc().date().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_lies_on_the_day_that_has_begun() {
        let midnight = Timestamp::start_of(date!(2026 - 11 - 25));
        assert_eq!(Day::from(midnight), Day::from(date!(2026 - 11 - 25)));
        assert_eq!(Day::from(Timestamp(midnight.0 - 1)).date(), date!(2026 - 11 - 24));
        assert_eq!((Day::from(Timestamp(0)), Day::from(Timestamp(-1))), (Day(0), Day(-1)));
        assert_eq!(Day(i32::MAX).date(), Date::MAX);
    }
}
