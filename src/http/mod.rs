//! The outer edge: what is served over HTTP.
//!
//! - `graphql`: the API, by the GraphQL-over-HTTP draft; `media`: which media type an answer has.
//! - `websocket`, `sse`: the API on connections that stay; [`connections`] counts them, and `session` says when they end.
//! - `events`: what other programs publish.
//! - [`proxies`]: who connects, where proxies stand before the program.
//! - [`graphiql`]: the editor for the API in the browser.
//! - `probes`: whether the program lives and can answer.
//! - [`server`]: listening, and shutting down gracefully.

pub mod connections;
mod events;
pub mod graphiql;
mod graphql;
mod media;
mod probes;
pub mod proxies;
mod request;
pub mod server;
mod session;
mod sse;
mod websocket;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use self::connections::Connections;
use crate::app::App;
use crate::graphql::schema::sdl;

/// Names one request in its answer and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest body of a request, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// How long a request may take.
const BUDGET: Duration = Duration::from_secs(30);

/// What routes share.
#[derive(Clone, FromRef)]
struct Edge {
    app: Arc<App>,
    connections: Arc<Connections>,
}

/// All routes of the program. Connections that stay are among `connections`.
pub fn router(app: Arc<App>, connections: Arc<Connections>) -> Router {
    let routes = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/events", axum::routing::post(events::post))
        .route("/schema.graphql", get(schema))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .merge(graphiql::router())
        .with_state(Edge { app, connections });
    let nosniff =
        SetResponseHeaderLayer::if_not_present(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The last layer is the outermost.
    routes
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CompressionLayer::new())
        .layer(nosniff)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
        // A client's own id would let it write into our log.
        .layer(axum::middleware::map_request(async |mut request: Request| {
            request.headers_mut().remove(REQUEST_ID);
            request
        }))
}

/// The schema's text.
async fn schema() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/graphql; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], sdl())
}

#[derive(Clone, Copy)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&uuid::Uuid::now_v7().to_string()).ok().map(RequestId::new)
    }
}

fn span(request: &Request) -> tracing::Span {
    let request_id = request_id(request.headers());
    // The path alone: a query string may carry variables.
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), request_id)
}

/// The id of the request with these headers.
fn request_id(headers: &axum::http::HeaderMap) -> &str {
    headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default()
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a request panicked");
    axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
