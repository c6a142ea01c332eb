mod omitted;
mod schema;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use async_graphql::futures_util::FutureExt;
use async_graphql::parser::types::OperationType;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::{Answer, GraphqlRequest};
use schema::{TestExecutor, executor};

fn request(query: &str, variables: &Json) -> GraphqlRequest {
    let variables = variables.as_object().cloned().unwrap_or_default();
    GraphqlRequest { query: query.to_owned(), variables, ..GraphqlRequest::default() }
}

fn run(executor: &TestExecutor, request: GraphqlRequest) -> Answer {
    executor.execute(request, "req-7", |request| request).now_or_never().expect("nothing in the schema waits")
}

fn answer_with(executor: &TestExecutor, query: &str, variables: &Json) -> Json {
    serde_json::from_slice(&run(executor, request(query, variables)).to_json()).expect("the answer is JSON")
}

fn answer(query: &str) -> Json {
    answer_with(&executor(), query, &json!({}))
}

fn code(answer: &Json) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code")
}

/// Whether this request was validated before and found good.
fn is_known_good(executor: &TestExecutor, query: &str, variables: &Json) -> bool {
    let variables = variables.as_object().cloned().unwrap_or_default();
    let document = executor.documents().document(query).expect("it can be parsed");
    let operation = document.operation(None).expect("it has one operation");
    let validation = executor.documents().validation(&document, None, operation, &variables);
    executor.documents().is_good(&validation.expect("it is worth keeping"))
}

#[test]
fn a_query_is_answered_the_same_the_first_and_every_other_time() {
    let executor = executor();
    let first = answer_with(&executor, "{ hello }", &json!({}));
    assert_eq!(first, json!({ "data": { "hello": "world" } }));
    assert!(is_known_good(&executor, "{ hello }", &json!({})));
    assert_eq!(answer_with(&executor, "{ hello }", &json!({})), first);
}

#[test]
fn a_known_document_is_not_parsed_again() {
    let executor = executor();
    answer_with(&executor, "{ hello }", &json!({}));
    let document = || executor.documents().document("{ hello }").expect("it can be parsed");
    assert!(Arc::ptr_eq(&document(), &document()));
}

#[test]
fn a_wrong_variable_after_a_right_one_is_refused_as_if_it_were_the_first() {
    let cases = [
        ("query($x: ID!) { row(id: $x) { id } }", json!("r1"), json!({ "no": "id" })),
        ("query($x: ID!) { row(id: $x) { id } }", json!("r1"), json!(null)),
        ("query($x: [ID!]!) { ids(ids: $x) }", json!(["a"]), json!(["a", true])),
        ("query($x: Int!) { small(n: $x) }", json!(5), json!("five")),
        ("query($x: Int!) { small(n: $x) }", json!(5), json!(-5)),
        ("query($x: Order) { rows(order: $x) }", json!("NAME"), json!("SIZE")),
        ("query($x: Filter) { rows(filter: $x) }", json!({ "depth": 1 }), json!({ "name": "n" })),
        ("query($x: Filter) { rows(filter: $x) }", json!({ "depth": 1 }), json!({ "depth": 1, "other": 2 })),
        ("query($x: Period) { rows(period: $x) }", json!({ "days": 1 }), json!({ "days": 1, "preset": "NAME" })),
        ("query($x: Period) { rows(period: $x) }", json!({ "days": 1 }), json!({ "days": null })),
        ("query($x: Even!) { even(n: $x) }", json!(2), json!(3)),
    ];
    for (query, right, wrong) in cases {
        let (right, wrong) = (json!({ "x": right }), json!({ "x": wrong }));
        let warm = executor();
        let good = answer_with(&warm, query, &right);
        assert!(good.get("errors").is_none() && is_known_good(&warm, query, &right), "{query}: {good}");
        let told = answer_with(&warm, query, &wrong);
        assert_eq!(told, answer_with(&executor(), query, &wrong), "{query}");
        assert!(["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(&code(&told)), "{query}: {told}");
        assert_eq!(answer_with(&warm, query, &right), good);
    }
}

#[test]
fn requests_that_differ_in_an_id_are_validated_once() {
    let executor = executor();
    let query = "query($x: ID!) { row(id: $x) { id } }";
    answer_with(&executor, query, &json!({ "x": "r1" }));
    assert!(is_known_good(&executor, query, &json!({ "x": "r2" })));
    assert!(!is_known_good(&executor, query, &json!({ "x": 2 })));
    assert_eq!(answer_with(&executor, query, &json!({ "x": "r2" }))["data"]["row"]["id"], "r2");
}

#[test]
fn what_fails_before_execution_has_a_code_and_no_data() {
    let cases = [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("fragment F on Query { hello }", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ row { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ small(n: \"x\") }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ rows(order: SIZE) }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...F }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...F } fragment F on Query { ...F }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($x: ID!) { row(id: $x) { id } }", "BAD_USER_INPUT"),
        ("subscription { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a: hello a: must_fail }", "GRAPHQL_VALIDATION_FAILED"),
    ];
    for (query, expected) in cases {
        let answer = answer(query);
        assert_eq!(code(&answer), expected, "{query}: {answer}");
        assert!(answer.get("data").is_none(), "{query}: {answer}");
        assert!(!answer.to_string().contains("-->"), "no picture: {answer}");
    }
}

#[test]
fn a_value_that_is_refused_while_it_is_read_is_bad_input() {
    for query in ["{ even(n: 3) }", "{ page(first: 101) }", "{ small(n: 70000) }", "{ rows(filter: \"x\") }"] {
        let answer = answer(query);
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query}: {answer}");
        assert!(answer.get("data").is_some() && answer["errors"][0]["path"].is_array(), "{query}: {answer}");
    }
}

#[test]
fn faults_of_ours_tell_nothing() {
    for query in ["{ fails }", "{ mustFail }", "{ panics }", "{ hello panics }"] {
        let executor = executor();
        for _ in 0..2 {
            let answer = answer_with(&executor, query, &json!({}));
            assert_eq!(code(&answer), "INTERNAL");
            assert_eq!(answer["errors"][0]["message"], "Something went wrong on our side. Request id: req-7");
            assert!(!answer.to_string().contains("10.0.0.3"), "{answer}");
            assert!(answer.get("data").is_some(), "execution began: {answer}");
        }
    }
}

#[test]
fn a_refusal_of_a_resolver_passes_as_it_is() {
    let answer = answer("{ hello secret }");
    assert_eq!((code(&answer), &answer["data"]), ("FORBIDDEN", &json!({ "hello": "world", "secret": null })));
}

#[test]
fn what_passes_a_limit_is_refused_by_name() {
    let deep = format!("{{ row(id: 1) {} }}", "{ next ".repeat(25) + &"}".repeat(25));
    let long = format!("{{ small(n: 1, text: \"{}\") }}", "x".repeat(70_000));
    let many = "{ ".to_owned() + &"hello ".repeat(31) + "}";
    for (query, named) in [(deep, "depth"), (long, "bytes"), (many, "root fields"), ("[".repeat(3_000), "nesting")] {
        let answer = answer(&query);
        assert_eq!(code(&answer), "QUERY_TOO_COMPLEX");
        assert!(answer["errors"][0]["message"].as_str().is_some_and(|message| message.contains(named)), "{answer}");
        assert!(answer.get("data").is_none());
    }
    let text = json!({ "text": "x".repeat(70_000) });
    let answer = answer_with(&executor(), "query($text: String) { small(n: 1, text: $text) }", &text);
    assert_eq!(code(&answer), "QUERY_TOO_COMPLEX");
}

#[test]
fn the_kind_of_an_operation_is_known_before_it_runs() {
    let executor = executor();
    let kind = |query: &str, name: Option<&str>| {
        let request = GraphqlRequest { operation_name: name.map(str::to_owned), ..request(query, &json!({})) };
        let prepared = executor.prepare(request).expect("within the limits");
        (prepared.operation_type(), prepared.is_mutation())
    };
    let both = "query Q { hello } mutation M { rename(name: \"x\") }";
    assert_eq!(kind("{ hello }", None), (Some(OperationType::Query), false));
    assert_eq!(kind(both, Some("Q")), (Some(OperationType::Query), false));
    assert_eq!(kind(both, Some("M")), (Some(OperationType::Mutation), true));
    assert_eq!(kind(both, None), (None, false), "none is chosen, so none will run");
    assert_eq!(kind("{ hello }", Some("Q")), (None, false));
    assert_eq!(answer_with(&executor, "mutation { rename(name: \"x\") }", &json!({}))["data"]["rename"], "x");
}

#[test]
fn defaults_of_variables_hold_for_directives_too() {
    let query =
        "query($yes: Boolean = true, $no: Boolean! = false) { a: hello @include(if: $yes) b: hello @skip(if: $no) }";
    assert_eq!(answer(query), json!({ "data": { "a": "world", "b": "world" } }));
    let given = answer_with(&executor(), query, &json!({ "yes": false, "other": 1 }));
    assert_eq!(given, json!({ "data": { "b": "world" } }));
}

/// The answer of a worker's thread, with a stack as large as a worker's.
fn answer_on_a_small_stack(query: String) -> Json {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || answer(&query));
    thread.expect("a thread starts").join().expect("nothing panics")
}

#[test]
fn the_largest_documents_that_are_allowed_run_on_a_small_stack() {
    let deep = format!("{{ row(id: 1) {{ {} id {} }} }}", "next { ".repeat(18), "}".repeat(18));
    let inline = format!("{{ {} hello {} }}", "... { ".repeat(63), "}".repeat(63));
    let values = format!("{{ rows(filter: {}1{}) }}", "{name: ".repeat(61), "}".repeat(61));
    let wide = format!("{{ row(id: 1) {{ {} }} }}", "id ".repeat(3_990));
    let heavy = format!("{{ row(id: 1) {{ {} {} {} }} }}", "... { ".repeat(60), "id ".repeat(3_900), "}".repeat(60));
    let wrong = "{ ".to_owned() + &"helo ".repeat(29) + " row(id: 1) { " + &"idd ".repeat(3_900) + "} }";
    for query in [deep, inline, values, wide, heavy, wrong] {
        let answer = answer_on_a_small_stack(query);
        let refused_by_us = answer.get("errors").is_some() && code(&answer) == "QUERY_TOO_COMPLEX";
        assert!(!refused_by_us, "{answer}");
    }
}

#[test]
fn introspection_works() {
    let answer =
        answer("{ __schema { queryType { name } types { name fields { name type { name ofType { name } } } } } }");
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3..8_i64).prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        prop::sample::select(vec![0.5, -1e300, 2.0]).prop_map(Json::from),
        prop::sample::select(vec!["NAME", "DEPTH", "a", "", "5"]).prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let key = prop::sample::select(vec!["name", "depth", "days", "preset", "x"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::Array),
            prop::collection::vec((key, inner), 0..3).prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

const QUERIES: [&str; 9] = [
    "query($x: ID!) { row(id: $x) { id } }",
    "query($x: [ID!]!) { ids(ids: $x) }",
    "query($x: ID) { ids(ids: [$x]) }",
    "query($x: Int!) { small(n: $x) }",
    "query($x: String, $y: Boolean, $z: Float) { small(n: 1, text: $x, yes: $y, ratio: $z) @include(if: true) }",
    "query($x: Order) { rows(order: $x) }",
    "query($x: Filter, $y: Period) { rows(filter: $x, period: $y) }",
    "query($x: Even!, $y: Int) { even(n: $x) page(first: $y) }",
    "query($x: Int! = 3, $y: String = \"d\") { small(n: $x, text: $y) }",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn what_was_asked_before_never_changes_an_answer(
        asked in prop::collection::vec((0..QUERIES.len(), any_json(), any_json(), any_json()), 1..12),
    ) {
        static EXECUTOR: LazyLock<TestExecutor> = LazyLock::new(executor);
        static NEVER_ASKED: AtomicUsize = AtomicUsize::new(0);
        for (query, x, y, z) in asked {
            let variables: Map<_, _> = [("x", x), ("y", y), ("z", z)].map(|(k, v)| (k.to_owned(), v)).into_iter().collect();
            let (query, variables) = (QUERIES[query], Json::Object(variables));
            let told = answer_with(&EXECUTOR, query, &variables);
            // With another comment it is another document, which nobody ever asked.
            let never_asked = format!("{query} # {}", NEVER_ASKED.fetch_add(1, Ordering::Relaxed));
            prop_assert_eq!(&told, &answer_with(&EXECUTOR, &never_asked, &variables), "{} {}", query, variables);
            prop_assert!(told.get("errors").is_none() || code(&told) != "INTERNAL", "{}", told);
        }
    }
}
