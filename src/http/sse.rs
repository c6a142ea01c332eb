//! `/graphql` as a stream of server-sent events, one operation a request: the "distinct connections mode" of `graphql-sse` (the file PROTOCOL.md of
//! enisdenjo/graphql-sse).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::ServerError;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::mpsc;

use super::connections::{Connections, Counted, Subscribed};
use super::session::{self, Ending};
use crate::app::App;
use crate::auth::Caller;
use crate::graphql::documents::{Answer, Prepared};
use crate::graphql::error::ErrorCode;
use crate::graphql::subscriptions::{Delivered, Deliveries, Subscriber};

/// How often a quiet stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// How long a client may keep an event from being sent, before it is taken for gone.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// The header in which a client says which event it has had last (HTML, section 9.2.4).
const LAST_EVENT_ID: &str = "last-event-id";

/// A result, and that there are no more.
pub(super) fn only(answer: &Answer) -> Response {
    let result = next(&answer.to_json(), None);
    response(stream::iter([Ok(result), Ok(complete())]))
}

/// What comes of a subscription.
pub(super) async fn subscribe(
    app: Arc<App>,
    connections: &Arc<Connections>,
    mut counted: Counted,
    headers: &HeaderMap,
    (caller, prepared, request_id): (Caller, Prepared, &str),
) -> Result<Response, Answer> {
    let tenant = caller.seat.map(|seat| seat.tenant);
    let subscribed =
        tenant.map_or(Ok(()), |tenant| counted.count_for(tenant)).and_then(|()| connections.subscribe(tenant));
    let subscribed = match subscribed {
        Ok(subscribed) => subscribed,
        Err(too_many) => return Ok(super::graphql::too_many_connections(too_many)),
    };
    let last_event_id = headers.get(LAST_EVENT_ID).map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
    let last_event_id = last_event_id.filter(|id| !id.is_empty());
    let ending = session::ending(app.clone(), connections, caller.clone());
    let subscriber = Subscriber { caller, prepared, last_event_id, request_id: request_id.to_owned() };
    let deliveries = app.subscriptions.open(subscriber).await?;
    Ok(response(events(deliveries, ending, (counted, subscribed))))
}

/// The events of a subscription, until it or its client's right to it ends. A task of its own brings them, so that it ends also where nobody takes any. Where the
/// program ends, it is not complete: the client resumes it elsewhere.
fn events(
    deliveries: Deliveries,
    ending: BoxFuture<'static, Ending>,
    counted: (Counted, Subscribed),
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let (bring, brought) = mpsc::channel(1);
    tokio::spawn(async move {
        let _counted = counted;
        let gone = bring.clone();
        tokio::select! {
            biased;
            () = gone.closed() => {}
            ending = ending => tell_all(&bring, farewell(ending)).await,
            () = tell(&bring, deliveries) => {}
        }
    });
    stream::unfold(brought, async |mut brought| Some((Ok(brought.recv().await?), brought)))
}

async fn tell(bring: &mpsc::Sender<Event>, mut deliveries: Deliveries) {
    while let Some(delivered) = deliveries.next().await {
        let event = match delivered {
            Delivered::Next(message) => next(&message.payload, Some(message.cursor())),
            Delivered::Failed(error) => return tell_all(bring, failed(error).into()).await,
        };
        // Who takes nothing for so long is gone.
        if !matches!(tokio::time::timeout(TAKEN_WITHIN, bring.send(event)).await, Ok(Ok(()))) {
            return;
        }
    }
}

async fn tell_all(bring: &mpsc::Sender<Event>, events: Vec<Event>) {
    for event in events {
        if !matches!(tokio::time::timeout(TAKEN_WITHIN, bring.send(event)).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// What somebody is told who is sent away.
fn farewell(ending: Ending) -> Vec<Event> {
    let error = match ending {
        Ending::Shutdown => return Vec::new(),
        Ending::Expired => ErrorCode::Unauthenticated.request_error("The token has expired."),
        Ending::Forbidden => ErrorCode::Forbidden.request_error("You may not sign in to this company any more."),
    };
    failed(error).into()
}

fn failed(error: ServerError) -> [Event; 2] {
    [next(&Answer::refused(error).to_json(), None), complete()]
}

fn next(payload: &[u8], id: Option<String>) -> Event {
    let event = Event::default().event("next").data(String::from_utf8_lossy(payload));
    match id {
        Some(id) => event.id(id),
        None => event,
    }
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}

fn response(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let events = Sse::new(events.fuse()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // Proxies that gather an answer before they pass it on would keep back what is to arrive now.
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (StatusCode::OK, headers, events).into_response()
}
