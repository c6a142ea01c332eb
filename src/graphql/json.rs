//! Writes an answer as JSON.
//!
//! The library's own writer has no cheap way for JSON that is already written: it copies the text and parses it again.
//! Here `Value::Binary` *is* JSON already written, and is copied as it stands. We have no binary scalar, and JSON from
//! a client never becomes one, so only our own code can make such a value.

use async_graphql::{Response, Value};
use serde::Serialize;

#[cfg(test)]
mod tests;

/// Writes a whole answer. `executed` says whether execution began: the answer to a request that failed before that has
/// no `data` (GraphQL specification, section 7.1).
pub fn write_response(response: &Response, executed: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(estimate(&response.data));
    out.push(b'{');
    if !response.errors.is_empty() {
        out.extend_from_slice(b"\"errors\":");
        write(&mut out, &response.errors);
    }
    if executed {
        separate(&mut out);
        out.extend_from_slice(b"\"data\":");
        write_value(&mut out, &response.data);
    }
    if !response.extensions.is_empty() {
        separate(&mut out);
        out.extend_from_slice(b"\"extensions\":");
        write_entries(&mut out, response.extensions.iter().map(|(key, value)| (key.as_str(), value)));
    }
    out.push(b'}');
    out
}

/// Writes one value; `Value::Binary` is JSON already.
pub fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Boolean(value) => write_bool(out, *value),
        Value::Number(number) => write(out, number),
        Value::String(text) => write_str(out, text),
        Value::Enum(name) => write_str(out, name),
        Value::Binary(json) => out.extend_from_slice(json),
        Value::List(items) => write_list(out, items, write_value),
        Value::Object(fields) => write_entries(out, fields.iter().map(|(key, value)| (key.as_str(), value))),
    }
}

/// Writes a list, each item by `write_item`.
pub fn write_list<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write_item: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for item in items {
        separate(out);
        write_item(out, item);
    }
    out.push(b']');
}

fn write_entries<'a>(out: &mut Vec<u8>, entries: impl Iterator<Item = (&'a str, &'a Value)>) {
    out.push(b'{');
    for (key, value) in entries {
        separate(out);
        write_str(out, key);
        out.push(b':');
        write_value(out, value);
    }
    out.push(b'}');
}

/// Writes a comma, unless a list or an object has just begun.
pub(crate) fn separate(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'[' | b'{')) {
        out.push(b',');
    }
}

/// Writes `null`.
pub fn write_null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

/// Writes `true` or `false`.
pub fn write_bool(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Writes a number.
pub fn write_int(out: &mut Vec<u8>, value: i64) {
    write(out, &value);
}

/// Writes how many there are of something.
pub fn write_count(out: &mut Vec<u8>, count: usize) {
    write(out, &count);
}

/// Writes a text with its quotes.
pub fn write_str(out: &mut Vec<u8>, text: &str) {
    if needs_escapes(text) {
        write(out, text);
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// Whether JSON writes a text otherwise than as it stands. Looks at every byte, so that the processor can look at many at once.
#[expect(clippy::needless_bitwise_bool, reason = "a branch at each byte would let it look at one byte at a time")]
fn needs_escapes(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | (byte < b' ') | (byte == b'"') | (byte == b'\\'))
}

/// Writes anything that is surely JSON. What could fail (a map whose keys are no texts) is written as `null`.
pub fn write<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        write_null(out);
    }
}

/// About how long the data will be, so that a large answer is not copied while it grows.
fn estimate(data: &Value) -> usize {
    const SMALL: usize = 512;
    match data {
        Value::Object(fields) => {
            fields
                .values()
                .map(|value| match value {
                    Value::Binary(json) => json.len(),
                    _ => 64,
                })
                .sum::<usize>()
                + SMALL
        }
        _ => SMALL,
    }
}
