//! What the database shows of all companies' orders and upline requests: looked at once for all who ask, and not again for a while.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::{Day, TenantId, Timestamp, UplineRequestStatus};

use super::reasons::{FAILED_DAYS, IDLE_DAYS, LATE_DAYS, WAITING_DAYS};
use super::store;
use crate::clock::Clock;
use crate::error::Fault;
use crate::tenancy::CentralDb;

/// For how long it holds at least.
const AT_LEAST: Duration = Duration::from_secs(5);

/// And so many times as long as looking took: it never keeps more than a twentieth of one processor busy.
const TIMES: u32 = 20;

/// What was seen.
#[derive(Debug)]
pub(super) struct Observed {
    /// When.
    pub(super) at: Timestamp,
    /// The first day on which orders count for not being idle.
    pub(super) active_since: Day,
    /// Who has placed an order since.
    pub(super) placers: HashSet<TenantId>,
    /// Who placed orders that are late, and how many.
    pub(super) late: HashMap<TenantId, u64>,
    /// Whose upline requests failed lately, and how many.
    pub(super) failed: HashMap<TenantId, u64>,
    /// Whose upline requests nobody decides, and how many.
    pub(super) waiting: HashMap<TenantId, u64>,
}

/// Looks.
pub(super) struct Observer {
    central: CentralDb,
    clock: Clock,
    /// Held while it looks: who comes meanwhile sees what is seen then.
    last: tokio::sync::Mutex<Option<Last>>,
}

struct Last {
    observed: Arc<Observed>,
    holds_for: Duration,
}

impl Observer {
    pub(super) fn new(central: CentralDb, clock: Clock) -> Self {
        Self { central, clock, last: tokio::sync::Mutex::default() }
    }

    /// What was seen last, if that still holds; otherwise what is seen now.
    pub(super) async fn observed(&self) -> Result<Arc<Observed>, Fault> {
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        if let Some(last) = last.as_ref().filter(|last| last.holds(now)) {
            return Ok(last.observed.clone());
        }
        let began = Instant::now();
        let observed = Arc::new(self.look(now).await?);
        *last = Some(Last { observed: observed.clone(), holds_for: AT_LEAST.max(began.elapsed() * TIMES) });
        Ok(observed)
    }

    async fn look(&self, now: Timestamp) -> Result<Observed, Fault> {
        let today = now.to_utc().date();
        let active_since = Day::from(today.saturating_sub(time::Duration::days(IDLE_DAYS - 1)));
        let days_ago = |days| Timestamp::from(now.to_utc() - time::Duration::days(days));
        let (ever, after_now) = (Timestamp(i64::MIN), Timestamp(now.0.saturating_add(1)));
        let db = self.central.reader();
        let (placers, late, failed, waiting) = tokio::try_join!(
            store::placers_since(db, active_since),
            store::late(db, days_ago(LATE_DAYS)),
            store::requests(db, UplineRequestStatus::Failed, (days_ago(FAILED_DAYS), after_now)),
            store::requests(db, UplineRequestStatus::Pending, (ever, days_ago(WAITING_DAYS))),
        )?;
        Ok(Observed {
            at: now,
            active_since,
            placers: placers.into_iter().collect(),
            late: late.into_iter().collect(),
            failed: failed.into_iter().collect(),
            waiting: waiting.into_iter().collect(),
        })
    }
}

impl Last {
    fn holds(&self, now: Timestamp) -> bool {
        let age = now.0 - self.observed.at.0;
        u128::try_from(age).is_ok_and(|age| age < self.holds_for.as_micros())
    }
}
