//! Server-sent events: `graphql-sse`, distinct connections.

use std::time::Duration;

use axum::http::StatusCode;
use entity::Role;
use reseller_network::http::connections::ConnectionLimits;
use serde_json::{Value, json};

use super::{FEED, Line, number};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_stream_of_events_brings_what_a_socket_brings_and_goes_on_after_its_last_event,
    a_query_may_be_answered_by_a_stream,
    what_cannot_be_streamed_is_answered_plainly,
    a_stream_ends_with_its_token_and_with_the_program,
);

/// A stream of events, as a client reads it.
struct Events {
    response: reqwest::Response,
    read: String,
}

/// One event: its name, its id, and its data.
type Event = (String, Option<String>, Value);

impl Events {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = event.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                    lines.map(|value| value.trim_start().to_owned()).next()
                };
                let found = field("event").map(|name| {
                    let data = field("data").filter(|data| !data.is_empty());
                    (name, field("id"), data.map_or(Value::Null, |data| serde_json::from_str(&data).expect("JSON")))
                });
                self.read = rest.into();
                match found {
                    Some(event) => return Some(event),
                    // A comment says that the stream is still there.
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(30), self.response.chunk()).await.expect("in time");
            self.read.push_str(std::str::from_utf8(&chunk.ok()??).expect("text"));
        }
    }
}

async fn post(line: &Line, token: &str, headers: &[(&str, &str)], query: &str, variables: Value) -> reqwest::Response {
    // Whoever comes first has set it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let request = reqwest::Client::new().post(format!("http://{}/graphql", line.served.address)).bearer_auth(token);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let body = json!({ "query": query, "variables": variables }).to_string();
    request.header("content-type", "application/json").body(body).send().await.expect("an answer")
}

async fn stream(line: &Line, token: &str, headers: &[(&str, &str)], query: &str, variables: Value) -> Events {
    let headers = [headers, &[("accept", "text/event-stream")]].concat();
    let response = post(line, token, &headers, query, variables).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    Events { response, read: String::new() }
}

async fn a_stream_of_events_brings_what_a_socket_brings_and_goes_on_after_its_last_event(database: TestDatabase) {
    let line = Line::open(database).await;
    let token = line.app.member("grace", line.own, Role::Owner).await;
    let orders = json!({ "filter": { "modules": ["ORDERS"] } });
    let mut events = stream(&line, &token, &[], FEED, orders.clone()).await;
    for number in 0..3 {
        line.happens(line.child, number).await;
    }
    let mut last = None;
    for expected in 0..3 {
        let (name, id, data) = events.next().await.expect("an event");
        let edge = &data["data"]["activity"];
        assert_eq!((&*name, number(edge)), ("next", expected));
        assert_eq!(id.as_deref(), edge["cursor"].as_str());
        last = id;
    }
    drop(events);
    line.happens(line.child, 3).await;
    let last = last.expect("a cursor");
    let mut events = stream(&line, &token, &[("last-event-id", &last)], FEED, orders.clone()).await;
    line.happens(line.child, 4).await;
    for expected in 3..5 {
        assert_eq!(number(&events.next().await.expect("an event").2["data"]["activity"]), expected);
    }
    let mut refused = stream(&line, &token, &[("last-event-id", "nonsense")], FEED, orders).await;
    let (name, _, data) = refused.next().await.expect("an event");
    assert_eq!((&*name, &data["errors"][0]["extensions"]["code"]), ("next", &json!("BAD_USER_INPUT")));
    assert_eq!(refused.next().await.expect("an event").0, "complete");
    assert!(refused.next().await.is_none());
}

async fn a_query_may_be_answered_by_a_stream(database: TestDatabase) {
    let line = Line::open(database).await;
    let token = line.app.member("grace", line.own, Role::Owner).await;
    for (query, answer) in [
        ("{ viewer { role } }", json!({ "data": { "viewer": { "role": "OWNER" } } })),
        (
            "mutation { updateSettings(input: { version: 0 }) { userErrors { code } } }",
            json!({ "data": { "updateSettings": { "userErrors": [] } } }),
        ),
    ] {
        let mut events = stream(&line, &token, &[], query, json!({})).await;
        assert_eq!(events.next().await.expect("an event"), ("next".to_owned(), None, answer));
        assert_eq!(events.next().await.expect("an event").0, "complete");
        assert!(events.next().await.is_none());
    }
    let mut events = stream(&line, &token, &[], "{ nothing }", json!({})).await;
    let (_, _, data) = events.next().await.expect("an event");
    assert_eq!(data["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(data.get("data"), None);
}

async fn what_cannot_be_streamed_is_answered_plainly(database: TestDatabase) {
    let limits = ConnectionLimits { per_tenant: 1, ..ConnectionLimits::default() };
    let line = Line::with(database, limits).await;
    let token = line.app.member("grace", line.own, Role::Owner).await;
    // Many clients name all that they know: a query is answered as JSON then.
    let all = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
    let answer = post(&line, &token, &[("accept", all)], "{ viewer { role } }", json!({})).await;
    assert_eq!(answer.headers()["content-type"], "application/graphql-response+json; charset=utf-8");
    let events = post(&line, &token, &[("accept", all)], FEED, json!({})).await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");

    let refused = post(&line, &token, &[("accept", "application/json")], FEED, json!({})).await;
    let body: Value = serde_json::from_str(&refused.text().await.expect("a body")).expect("JSON");
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let refused = post(&line, "nonsense", &[("accept", "text/event-stream")], FEED, json!({})).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let refused = post(&line, &token, &[("accept", "text/event-stream")], FEED, json!({})).await;
    assert_eq!(
        (refused.status(), &refused.headers()["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"10".parse().unwrap())
    );
    let body: Value = serde_json::from_str(&refused.text().await.expect("a body")).expect("JSON");
    assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
}

async fn a_stream_ends_with_its_token_and_with_the_program(database: TestDatabase) {
    let line = Line::open(database).await;
    line.app.grant(&[("grace", line.own, Role::Owner)]).await;
    let orders = json!({ "filter": { "modules": ["ORDERS"] } });
    let token = |seconds| line.app.signer.sign("grace", None, None, Duration::from_secs(seconds)).expect("a token");
    let mut expiring = stream(&line, &token(5), &[], FEED, orders.clone()).await;
    let mut staying = stream(&line, &token(600), &[], FEED, orders).await;
    let (name, _, told) = expiring.next().await.expect("an event");
    assert_eq!((&*name, &told["errors"][0]["extensions"]["code"]), ("next", &json!("UNAUTHENTICATED")));
    assert_eq!(expiring.next().await.expect("an event").0, "complete");
    assert!(expiring.next().await.is_none());
    let stopping = line.served.stop();
    // It is not complete: the client goes on elsewhere.
    assert!(staying.next().await.is_none());
    stopping.await.expect("no panic").expect("a good end");
}
