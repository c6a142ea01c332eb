//! What one request may have in its answer, and look at for it, counted while it is answered.
//!
//! The [`limits`](super::limits) on a document guess how long its lists are. Where the guess is wrong, as in a very long line of companies,
//! this ends the request before it costs too much.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::Error;

use super::error::ErrorCode;

/// The most objects in lists that one answer may have.
pub const MAX_OBJECTS: u64 = 100_000;

/// The companies that one request may look at, in all searches, filters and orders together. It may look at the caller's whole downline
/// twice in any case: for a page, and to count what all pages have.
pub const MAX_VISITS: u64 = 2_000_000;

/// What one request has spent. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Budget(Arc<Spent>);

#[derive(Debug, Default)]
struct Spent {
    objects: AtomicU64,
    visits: AtomicU64,
}

impl Budget {
    /// Counts `objects` of a list, before it is made. What was refused once stays refused.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where they are too many.
    pub fn spend(&self, objects: usize) -> Result<(), Error> {
        let before = self.0.objects.fetch_add(objects as u64, Ordering::Relaxed);
        within(before.saturating_add(objects as u64), MAX_OBJECTS, "objects in its lists")
    }

    /// Whether all that was spent so far is within the budget.
    ///
    /// # Errors
    /// As [`spend`](Self::spend).
    pub fn check(&self) -> Result<(), Error> {
        self.spend(0)
    }

    /// Counts `companies` to look at, before that is done. `downline` is how many the caller has below it.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where they are too many.
    pub fn visit(&self, companies: usize, downline: usize) -> Result<(), Error> {
        let before = self.0.visits.fetch_add(companies as u64, Ordering::Relaxed);
        let most = MAX_VISITS.max(2 * downline as u64);
        within(before.saturating_add(companies as u64), most, "companies to search, filter, sort or count")
    }
}

fn within(spent: u64, most: u64, what: &str) -> Result<(), Error> {
    let too_much = || ErrorCode::QueryTooComplex.error(format!("The request has too many {what}: at most {most}."));
    if spent <= most { Ok(()) } else { Err(too_much()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_count_together_and_what_was_refused_stays_refused() {
        let budget = Budget::default();
        assert!(budget.clone().spend(99_999).is_ok() && budget.spend(1).is_ok() && budget.check().is_ok());
        assert!(budget.spend(1).is_err() && budget.clone().check().is_err());
    }

    #[test]
    fn the_whole_downline_may_be_looked_at_twice() {
        let budget = Budget::default();
        assert!(budget.visit(2_000_000, 10).is_ok());
        assert!(budget.visit(1, 10).is_err());
        assert!(budget.visit(1, 1_500_000).is_ok());
    }
}
