//! Going along a feed from one place on.

use std::collections::VecDeque;
use std::sync::Arc;

use entity::{Position, TenantId};

use super::super::reading::{ActivityEvent, ActivityFilter};
use super::inbox::Inbox;
use super::{EVENT_BYTES, Live, WatchError};

/// Events that are read from the table at once, at most.
const PAGE: u32 = 100;

/// Bytes that are held ready, about, unless one event alone has more. Little: all who catch up at once may hold as much.
const MOST_BYTES: usize = 64 * 1024;

/// Goes along the feed of a company: each event that a filter lets through once, in the order of the log. Holds little at once, however much there is.
pub struct Walk {
    live: Arc<Live>,
    owner: TenantId,
    filter: ActivityFilter,
    /// All up to here was brought.
    after: Position,
    /// All up to here was brought or is ready.
    ready_up_to: Position,
    ready: VecDeque<Arc<ActivityEvent>>,
    /// How many events are read the next time: few, where they are long.
    limit: u32,
}

impl Walk {
    pub(super) fn new(live: Arc<Live>, owner: TenantId, filter: ActivityFilter, after: Position) -> Self {
        Self { live, owner, filter, after, ready_up_to: after, ready: VecDeque::new(), limit: PAGE }
    }

    /// The next event, where one is ready.
    pub fn next_ready(&mut self) -> Option<Arc<ActivityEvent>> {
        let event = self.ready.pop_front()?;
        self.after = event.position;
        Some(event)
    }

    /// All up to here was brought.
    pub fn after(&self) -> Position {
        if self.ready.is_empty() { self.after.max(self.ready_up_to) } else { self.after }
    }

    /// Whose feed it goes along.
    pub fn owner(&self) -> TenantId {
        self.owner
    }

    /// Which events it brings.
    pub fn filter(&self) -> &ActivityFilter {
        &self.filter
    }

    /// Puts nothing more into `inbox`, from which this took what was told live.
    pub(super) fn forget(&self, inbox: &Arc<Inbox>) {
        self.live.forget(self.owner, inbox);
    }

    /// Makes `events` ready, which come next.
    pub(super) fn go_on_with(&mut self, events: Vec<Arc<ActivityEvent>>) {
        self.ready = events.into();
    }

    /// Makes ready what comes next in the table, once all that was ready is brought.
    ///
    /// # Errors
    /// Where feeds do not go back so far any more, and where the log went back; where the database cannot answer.
    pub async fn read_on(&mut self) -> Result<(), WatchError> {
        self.read_on_from(self.after()).await
    }

    /// The same, where nothing comes up to `from`.
    pub(super) async fn read_on_from(&mut self, from: Position) -> Result<(), WatchError> {
        let (mut events, mut up_to) = self.live.read(self.owner, &self.filter, from, self.limit).await?;
        let fitting = fitting(&events);
        self.limit = PAGE;
        if fitting < events.len() {
            events.truncate(fitting);
            up_to = events.last().map_or(up_to, |last| last.position);
            self.limit = PAGE.min(2 * u32::try_from(fitting).unwrap_or(PAGE));
        }
        if up_to <= self.after() {
            // There was more once: the log went back, as after a restore.
            return Err(WatchError::Expired);
        }
        self.ready = events.into();
        self.ready_up_to = up_to;
        Ok(())
    }
}

/// How many of `events` are held ready: at least one.
fn fitting(events: &[Arc<ActivityEvent>]) -> usize {
    let mut bytes = 0;
    let fit = events.iter().take_while(|event| {
        bytes += EVENT_BYTES + event.data.len();
        bytes <= MOST_BYTES
    });
    fit.count().max(1)
}
