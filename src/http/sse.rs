//! `/graphql` as a stream of server-sent events, one operation a request: the "distinct connections mode" of `graphql-sse` (the file PROTOCOL.md of
//! enisdenjo/graphql-sse).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt};

use super::connections::{Connections, Counted};
use super::session::{self, Ending};
use crate::app::App;
use crate::auth::Caller;
use crate::graphql::documents::{Answer, Prepared};
use crate::graphql::subscriptions::{Delivered, Deliveries, Subscriber};

/// How often a quiet stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

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
    connections: &Connections,
    mut counted: Counted,
    headers: &HeaderMap,
    (caller, prepared, request_id): (Caller, Prepared, &str),
) -> Result<Response, Answer> {
    if let Some(seat) = caller.seat
        && let Err(too_many) = counted.count_for(seat.tenant)
    {
        return Ok(super::graphql::too_many_connections(too_many));
    }
    let last_event_id = headers.get(LAST_EVENT_ID).map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
    let last_event_id = last_event_id.filter(|id| !id.is_empty());
    let ending = session::ending(app.clone(), connections, caller.clone());
    let subscriber = Subscriber { caller, prepared, last_event_id, request_id: request_id.to_owned() };
    let deliveries = app.subscriptions.open(subscriber).await?;
    Ok(response(events(deliveries, ending, counted)))
}

enum State {
    Open(Box<Deliveries>, BoxFuture<'static, Ending>, Counted),
    Failed,
}

/// The events of a subscription, until it or its client's right to it ends. Where the program ends, it is not complete: the client resumes it elsewhere.
fn events(
    deliveries: Deliveries,
    ending: BoxFuture<'static, Ending>,
    counted: Counted,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(Some(State::Open(Box::new(deliveries), ending, counted)), async |state| match state? {
        State::Failed => Some((Ok(complete()), None)),
        State::Open(mut deliveries, mut ending, counted) => {
            let delivered = tokio::select! {
                ending = &mut ending => match ending {
                    Ending::Shutdown => return None,
                    Ending::Expired | Ending::Forbidden => return Some((Ok(complete()), None)),
                },
                delivered = deliveries.next() => delivered?,
            };
            Some(match delivered {
                Delivered::Next(message) => {
                    let event = next(&message.payload, Some(message.cursor()));
                    (Ok(event), Some(State::Open(deliveries, ending, counted)))
                }
                Delivered::Failed(error) => (Ok(next(&Answer::refused(error).to_json(), None)), Some(State::Failed)),
            })
        }
    })
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
