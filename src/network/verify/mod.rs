//! Recounts what is made from the log and from the modules' rows, reports each difference, and mends it where the log knows better.
//!
//! Each comparison is made in one snapshot of the database, up to the position that the consumer had reached there. What is mended is written while the
//! consumer stands still, as of the position at which it does: it goes on from there. So a server may run meanwhile.
//!
//! In memory there are the chain, about 250 bytes for each order, and the rows of some companies at a time.
//!
//! - `recount`: the orders of which the log tells. `tables`: rows that belong to companies, compared some companies at a time.
//! - `facts`, `figures`, `feed`: what consumers have written. `orders`, `ledgers`: what modules have.

mod facts;
mod feed;
mod figures;
mod ledgers;
mod orders;
mod parcels;
mod recount;
mod store;
mod tables;

use std::fmt::Display;

use sea_orm::DatabaseTransaction;

use crate::error::Fault;
use crate::events::Log;
use crate::tenancy::CentralDb;

/// Rows or events that are read together.
const PAGE: u64 = 5_000;

/// How often it looks at most: what somebody has changed meanwhile is found the next time.
const ROUNDS: u32 = 3;

/// Something is stored that a recount does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub what: String,
    /// What is stored.
    pub stored: String,
    /// What a recount says.
    pub recounted: String,
}

impl Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: stored is {}, a recount says {}", self.what, self.stored, self.recounted)
    }
}

/// How far a recount is. It begins anew with each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being looked at.
    pub step: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

/// Who is told what is found.
pub trait Watch {
    /// This differs.
    fn differs(&mut self, difference: Difference);

    /// So far it is.
    fn progress(&mut self, progress: Progress);
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Differences that were found at first.
    pub found: u64,
    /// Those that were there at the end.
    pub left: u64,
}

/// Compares all that is stored with a recount.
///
/// # Errors
/// Where it could not be done.
pub async fn verify(central: &CentralDb, watch: &mut impl Watch) -> Result<Outcome, Fault> {
    let Found { all, .. } = Check::new(central, None, watch).all().await?;
    Ok(Outcome { found: all, left: all })
}

/// The same; and writes anew what the log knows better: order facts, figures, and the feed. Then it looks again, and tells nobody of what is found then.
///
/// # Errors
/// Where it could not be done.
pub async fn repair(central: &CentralDb, log: &Log, watch: &mut impl Watch) -> Result<Outcome, Fault> {
    let first = Check::new(central, Some(log), watch).all().await?;
    let mut last = first;
    for _ in 1..ROUNDS {
        if last.of_the_log > 0 {
            last = Check::new(central, Some(log), &mut Quietly(watch)).all().await?;
        }
    }
    Ok(Outcome { found: first.all, left: last.all })
}

/// Shows progress alone.
struct Quietly<'w, W>(&'w mut W);

impl<W: Watch> Watch for Quietly<'_, W> {
    fn differs(&mut self, _: Difference) {}

    fn progress(&mut self, progress: Progress) {
        self.0.progress(progress);
    }
}

/// How many differences a look has found.
#[derive(Clone, Copy, Default)]
struct Found {
    all: u64,
    /// Those that the log alone can mend.
    of_the_log: u64,
}

/// One look at everything.
struct Check<'v, W> {
    central: &'v CentralDb,
    /// Where it is to be mended.
    log: Option<&'v Log>,
    watch: &'v mut W,
    found: u64,
}

impl<'v, W: Watch> Check<'v, W> {
    fn new(central: &'v CentralDb, log: Option<&'v Log>, watch: &'v mut W) -> Self {
        Self { central, log, watch, found: 0 }
    }

    async fn all(mut self) -> Result<Found, Fault> {
        let mut recount = self.facts_and_figures().await?;
        self.feed().await?;
        let of_the_log = self.found;
        self.orders(&mut recount).await?;
        self.ledgers().await?;
        Ok(Found { all: self.found, of_the_log })
    }

    async fn snapshot(&self) -> Result<DatabaseTransaction, Fault> {
        Ok(self.central.begin_snapshot().await?)
    }

    fn differs(&mut self, what: impl Display, stored: Option<impl Display>, recounted: Option<impl Display>) {
        let said = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
        let (stored, recounted) = (stored.map(|value| value.to_string()), recounted.map(|value| value.to_string()));
        self.found += 1;
        self.watch.differs(Difference { what: what.to_string(), stored: said(stored), recounted: said(recounted) });
    }

    fn progress(&mut self, step: &'static str, done: u64, total: u64) {
        self.watch.progress(Progress { step, done, total });
    }
}
