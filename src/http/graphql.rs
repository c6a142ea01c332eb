//! `/graphql`: one request, one answer, by the GraphQL-over-HTTP draft (`docs/adr/0002-own-http-layer.md`).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::media::MediaType;
use super::request::{Unreadable, check_content_type, from_body, from_query};
use super::{BUDGET, request_id};
use crate::app::App;
use crate::auth::SignInError;
use crate::graphql::context::RequestContext;
use crate::graphql::documents::{Answer, GraphqlRequest};
use crate::graphql::error::{ErrorCode, internal_failure};

/// A query in the query string. It may be sent by any link, so it must not change anything.
pub(super) async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let request = || from_query(query.as_deref().unwrap_or_default());
    answer(&app, &headers, request, Method::Get).await
}

/// A request in a JSON body.
pub(super) async fn post(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let request = || check_content_type(&headers).and_then(|()| from_body(&body));
    answer(&app, &headers, request, Method::Post).await
}

#[derive(PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

async fn answer(
    app: &App,
    headers: &HeaderMap,
    request: impl FnOnce() -> Result<GraphqlRequest, Unreadable>,
    method: Method,
) -> Response {
    let Some(media) = MediaType::preferred(headers) else {
        return (StatusCode::NOT_ACCEPTABLE, "application/graphql-response+json or application/json\n").into_response();
    };
    // Who asks is decided before what is asked is read: nothing is parsed for strangers.
    let (caller, chain) = match app.sign_in.caller(headers).await {
        Ok(signed_in) => signed_in,
        Err(why) => return not_signed_in(media, &why, request_id(headers)),
    };
    let request = match request() {
        Ok(request) => request,
        Err(Unreadable { status, message }) => return refuse(media, status, ErrorCode::BadUserInput, &message),
    };
    let prepared = match app.api.prepare(request) {
        Ok(prepared) => prepared,
        Err(error) => return write(media, &Answer::refused(error)),
    };
    if method == Method::Get && prepared.is_mutation() {
        let mut refused =
            refuse(media, StatusCode::METHOD_NOT_ALLOWED, ErrorCode::BadUserInput, "A mutation must be sent by POST.");
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return refused;
    }
    let context = RequestContext::new(caller, chain);
    let run = app.api.run(prepared, request_id(headers), |request| request.data(context));
    match tokio::time::timeout(BUDGET, run).await {
        Ok(answer) => write(media, &answer),
        Err(_) => refuse(media, StatusCode::GATEWAY_TIMEOUT, ErrorCode::Timeout, "The request took too long."),
    }
}

fn not_signed_in(media: MediaType, why: &SignInError, request_id: &str) -> Response {
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
            with_status(media, StatusCode::INTERNAL_SERVER_ERROR, &answer)
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
