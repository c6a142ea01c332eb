//! What is under way on a connection.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_graphql::ServerError;
use futures_util::stream::{self, AbortHandle, BoxStream, SelectAll, Stream, StreamExt, abortable};

use crate::app::App;
use crate::auth::Caller;
use crate::graphql::context::RequestContext;
use crate::graphql::documents::Prepared;
use crate::graphql::error::ErrorCode;
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

/// The operations of one connection.
#[derive(Default)]
pub(super) struct Operations {
    outcomes: SelectAll<BoxStream<'static, Came>>,
    running: HashMap<Arc<str>, Running>,
}

struct Running {
    abort: AbortHandle,
    /// Counts it, if it is a subscription.
    subscribed: Option<Subscribed>,
}

impl Operations {
    /// Whether an operation of this id is under way.
    pub(super) fn has(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// The ids of all of them.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.running.keys().map(|id| &**id)
    }

    /// Whether a query or a mutation is still to be answered.
    pub(super) fn has_questions(&self) -> bool {
        self.running.values().any(|running| running.subscribed.is_none())
    }

    /// Begins an operation, which is counted by `subscribed` if it is a subscription.
    pub(super) fn begin(
        &mut self,
        id: &str,
        subscribed: Option<Subscribed>,
        app: Arc<App>,
        (caller, prepared, request_id): (Caller, Prepared, String),
    ) {
        let id: Arc<str> = id.into();
        let (outcomes, abort) = abortable(outcomes(app, caller, prepared, request_id));
        self.running.insert(id.clone(), Running { abort, subscribed });
        self.outcomes.push(outcomes.map(move |outcome| (id.clone(), outcome)).boxed());
    }

    /// Ends an operation that the client is done with. It may have ended by itself meanwhile.
    pub(super) fn end(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.abort.abort();
        }
    }
}

/// What comes of all of them, one after the other.
impl Stream for Operations {
    type Item = Came;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Came>> {
        // Without any it is not over: others may begin.
        let Poll::Ready(Some((id, outcome))) = self.outcomes.poll_next_unpin(cx) else { return Poll::Pending };
        if outcome.is_last() {
            self.running.remove(&id);
        }
        Poll::Ready(Some((id, outcome)))
    }
}

/// What comes of an operation.
fn outcomes(
    app: Arc<App>,
    caller: Caller,
    prepared: Prepared,
    request_id: String,
) -> impl Stream<Item = Outcome> + Send {
    let first = async move {
        match tokio::time::timeout(BUDGET, begin(app, caller, prepared, request_id)).await {
            Ok(outcomes) => outcomes,
            Err(_) => failed(vec![ErrorCode::Timeout.request_error("The request took too long.")]),
        }
    };
    stream::once(first).flatten()
}

async fn begin(app: Arc<App>, caller: Caller, prepared: Prepared, request_id: String) -> BoxStream<'static, Outcome> {
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

fn failed(errors: Vec<ServerError>) -> BoxStream<'static, Outcome> {
    stream::iter([Outcome::Errors(errors)]).boxed()
}
