//! The feed: which company sees which event of the log. There is one narrow row for each, so that a page costs the same at any size of a downline.
//!
//! - `audience`: who sees which type of event. `rows`: for whom an event is therefore. `newcomers`: who was not there yet.
//! - [`Feed`]: the consumer that keeps the table.

pub(super) mod audience;
pub(super) mod newcomers;
pub(super) mod rows;
mod store;

use std::sync::Arc;

use entity::Position;
use tokio::sync::Mutex;

use self::newcomers::Newcomers;
use self::rows::{Row, Rows};
use crate::error::Fault;
use crate::events::{Consume, Heading, Transaction, park};
use crate::tenancy::CentralDb;
use crate::tenancy::topology::Topology;

/// The most rows that are written at once, unless one event alone has more.
const ROWS_AT_ONCE: usize = 200_000;

/// Keeps the feed.
pub struct Feed {
    central: CentralDb,
    topology: Arc<Topology>,
    newcomers: Mutex<Newcomers>,
}

impl Feed {
    /// The feed of the companies that `topology` shows.
    #[must_use]
    pub fn new(central: CentralDb, topology: Arc<Topology>) -> Arc<Self> {
        Arc::new(Self { central, topology, newcomers: Mutex::default() })
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
        let mut rows = Rows::of(&chain, &newcomers);
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

    async fn consume(&self, change: &mut Transaction, _: &[Heading], prepared: Prepared) -> Result<(), Fault> {
        for position in prepared.strangers {
            park(change, Self::NAME, position, "its subject is no company of the chain").await?;
        }
        store::insert(change.db(), prepared.rows).await?;
        Ok(())
    }
}
