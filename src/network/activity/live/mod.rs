//! Feeds as they grow. One tail of the log for the whole process tells all who watch feeds what is new in them.
//!
//! The tail goes no further than the table of feeds does, so that what was told live is found there. Whoever comes from an earlier place, or
//! could not be told all that came, reads the table instead: [`Watch`] hides the difference, and leaves nothing out.

mod inbox;
mod tail;
mod walk;
mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::{Position, TenantId};
use tokio::sync::{Semaphore, watch as channel};

use self::inbox::Inbox;
pub use self::tail::Tail;
pub use self::walk::Walk;
pub use self::watch::{Watch, WatchError};
use super::reading::{ActivityEvent, ActivityFilter, Feeds};
use crate::tenancy::topology::Topology;

/// What an event takes in memory beside its data, in bytes, about.
const EVENT_BYTES: usize = 512;

/// Another process is ahead of this one by less.
const IN_A_MOMENT: Duration = Duration::from_secs(2);

/// Feeds, and what becomes new in them.
pub struct Live {
    feeds: Feeds,
    topology: Arc<Topology>,
    /// How far the table of feeds is.
    written: channel::Receiver<Position>,
    watching: Mutex<Watching>,
    /// Who reads the table.
    reading: Semaphore,
}

/// So many read the table at a time, however many have something to catch up on: what a page of long events takes before it is cut is bounded by
/// that, and requests still find a connection.
const READERS: usize = 2;

/// Who watches, by the owner of the feed.
struct Watching {
    inboxes: HashMap<TenantId, Vec<Arc<Inbox>>>,
    /// All up to here was told.
    told: Position,
}

impl Live {
    /// The feeds that `feeds` reads, of the companies that `topology` shows. `written` says how far they are.
    #[must_use]
    pub fn new(feeds: Feeds, topology: Arc<Topology>, written: channel::Receiver<Position>) -> Arc<Self> {
        let watching = Watching { inboxes: HashMap::new(), told: *written.borrow() };
        let (watching, reading) = (Mutex::new(watching), Semaphore::new(READERS));
        Arc::new(Self { feeds, topology, written, watching, reading })
    }

    /// Where feeds are now: what comes after is new.
    #[must_use]
    pub fn now(&self) -> Position {
        *self.written.borrow()
    }

    /// Whether feeds are as far as `position`, now or in a moment: another process may be ahead of this one.
    pub async fn reaches(&self, position: Position) -> bool {
        let mut written = self.written.clone();
        let reaching = written.wait_for(|written| *written >= position);
        tokio::time::timeout(IN_A_MOMENT, reaching).await.is_ok_and(|reached| reached.is_ok())
    }

    /// Watches the feed of `owner` for what `filter` lets through, from `after` on.
    #[must_use]
    pub fn watch(self: &Arc<Self>, owner: TenantId, filter: ActivityFilter, after: Position) -> Watch {
        let mut watching = self.watching();
        let inbox = Arc::new(Inbox::new(filter.clone(), watching.told));
        watching.inboxes.entry(owner).or_default().push(inbox.clone());
        drop(watching);
        Watch::new(self.walk(owner, filter, after), inbox)
    }

    /// Goes along the feed of `owner` by what `filter` lets through, from `after` on, as far as it is written.
    #[must_use]
    pub fn walk(self: &Arc<Self>, owner: TenantId, filter: ActivityFilter, after: Position) -> Walk {
        Walk::new(self.clone(), owner, filter, after)
    }

    /// The oldest events, at most `limit`, that come after `after` in the feed of `owner`; and up to where there are no others.
    async fn read(
        &self,
        owner: TenantId,
        filter: &ActivityFilter,
        after: Position,
        limit: u32,
    ) -> Result<(Vec<Arc<ActivityEvent>>, Position), WatchError> {
        // It is never closed.
        let _reading = self.reading.acquire().await;
        let end = self.now();
        if end < after {
            // The log went back, as after a restore.
            return Err(WatchError::Expired);
        }
        let chain = self.topology.shown(end).await?;
        // The other way round, what is given up meanwhile would be missing.
        let page = self.feeds.after(&chain, owner, filter, (after, end), limit).await?;
        if after.0 + 1 < self.feeds.kept_from().await?.0 {
            return Err(WatchError::Expired);
        }
        let is_whole = (page.len() as u64) < u64::from(limit);
        let up_to = page.last().filter(|_| !is_whole).map_or(end, |last| last.position);
        Ok((page, up_to))
    }

    fn forget(&self, owner: TenantId, inbox: &Arc<Inbox>) {
        let mut watching = self.watching();
        if let Some(inboxes) = watching.inboxes.get_mut(&owner) {
            inboxes.retain(|other| !Arc::ptr_eq(other, inbox));
            if inboxes.is_empty() {
                watching.inboxes.remove(&owner);
            }
        }
    }

    fn watching(&self) -> std::sync::MutexGuard<'_, Watching> {
        self.watching.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
