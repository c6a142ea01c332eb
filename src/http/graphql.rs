//! `/graphql`: one request, one answer, by the GraphQL-over-HTTP draft (`docs/adr/0002-own-http-layer.md`); or a connection that stays.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, FromRequestParts, RawQuery, Request, State, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::connections::{Connections, TooMany};
use super::media::{MediaType, takes_event_streams};
use super::request::{Unreadable, check_content_type, from_body, from_query, read_body};
use super::{BUDGET, MAX_BODY, request_id, sse, websocket};
use crate::app::App;
use crate::auth::{Caller, SignInError};
use crate::graphql::context::RequestContext;
use crate::graphql::documents::{Answer, GraphqlRequest, Prepared};
use crate::graphql::error::{ErrorCode, as_request_error, internal_failure, rate_limited};

/// Where an answer goes to.
struct Asker<'r> {
    app: Arc<App>,
    connections: Arc<Connections>,
    address: Option<IpAddr>,
    headers: &'r HeaderMap,
    method: Method,
    /// The type of a single answer. Without one only a stream of events is taken.
    media: Option<MediaType>,
}

#[derive(PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

/// A connection by WebSocket; or a query in the query string. That may be sent by any link, so it must not change anything.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    State(connections): State<Arc<Connections>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let address = address(&parts);
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => {
            let request_id = request_id(&parts.headers).to_owned();
            let counted = connections.count(address);
            return websocket::upgrade(upgrade, app, connections, counted, &parts.headers, request_id);
        }
        Err(
            WebSocketUpgradeRejection::InvalidConnectionHeader(_) | WebSocketUpgradeRejection::InvalidUpgradeHeader(_),
        ) => {}
        Err(refused) if parts.headers.contains_key(header::UPGRADE) => return refused.into_response(),
        Err(_) => {}
    }
    let read = async || from_query(query.as_deref().unwrap_or_default());
    Asker::new(app, connections, address, &parts.headers, Method::Get).answer(read).await
}

/// A request in a JSON body.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    State(connections): State<Arc<Connections>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let read = async || {
        check_content_type(&parts.headers)?;
        from_body(&read_body(body, MAX_BODY).await?)
    };
    Asker::new(app, connections, address(&parts), &parts.headers, Method::Post).answer(read).await
}

/// From where a request comes, where it comes by a connection.
fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get().map(|ConnectInfo(address): &ConnectInfo<SocketAddr>| address.ip())
}

impl<'r> Asker<'r> {
    fn new(
        app: Arc<App>,
        connections: Arc<Connections>,
        address: Option<IpAddr>,
        headers: &'r HeaderMap,
        method: Method,
    ) -> Self {
        Self { app, connections, address, headers, method, media: MediaType::preferred(headers) }
    }

    /// Answers within the budget of a request, whatever it does.
    async fn answer(&self, read: impl AsyncFnOnce() -> Result<GraphqlRequest, Unreadable>) -> Response {
        if self.media.is_none() && !takes_event_streams(self.headers) {
            let message = "application/graphql-response+json, application/json or text/event-stream\n";
            return (StatusCode::NOT_ACCEPTABLE, message).into_response();
        }
        if let Ok(Ok(answer) | Err(answer)) = tokio::time::timeout(BUDGET, self.answer_signed_in(read)).await {
            return answer;
        }
        let message = "The request took too long.";
        refuse(self.media_of_refusals(), StatusCode::GATEWAY_TIMEOUT, ErrorCode::Timeout, message)
    }

    /// The answer, or, as an error, the refusal.
    async fn answer_signed_in(
        &self,
        read: impl AsyncFnOnce() -> Result<GraphqlRequest, Unreadable>,
    ) -> Result<Response, Response> {
        let (app, media, request_id) = (&self.app, self.media_of_refusals(), request_id(self.headers));
        // Who asks is decided before what is asked is read: nothing is kept or parsed for strangers.
        let signed_in = app.sign_in.caller(self.headers).await;
        let (caller, chain) = signed_in.map_err(|why| not_signed_in(media, &why, request_id))?;
        let caller = Caller { address: self.address, ..caller };
        let unreadable =
            |Unreadable { status, message }: Unreadable| refuse(media, status, ErrorCode::BadUserInput, &message);
        let request = read().await.map_err(unreadable)?;
        let prepared = app.api.prepare(request).map_err(|error| self.write(&Answer::refused(error)))?;
        if self.method == Method::Get && prepared.is_mutation() {
            return Err(only_by_post(media));
        }
        if prepared.is_subscription() {
            return self.subscribe(caller, prepared, request_id).await;
        }
        let context = RequestContext::new(caller, chain, app.services.clone());
        Ok(self.write(&app.api.run(prepared, request_id, |request| request.data(context)).await))
    }

    /// A subscription is answered by a stream of events; who takes none learns how to get one.
    async fn subscribe(&self, caller: Caller, prepared: Prepared, request_id: &str) -> Result<Response, Response> {
        if !takes_event_streams(self.headers) {
            let message = "A subscription is answered by WebSocket (graphql-transport-ws), or where text/event-stream is accepted.";
            let answer = Answer::refused(ErrorCode::BadUserInput.request_error(message));
            return Err(self.write(&answer));
        }
        let counted = self.connections.count(self.address).map_err(too_many_connections)?;
        let asked = (caller, prepared, request_id);
        let events = sse::subscribe(self.app.clone(), &self.connections, counted, self.headers, asked).await;
        events.map_err(|answer| sse::only(&answer))
    }

    fn write(&self, answer: &Answer) -> Response {
        match self.media {
            Some(media) => write(media, answer),
            None => sse::only(answer),
        }
    }

    /// What is refused before anything is asked is refused as one answer.
    fn media_of_refusals(&self) -> MediaType {
        self.media.unwrap_or(MediaType::GraphqlResponse)
    }
}

/// The refusal of one connection too many.
pub(super) fn too_many_connections(too_many: TooMany) -> Response {
    let mut error = as_request_error(rate_limited(RETRY_AFTER));
    error.message = format!("{}. Try again in {RETRY_AFTER} s.", too_many.reason());
    let answer = Answer::refused(error);
    let mut refused = with_status(MediaType::GraphqlResponse, StatusCode::TOO_MANY_REQUESTS, &answer);
    refused.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    refused
}

/// After so many seconds a client that had one connection too many may try again.
const RETRY_AFTER: u64 = 10;

fn only_by_post(media: MediaType) -> Response {
    let message = "A mutation must be sent by POST.";
    let mut refused = refuse(media, StatusCode::METHOD_NOT_ALLOWED, ErrorCode::BadUserInput, message);
    refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    refused
}

/// What a request is answered that nobody has signed in for.
pub(super) fn not_signed_in(media: MediaType, why: &SignInError, request_id: &str) -> Response {
    match why {
        SignInError::Unauthenticated => {
            let message = "Send a valid token in the header Authorization: Bearer …";
            let mut refused = refuse(media, StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, message);
            refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            refused
        }
        SignInError::Forbidden => {
            let message = "You are not a member of the company that you named, or it is switched off.";
            refuse(media, StatusCode::FORBIDDEN, ErrorCode::Forbidden, message)
        }
        SignInError::Fault(fault) => {
            tracing::error!(%fault, request_id, "a request could not be signed in");
            let answer = Answer::refused(internal_failure(request_id));
            with_status(media, StatusCode::SERVICE_UNAVAILABLE, &answer)
        }
    }
}

fn refuse(media: MediaType, status: StatusCode, code: ErrorCode, message: &str) -> Response {
    with_status(media, status, &Answer::refused(code.request_error(message)))
}

fn write(media: MediaType, answer: &Answer) -> Response {
    with_status(media, media.status(answer.executed), answer)
}

fn with_status(media: MediaType, status: StatusCode, answer: &Answer) -> Response {
    let headers = [(header::CONTENT_TYPE, media.content_type()), (header::CACHE_CONTROL, "no-store")];
    (status, headers, answer.to_json()).into_response()
}
