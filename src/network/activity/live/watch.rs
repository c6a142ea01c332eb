//! One who watches a feed.

use std::collections::VecDeque;
use std::sync::Arc;

use entity::{Position, TenantId};

use super::super::reading::{ActivityEvent, ActivityFilter};
use super::Live;
use super::inbox::{Had, Inbox};
use crate::error::Fault;

/// Events that are read from the table at once.
const PAGE: u32 = 100;

/// Why somebody cannot go on watching.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Feeds do not go back so far any more.
    #[error("feeds do not go back so far any more")]
    Expired,
    /// They cannot be read at the moment.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Watches a feed: brings each event once, in the order of the log, and leaves none out.
pub struct Watch {
    live: Arc<Live>,
    owner: TenantId,
    filter: ActivityFilter,
    /// All up to here was brought.
    after: Position,
    /// All up to here was brought or is ready.
    ready_up_to: Position,
    inbox: Arc<Inbox>,
    /// What was read from the table or taken out of the inbox, and was not brought yet.
    ready: VecDeque<Arc<ActivityEvent>>,
}

impl Watch {
    pub(super) fn new(
        live: Arc<Live>,
        owner: TenantId,
        filter: ActivityFilter,
        after: Position,
        inbox: Arc<Inbox>,
    ) -> Self {
        Self { live, owner, filter, after, ready_up_to: after, inbox, ready: VecDeque::new() }
    }

    /// The next event, as soon as there is one. Safe to cancel.
    ///
    /// # Errors
    /// Where feeds do not go back so far any more; where they cannot be read, which is worth another try.
    pub async fn next(&mut self) -> Result<Arc<ActivityEvent>, WatchError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.after = event.position;
                return Ok(event);
            }
            self.after = self.after.max(self.ready_up_to);
            match self.inbox.take(self.after) {
                Had::Events(events) => self.ready = events.into(),
                Had::Nothing => self.inbox.wait().await,
                Had::Unknown(after) => self.read(after).await?,
            }
        }
    }

    /// Makes a page of the table ready. What was told is always there.
    async fn read(&mut self, after: Position) -> Result<(), WatchError> {
        let (events, up_to) = self.live.read(self.owner, &self.filter, after, PAGE).await?;
        if up_to <= self.after {
            // It was told of more: the log went back, as after a restore.
            return Err(WatchError::Expired);
        }
        self.ready = events.into();
        self.ready_up_to = up_to;
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.live.forget(self.owner, &self.inbox);
    }
}
