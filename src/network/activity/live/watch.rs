//! One who watches a feed.

use std::sync::Arc;

use super::super::reading::ActivityEvent;
use super::Walk;
use super::inbox::{Had, Inbox};
use crate::error::Fault;

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
    walk: Walk,
    inbox: Arc<Inbox>,
}

impl Watch {
    pub(super) fn new(walk: Walk, inbox: Arc<Inbox>) -> Self {
        Self { walk, inbox }
    }

    /// The next event, as soon as there is one. Safe to cancel.
    ///
    /// # Errors
    /// Where feeds do not go back so far any more; where they cannot be read, which is worth another try.
    pub async fn next(&mut self) -> Result<Arc<ActivityEvent>, WatchError> {
        loop {
            if let Some(event) = self.walk.next_ready() {
                return Ok(event);
            }
            match self.inbox.take(self.walk.after()) {
                Had::Events(events) => self.walk.go_on_with(events),
                Had::Nothing => self.inbox.wait().await,
                // What was told is always in the table.
                Had::Unknown(from) => self.walk.read_on_from(from).await?,
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.walk.forget(&self.inbox);
    }
}
