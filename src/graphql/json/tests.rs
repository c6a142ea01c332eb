use async_graphql::{Name, PathSegment, Pos, Response, ServerError, Value};
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::{write_response, write_value};
use crate::graphql::error::ErrorCode;

fn written(value: &Value) -> String {
    let mut out = Vec::new();
    write_value(&mut out, value);
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn parsed(json: &[u8]) -> Json {
    serde_json::from_slice(json).expect("what is written is JSON")
}

/// Any value without JSON that is already written.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[A-Z_]{1,5}".prop_map(|name| Value::Enum(Name::new(name))),
        "[\"\\\\\\x00-\\x1f\\x7fé/\u{2028}]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((".{0,6}", inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().map(|(k, v)| (Name::new(k), v)).collect())),
        ]
    })
}

fn any_error() -> impl Strategy<Value = ServerError> {
    (any::<String>(), any::<Option<(u16, u16)>>(), any::<Vec<Option<String>>>(), any::<bool>()).prop_map(
        |(message, place, path, coded)| {
            let place = place.map(|(line, column)| Pos { line: line.into(), column: column.into() });
            let mut error = ServerError::new(message, place);
            error.path = path.into_iter().map(|name| name.map_or(PathSegment::Index(3), PathSegment::Field)).collect();
            if coded {
                ErrorCode::Forbidden.mark(&mut error);
            }
            error
        },
    )
}

proptest! {
    #[test]
    fn a_value_means_what_the_library_means(value in any_value()) {
        prop_assert_eq!(written(&value), serde_json::to_string(&value).expect("the library writes it"));
    }

    #[test]
    fn an_answer_means_what_the_library_means(
        data in any_value(),
        errors in prop::collection::vec(any_error(), 0..3),
        extension in any::<Option<i32>>(),
    ) {
        let mut response = Response::new(data);
        response.errors = errors;
        if let Some(extension) = extension {
            response = response.extension("cost", Value::from(extension));
        }
        let theirs = serde_json::to_vec(&response).expect("the library writes it");
        prop_assert_eq!(parsed(&write_response(&response, true)), parsed(&theirs));
    }
}

#[test]
fn json_that_is_written_already_stands_as_it_is() {
    let tree = Value::Binary(Bytes::from_static(br#"{"id":1, "children":[]}"#));
    let data = Value::Object([(Name::new("b"), tree), (Name::new("a"), Value::Null)].into_iter().collect());
    let json = write_response(&Response::new(data), true);
    assert_eq!(String::from_utf8_lossy(&json), r#"{"data":{"b":{"id":1, "children":[]},"a":null}}"#);
}

#[test]
fn fields_keep_their_order() {
    let fields = ["zeta", "alpha", "mid"].map(|name| (Name::new(name), Value::from(1)));
    assert_eq!(written(&Value::Object(fields.into_iter().collect())), r#"{"zeta":1,"alpha":1,"mid":1}"#);
}

#[test]
fn there_is_no_data_when_nothing_was_executed() {
    let response = Response::from_errors(vec![ErrorCode::GraphqlParseFailed.request_error("no GraphQL")]);
    let expected = r#"{"errors":[{"message":"no GraphQL","extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}"#;
    assert_eq!(String::from_utf8_lossy(&write_response(&response, false)), expected);
    assert_eq!(parsed(&write_response(&response, true))["data"], Json::Null);
    assert!(parsed(&write_response(&response, true)).get("data").is_some());
}

#[test]
fn what_a_client_sends_is_never_taken_for_written_json() {
    let sent = Value::from_json(serde_json::json!({ "a": [104, 105], "b": "{}" })).expect("any JSON is a value");
    assert_eq!(written(&sent), r#"{"a":[104,105],"b":"{}"}"#);
}
