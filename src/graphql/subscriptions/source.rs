//! Between the resolver of a subscription and whoever brings it what it watches.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Error, ServerError};
use entity::Position;
use futures_util::stream::{Stream, unfold};
use tokio::sync::{mpsc, oneshot};

use crate::graphql::context::Sight;
use crate::graphql::error::{as_request_error, bad_user_input, internal};
use crate::graphql::types::activity::cursors;
use crate::network::activity::{ActivityEvent, ActivityFilter};

/// What a subscription watches: a part of the feed of the caller's company.
#[derive(Debug)]
pub struct Watched {
    /// Which events.
    pub filter: ActivityFilter,
    /// Those that come after this one; without it those that come from now on.
    pub after: Option<Position>,
}

/// An event that a subscription is told of, and what its company sees at that moment.
pub type Told = (Sight, Arc<ActivityEvent>);

/// What a resolver finds in its context: whom to tell what it watches, and from whom it gets it.
pub struct Source(Mutex<Option<(oneshot::Sender<Watched>, mpsc::Receiver<Told>)>>);

impl Source {
    /// A source, whom its resolver tells, and how it is brought something.
    pub(super) fn new() -> (Self, oneshot::Receiver<Watched>, mpsc::Sender<Told>) {
        let (watches, watched) = oneshot::channel();
        let (bring, brought) = mpsc::channel(1);
        (Self(Mutex::new(Some((watches, brought)))), watched, bring)
    }

    /// Says what is watched; what comes of that is brought one by one.
    ///
    /// # Errors
    /// Where it was said before: an operation watches one thing.
    pub fn watch(&self, watched: Watched) -> Result<impl Stream<Item = Told> + use<>, Error> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (watches, brought) = taken.ok_or_else(|| internal("a subscription that watches two things"))?;
        // Who began it may have gone already.
        let _ = watches.send(watched);
        Ok(unfold(brought, async |mut brought| Some((brought.recv().await?, brought))))
    }
}

/// The place in the log of a cursor that a client brings along beside its operation.
pub(super) fn position(cursor: &str) -> Result<Position, ServerError> {
    let expected = || as_request_error(bad_user_input("Last-Event-ID", "the id of an event of this stream"));
    cursors::position(cursor).ok_or_else(expected)
}
