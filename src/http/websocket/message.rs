//! What goes over the wire: one JSON object a message.

use async_graphql::ServerError;
use axum::extract::ws::Utf8Bytes;
use serde_json::{Map, Value};

use crate::graphql::documents::GraphqlRequest;
use crate::graphql::json;
use crate::http::request::from_members;

/// The longest id of an operation, in bytes.
const MAX_ID: usize = 256;

/// What a client says.
#[derive(Debug)]
pub(super) enum FromClient {
    Init(Map<String, Value>),
    Ping(Option<Map<String, Value>>),
    Pong,
    Subscribe { id: String, request: GraphqlRequest },
    Complete { id: String },
}

impl FromClient {
    /// Reads a message.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let message = serde_json::from_str(text).map_err(|_| "The message is not JSON".to_owned())?;
        let Value::Object(mut message) = message else { return Err("The message is not an object".to_owned()) };
        let kind = message.remove("type");
        let kind = kind.as_ref().and_then(Value::as_str).ok_or("The message has no type")?;
        match kind {
            "connection_init" => Ok(Self::Init(payload(&mut message)?.unwrap_or_default())),
            "ping" => Ok(Self::Ping(payload(&mut message)?)),
            "pong" => payload(&mut message).map(|_| Self::Pong),
            "complete" => Ok(Self::Complete { id: id(&mut message)? }),
            "subscribe" => {
                let id = id(&mut message)?;
                let members = payload(&mut message)?.ok_or("The message has no payload")?;
                let request = from_members(members).map_err(|unreadable| format!("payload: {}", unreadable.message))?;
                Ok(Self::Subscribe { id, request })
            }
            "connection_ack" | "next" | "error" => Err(format!("A client does not send {kind}")),
            _ => Err("The message's type is not known".to_owned()),
        }
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, String> {
    match message.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err("The message's payload is not an object".to_owned()),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, String> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= MAX_ID => Ok(id),
        _ => Err(format!("The message's id is not a text of 1 to {MAX_ID} bytes")),
    }
}

/// What the server says.
#[derive(Debug)]
pub(super) enum FromServer<'m> {
    Ack,
    Ping,
    Pong(Option<Map<String, Value>>),
    /// A result, which is JSON already.
    Next {
        id: &'m str,
        payload: &'m [u8],
    },
    Error {
        id: &'m str,
        errors: &'m [ServerError],
    },
    Complete {
        id: &'m str,
    },
}

impl FromServer<'_> {
    /// The message as it goes over the wire.
    pub(super) fn write(&self) -> Utf8Bytes {
        let mut out = Vec::new();
        match self {
            Self::Ack => out.extend_from_slice(br#"{"type":"connection_ack"}"#),
            Self::Ping => out.extend_from_slice(br#"{"type":"ping"}"#),
            Self::Pong(payload) => {
                out.extend_from_slice(br#"{"type":"pong""#);
                if let Some(payload) = payload {
                    out.extend_from_slice(br#","payload":"#);
                    json::write(&mut out, payload);
                }
                out.push(b'}');
            }
            Self::Next { id, payload } => {
                out.reserve_exact(payload.len() + id.len() + 48);
                begin(&mut out, id, r#","type":"next","payload":"#);
                out.extend_from_slice(payload);
                out.push(b'}');
            }
            Self::Error { id, errors } => {
                begin(&mut out, id, r#","type":"error","payload":"#);
                json::write(&mut out, errors);
                out.push(b'}');
            }
            Self::Complete { id } => begin(&mut out, id, r#","type":"complete"}"#),
        }
        // Only JSON was written.
        Utf8Bytes::try_from(out).unwrap_or_default()
    }
}

fn begin(out: &mut Vec<u8>, id: &str, rest: &str) {
    out.extend_from_slice(br#"{"id":"#);
    json::write_str(out, id);
    out.extend_from_slice(rest.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_protocol_does_not_have_is_told_what_is_wrong_with_it() {
        for (text, why) in [
            ("nonsense", "The message is not JSON"),
            ("[]", "The message is not an object"),
            ("{}", "The message has no type"),
            (r#"{"type":1}"#, "The message has no type"),
            (r#"{"type":"start","id":"1"}"#, "The message's type is not known"),
            (r#"{"type":"next","id":"1"}"#, "A client does not send next"),
            (r#"{"type":"connection_init","payload":"token"}"#, "The message's payload is not an object"),
            (r#"{"type":"subscribe","payload":{"query":"{a}"}}"#, "The message's id is not a text of 1 to 256 bytes"),
            (r#"{"type":"subscribe","id":"","payload":{}}"#, "The message's id is not a text of 1 to 256 bytes"),
            (r#"{"type":"subscribe","id":"1"}"#, "The message has no payload"),
            (r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#, "payload: query must be a string."),
            (
                r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
                "payload: variables must be a JSON object.",
            ),
            (r#"{"type":"complete"}"#, "The message's id is not a text of 1 to 256 bytes"),
        ] {
            assert_eq!(FromClient::read(text).expect_err(text), why, "{text}");
        }
    }

    #[test]
    fn an_id_is_sent_back_as_it_came() {
        let message = FromServer::Next { id: "a\"b", payload: b"{}" }.write();
        assert_eq!(message.as_str(), r#"{"id":"a\"b","type":"next","payload":{}}"#);
    }
}
