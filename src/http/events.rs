//! `/events`: what other programs publish, by the HTTP protocol binding of CloudEvents 1.0, in all three of its content modes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::graphql::not_signed_in;
use super::media::MediaType;
use super::request::{Unreadable, content_type, read_body};
use super::request_id;
use crate::app::App;
use crate::auth::{Grant, NotGranted};
use crate::graphql::error::SOMETHING_WENT_WRONG;
use crate::modules::intake::{CloudEvent, Malformed, Outcome};

/// The longest body, in bytes.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The most events in a batch.
const MAX_EVENTS: usize = 1_000;

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const BINARY: &str = "application/json";

/// What becomes of an event, as its publisher is told.
enum Answer {
    /// It has come in, now or before.
    TakenIn(Outcome),
    Malformed(Malformed),
    NotGranted(NotGranted),
}

pub(super) async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let service = match app.sign_in.service(headers).await {
        Ok(service) => service,
        Err(why) => return not_signed_in(MediaType::Json, &why, request_id(headers)),
    };
    let Some(mode) = Mode::of(headers) else {
        let message = format!("Send {STRUCTURED}, {BATCH}, or {BINARY} with the headers ce-…, each in UTF-8.");
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, &message);
    };
    let body = match read_body(body, MAX_BODY).await {
        Ok(body) => body,
        Err(Unreadable { status, message }) => return refuse(status, &message),
    };
    let events = match mode.read(headers, &body) {
        Ok(events) => events,
        Err(message) => return refuse(StatusCode::BAD_REQUEST, &message),
    };
    let answers = match take_in(&app, &service.grant, &events).await {
        Ok(answers) => answers,
        Err(fault) => {
            let request_id = request_id(headers);
            tracing::error!(%fault, request_id, service = service.name, "events could not be taken in");
            let mut unavailable =
                refuse(StatusCode::SERVICE_UNAVAILABLE, &format!("{SOMETHING_WENT_WRONG} {request_id}"));
            unavailable.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            return unavailable;
        }
    };
    match (mode, answers.first()) {
        (Mode::Batch, _) | (_, None) => {
            let told: Vec<Value> = events.iter().zip(&answers).map(|(event, answer)| answer.told_of(event)).collect();
            json_response(StatusCode::OK, &Value::Array(told))
        }
        (_, Some(answer)) => json_response(answer.status(), &answer.told()),
    }
}

/// Takes those in that are events and may be published by whom they come from, together; the others are refused, each by itself.
async fn take_in(app: &App, grant: &Grant, events: &[Value]) -> Result<Vec<Answer>, crate::error::Fault> {
    let mut taken = Vec::new();
    let answers = events.iter().map(|event| {
        let event = event.as_object().ok_or_else(|| Answer::Malformed(an_object()));
        let event = event.and_then(|members| CloudEvent::read(members).map_err(Answer::Malformed))?;
        grant.allows(&event.source, &event.event_type).map_err(Answer::NotGranted)?;
        taken.push(event);
        Ok(())
    });
    let answers: Vec<Result<(), Answer>> = answers.collect();
    let mut outcomes = if taken.is_empty() { Vec::new() } else { app.intake.take_in(taken).await? }.into_iter();
    let answer = |refused: Result<(), Answer>| match refused {
        Ok(()) => outcomes.next().map(Answer::TakenIn),
        Err(refused) => Some(refused),
    };
    Ok(answers.into_iter().filter_map(answer).collect())
}

fn an_object() -> Malformed {
    Malformed { field: String::new(), expected: "a JSON object".to_owned() }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Structured,
    Batch,
    Binary,
}

impl Mode {
    fn of(headers: &HeaderMap) -> Option<Self> {
        match content_type(headers)?.as_str() {
            STRUCTURED => Some(Self::Structured),
            BATCH => Some(Self::Batch),
            BINARY if headers.contains_key("ce-specversion") => Some(Self::Binary),
            _ => None,
        }
    }

    /// The events in a request, as their JSON format would have them.
    fn read(self, headers: &HeaderMap, body: &Bytes) -> Result<Vec<Value>, String> {
        let not_json = |cause: serde_json::Error| {
            format!("The body is not JSON: line {}, column {}.", cause.line(), cause.column())
        };
        if self == Self::Binary && body.is_empty() {
            return Ok(vec![Value::Object(attributes(headers)?)]);
        }
        let body: Value = serde_json::from_slice(body).map_err(not_json)?;
        match (self, body) {
            (Self::Structured, event) => Ok(vec![event]),
            (Self::Binary, data) => {
                let mut event = attributes(headers)?;
                event.insert("data".to_owned(), data);
                Ok(vec![Value::Object(event)])
            }
            (Self::Batch, Value::Array(events)) if events.len() <= MAX_EVENTS => Ok(events),
            (Self::Batch, Value::Array(_)) => Err(format!("A batch has at most {MAX_EVENTS} events.")),
            (Self::Batch, _) => Err("A batch is a list of events.".to_owned()),
        }
    }
}

/// The attributes of an event that stand in headers, percent-encoded (HTTP protocol binding, section 3.1.3.2).
fn attributes(headers: &HeaderMap) -> Result<Map<String, Value>, String> {
    let mut attributes = Map::new();
    for (name, value) in headers {
        let Some(name) = name.as_str().strip_prefix("ce-") else { continue };
        let value = value.to_str().ok().map(|value| percent_decode_str(value.trim_matches('"')).decode_utf8());
        let Some(Ok(value)) = value else { return Err(format!("The header ce-{name} is no percent-encoded UTF-8.")) };
        if attributes.insert(name.to_owned(), Value::String(value.into_owned())).is_some() {
            return Err(format!("The header ce-{name} is given twice."));
        }
    }
    // They have one of their own.
    attributes.remove("datacontenttype");
    Ok(attributes)
}

impl Answer {
    fn status(&self) -> StatusCode {
        match self {
            Self::TakenIn(Outcome::Duplicate) => StatusCode::OK,
            Self::TakenIn(_) => StatusCode::ACCEPTED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::NotGranted(_) => StatusCode::FORBIDDEN,
        }
    }

    fn told(&self) -> Value {
        match self {
            Self::TakenIn(Outcome::Stored) => json!({ "outcome": "STORED" }),
            Self::TakenIn(Outcome::Duplicate) => json!({ "outcome": "DUPLICATE" }),
            Self::TakenIn(Outcome::Waiting(name)) => {
                json!({ "outcome": "WAITING", "message": format!("It waits for the company {name:?}, which is not known yet.") })
            }
            Self::TakenIn(Outcome::KeptApart(why)) => {
                json!({ "outcome": "KEPT_APART", "message": format!("It is kept apart for the operator: {why}.") })
            }
            Self::Malformed(malformed) if malformed.field.is_empty() => {
                json!({ "outcome": "REFUSED", "message": "An event is a JSON object." })
            }
            Self::Malformed(malformed) => {
                json!({ "outcome": "REFUSED", "field": malformed.field, "message": format!("{malformed}.") })
            }
            Self::NotGranted(what) => {
                let field = match what {
                    NotGranted::Source => "source",
                    NotGranted::Type => "type",
                };
                let message = format!("The token does not allow to publish events of this {field}.");
                json!({ "outcome": "FORBIDDEN", "field": field, "message": message })
            }
        }
    }

    /// The same in a batch, where each answer names its event.
    fn told_of(&self, event: &Value) -> Value {
        let mut told = self.told();
        for name in ["source", "id"] {
            told[name] = event.get(name).filter(|value| value.is_string()).cloned().unwrap_or_default();
        }
        told
    }
}

fn refuse(status: StatusCode, message: &str) -> Response {
    json_response(status, &json!({ "message": message }))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
