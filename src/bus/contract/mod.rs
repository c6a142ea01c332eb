//! The contract of the bus: every alias, one file a module, with the types of what goes in and comes out.
//!
//! Modules speak to one another in these words and in events, and in nothing else.

pub mod catalog;
pub mod finance;
pub mod network;
pub mod orders;

use entity::Timestamp;
use serde::{Deserialize, Serialize};
use time::Date;

time::serde::format_description!(iso_day, Date, "[year]-[month]-[day]");

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
        let length = time::Duration::days(self.days());
        Self { from: self.from.saturating_sub(length), to: self.to.saturating_sub(length) }
    }
}

/// Which part of a list is asked for. `C` is a place in the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<C> {
    /// How many, and from which end.
    pub take: Take,
    /// Only what comes after this place.
    pub after: Option<C>,
    /// Only what comes before this place.
    pub before: Option<C>,
}

/// How many, and from which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Take {
    /// So many from the beginning.
    First(u32),
    /// So many from the end.
    Last(u32),
}

impl Take {
    /// How many.
    #[must_use]
    pub fn count(self) -> u32 {
        match self {
            Self::First(count) | Self::Last(count) => count,
        }
    }
}

/// A part of a list, in the list's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Whether the list goes on after them.
    pub has_next: bool,
    /// Whether the list has something before them.
    pub has_previous: bool,
}
