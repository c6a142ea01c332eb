//! What a client got.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What a client got.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The data of an answer without errors.
    pub(crate) fn data(&self) -> Value {
        let json = self.json();
        assert!(json.get("errors").is_none(), "{json:#}");
        json["data"].clone()
    }

    /// What is at this JSON pointer below the data of an answer without errors.
    pub(crate) fn at(&self, pointer: &str) -> Value {
        let data = self.data();
        data.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}: {data:#}")).clone()
    }

    /// The code of the only error.
    pub(crate) fn code(&self) -> String {
        self.only_error("/extensions/code")
    }

    /// The argument that the only error, a `BAD_USER_INPUT`, names.
    pub(crate) fn wrong_argument(&self) -> String {
        assert_eq!(self.code(), "BAD_USER_INPUT", "{self:?}");
        self.only_error("/extensions/field")
    }

    /// The message of the only error.
    pub(crate) fn message(&self) -> String {
        self.only_error("/message")
    }

    fn only_error(&self, pointer: &str) -> String {
        let json = self.json();
        let errors = json["errors"].as_array().unwrap_or_else(|| panic!("no errors: {json:#}"));
        assert_eq!(errors.len(), 1, "{json:#}");
        let text = errors[0].pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("the error has no {pointer}: {json:#}")).to_owned()
    }

    /// All that a client could tell two answers apart by: everything but the request's own id.
    pub(crate) fn whole(&self) -> String {
        let mut headers = self.headers.clone();
        headers.remove("x-request-id");
        let mut headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        headers.sort();
        format!("{}\n{}\n\n{}", self.status, headers.join("\n"), self.body)
    }
}
