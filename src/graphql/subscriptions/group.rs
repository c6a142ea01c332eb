//! Subscribers who share one execution.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::ServerError;
use entity::Position;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use super::ring::{Place, Ring, There};
use super::sharing::Shared;
use super::{Execution, Message, Subscriptions};
use crate::backoff::Backoff;
use crate::graphql::error::{as_request_error, cursor_expired, forbidden};
use crate::network::activity::{Watch, WatchError};

/// Subscribers with the same tenant, role, document and variables.
pub(super) struct Group {
    shared: Shared,
    state: Mutex<State>,
    /// Counts what is new in the state.
    changed: watch::Sender<u64>,
    /// The ring has room again.
    taken: Notify,
    task: Mutex<Option<AbortHandle>>,
}

struct State {
    ring: Ring,
    /// Why no more comes.
    failure: Option<ServerError>,
}

impl Group {
    /// A group to which nobody belongs yet.
    pub(super) fn new(shared: Shared, ring: Ring) -> Arc<Self> {
        let state = Mutex::new(State { ring, failure: None });
        let (changed, taken) = (watch::Sender::new(0), Notify::new());
        Arc::new(Self { shared, state, changed, taken, task: Mutex::default() })
    }

    /// Begins to make messages of what `watch` brings, until what is watched is `gone`.
    pub(super) fn begin(
        self: &Arc<Self>,
        watch: Watch,
        execution: Execution,
        gone: impl Future<Output = ()> + Send + 'static,
    ) {
        let group = self.clone();
        let running = async move {
            tokio::select! {
                () = group.run(watch, execution) => {}
                () = gone => group.fail(as_request_error(forbidden())),
            }
        };
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokio::spawn(running).abort_handle());
    }

    async fn run(&self, mut watch: Watch, mut execution: Execution) {
        let mut backoff = Backoff::default();
        loop {
            self.wait_for_room().await;
            let event = match watch.next().await {
                Ok(event) => {
                    backoff.succeeded();
                    event
                }
                Err(WatchError::Expired) => return self.fail(as_request_error(cursor_expired())),
                Err(WatchError::Fault(fault)) => {
                    tracing::error!(%fault, "a feed cannot be watched; it is tried again");
                    backoff.pause().await;
                    continue;
                }
            };
            match execution.message(event).await {
                Ok(message) => self.state().ring.push(Arc::new(message)),
                Err(error) => return self.fail(error),
            }
            self.changed.send_modify(|count| *count += 1);
        }
    }

    async fn wait_for_room(&self) {
        loop {
            let taken = self.taken.notified();
            if self.state().ring.has_room() {
                return;
            }
            taken.await;
        }
    }

    fn fail(&self, error: ServerError) {
        self.state().failure = Some(error);
        self.changed.send_modify(|count| *count += 1);
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether no more comes.
    pub(super) fn has_failed(&self) -> bool {
        self.state().failure.is_some()
    }

    /// Whether who has had all up to `after` is ahead of all its messages while it makes no more, because those who belong to it are slow.
    pub(super) fn is_stalled_before(&self, after: Position) -> bool {
        self.state().ring.is_full_before(after)
    }

    /// Whether nobody belongs to it.
    pub(super) fn is_empty(&self) -> bool {
        self.state().ring.is_empty()
    }

    /// Makes no more messages.
    pub(super) fn end(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A subscriber's place in a group. It is given up when this is dropped.
pub(super) struct Seat {
    subscriptions: Arc<Subscriptions>,
    group: Arc<Group>,
    place: Place,
    changed: watch::Receiver<u64>,
}

/// What a subscriber gets from its group.
pub(super) enum Given {
    /// The next message.
    Message(Arc<Message>),
    /// It was too slow, and has had all up to here.
    Lost(Position),
    /// No more comes.
    Failed(ServerError),
}

impl Seat {
    /// A seat for who has had all up to `after`; none where the group has no more what comes after that.
    pub(super) fn take(subscriptions: &Arc<Subscriptions>, group: &Arc<Group>, after: Position) -> Option<Self> {
        let changed = group.changed.subscribe();
        let place = group.state().ring.enter(after)?;
        // Who comes from further on makes room.
        group.taken.notify_one();
        Some(Self { subscriptions: subscriptions.clone(), group: group.clone(), place, changed })
    }

    /// What comes next, as soon as it does. Safe to cancel.
    pub(super) async fn next(&mut self) -> Given {
        loop {
            self.changed.mark_unchanged();
            if let Some(given) = self.take_next() {
                return given;
            }
            // The group holds the sender, and this the group.
            let _ = self.changed.changed().await;
        }
    }

    fn take_next(&mut self) -> Option<Given> {
        let mut state = self.group.state();
        let there = state.ring.take(&mut self.place);
        let has_room = state.ring.has_room();
        let failure = state.failure.clone();
        drop(state);
        if has_room {
            self.group.taken.notify_one();
        }
        match there {
            There::Message(message) => Some(Given::Message(message)),
            There::Lost => Some(Given::Lost(self.place.after())),
            There::Nothing => failure.map(Given::Failed),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.group.state().ring.leave(&self.place);
        // The others may have had all that this one had not.
        self.group.taken.notify_one();
        self.subscriptions.leave(&self.group);
    }
}
