//! What can be asked, and what is done about it.

use std::sync::Arc;
use std::time::Duration;

use entity::OrderStatus::{AwaitingForward, Forwarded};
use reseller_network::events::kinds;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{Line, later};
use crate::support::app::{Setup, id, person};
use crate::support::faults::Losing;
use crate::support::market::admin;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_order_is_passed_on_once_the_upline_agrees,
    an_order_that_cannot_be_passed_on_is_not_asked_for,
    an_order_that_was_passed_on_by_hand_meanwhile_is_where_it_was_to_go,
    a_category_is_granted_beside_those_that_there_are,
    what_cannot_be_asked_is_refused_where_it_stands,
    a_module_whose_answer_is_lost_is_asked_again_and_what_it_did_is_done_once,
    what_was_done_before_a_move_counts,
    what_a_module_refuses_fails_the_request,
    an_order_that_waits_to_be_passed_on_is_sent_up_by_itself_where_settings_say_so,
);

fn forward(order: entity::OrderId, key: &str) -> Value {
    json!({ "request": { "forwardOrder": { "orderId": id(order), "note": "Please" } }, "idempotencyKey": key })
}

fn access(category: &str, key: &str) -> Value {
    json!({ "request": { "catalogAccess": { "category": category } }, "idempotencyKey": key })
}

async fn an_order_is_passed_on_once_the_upline_agrees(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let [root, middle, own] = line.companies;
    let order = line.market.place(own, &[("mug", 2)]).await;
    line.market.advance(order, &[(middle, AwaitingForward)]).await;
    let asked = line.request(1, "requestUpline", forward(order, "one")).await;
    assert_eq!((&asked["status"], &asked["request"]["total"]["amount"]), (&json!("PENDING"), &json!("2.40")));
    let twice = line.refused(1, "requestUpline", forward(order, "two")).await;
    assert_eq!(twice, ("CONFLICT".to_owned(), json!(["request", "forwardOrder", "orderId"])));
    let granted = line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(
        (&granted["status"], &granted["result"]["holder"]["resellerId"]),
        (&json!("COMPLETED"), &json!(id(root)))
    );
    let seen = line.market.order(root, order).await.expect("an order of the root's by now");
    assert_eq!((seen.status, seen.holder, seen.legs.len()), (Forwarded, root, 1));
    let feed = "{ activity(first: 1, filter: { modules: [ORDERS] }) { nodes { data } } }";
    let told = line.ask(2, feed, json!({})).await["activity"]["nodes"][0]["data"].clone();
    assert_eq!((&told["to"], &told["note"]), (&json!("FORWARDED"), &Value::Null), "the note is for the upline alone");
}

async fn an_order_that_cannot_be_passed_on_is_not_asked_for(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let order = line.market.place(line.companies[2], &[("mug", 2)]).await;
    let place = json!(["request", "forwardOrder", "orderId"]);
    for (who, code, why) in [(1, "CONFLICT", "it was not taken in"), (2, "NOT_ALLOWED", "another holds it")] {
        assert_eq!(
            line.refused(who, "requestUpline", forward(order, why)).await,
            (code.to_owned(), place.clone()),
            "{why}"
        );
    }
    let never_placed = line.refused(1, "requestUpline", forward(entity::OrderId::generate(), "none")).await;
    assert_eq!(never_placed, ("NOT_FOUND".to_owned(), place));
    let others = line.market.place(line.companies[1], &[("mug", 1)]).await;
    assert_eq!(line.refused(2, "requestUpline", forward(others, "others")).await, never_placed);
}

async fn an_order_that_was_passed_on_by_hand_meanwhile_is_where_it_was_to_go(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let [root, middle, own] = line.companies;
    let order = line.market.place(own, &[("mug", 2)]).await;
    line.market.advance(order, &[(middle, AwaitingForward)]).await;
    let asked = line.request(1, "requestUpline", forward(order, "one")).await;
    line.market.advance(order, &[(middle, Forwarded)]).await;
    let granted = line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(
        (&granted["status"], &granted["result"]["holder"]["resellerId"]),
        (&json!("COMPLETED"), &json!(id(root)))
    );
    assert_eq!(line.market.order(root, order).await.expect("an order").legs.len(), 1, "it went once");
}

async fn a_category_is_granted_beside_those_that_there_are(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    line.market.denies(line.companies[0], line.companies[1], "mug").await;
    let sold = async || {
        let answer = line.ask(1, "{ catalog { nodes { sku } } }", json!({})).await;
        answer["catalog"]["nodes"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(sold().await, 2);
    let asked = line.request(1, "requestUpline", access("mug", "one")).await;
    let granted = line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(granted["result"], json!({ "__typename": "CatalogAccessGranted", "category": "mug" }));
    assert_eq!(sold().await, 3);
    let asked = line.request(1, "requestUpline", access("mug", "two")).await;
    let granted = line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(granted["status"], "COMPLETED", "it is granted already");
    let changes = line.market.events().await;
    let changes = changes.iter().filter(|event| event.event_type == kinds::ACCESS_CHANGED);
    assert_eq!(changes.count(), 2, "the denial, and one grant");
}

async fn what_cannot_be_asked_is_refused_where_it_stands(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    let long = "x".repeat(501);
    let money = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    for (request, field) in [
        (json!({ "credit": { "amount": money("0.00") } }), "request.credit.amount"),
        (json!({ "credit": { "amount": money("-1.00") } }), "request.credit.amount"),
        (json!({ "credit": { "amount": money("1.001") } }), "request.credit.amount.amount"),
        (json!({ "credit": { "amount": money("1.00"), "note": long } }), "request.credit.note"),
        (json!({ "catalogAccess": { "category": "" } }), "request.catalogAccess.category"),
        (json!({ "catalogAccess": { "category": "mug", "note": long } }), "request.catalogAccess.note"),
    ] {
        let refused = line.refused(1, "requestUpline", json!({ "request": request, "idempotencyKey": "one" })).await;
        let field: Vec<&str> = field.split('.').collect();
        assert_eq!(refused, ("INVALID".to_owned(), json!(field)), "{request}");
    }
    let keyless = json!({ "request": { "catalogAccess": { "category": "mug" } }, "idempotencyKey": " " });
    assert_eq!(line.refused(1, "requestUpline", keyless).await, ("INVALID".to_owned(), json!(["idempotencyKey"])));
}

async fn a_module_whose_answer_is_lost_is_asked_again_and_what_it_did_is_done_once(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    line.market.bus().reroute("finance.requestCredit", |behind| Arc::new(Losing(behind)));
    let asked = line.asks_credit(1, "500.00", "one").await;
    let asked = line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(asked["status"], "PROCESSING", "Finance has done it, and nobody has heard");
    let line = line.restart(Setup { clock: later(Duration::from_secs(31)), ..Setup::default() }).await;
    line.carries_on().await;
    assert_eq!(line.seen(1, &asked["id"]).await["status"], "COMPLETED");
    assert_eq!(line.limits(1).await, json!([{ "amount": "500.00", "currency": "USD" }]));
    let granted = line.market.events().await;
    let granted: Vec<_> = granted.iter().filter(|event| event.event_type == kinds::CREDIT_GRANTED).collect();
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0].actor_person_id, Some(person("l0").id()), "by whom it was granted");
}

async fn what_was_done_before_a_move_counts(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let [root, _, own] = line.companies;
    line.market.bus().reroute("finance.requestCredit", |behind| Arc::new(Losing(behind)));
    let asked = line.asks_credit(2, "500.00", "one").await;
    let asked = line.request(1, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(asked["status"], "PROCESSING", "Finance has done it, and nobody has heard");
    line.market.chain.move_reseller(Actor::central(), own, root).await.expect("a move");
    let line = line.restart(Setup { clock: later(Duration::from_secs(31)), ..Setup::default() }).await;
    line.carries_on().await;
    assert_eq!(line.seen(2, &asked["id"]).await["status"], "COMPLETED");
}

async fn what_a_module_refuses_fails_the_request(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let [_, middle, own] = line.companies;
    let order = line.market.place(own, &[("mug", 2)]).await;
    line.market.advance(order, &[(middle, AwaitingForward)]).await;
    let asked = line.request(1, "requestUpline", forward(order, "one")).await;
    let cancelled = entity::OrderStatus::Cancelled;
    line.market.try_advance(admin(own), order, cancelled).await.expect("its placer takes it back");
    let failed = line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!((&failed["status"], &failed["result"]), (&json!("FAILED"), &Value::Null));
    assert_eq!(failed["failure"]["code"], "CONFLICT");
}

async fn an_order_that_waits_to_be_passed_on_is_sent_up_by_itself_where_settings_say_so(database: TestDatabase) {
    let line: Line<4> = Line::open(database).await;
    let [_, upper, lower, own] = line.companies;
    let send_up =
        json!([{ "action": "FORWARD_ORDER", "enabled": true, "maxAmount": { "amount": "2.60", "currency": "USD" } }]);
    for place in [1, 2] {
        let rules = json!({ "requests": send_up, "approvals": [{ "action": "FORWARD_ORDER", "mode": "AUTO" }] });
        line.forwards(place, rules).await;
    }
    let outgoing =
        "{ uplineRequests { nodes { status request { ... on ForwardOrderRequest { orderReference } } } totalCount } }";
    let asked = async |place| line.ask(place, outgoing, json!({})).await["uplineRequests"].clone();
    // Of three mugs the lower sells 3.90, which is too much to go by itself.
    let dear = line.market.place(own, &[("mug", 3)]).await;
    line.market.advance(dear, &[(lower, AwaitingForward)]).await;
    let order = line.market.place(own, &[("mug", 2)]).await;
    line.market.advance(order, &[(lower, AwaitingForward)]).await;
    line.carries_on().await;
    let sent = asked(2).await;
    assert_eq!((&sent["totalCount"], &sent["nodes"][0]["status"]), (&json!(1), &json!("COMPLETED")));
    let there = line.market.order(upper, order).await.expect("an order of the upper's by now");
    assert_eq!((there.status, there.holder), (Forwarded, upper), "its upline takes it by itself");
    assert_eq!(line.market.order(lower, dear).await.expect("the other").holder, lower);
    assert_eq!(asked(1).await["totalCount"], 0, "the upper has not taken it in yet");
    line.market.advance(order, &[(upper, AwaitingForward)]).await;
    line.carries_on().await;
    assert_eq!(asked(1).await["nodes"][0]["status"], "PENDING", "at the top a person decides");
}
