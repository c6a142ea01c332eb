//! The feed: which company sees which event of the log. There is one narrow row for each, so that a page costs the same at any size of a downline.
//!
//! - `audience`: who sees which type of event. `rows`: for whom an event is therefore. `newcomers`: who was not there yet.
//! - [`Feed`]: the consumer that keeps the table; `types` numbers the types of events.
//! - [`Feeds`] reads pages of it, by ways that `scans` describes and `pages` goes. [`shown`]: what of an event's data a company may know. [`summary`]: the event in words. Both read its data
//!   by its `members`.
//! - [`Live`]: feeds as they grow; [`Tail`] tells who watches them.
//! - [`Retention`]: how far back feeds go.

pub(super) mod audience;
pub(super) mod kept;
mod live;
mod members;
pub(super) mod newcomers;
mod pages;
mod reading;
pub(super) mod rows;
mod scans;
pub mod shown;
pub(super) mod store;
pub mod summary;
pub(super) mod types;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use entity::Position;
use tokio::sync::Mutex;

pub use self::kept::Retention;
pub use self::live::{Live, Tail, Walk, Watch, WatchError};
use self::newcomers::Newcomers;
pub use self::reading::{ActivityEvent, ActivityFilter, ActivityScope, FeedQuery, Feeds};
use self::rows::{Row, Rows};
use self::types::Numbering;
use crate::error::Fault;
use crate::events::{Consume, Heading, Transaction, park};
use crate::tenancy::CentralDb;
use crate::tenancy::topology::Topology;

/// The most rows that are written at once, unless one event alone has more.
const ROWS_AT_ONCE: usize = 200_000;

/// So many events at once are a backlog. Where fewer are, each row is looked for before it is written.
const MANY: usize = 100;

/// Keeps the feed.
pub struct Feed {
    central: CentralDb,
    topology: Arc<Topology>,
    newcomers: Mutex<Newcomers>,
    numbering: Arc<Numbering>,
    /// Some rows may be there already: at first, where some were, and where writing failed.
    careful: AtomicBool,
}

impl Feed {
    /// What `feeds` read, of the companies that `topology` shows.
    #[must_use]
    pub fn new(feeds: &Feeds, topology: Arc<Topology>) -> Arc<Self> {
        let (central, numbering) = feeds.numbered();
        Arc::new(Self { central, topology, newcomers: Mutex::default(), numbering, careful: AtomicBool::new(true) })
    }
}

/// Whose feeds get what, and which events are in nobody's.
pub struct Prepared {
    rows: Vec<Row>,
    strangers: Vec<Position>,
}

impl Consume for Feed {
    const NAME: &'static str = "feed";
    const TYPES: &'static [&'static str] = &[];
    const BATCH: u64 = 5_000;

    type Event = Heading;
    type Prepared = Prepared;

    async fn prepare(&self, events: &[Heading]) -> Result<Prepared, Fault> {
        let last = events.last().map_or(Position::START, |event| event.position);
        let chain = self.topology.shown(last).await?;
        let mut newcomers = self.newcomers.lock().await;
        if events.iter().any(|event| audience::of(&event.event_type).has_children()) {
            newcomers.look(self.central.reader(), &chain).await?;
        }
        let seen = events.iter().filter(|event| event.subject_tenant_id.is_some());
        let types = self.numbering.of(&self.central, seen.map(|event| &*event.event_type)).await?;
        let mut rows = Rows::of(&chain, &newcomers, &types);
        let mut prepared = Prepared { rows: Vec::new(), strangers: Vec::new() };
        for event in events {
            if rows.add(event, &mut prepared.rows).is_err() {
                prepared.strangers.push(event.position);
            }
            if prepared.rows.len() > ROWS_AT_ONCE && events.len() > 1 {
                return Err(Fault::Row("a part of the feed that is too long for one transaction".to_owned()));
            }
        }
        // These events may come again, where they cannot be dealt with now.
        newcomers.forget(events.first().map_or(last, |event| event.position));
        prepared.rows.sort_unstable();
        Ok(prepared)
    }

    fn is_nothing(prepared: &Prepared) -> bool {
        prepared.rows.is_empty() && prepared.strangers.is_empty()
    }

    async fn consume(&self, change: &mut Transaction, events: &[Heading], prepared: Prepared) -> Result<(), Fault> {
        for position in prepared.strangers {
            park(change, Self::NAME, position, "its subject is no company of the chain").await?;
        }
        // To look for each row before it is written takes a good part of the time of a backlog.
        let is_new = !self.careful.swap(true, Relaxed) && events.len() >= MANY;
        let all = prepared.rows.len() as u64;
        let written = store::insert(change.db(), prepared.rows, is_new).await?;
        self.careful.store(written < all, Relaxed);
        Ok(())
    }
}
