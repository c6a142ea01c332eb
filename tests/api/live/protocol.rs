//! `graphql-transport-ws` to the letter: each rule of the protocol's document, and the limits on connections.

use std::time::Duration;

use entity::Role;
use reseller_network::http::connections::ConnectionLimits;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message};

use super::{FEED, Line, have_begun};
use crate::support::socket::{Heard, Socket};
use crate::support::{Backend, TestDatabase};

async fn line() -> Line {
    Line::open(TestDatabase::new(Backend::Sqlite).await).await
}

async fn line_with(limits: ConnectionLimits) -> Line {
    Line::with(TestDatabase::new(Backend::Sqlite).await, limits).await
}

/// How a connection ends on which nobody has signed in, when this is said.
async fn end_of(line: &Line, said: Message) -> (u16, String) {
    let mut socket = line.served.socket().await;
    socket.say_frame(said).await;
    socket.closed().await
}

/// How a connection of an owner ends when this is said.
async fn end_of_owner(line: &Line, said: &[Value]) -> (u16, String) {
    let mut socket = line.connect("grace", line.own).await;
    for message in said {
        socket.say(message.clone()).await;
    }
    socket.closed().await
}

#[tokio::test]
async fn the_sub_protocol_is_agreed_upon_or_the_connection_ends_with_4406() {
    let line = line().await;
    for (protocols, spoken) in [
        (Some("graphql-transport-ws"), true),
        (Some("graphql-ws, graphql-transport-ws"), true),
        (Some("graphql-ws"), false),
        (None, false),
    ] {
        let socket = Socket::open(line.served.address, protocols, &[]).await;
        match (spoken, socket) {
            (true, socket) => socket.expect("a connection").init(json!({})).await,
            (false, Ok(mut socket)) => {
                assert_eq!(socket.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
            }
            // A client may end it by itself, where the server chose none.
            (false, Err(refused)) => assert!(matches!(refused, tungstenite::Error::Protocol(_)), "{refused}"),
        }
    }
}

#[tokio::test]
async fn who_does_not_say_in_time_who_it_is_is_sent_away_with_4408() {
    let limits = ConnectionLimits { init_within: Duration::from_millis(50), ..ConnectionLimits::default() };
    let line = line_with(limits).await;
    let closed = line.served.socket().await.closed().await;
    assert_eq!(closed, (4408, "Connection initialisation timeout".to_owned()));
}

#[tokio::test]
async fn what_is_asked_before_the_acknowledgement_ends_it_with_4401() {
    let line = line().await;
    let asked = json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ viewer { role } }" } });
    assert_eq!(end_of(&line, Message::text(asked.to_string())).await, (4401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn what_is_asked_while_the_caller_is_being_signed_in_ends_it_with_4401() {
    let line = line().await;
    let token = line.app.member("grace", line.own, Role::Owner).await;
    let init = json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
    let asked = json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ viewer { role } }" } });
    let mut socket = line.served.socket().await;
    socket.say_together(&[init, asked]).await;
    assert_eq!(socket.hear().await, Heard::Closed(4401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn a_query_on_a_connection_shows_what_the_caller_may_do_by_now() {
    let line = line().await;
    let mut socket = line.connect("grace", line.own).await;
    let query = "{ viewer { memberships { role } } }";
    for (seats, granted) in [(vec!["OWNER"], Some(line.child)), (vec!["OWNER", "VIEWER"], None)] {
        socket.subscribe("seats", query, json!({})).await;
        let mut roles: Vec<Value> = Vec::new();
        for membership in socket.next_of("seats").await["viewer"]["memberships"].as_array().expect("a list") {
            roles.push(membership["role"].clone());
        }
        assert_eq!(roles, seats);
        assert_eq!(socket.message().await, json!({ "id": "seats", "type": "complete" }));
        if let Some(tenant) = granted {
            line.app.grant(&[("grace", tenant, Role::Viewer)]).await;
        }
    }
}

#[tokio::test]
async fn a_second_init_ends_it_with_4429() {
    let line = line().await;
    let init = json!({ "type": "connection_init" });
    assert_eq!(end_of_owner(&line, &[init]).await, (4429, "Too many initialisation requests".to_owned()));
}

#[tokio::test]
async fn the_id_of_what_is_under_way_ends_it_with_4409_and_may_be_used_again_when_that_is_over() {
    let line = line().await;
    let asked = |query: &str| json!({ "type": "subscribe", "id": "a", "payload": { "query": query } });
    let (subscription, query) = (asked("subscription { activity { cursor } }"), asked("{ viewer { role } }"));
    let closed = end_of_owner(&line, &[subscription.clone(), query.clone()]).await;
    assert_eq!(closed, (4409, "Subscriber for a already exists".to_owned()));

    let mut socket = line.connect("ada", line.own).await;
    for _ in 0..3 {
        socket.say(query.clone()).await;
        assert_eq!(socket.next_of("a").await, json!({ "viewer": { "role": "OWNER" } }));
        assert_eq!(socket.message().await, json!({ "id": "a", "type": "complete" }));
        socket.say(subscription.clone()).await;
        socket.say(json!({ "type": "complete", "id": "a" })).await;
    }
    // By then it was heard that it is over.
    have_begun(&mut socket).await;
    line.happens(line.child, 1).await;
    have_begun(&mut socket).await;
}

#[tokio::test]
async fn what_the_protocol_does_not_have_ends_it_with_4400_and_says_what_is_wrong() {
    let line = line().await;
    for (said, reason) in [
        (Message::text("nonsense"), "The message is not JSON"),
        (Message::text("[1]"), "The message is not an object"),
        (Message::text(r#"{"type":"start"}"#), "The message's type is not known"),
        (Message::text(r#"{"type":"connection_init","payload":1}"#), "The message's payload is not an object"),
        (Message::binary(br#"{"type":"connection_init"}"#.to_vec()), "A message is a text"),
        (Message::text("[".repeat(10_000)), "The message is not JSON"),
    ] {
        assert_eq!(end_of(&line, said).await, (4400, reason.to_owned()));
    }
    let no_query = json!({ "type": "subscribe", "id": "1", "payload": {} });
    let closed = end_of_owner(&line, &[no_query]).await;
    assert_eq!(closed, (4400, "payload: query is missing: it must hold the document.".to_owned()));
}

#[tokio::test]
async fn who_may_not_sign_in_is_sent_away_with_4403_whatever_the_reason() {
    let line = line().await;
    let token = line.app.member("grace", line.own, Role::Owner).await;
    let bearer = format!("Bearer {token}");
    for payload in [
        json!({}),
        json!({ "Authorization": "nonsense" }),
        json!({ "Authorization": 1 }),
        json!({ "Authorization": bearer, "authorization": bearer }),
        json!({ "Authorization": bearer, "X-Tenant-ID": "root" }),
        json!({ "Authorization": bearer, "X-Tenant-ID": "nobody" }),
        json!({ "Authorization": "Bearer a\nb" }),
    ] {
        let mut socket = line.served.socket().await;
        socket.init(payload.clone()).await;
        assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()), "{payload}");
    }
    // The names are those of the headers, which may also come with the connection.
    let headers = [("authorization", &*bearer), ("x-tenant-id", "root")];
    let mut socket =
        Socket::open(line.served.address, Some("graphql-transport-ws"), &headers).await.expect("a connection");
    socket.init(json!({ "x-tenant-id": "own" })).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
}

#[tokio::test]
async fn both_may_ping_at_any_time_and_the_other_answers() {
    let limits = ConnectionLimits { ping_after: Duration::from_secs(2), ..ConnectionLimits::default() };
    let line = line_with(limits).await;
    let mut socket = line.served.socket().await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong" }));
    socket.say(json!({ "type": "pong" })).await;
    socket.say(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong", "payload": { "n": 1 } }));

    let mut socket = line.connect("grace", line.own).await;
    for _ in 0..2 {
        assert_eq!(socket.message().await, json!({ "type": "ping" }));
        socket.say(json!({ "type": "pong" })).await;
    }
    // Who does not answer is gone.
    assert_eq!(socket.closed().await, (1001, "No answer to a ping".to_owned()));
}

#[tokio::test]
async fn queries_and_mutations_go_over_the_same_connection_and_each_has_its_own_errors() {
    let line = line().await;
    let mut socket = line.connect("grace", line.own).await;
    let mutation = "mutation { updateSettings(input: { version: 0, margins: { defaultPercent: \"15\" } }) { userErrors { message } settings { version } } }";
    socket.subscribe("change", mutation, json!({})).await;
    assert_eq!(
        socket.next_of("change").await["updateSettings"],
        json!({ "userErrors": [], "settings": { "version": 1 } })
    );
    assert_eq!(socket.message().await, json!({ "id": "change", "type": "complete" }));

    socket.subscribe("broken", "{ nothing }", json!({})).await;
    let refused = socket.message().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("broken")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    socket.subscribe("broken", "{ no", json!({})).await;
    assert_eq!(socket.message().await["payload"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    socket.subscribe("broken", "query ($id: ID!) { node(id: $id) { id } }", json!({ "id": "nonsense" })).await;
    let answer = socket.message().await;
    assert_eq!((&answer["type"], &answer["payload"]["data"]), (&json!("next"), &json!({ "node": null })), "{answer}");
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(socket.message().await, json!({ "id": "broken", "type": "complete" }));
    // Of what the client does not want any more nothing is said; what it never began is no fault.
    socket.say(json!({ "type": "complete", "id": "nothing" })).await;
    have_begun(&mut socket).await;
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_it_with_1009() {
    let limits = ConnectionLimits { message_bytes: 1_000, ..ConnectionLimits::default() };
    let line = line_with(limits).await;
    let closed = end_of(&line, Message::text("x".repeat(1_001))).await;
    assert_eq!(closed, (1009, "A message that is longer than 1000 bytes".to_owned()));
}

#[tokio::test]
async fn so_many_connections_of_a_company_and_no_more() {
    let line = line_with(ConnectionLimits { per_tenant: 2, ..ConnectionLimits::default() }).await;
    let first = line.connect("one", line.own).await;
    let _second = line.connect("two", line.own).await;
    let token = line.app.member("three", line.own, Role::Owner).await;
    let init = || json!({ "Authorization": format!("Bearer {token}") });
    let mut third = line.served.socket().await;
    third.init(init()).await;
    assert_eq!(third.closed().await, (1013, "Too many connections of this company".to_owned()));
    let _of_another = line.connect("four", line.child).await;
    // Once one has gone, there is room again.
    drop(first);
    loop {
        let mut third = line.served.socket().await;
        third.init(init()).await;
        match third.hear().await {
            Heard::Message(message) => break assert_eq!(message["type"], "connection_ack"),
            ended => assert!(matches!(ended, Heard::Closed(1013, _)), "{ended:?}"),
        }
    }
}

#[tokio::test]
async fn so_many_connections_from_an_address_and_no_more() {
    let line = line_with(ConnectionLimits { per_address: 3, ..ConnectionLimits::default() }).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(line.served.socket().await);
    }
    let mut one_more = line.served.socket().await;
    assert_eq!(one_more.closed().await, (1013, "Too many connections from this address".to_owned()));
}

#[tokio::test]
async fn so_many_operations_on_a_connection_and_no_more() {
    let line = line_with(ConnectionLimits { operations: 2, ..ConnectionLimits::default() }).await;
    let mut socket = line.connect("grace", line.own).await;
    for id in ["a", "b", "c"] {
        socket.subscribe(id, FEED, json!({})).await;
    }
    let refused = socket.message().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("c")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    socket.say(json!({ "type": "complete", "id": "a" })).await;
    socket.subscribe("c", "{ __typename }", json!({})).await;
    assert_eq!(socket.next_of("c").await, json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn so_many_subscriptions_of_a_company_and_no_more() {
    let line = line_with(ConnectionLimits { subscriptions: 2, ..ConnectionLimits::default() }).await;
    let (mut grace, mut ada) = (line.connect("grace", line.own).await, line.connect("ada", line.own).await);
    let orders = json!({ "filter": { "modules": ["ORDERS"] } });
    for id in ["a", "b"] {
        grace.subscribe(id, FEED, orders.clone()).await;
    }
    have_begun(&mut grace).await;
    ada.subscribe("c", FEED, orders.clone()).await;
    let refused = ada.message().await;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{refused}");
    // A question is none.
    have_begun(&mut ada).await;
    grace.say(json!({ "type": "complete", "id": "a" })).await;
    have_begun(&mut grace).await;
    ada.subscribe("c", FEED, orders).await;
    have_begun(&mut ada).await;
    line.happens(line.child, 1).await;
    for (socket, id) in [(&mut grace, "b"), (&mut ada, "c")] {
        assert!(socket.next_of(id).await["activity"]["cursor"].is_string());
    }
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_under_way_for_too_long_ends_with_1000() {
    let limits = ConnectionLimits { idle: Duration::from_secs(2), ..ConnectionLimits::default() };
    let line = line_with(limits).await;
    let mut busy = line.connect("grace", line.own).await;
    busy.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
    let mut idle = line.connect("ada", line.own).await;
    assert_eq!(idle.closed().await, (1000, "Nothing was under way for too long".to_owned()));
    have_begun(&mut busy).await;
    line.happens(line.child, 1).await;
    loop {
        let Heard::Message(message) = busy.hear().await else { panic!("something was under way") };
        if message["payload"]["data"]["activity"]["node"]["data"]["orderId"] == "order 1" {
            break;
        }
    }
}
