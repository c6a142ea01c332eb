//! `/graphql`: one request, one answer, by the GraphQL-over-HTTP draft (`docs/adr/0002-own-http-layer.md`).

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::media::MediaType;
use super::request::{Unreadable, check_content_type, from_body, from_query, read_body};
use super::{BUDGET, request_id};
use crate::app::App;
use crate::auth::SignInError;
use crate::graphql::context::RequestContext;
use crate::graphql::documents::{Answer, GraphqlRequest};
use crate::graphql::error::{ErrorCode, internal_failure};

/// A query in the query string. It may be sent by any link, so it must not change anything.
pub(super) async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let read = async || from_query(query.as_deref().unwrap_or_default());
    answer(&app, &headers, read, Method::Get).await
}

/// A request in a JSON body.
pub(super) async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (Parts { headers, .. }, body) = request.into_parts();
    let read = async || {
        check_content_type(&headers)?;
        from_body(&read_body(body).await?)
    };
    answer(&app, &headers, read, Method::Post).await
}

#[derive(PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

/// Answers within the budget of a request, whatever it does.
async fn answer(
    app: &App,
    headers: &HeaderMap,
    read: impl AsyncFnOnce() -> Result<GraphqlRequest, Unreadable>,
    method: Method,
) -> Response {
    let Some(media) = MediaType::preferred(headers) else {
        return (StatusCode::NOT_ACCEPTABLE, "application/graphql-response+json or application/json\n").into_response();
    };
    let answer = answer_signed_in(app, headers, read, &method, media);
    match tokio::time::timeout(BUDGET, answer).await {
        Ok(Ok(answer) | Err(answer)) => answer,
        Err(_) => refuse(media, StatusCode::GATEWAY_TIMEOUT, ErrorCode::Timeout, "The request took too long."),
    }
}

/// The answer, or, as an error, the refusal.
async fn answer_signed_in(
    app: &App,
    headers: &HeaderMap,
    read: impl AsyncFnOnce() -> Result<GraphqlRequest, Unreadable>,
    method: &Method,
    media: MediaType,
) -> Result<Response, Response> {
    let request_id = request_id(headers);
    // Who asks is decided before what is asked is read: nothing is kept or parsed for strangers.
    let signed_in = app.sign_in.caller(headers).await;
    let (caller, chain) = signed_in.map_err(|why| not_signed_in(media, &why, request_id))?;
    let unreadable =
        |Unreadable { status, message }: Unreadable| refuse(media, status, ErrorCode::BadUserInput, &message);
    let request = read().await.map_err(unreadable)?;
    let prepared = app.api.prepare(request).map_err(|error| write(media, &Answer::refused(error)))?;
    if *method == Method::Get && prepared.is_mutation() {
        return Err(only_by_post(media));
    }
    let context = RequestContext::new(caller, chain, app.services.clone());
    Ok(write(media, &app.api.run(prepared, request_id, |request| request.data(context)).await))
}

fn only_by_post(media: MediaType) -> Response {
    let message = "A mutation must be sent by POST.";
    let mut refused = refuse(media, StatusCode::METHOD_NOT_ALLOWED, ErrorCode::BadUserInput, message);
    refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    refused
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
