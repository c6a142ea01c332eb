//! The contract of the bus: every alias, one file a module, with the types of what goes in and comes out.
//!
//! Modules speak to one another in these words and in events, and in nothing else.

pub mod admin;
pub mod catalog;
pub mod finance;
pub mod network;
pub mod orders;
mod paging;
mod period;

use serde::{Deserialize, Serialize};
use time::Date;

pub use period::{Period, UsualPeriod};

time::serde::format_description!(iso_day, Date, "[year]-[month]-[day]");

/// What is asked about a company.
pub trait Question {
    /// What its answer is worth.
    fn worth(&self, today: Date) -> Worth;
}

/// What an answer is worth to those who have not asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Nothing: it is asked once in a lifetime.
    Nothing,
    /// Nothing either, unless it is asked again soon: then as [`WhileSure`](Self::WhileSure).
    OnceAskedAgain,
    /// It is told again while it is surely what the module would answer.
    WhileSure,
    /// The same; and told as what was last known where the module cannot answer.
    AsLastKnown,
}

impl Question for () {
    fn worth(&self, _today: Date) -> Worth {
        Worth::AsLastKnown
    }
}

impl Question for Period {
    /// A usual one, or the one before it. Any other may be asked for once in a lifetime, and there are a great many of them.
    fn worth(&self, today: Date) -> Worth {
        let mut usual = UsualPeriod::ALL.iter().map(|usual| usual.days(today));
        let is_usual = usual.any(|usual| usual == *self || usual.before() == *self);
        if is_usual { Worth::AsLastKnown } else { Worth::OnceAskedAgain }
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
