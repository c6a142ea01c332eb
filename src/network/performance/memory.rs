//! Figures in memory: told again while no order has been heard of that could change them.
//!
//! What was read holds all events that this process's consumer of figures had dealt with before (`as_at`). The log tells of the orders that came since, and
//! whose figures each of them changes: those of its placer, and of all that are above it or ever were.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use entity::{Position, TenantId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::time::Instant;

use super::{Figures, Question};
use crate::events::{News, kinds};
use crate::tenancy::topology::Snapshot;

/// How many bytes of figures are held, about.
const BYTES: u64 = 32 << 20;

/// How many answers there is room for, about.
const EXPECTED: usize = 20_000;

/// What an entry takes besides its rows, and a row, roughly.
const OVERHEAD: usize = 200;
const BYTES_A_ROW: usize = 40;

/// Figures are told again for so long: `verify --repair` writes them anew, and the log says nothing of it.
const MAX_AGE: Duration = Duration::from_mins(1);

/// So many companies' last orders are remembered one by one. Beyond, all are forgotten, and with them what was read.
const MOST: usize = 100_000;

/// What was read, and when.
pub(super) struct Memory {
    answers: Cache<Question, Arc<Remembered>, Rows>,
    changes: RwLock<Changes>,
}

struct Remembered {
    figures: Arc<Figures>,
    moment: Moment,
    read_at: Instant,
}

/// Before which something was read.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    /// All events up to here were in the figures.
    as_at: Position,
    /// Counts the logs: a log that was restored is another one.
    log: u64,
}

/// Up to where the log was read when the last order was told of that changes somebody's figures.
#[derive(Default)]
struct Changes {
    log: u64,
    of_owner: HashMap<TenantId, Position>,
    of_all: Position,
}

/// Weighs figures by their rows.
#[derive(Clone)]
struct Rows;

impl Weighter<Question, Arc<Remembered>> for Rows {
    fn weight(&self, _: &Question, remembered: &Arc<Remembered>) -> u64 {
        let Figures { rows, statuses } = &*remembered.figures;
        (OVERHEAD + BYTES_A_ROW * (rows.len() + statuses.len())) as u64
    }
}

impl Memory {
    pub(super) fn new() -> Self {
        Self { answers: Cache::with_weighter(EXPECTED, BYTES, Rows), changes: RwLock::default() }
    }

    /// This moment, at which all events up to `as_at` are in the figures: to be taken before they are read.
    pub(super) fn moment(&self, as_at: Position) -> Moment {
        Moment { as_at, log: self.changes.read().unwrap_or_else(PoisonError::into_inner).log }
    }

    /// The figures that answer `question`, if they are surely what the table has.
    pub(super) fn get(&self, question: &Question) -> Option<Arc<Figures>> {
        let remembered = self.answers.get(question)?;
        let Moment { as_at, log } = remembered.moment;
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let last = changes.of_owner.get(&question.owner).copied().unwrap_or_default().max(changes.of_all);
        let sure = log == changes.log && last <= as_at && remembered.read_at.elapsed() < MAX_AGE;
        sure.then(|| remembered.figures.clone())
    }

    /// Remembers what was read after `moment`.
    pub(super) fn put(&self, question: Question, figures: Arc<Figures>, moment: Moment) {
        self.answers.insert(question, Arc::new(Remembered { figures, moment, read_at: Instant::now() }));
    }

    /// Takes note of `news`, all of which came no later than `end`; `chain` may not show them yet.
    pub(super) fn happened(&self, news: &[News], end: Position, chain: &Snapshot) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        for news in news.iter().filter(|news| news.event_type.starts_with(kinds::ORDERS)) {
            let Some(placer) = news.subject_tenant_id else { continue };
            match chain.find(placer) {
                Some(node) => {
                    let owners = std::iter::once(node).chain(chain.ever_above(node));
                    changes.of_owner.extend(owners.map(|owner| (chain.id(owner), end)));
                }
                // It came with these news.
                None => changes.of_all = end,
            }
        }
        // Who was moved just now takes orders of just now along.
        if changes.of_owner.len() > MOST || news.iter().any(|news| news.event_type == kinds::RESELLER_MOVED) {
            changes.of_owner.clear();
            changes.of_all = end;
        }
    }

    /// The log is another one: nothing is sure.
    pub(super) fn lost_track(&self) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        *changes = Changes { log: changes.log + 1, ..Changes::default() };
    }
}
