//! Variables without a value.

use serde_json::{Value as Json, json};

use super::{answer_with, code, executor, request, run};
use crate::graphql::documents::GraphqlRequest;

/// What a query says the first time and, when it is known, the second.
fn data(query: &str, variables: &Json) -> Json {
    let executor = executor();
    let first = answer_with(&executor, query, variables);
    assert!(first.get("errors").is_none(), "{query}: {first}");
    assert_eq!(answer_with(&executor, query, variables), first);
    first["data"].clone()
}

#[test]
fn an_argument_whose_variable_is_omitted_takes_its_default() {
    let none = json!({});
    assert_eq!(data("query($d: Int) { depth(depth: $d) }", &none), json!({ "depth": "3 Some(7)" }));
    assert_eq!(data("query($d: Int) { depth(other: $d) }", &none), json!({ "depth": "3 Some(7)" }));
    assert_eq!(data("query($d: Int = 5) { depth(other: $d) }", &none), json!({ "depth": "3 Some(5)" }));
    let deep = "query($d: Int) { query { ... { query { ...F } } } } fragment F on Query { ... on Query { depth(depth: $d, other: $d) } }";
    assert_eq!(data(deep, &none), json!({ "query": { "query": { "depth": "3 Some(7)" } } }));
    let used_twice = "query($d: Int) { depth(depth: $d) page(first: 1) range(range: { to: $d }) }";
    assert_eq!(data(used_twice, &none), json!({ "depth": "3 Some(7)", "page": 1, "range": "1 None" }));
    let mixed = "query($d: Int, $o: Int) { depth(depth: $d, other: $o) }";
    assert_eq!(data(mixed, &json!({ "o": null })), json!({ "depth": "3 None" }), "null is a value");
}

#[test]
fn a_field_of_an_input_object_whose_variable_is_omitted_takes_its_default() {
    let query = "query($a: Int, $b: Int) { range(range: { from: $a, to: $b }) }";
    assert_eq!(data(query, &json!({ "b": 4 })), json!({ "range": "1 Some(4)" }));
    let query = "query($a: Int! = 2, $b: Int) { range(range: { from: $a, to: $b }) }";
    assert_eq!(data(query, &json!({})), json!({ "range": "2 None" }));
}

#[test]
fn introspection_has_defaults_too() {
    let query = "query($d: Boolean) { __type(name: \"Range\") { inputFields(includeDeprecated: $d) { name } } }";
    assert_eq!(data(query, &json!({}))["__type"]["inputFields"][1]["name"], "to");
}

#[test]
fn an_omission_changes_no_other_request_for_the_document() {
    let executor = executor();
    let query = "query($d: Int! = 4, $o: Int) { depth(depth: $d, other: $o) }";
    for (variables, expected) in [
        (json!({}), "4 Some(7)"),
        (json!({ "o": 9 }), "4 Some(9)"),
        (json!({ "d": 8, "o": null }), "8 None"),
        (json!({}), "4 Some(7)"),
    ] {
        for _ in 0..2 {
            assert_eq!(answer_with(&executor, query, &variables)["data"]["depth"], expected, "{variables}");
        }
    }
}

#[test]
fn other_operations_of_the_document_stay_as_they_are() {
    let query = "query A($d: Int) { depth(other: $d) ...F }
                 query B($d: Int!, $e: Int) { page(first: $d) depth(depth: $e) }
                 fragment F on Query { query { depth(other: $d) } }";
    let executor = executor();
    let ask = |name: &str, variables: &Json| {
        let request = GraphqlRequest { operation_name: Some(name.to_owned()), ..request(query, variables) };
        serde_json::from_slice::<Json>(&run(&executor, request).to_json()).expect("the answer is JSON")
    };
    assert_eq!(ask("A", &json!({}))["data"], json!({ "depth": "3 Some(7)", "query": { "depth": "3 Some(7)" } }));
    assert_eq!(ask("B", &json!({ "d": 2 }))["data"], json!({ "page": 2, "depth": "3 Some(7)" }));
}

#[test]
fn what_is_wrong_stays_wrong_when_variables_are_omitted() {
    for query in [
        "query($d: Int) { hello }",
        "query($d: Int) { depth(depth: $d, nothing: 1) }",
        "query($d: Int) { depth(deep: $d) }",
        "query($d: Int) { depth(depth: $e) }",
        "query($d: Int) { depth(depth: $d) depth(other: $e) }",
    ] {
        let answer = answer_with(&executor(), query, &json!({}));
        assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
    }
}
