//! What is under way on a connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_graphql::ServerError;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};

use crate::app::App;
use crate::auth::Caller;
use crate::graphql::context::RequestContext;
use crate::graphql::documents::Prepared;
use crate::graphql::error::{ErrorCode, as_request_error, forbidden, internal_failure};
use crate::graphql::subscriptions::{Delivered, Message, Subscriber};
use crate::http::BUDGET;
use crate::http::connections::Subscribed;

/// What comes of an operation.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A message of a subscription.
    Message(Arc<Message>),
    /// The answer to a query or a mutation.
    Answer(Vec<u8>),
    /// Why there is nothing, or no more of it.
    Errors(Vec<ServerError>),
    /// There is no more.
    Complete,
}

impl Outcome {
    /// Whether nothing comes after it.
    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::Errors(_) | Self::Complete)
    }
}

/// The id of an operation, and what has come of it.
type Came = (Arc<str>, Outcome);

type Outcomes = BoxStream<'static, Outcome>;

/// The operations of one connection. Most often there is one, and never more than a limit: each is looked at when anything may have come of any.
#[derive(Default)]
pub(super) struct Operations {
    running: Vec<Operation>,
    /// Which of them is looked at first, so that each has its turn.
    first: usize,
}

struct Operation {
    id: Arc<str>,
    /// Counts it, if it is a subscription.
    subscribed: Option<Subscribed>,
    state: State,
}

enum State {
    Beginning(BoxFuture<'static, Outcomes>),
    Running(Outcomes),
}

impl Operations {
    /// Whether an operation of this id is under way.
    pub(super) fn has(&self, id: &str) -> bool {
        self.running.iter().any(|operation| &*operation.id == id)
    }

    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// Whether a query or a mutation is still to be answered.
    pub(super) fn has_questions(&self) -> bool {
        self.running.iter().any(|operation| operation.subscribed.is_none())
    }

    /// Begins an operation, which is counted by `subscribed` if it is a subscription.
    pub(super) fn begin(
        &mut self,
        id: &str,
        subscribed: Option<Subscribed>,
        app: Arc<App>,
        (caller, prepared, request_id): (Caller, Prepared, String),
    ) {
        let state = State::Beginning(Box::pin(begin_in_time(app, caller, prepared, request_id)));
        self.running.push(Operation { id: id.into(), subscribed, state });
    }

    /// Ends an operation that the client is done with. It may have ended by itself meanwhile.
    pub(super) fn end(&mut self, id: &str) {
        self.running.retain(|operation| &*operation.id != id);
    }

    /// Ends all subscriptions, and answers their ids.
    pub(super) fn end_subscriptions(&mut self) -> Vec<Arc<str>> {
        let subscriptions = self.running.extract_if(.., |operation| operation.subscribed.is_some());
        subscriptions.map(|operation| operation.id).collect()
    }

    /// Ends all of them, and answers their ids.
    pub(super) fn end_all(&mut self) -> Vec<Arc<str>> {
        self.running.drain(..).map(|operation| operation.id).collect()
    }
}

/// What comes of all of them, one after the other.
impl Stream for Operations {
    type Item = Came;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Came>> {
        let Self { running, first } = self.get_mut();
        let (count, begin) = (running.len(), *first);
        for at in (0..count).map(|number| (begin + number) % count) {
            let Poll::Ready(outcome) = running[at].poll(cx) else { continue };
            let id = running[at].id.clone();
            if outcome.is_last() {
                running.remove(at);
                *first = at;
            } else {
                *first = at + 1;
            }
            return Poll::Ready(Some((id, outcome)));
        }
        // Without any it is not over: others may begin.
        Poll::Pending
    }
}

impl Operation {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        loop {
            match &mut self.state {
                State::Beginning(beginning) => match beginning.as_mut().poll(cx) {
                    Poll::Ready(outcomes) => self.state = State::Running(outcomes),
                    Poll::Pending => return Poll::Pending,
                },
                State::Running(outcomes) => {
                    let next = outcomes.as_mut().poll_next(cx);
                    return next.map(|outcome| outcome.unwrap_or(Outcome::Complete));
                }
            }
        }
    }
}

async fn begin_in_time(app: Arc<App>, caller: Caller, prepared: Prepared, request_id: String) -> Outcomes {
    match tokio::time::timeout(BUDGET, begin(app, caller, prepared, request_id)).await {
        Ok(outcomes) => outcomes,
        Err(_) => failed(vec![ErrorCode::Timeout.request_error("The request took too long.")]),
    }
}

async fn begin(app: Arc<App>, caller: Caller, prepared: Prepared, request_id: String) -> Outcomes {
    // Each operation is a request of its own, with the rights that the caller has by now.
    let caller = match app.sign_in.renewed(&caller).await {
        Ok(Some(caller)) => caller,
        Ok(None) => return failed(vec![as_request_error(forbidden())]),
        Err(fault) => {
            tracing::error!(%fault, request_id, "it is not known what somebody may do");
            return failed(vec![internal_failure(&request_id)]);
        }
    };
    if prepared.is_subscription() {
        let subscriber = Subscriber { caller, prepared, last_event_id: None, request_id };
        return match app.subscriptions.open(subscriber).await {
            Ok(deliveries) => deliveries.into_stream().map(delivered).boxed(),
            Err(answer) => failed(answer.response.errors),
        };
    }
    let context = RequestContext::new(caller, app.topology.current(), app.services.clone());
    let answer = app.api.run(prepared, &request_id, |request| request.data(context)).await;
    if answer.executed {
        stream::iter([Outcome::Answer(answer.to_json()), Outcome::Complete]).boxed()
    } else {
        failed(answer.response.errors)
    }
}

fn delivered(delivered: Delivered) -> Outcome {
    match delivered {
        Delivered::Next(message) => Outcome::Message(message),
        Delivered::Failed(error) => Outcome::Errors(vec![error]),
    }
}

fn failed(errors: Vec<ServerError>) -> Outcomes {
    stream::iter([Outcome::Errors(errors)]).boxed()
}
