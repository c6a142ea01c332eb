//! GraphQL over HTTP: media types, statuses, methods, request ids, and what is too large.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use entity::Role;
use reseller_network::graphql::schema::sdl;
use serde_json::json;

use crate::support::app::{Answer, TestApp};
use crate::support::{Backend, TestDatabase, on_both_databases};

on_both_databases!(it_is_ready_with_a_database_that_answers);

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

async fn it_is_ready_with_a_database_that_answers(database: TestDatabase) {
    let app = TestApp::start(database).await;
    assert_eq!(get(&app, "/healthz").await.body, "ok\n");
    let ready = get(&app, "/readyz").await;
    assert_eq!((ready.status, &*ready.body), (StatusCode::OK, "ready\n"));
}

#[tokio::test]
async fn the_status_says_what_the_media_type_promises() {
    let (app, token) = start().await;
    for (query, executed) in [
        ("{ viewer { role } }", true),
        ("{ reseller(id: \"nonsense\") { id } }", true),
        ("{ no", false),
        ("{ nothing }", false),
        ("query ($id: ID!) { reseller(id: $id) { id } }", false),
        ("query A { viewer { role } } query B { viewer { role } }", false),
    ] {
        let modern = ask_accepting(&app, &token, GRAPHQL, query).await;
        assert_eq!(modern.status, if executed { StatusCode::OK } else { StatusCode::BAD_REQUEST }, "{query}");
        assert_eq!(modern.headers["content-type"], "application/graphql-response+json; charset=utf-8");
        assert_eq!(modern.json().get("data").is_some(), executed, "{query}");
        let older = ask_accepting(&app, &token, JSON, query).await;
        assert_eq!((older.status, &older.body), (StatusCode::OK, &modern.body), "{query}");
        assert_eq!(older.headers["content-type"], "application/json; charset=utf-8");
    }
    let neither = ask_accepting(&app, &token, "text/html", "{ viewer { role } }").await;
    assert_eq!(neither.status, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(app.ask(&token, "{ viewer { role } }", json!({})).await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_query_may_come_in_the_query_string() {
    let (app, token) = start().await;
    let get = async |query: &str| {
        let request = Request::get(format!("/graphql?{query}")).header("authorization", format!("Bearer {token}"));
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let document = "query=query(%24d:Int!)%7BdownlineTree(depth:%24d)%7BnodeCount%7D%7D";
    let answer = get(&format!("{document}&variables=%7B%22d%22:0%7D&unknown=1")).await;
    assert_eq!(answer.at("/downlineTree/nodeCount"), 1);
    for (query, message) in [
        ("", "query is missing: it must hold the document."),
        ("query=%7Ba%7D&query=%7Bb%7D", "query is given twice."),
        (&*format!("{document}&variables=%7B"), "variables must be a JSON object."),
        (&*format!("{document}&variables=3"), "variables must be a JSON object."),
    ] {
        let refused = get(query).await;
        assert_eq!((refused.status, &*refused.message()), (StatusCode::BAD_REQUEST, message), "{query}");
    }
}

#[tokio::test]
async fn only_json_is_taken_as_a_body() {
    let (app, token) = start().await;
    let body = json!({ "query": "{ viewer { role } }" }).to_string();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=latin1",
        "",
    ] {
        let answer = post(&app, &token, content_type, body.clone()).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT"),
            "{content_type}"
        );
    }
    for content_type in ["application/json; charset=UTF-8", "Application/JSON;charset=\"utf-8\""] {
        assert_eq!(post(&app, &token, content_type, body.clone()).await.at("/viewer/role"), "OWNER");
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_with_the_reason() {
    let (app, token) = start().await;
    for (body, message) in [
        ("[{ \"query\": \"{ viewer { role } }\" }]", "Batches are not taken: send one request at a time."),
        ("{\n  \"query\": }", "The body is not JSON: line 2, column 12."),
        ("", "The body is not JSON: line 1, column 0."),
        ("\"{ viewer { role } }\"", "The body must be a JSON object with the member query."),
        ("{}", "query is missing: it must hold the document."),
        ("{ \"query\": null }", "query is missing: it must hold the document."),
        ("{ \"query\": 7 }", "query must be a string."),
        ("{ \"query\": \"{ viewer { role } }\", \"variables\": [] }", "variables must be a JSON object."),
        ("{ \"query\": \"{ viewer { role } }\", \"operationName\": {} }", "operationName must be a string."),
    ] {
        let answer = post(&app, &token, JSON, body.to_owned()).await;
        assert_eq!((answer.status, &*answer.code()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"), "{body}");
        assert_eq!(answer.message(), message, "{body}");
    }
    let deep = post(&app, &token, JSON, "[".repeat(100_000)).await;
    assert_eq!(deep.status, StatusCode::BAD_REQUEST);
    let large = format!("{{ \"query\": \"#{}\" }}", "x".repeat(300_000));
    assert_eq!(post(&app, &token, JSON, large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn other_methods_are_answered_properly() {
    let (app, token) = start().await;
    let send = async |method: Method, path: &str| {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let head = send(Method::HEAD, "/graphql?query=%7Bviewer%7Brole%7D%7D").await;
    assert_eq!((head.status, &*head.body), (StatusCode::OK, ""));
    for method in [Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = send(method.clone(), "/graphql").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.headers["allow"], "GET,HEAD,POST");
        // Closed by default to the scripts of other sites.
        assert_eq!(answer.headers.get("access-control-allow-origin"), None);
    }
    assert_eq!(send(Method::GET, "/no-such").await.status, StatusCode::NOT_FOUND);
    let schema = send(Method::GET, "/schema.graphql").await;
    assert_eq!((schema.status, schema.body), (StatusCode::OK, sdl()));
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_ours() {
    let (app, token) = start().await;
    let bearer = format!("Bearer {token}");
    let of = |answer: &Answer| answer.headers["x-request-id"].to_str().unwrap().to_owned();
    let first = of(&app.ask(&token, "{ viewer { role } }", json!({})).await);
    let own = [("authorization", bearer.as_str()), ("x-request-id", "mine\" forged=1")];
    let second = of(&app.ask_with(&own, "{ viewer { role } }", json!({})).await);
    for id in [&first, &second, &of(&get(&app, "/healthz").await), &of(&get(&app, "/no-such").await)] {
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
    }
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_bomb_is_refused_and_the_process_lives() {
    let (app, token) = start().await;
    let nested = |levels: usize| format!("{{ node(id: {}1{}) {{ id }} }}", "[".repeat(levels), "]".repeat(levels));
    let doubling = |levels: usize| {
        let fragment = |level: usize| format!("fragment f{level} on Query {{ ...f{0} ...f{0} }}", level + 1);
        let fragments: String = (0..levels).map(fragment).collect();
        format!("{{ ...f0 }} {fragments} fragment f{levels} on Query {{ viewer {{ role }} }}")
    };
    let aliases = (0..200).map(|at| format!("a{at}: viewer {{ role }}")).collect::<Vec<_>>().join(" ");
    let wide = "{ downline(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { nodes { id } } } } } } }";
    for bomb in [
        nested(2_000),
        doubling(30),
        "[".repeat(60_000),
        "{a".repeat(30_000),
        format!("{{ {aliases} }}"),
        wide.to_owned(),
    ] {
        let answer = app.ask(&token, &bomb, json!({})).await;
        assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{}", &bomb[..40]);
        assert_eq!(answer.json().get("data"), None);
    }
    assert_eq!(app.ask(&token, "{ viewer { role } }", json!({})).await.at("/viewer/role"), "OWNER");
}

/// A program with one company, and the token of its owner.
async fn start() -> (TestApp, String) {
    let app = TestApp::start(TestDatabase::new(Backend::Sqlite).await).await;
    let root = app.company(None, "Root").await;
    let token = app.member("owner", root, Role::Owner).await;
    (app, token)
}

async fn get(app: &TestApp, path: &str) -> Answer {
    app.send(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn post(app: &TestApp, token: &str, content_type: &str, body: String) -> Answer {
    let request = Request::post("/graphql").header("authorization", format!("Bearer {token}"));
    let request = if content_type.is_empty() { request } else { request.header("content-type", content_type) };
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn ask_accepting(app: &TestApp, token: &str, accept: &str, query: &str) -> Answer {
    let headers = [("authorization", &*format!("Bearer {token}")), ("accept", accept)];
    app.ask_with(&headers, query, json!({})).await
}
