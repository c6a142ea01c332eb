use async_graphql::parser::parse_query;
use async_graphql::{PathSegment, Pos, Response, ServerError, Value};

use super::*;

fn masked(error: ServerError, executed: bool) -> ServerError {
    let mut response = Response::from_errors(vec![error]);
    mask(&mut response, executed, "req-7");
    response.errors.remove(0)
}

fn at_a_field(error: async_graphql::Error) -> ServerError {
    error.into_server_error(Pos { line: 1, column: 3 }).with_path(vec![PathSegment::Field("viewer".to_owned())])
}

fn extension<'a>(error: &'a ServerError, name: &str) -> Option<&'a Value> {
    error.extensions.as_ref().and_then(|extensions| extensions.get(name))
}

#[test]
fn the_list_of_codes_is_closed() {
    for code in ErrorCode::ALL {
        assert_eq!(ErrorCode::from_name(code.as_str()), Some(code));
    }
    assert_eq!(ErrorCode::from_name("OTHER"), None);
}

#[test]
fn each_error_of_a_resolver_has_its_code_and_survives_masking() {
    let errors = [
        (unauthenticated(), ErrorCode::Unauthenticated),
        (forbidden(), ErrorCode::Forbidden),
        (bad_user_input("first", "a number from 1 to 100"), ErrorCode::BadUserInput),
        (module_unavailable("orders"), ErrorCode::ModuleUnavailable),
        (cursor_expired(), ErrorCode::CursorExpired),
        (slow_consumer("c1"), ErrorCode::SlowConsumer),
        (rate_limited(30), ErrorCode::RateLimited),
        (ErrorCode::QueryTooComplex.error("too much"), ErrorCode::QueryTooComplex),
        (persisted_query_not_found(), ErrorCode::PersistedQueryNotFound),
        (timeout(), ErrorCode::Timeout),
        (ErrorCode::GraphqlParseFailed.error("no"), ErrorCode::GraphqlParseFailed),
        (ErrorCode::GraphqlValidationFailed.error("no"), ErrorCode::GraphqlValidationFailed),
    ];
    for (error, code) in errors {
        let message = error.message.clone();
        let shown = masked(at_a_field(error), true);
        assert_eq!((ErrorCode::of(&shown), shown.message), (Some(code), message));
        assert_eq!(shown.path.len(), 1);
    }
}

#[test]
fn errors_say_what_to_do() {
    let error = masked(at_a_field(bad_user_input("first", "a number from 1 to 100")), true);
    assert_eq!(error.message, "first must be a number from 1 to 100.");
    assert_eq!(extension(&error, "field"), Some(&Value::from("first")));
    assert_eq!(extension(&masked(at_a_field(rate_limited(30)), true), "retryAfter"), Some(&Value::from(30)));
    assert_eq!(extension(&masked(at_a_field(slow_consumer("c1")), true), "cursor"), Some(&Value::from("c1")));
}

#[test]
fn a_fault_of_ours_tells_nothing_but_the_request_id() {
    let secret = std::io::Error::other("connection to 10.0.0.3 refused");
    let faults = [
        at_a_field(internal(secret)),
        at_a_field(async_graphql::Error::new("no such column")),
        at_a_field(ErrorCode::Internal.error("a table is gone")),
        at_a_field(async_graphql::Error::new_with_source("Failed to parse \"X\": by the database")),
        at_a_field(made_up_code()),
        ServerError::new("without a path", None),
    ];
    for fault in faults {
        let shown = masked(fault, true);
        assert_eq!(shown.message, "Something went wrong on our side. Request id: req-7");
        assert_eq!(ErrorCode::of(&shown), Some(ErrorCode::Internal));
        assert!(shown.source.is_none());
    }
}

fn made_up_code() -> async_graphql::Error {
    with(async_graphql::Error::new("something"), "code", "MADE_UP")
}

#[test]
fn what_fails_before_execution_is_the_requests_fault() {
    let shown = masked(ServerError::new("Unknown field \"x\"", None), false);
    assert_eq!(ErrorCode::of(&shown), Some(ErrorCode::GraphqlValidationFailed));
    assert_eq!(shown.message, "Unknown field \"x\"");
}

#[test]
fn a_document_with_many_faults_is_told_the_first_hundred() {
    let mut response = Response::from_errors(vec![ServerError::new("no such field", None); 500]);
    mask(&mut response, false, "req-7");
    assert_eq!(response.errors.len(), 101);
    assert_eq!(response.errors[100].message, "500 errors in all.");
}

#[test]
fn a_syntax_error_is_one_line_with_its_place() {
    let shown = |text: &str| syntax_error(&parse_query(text).expect_err("it is no GraphQL"));
    for text in [
        "",
        "{",
        "{ a(",
        "query { a } }",
        "{ a(b: 1e) }",
        "fragment",
        "{ a } { b }",
        "fragment A on B { c }",
        "{ a(b: \"x) }",
    ] {
        let error = shown(text);
        assert_eq!(ErrorCode::of(&error), Some(ErrorCode::GraphqlParseFailed));
        assert!(!error.message.contains('\n') && !error.message.contains("-->"), "{}", error.message);
        assert!(error.message.starts_with("Syntax error"), "{}", error.message);
    }
    let error = shown("{ a( }");
    assert_eq!(error.message, "Syntax error at 1:6: expected name.");
    assert_eq!(error.locations, [Pos { line: 1, column: 6 }]);
    assert_eq!(shown("fragment A on B { c }").message, "Syntax error: document does not contain an operation.");
}
