//! What one subscriber gets.

use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::ServerError;
use entity::Position;
use futures_util::stream::{Stream, unfold};

use super::group::{Given, Seat};
use super::sharing::Shared;
use super::source::request_error;
use super::{Execution, Message, Subscriptions};
use crate::graphql::error::{cursor_expired, internal_failure, slow_consumer};
use crate::graphql::types::activity::cursors;
use crate::network::activity::{ActivityEvent, ActivityFilter, WatchError};

/// Events that are read from the table at once.
const PAGE: u32 = 100;

/// What a subscriber gets next.
#[derive(Debug)]
pub enum Delivered {
    /// A message.
    Next(Arc<Message>),
    /// Why there are no more.
    Failed(ServerError),
}

/// A subscription of one subscriber: each message once, in the order of the log.
pub struct Deliveries {
    subscriptions: Arc<Subscriptions>,
    shared: Shared,
    state: State,
}

enum State {
    /// It reads the log on by itself.
    CatchingUp(Box<CatchingUp>),
    /// It gets what its group gets.
    Live(Seat),
    /// There is no more.
    Over,
}

struct CatchingUp {
    own: Own,
    /// All up to here was delivered.
    after: Position,
    /// What was read, and up to where.
    ready: VecDeque<Arc<ActivityEvent>>,
    read_up_to: Position,
    request_id: String,
}

/// What a subscriber has for itself until it belongs to a group.
pub(super) struct Own {
    pub(super) execution: Option<Execution>,
    pub(super) filter: ActivityFilter,
}

impl Deliveries {
    pub(super) fn new(
        subscriptions: Arc<Subscriptions>,
        shared: Shared,
        after: Position,
        own: Own,
        request_id: String,
    ) -> Self {
        let catching_up = Box::new(CatchingUp { own, after, ready: VecDeque::new(), read_up_to: after, request_id });
        Self { subscriptions, shared, state: State::CatchingUp(catching_up) }
    }

    /// All of it, as it comes. After a failure nothing comes.
    pub fn into_stream(self) -> impl Stream<Item = Delivered> + Send {
        unfold(self, async |mut deliveries| Some((deliveries.next().await?, deliveries)))
    }

    /// What comes next, as soon as it does.
    pub async fn next(&mut self) -> Option<Delivered> {
        loop {
            let given = match &mut self.state {
                State::Over => return None,
                State::Live(seat) => seat.next().await,
                State::CatchingUp(catching_up) => match catching_up.next(&self.subscriptions, &self.shared).await {
                    Ok(Caught::Message(message)) => Given::Message(message),
                    Ok(Caught::Up(seat)) => {
                        self.state = State::Live(seat);
                        continue;
                    }
                    Err(error) => Given::Failed(error),
                },
            };
            let error = match given {
                Given::Message(message) => return Some(Delivered::Next(message)),
                Given::Lost(after) => request_error(slow_consumer(&cursors::write(after))),
                Given::Failed(error) => error,
            };
            self.state = State::Over;
            return Some(Delivered::Failed(error));
        }
    }
}

enum Caught {
    Message(Arc<Message>),
    /// It has caught up, and has a seat in its group.
    Up(Seat),
}

impl CatchingUp {
    async fn next(&mut self, subscriptions: &Arc<Subscriptions>, shared: &Shared) -> Result<Caught, ServerError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                let execution = self.own.execution.as_mut();
                let execution = execution.ok_or_else(|| internal_failure(&self.request_id))?;
                let message = execution.message(event).await?;
                self.after = message.position;
                return Ok(Caught::Message(Arc::new(message)));
            }
            self.after = self.after.max(self.read_up_to);
            if let Some(seat) = subscriptions.join(shared, self.after, &mut self.own) {
                return Ok(Caught::Up(seat));
            }
            let read = subscriptions.live.read(shared.tenant(), &self.own.filter, self.after, PAGE).await;
            let (ready, read_up_to) = read.map_err(|error| cannot_read(&error, &self.request_id))?;
            if read_up_to <= self.after {
                // The log went back, as after a restore: what the cursor stood for is gone.
                return Err(request_error(cursor_expired()));
            }
            self.ready = ready.into();
            self.read_up_to = read_up_to;
        }
    }
}

fn cannot_read(error: &WatchError, request_id: &str) -> ServerError {
    match error {
        WatchError::Expired => request_error(cursor_expired()),
        WatchError::Fault(fault) => {
            tracing::error!(%fault, request_id, "a subscriber cannot catch up");
            internal_failure(request_id)
        }
    }
}
