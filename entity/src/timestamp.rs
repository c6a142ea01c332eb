//! Instants as the database stores them.

use std::str::FromStr;

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

/// An instant: microseconds since 1970-01-01T00:00:00Z, stored as an integer in both databases.
///
/// A clock crate's own type would reach SQLite as text that does not sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Midnight (UTC) at which `day` begins.
    #[must_use]
    pub fn start_of(day: Date) -> Self {
        Self(day.midnight().assume_utc().unix_timestamp() * 1_000_000)
    }

    /// The instant as a calendar's date and time; the nearest one that a calendar knows, for a number beyond the year 9999.
    #[must_use]
    pub fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000).unwrap_or_else(|_| {
            if self.0 < 0 {
                time::PrimitiveDateTime::MIN.assume_utc()
            } else {
                time::PrimitiveDateTime::MAX.assume_utc()
            }
        })
    }

    /// The instant by RFC 3339, in UTC, as it leaves the program.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        // Only a year beyond 9999 has no text, and `to_utc` gives none.
        self.to_utc().format(&Rfc3339).unwrap_or_default()
    }
}

impl FromStr for Timestamp {
    type Err = time::error::Parse;

    /// The instant that `text` names by RFC 3339. Finer than a microsecond is cut off.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OffsetDateTime::parse(text, &Rfc3339).map(Self::from)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(at: OffsetDateTime) -> Self {
        // Every date that `time` can hold fits: the year 9999 is about 2.5e17 microseconds.
        Self(i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX))
    }
}
