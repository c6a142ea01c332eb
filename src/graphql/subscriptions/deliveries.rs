//! What one subscriber gets.

use std::sync::Arc;

use async_graphql::ServerError;
use futures_util::stream::{Stream, unfold};

use super::group::{Given, Seat};
use super::sharing::Shared;
use super::{Execution, Message, Subscriptions};
use crate::graphql::error::{as_request_error, cursor_expired, internal_failure, slow_consumer};
use crate::graphql::types::activity::cursors;
use crate::network::activity::{Walk, WatchError};

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
    execution: Option<Execution>,
    walk: Walk,
    request_id: String,
}

impl Deliveries {
    /// What `execution` makes of what `walk` brings, until there is a group that has it, too.
    pub(super) fn new(
        subscriptions: Arc<Subscriptions>,
        shared: Shared,
        walk: Walk,
        execution: Execution,
        request_id: String,
    ) -> Self {
        let catching_up = Box::new(CatchingUp { execution: Some(execution), walk, request_id });
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
                Given::Lost(after) => as_request_error(slow_consumer(&cursors::write(after))),
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
            if let Some(event) = self.walk.next_ready() {
                let execution = self.execution.as_mut();
                let execution = execution.ok_or_else(|| internal_failure(&self.request_id))?;
                return Ok(Caught::Message(Arc::new(execution.message(event).await?)));
            }
            if let Some(seat) = subscriptions.join(shared, &self.walk, &mut self.execution) {
                return Ok(Caught::Up(seat));
            }
            self.walk.read_on().await.map_err(|error| cannot_read(&error, &self.request_id))?;
        }
    }
}

fn cannot_read(error: &WatchError, request_id: &str) -> ServerError {
    match error {
        WatchError::Expired => as_request_error(cursor_expired()),
        WatchError::Fault(fault) => {
            tracing::error!(%fault, request_id, "a subscriber cannot catch up");
            internal_failure(request_id)
        }
    }
}
