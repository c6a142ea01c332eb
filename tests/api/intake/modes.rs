//! The content modes, and what is refused.

use axum::http::StatusCode;
use entity::Role;
use serde_json::{Value, json};

use super::{APPROVED, Elsewhere, FROZEN, MOVED, PRICING, SOURCE, STATUS, event, order, post, service_token, with};
use crate::support::app::id;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_event_comes_structured_or_binary_or_in_a_batch,
    a_malformed_event_is_refused_with_the_field_named,
    a_service_publishes_what_its_token_is_for_and_nothing_else,
    a_batch_is_answered_per_event,
    what_is_no_request_of_the_kind_is_refused,
);

const NOTE: &str = "ResellerCrm.note.added";

async fn an_event_comes_structured_or_binary_or_in_a_batch(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own] = world.line().await;
    let structured = post(
        &world,
        &world.token,
        &[("content-type", "application/cloudevents+json; charset=UTF-8")],
        with(
            event("1", NOTE, "level-1", json!({ "n": 1 })),
            json!({ "time": "2026-11-19T10:00:00+01:00", "extension": 7 }),
        )
        .to_string(),
    )
    .await;
    assert_eq!((structured.status, structured.json()), (StatusCode::ACCEPTED, json!({ "outcome": "STORED" })));
    let binary = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "%C3%BC%202"),
        ("ce-source", SOURCE),
        ("ce-type", NOTE),
        ("ce-subject", "level-1"),
    ];
    let stored = post(&world, &world.token, &binary, json!({ "n": 2 }).to_string()).await;
    assert_eq!((stored.status, stored.json()), (StatusCode::ACCEPTED, json!({ "outcome": "STORED" })));
    let again = post(&world, &world.token, &binary, String::new()).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, json!({ "outcome": "DUPLICATE" })));
    let batch = world.publish_all(&[event("3", NOTE, "level-1", json!({ "n": 3 }))]).await;
    assert_eq!(batch, [json!({ "outcome": "STORED", "source": SOURCE, "id": "3" })]);
    let events: Vec<_> = world.events().await.into_iter().filter(|event| event.source == SOURCE).collect();
    let told: Vec<_> =
        events.iter().map(|event| (&*event.event_id, event.data["n"].clone(), event.subject_tenant_id)).collect();
    assert_eq!(told, [("1", json!(1), Some(own)), ("ü 2", json!(2), Some(own)), ("3", json!(3), Some(own))]);
    assert_eq!(events[0].occurred_at.to_rfc3339(), "2026-11-19T09:00:00Z");
    assert_eq!(events[1].occurred_at, world.now(), "without a time it happened when it came");
}

async fn a_malformed_event_is_refused_with_the_field_named(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, _] = world.line().await;
    let good = || event("1", NOTE, "level-1", json!({}));
    let without = |name: &str| {
        let mut event = good();
        event.as_object_mut().expect("an event").remove(name);
        event
    };
    let mut told = order("A", "PLACED", 1, world.now());
    let mut wrong_order = |key: &str, value: Value| {
        let before = std::mem::replace(&mut told[key], value);
        let event = event("1", STATUS, "level-1", told.clone());
        told[key] = before;
        event
    };
    let cases = [
        (without("specversion"), "specversion"),
        (with(good(), json!({ "specversion": "0.3" })), "specversion"),
        (without("id"), "id"),
        (with(good(), json!({ "id": 1 })), "id"),
        (with(good(), json!({ "id": "a\0b" })), "id"),
        (without("source"), "source"),
        (with(good(), json!({ "source": " " })), "source"),
        (without("type"), "type"),
        (with(good(), json!({ "type": "x".repeat(501) })), "type"),
        (without("subject"), "subject"),
        (with(good(), json!({ "time": "yesterday" })), "time"),
        (with(good(), json!({ "datacontenttype": "text/xml" })), "datacontenttype"),
        (with(good(), json!({ "data_base64": "AAAA" })), "data_base64"),
        (with(good(), json!({ "data": [1] })), "data"),
        (with(good(), json!({ "data": { "a": ["x\0"] } })), "data"),
        (with(good(), json!({ "data": { "a\0": 1 } })), "data"),
        (with(good(), json!({ "data": { "a": "x".repeat(300_000) } })), "data"),
        (wrong_order("orderId", json!("")), "data.orderId"),
        (wrong_order("amountMinor", json!(1.5)), "data.amountMinor"),
        (wrong_order("amountMinor", json!(-1)), "data.amountMinor"),
        (wrong_order("amountMinor", json!(u64::MAX)), "data.amountMinor"),
        (wrong_order("currency", json!("dollars")), "data.currency"),
        (wrong_order("placedAt", json!(0)), "data.placedAt"),
        (wrong_order("to", json!("LOST")), "data.to"),
        (wrong_order("from", json!("LOST")), "data.from"),
        (event("1", MOVED, "level-1", json!({})), "data.newParentId"),
        (event("1", FROZEN, "level-1", json!({ "reason": "x".repeat(501) })), "data.reason"),
        (event("1", APPROVED, "new", json!({ "parentId": "root", "name": "\u{7}", "currency": "USD" })), "data.name"),
        (event("1", PRICING, "level-1", json!({})), "data.items"),
        (
            event(
                "1",
                PRICING,
                "level-1",
                json!({ "items": [{ "sku": "a", "newPriceMinor": 1, "currency": "USD" }, {}] }),
            ),
            "data.items[1].sku",
        ),
    ];
    let before = world.events().await.len();
    for (event, field) in cases {
        let answer = world.post("application/cloudevents+json", event.to_string()).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{event}: {}",
            answer.body
        );
        let message = answer.json()["message"].as_str().expect("a message").to_owned();
        assert!(message.starts_with(&format!("{field} must be ")), "{message}");
    }
    assert_eq!((world.events().await.len(), world.waiting().await.len()), (before, 0));
}

async fn a_service_publishes_what_its_token_is_for_and_nothing_else(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own] = world.line().await;
    let orders_only = service_token(&world, &["urn:shop:"], &["ResellerOrders."]);
    let json = &[("content-type", "application/cloudevents+json")];
    for (source, kind, field) in [
        ("urn:shop:1", "ResellerAdmin.reseller.deactivated", "type"),
        ("urn:modules:elsewhere", STATUS, "source"),
        ("urn:shop:1", "ResellerNetwork.settings.changed", "type"),
        ("reseller-network", STATUS, "source"),
    ] {
        let event =
            with(event("1", kind, "level-1", order("A", "PLACED", 1, world.now())), json!({ "source": source }));
        let answer = post(&world, &orders_only, json, event.to_string()).await;
        assert_eq!((answer.status, &answer.json()["field"]), (StatusCode::FORBIDDEN, &json!(field)), "{}", answer.body);
    }
    // Types of this program itself are nobody's, whatever a token says.
    let own_type = event("1", "resellernetwork.settings.changed", "level-1", json!({}));
    assert_eq!(world.post("application/cloudevents+json", own_type.to_string()).await.status, StatusCode::FORBIDDEN);
    let person = world.member("grace", own, Role::Owner).await;
    for token in [&*person, "nonsense"] {
        let refused = post(&world, token, json, event("1", STATUS, "level-1", json!({})).to_string()).await;
        assert_eq!(
            (refused.status, &refused.headers["www-authenticate"]),
            (StatusCode::UNAUTHORIZED, &"Bearer".parse().unwrap())
        );
    }
    assert!(world.events().await.iter().all(|event| event.source == "reseller-network"));
}

async fn a_batch_is_answered_per_event(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own] = world.line().await;
    let foreign = with(event("5", NOTE, "level-1", json!({})), json!({ "source": "urn:strangers" }));
    let events = [
        event("1", NOTE, "level-1", json!({})),
        json!("no event"),
        event("2", NOTE, "nobody", json!({})),
        with(event("3", NOTE, "level-1", json!({})), json!({ "time": 1 })),
        event("1", NOTE, "level-1", json!({ "again": true })),
        foreign,
        event("4", NOTE, &id(own), json!({})),
    ];
    let answers = world.publish_all(&events).await;
    let outcomes: Vec<_> = answers.iter().map(|answer| answer["outcome"].as_str().expect("an outcome")).collect();
    assert_eq!(outcomes, ["STORED", "REFUSED", "WAITING", "REFUSED", "DUPLICATE", "FORBIDDEN", "STORED"]);
    let ids: Vec<_> = answers.iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(ids, [json!("1"), Value::Null, json!("2"), json!("3"), json!("1"), json!("5"), json!("4")]);
    let stored: Vec<_> = world.events().await.into_iter().filter(|event| event.source == SOURCE).collect();
    assert_eq!(stored.iter().map(|event| &*event.event_id).collect::<Vec<_>>(), ["1", "4"]);
    assert_eq!(stored[0].data, json!({}));
    assert_eq!(world.publish_all(&[]).await, [] as [Value; 0]);
}

async fn what_is_no_request_of_the_kind_is_refused(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, _] = world.line().await;
    let deep = format!("{{\"specversion\":\"1.0\",\"data\":{}", "[".repeat(100_000));
    let many = Value::Array(vec![json!({}); 1_001]).to_string();
    let (structured, batch) = ("application/cloudevents+json", "application/cloudevents-batch+json");
    for (content_type, body, status) in [
        (structured, "nonsense".to_owned(), StatusCode::BAD_REQUEST),
        (structured, deep, StatusCode::BAD_REQUEST),
        (structured, "[]".to_owned(), StatusCode::BAD_REQUEST),
        (structured, String::new(), StatusCode::BAD_REQUEST),
        (batch, "{}".to_owned(), StatusCode::BAD_REQUEST),
        (batch, many, StatusCode::BAD_REQUEST),
        (batch, format!("[{}]", " ".repeat(4 * 1024 * 1024)), StatusCode::PAYLOAD_TOO_LARGE),
        ("application/json", "{}".to_owned(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("text/plain", "{}".to_owned(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/cloudevents+json; charset=latin1", "{}".to_owned(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let answer = world.post(content_type, body).await;
        assert_eq!(answer.status, status, "{content_type}: {}", answer.body);
        assert!(answer.json()["message"].is_string());
    }
    assert_eq!(world.get("/events").await, StatusCode::METHOD_NOT_ALLOWED);
}
