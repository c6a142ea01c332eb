//! Reading a GraphQL request out of an HTTP request (GraphQL over HTTP, section "Request").

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::graphql::documents::GraphqlRequest;

/// Why an HTTP request holds no GraphQL request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

fn unreadable(message: impl Into<String>) -> Unreadable {
    Unreadable { status: StatusCode::BAD_REQUEST, message: message.into() }
}

/// What the body is said to be, in small letters; none where that is not said, and where it is not in UTF-8.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    let mut parts = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').map(str::trim);
    let essence = parts.next()?.to_ascii_lowercase();
    let is_utf_8 = parts.all(|part| {
        part.split_once('=').is_none_or(|(name, value)| {
            !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    });
    is_utf_8.then_some(essence)
}

/// A body must be JSON: forms and plain text could be sent by any web page without the browser asking first.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Unreadable> {
    if content_type(headers).is_some_and(|essence| essence == "application/json") {
        return Ok(());
    }
    Err(Unreadable {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        message: "Send the request as application/json in UTF-8.".to_owned(),
    })
}

/// The whole of `body`, which must have at most `most` bytes.
pub(super) async fn read_body(body: Body, most: usize) -> Result<Bytes, Unreadable> {
    let body = Limited::new(body, most).collect().await;
    body.map(Collected::to_bytes).map_err(|cause| {
        if cause.is::<LengthLimitError>() {
            let message = format!("The body is longer than {most} bytes.");
            return Unreadable { status: StatusCode::PAYLOAD_TOO_LARGE, message };
        }
        unreadable("The body was cut off.")
    })
}

/// The request in a body.
pub(super) fn from_body(body: &[u8]) -> Result<GraphqlRequest, Unreadable> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => from_members(members),
        Ok(Value::Array(_)) => Err(unreadable("Batches are not taken: send one request at a time.")),
        Ok(_) => Err(unreadable("The body must be a JSON object with the member query.")),
        Err(cause) => {
            Err(unreadable(format!("The body is not JSON: line {}, column {}.", cause.line(), cause.column())))
        }
    }
}

/// The request in a query string.
pub(super) fn from_query(query: &str) -> Result<GraphqlRequest, Unreadable> {
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match name.as_ref() {
            "query" | "operationName" => Value::String(value.into_owned()),
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| unreadable(format!("{name} must be a JSON object.")))?
            }
            _ => continue,
        };
        if members.insert(name.to_string(), value).is_some() {
            return Err(unreadable(format!("{name} is given twice.")));
        }
    }
    from_members(members)
}

/// The request that is an object with these members.
pub(super) fn from_members(mut members: Map<String, Value>) -> Result<GraphqlRequest, Unreadable> {
    let mut text = |name: &str| match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(unreadable(format!("{name} must be a string."))),
    };
    let query = text("query")?.ok_or_else(|| unreadable("query is missing: it must hold the document."))?;
    let operation_name = text("operationName")?;
    let mut map = |name: &str| match members.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(unreadable(format!("{name} must be a JSON object."))),
    };
    Ok(GraphqlRequest { query, operation_name, variables: map("variables")?, extensions: map("extensions")? })
}
