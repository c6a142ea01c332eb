//! An event as it comes: CloudEvents 1.0 (the specification's sections "Required Attributes" and "Optional Attributes"), with data in JSON.

use entity::Timestamp;
use serde_json::{Map, Value};

use super::told;

/// The longest attribute, in characters.
const MAX_ATTRIBUTE: usize = 500;

/// The longest data, in bytes, as compact JSON.
const MAX_DATA: usize = 256 * 1024;

/// An event that somebody publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudEvent {
    /// `source`: who publishes it.
    pub source: String,
    /// `id`: what they call it.
    pub id: String,
    /// `type`: what happened.
    pub event_type: String,
    /// `subject`: to which company, by its id, slug or external id.
    pub subject: String,
    /// `time`: when.
    pub time: Option<Timestamp>,
    /// `data`: what there is to say of it.
    pub data: Map<String, Value>,
}

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {expected}")]
pub struct Malformed {
    /// The attribute, or the key of the data after `data.`.
    pub field: String,
    /// What it must be.
    pub expected: String,
}

impl Malformed {
    pub(super) fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field: field.into(), expected: expected.into() }
    }
}

impl CloudEvent {
    /// Reads an event out of the members of its JSON format ("JSON Event Format", section 3).
    ///
    /// # Errors
    /// What is wrong with it first.
    pub fn read(members: &Map<String, Value>) -> Result<Self, Malformed> {
        if members.get("specversion").and_then(Value::as_str) != Some("1.0") {
            return Err(Malformed::new("specversion", "\"1.0\""));
        }
        let event = Self {
            id: attribute(members, "id")?,
            source: attribute(members, "source")?,
            event_type: attribute(members, "type")?,
            subject: attribute(members, "subject")?,
            time: time(members)?,
            data: data(members)?,
        };
        told::check(&event.event_type, &event.data)?;
        Ok(event)
    }
}

fn attribute(members: &Map<String, Value>, name: &str) -> Result<String, Malformed> {
    let text = members.get(name).and_then(Value::as_str).filter(|text| is_plain(text, MAX_ATTRIBUTE));
    let expected = || Malformed::new(name, format!("a text of 1 to {MAX_ATTRIBUTE} printable characters"));
    text.map(str::to_owned).ok_or_else(expected)
}

/// Whether `text` has 1 to `most` characters, all of them printable.
pub(super) fn is_plain(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.contains(char::is_control)
}

fn time(members: &Map<String, Value>) -> Result<Option<Timestamp>, Malformed> {
    match members.get("time") {
        None | Some(Value::Null) => Ok(None),
        Some(time) => {
            let at = time.as_str().and_then(|text| text.parse().ok());
            at.map(Some).ok_or_else(|| Malformed::new("time", AN_INSTANT))
        }
    }
}

/// What an instant must be.
pub(super) const AN_INSTANT: &str = "an instant by RFC 3339, such as 2026-11-22T12:00:00Z";

fn data(members: &Map<String, Value>) -> Result<Map<String, Value>, Malformed> {
    if members.contains_key("data_base64") {
        return Err(Malformed::new("data_base64", "left out: data is a JSON object in the member data"));
    }
    let is_json = |content_type: &str| {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    };
    match members.get("datacontenttype") {
        None | Some(Value::Null) => {}
        Some(Value::String(content_type)) if is_json(content_type) => {}
        Some(_) => return Err(Malformed::new("datacontenttype", "application/json, or left out")),
    }
    match members.get("data") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(data)) => {
            let data = Value::Object(data.clone());
            // PostgreSQL's JSON has no NUL.
            if has_nul(&data) {
                return Err(Malformed::new("data", "without the character U+0000"));
            }
            if data.to_string().len() > MAX_DATA {
                return Err(Malformed::new("data", format!("at most {MAX_DATA} bytes long")));
            }
            match data {
                Value::Object(data) => Ok(data),
                _ => Ok(Map::new()),
            }
        }
        Some(_) => Err(Malformed::new("data", "a JSON object")),
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
