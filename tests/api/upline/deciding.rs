//! Who decides about a request, and when.

use std::time::Duration;

use entity::{Role, UplineRequestId};
use futures_util::future::join_all;
use reseller_network::events::kinds;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{Line, credit, decisions, later};
use crate::support::app::{Setup, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    what_a_person_decides_waits_for_them_and_is_done_once_they_agree,
    what_settings_decide_is_done_at_once,
    above_the_amount_and_in_another_currency_a_person_decides,
    a_request_goes_up_over_many_companies_and_the_answer_comes_back,
    what_is_decided_stays_decided,
    a_hundred_racing_approvals_grant_once,
    nobody_decides_what_they_asked_themselves_or_what_another_is_asked,
    a_request_that_nobody_decides_expires,
    of_a_company_that_is_switched_off_the_next_above_is_asked,
    who_stands_in_decides_also_before_it_was_asked,
    what_one_company_granted_is_not_done_by_another,
    what_is_granted_to_a_frozen_company_waits_until_it_is_not,
    who_is_moved_away_is_decided_about_no_more,
    the_same_key_asks_once_and_another_request_is_a_conflict,
    the_company_at_the_top_has_nobody_to_ask,
    each_side_is_told_in_its_feed,
);

const AUTO: &str = "AUTO";

fn rule(mode: &str, max: Option<(&str, &str)>) -> Value {
    let max = max.map(|(amount, currency)| json!({ "amount": amount, "currency": currency }));
    json!([{ "action": "REQUEST_CREDIT", "mode": mode, "maxAmount": max }])
}

async fn what_a_person_decides_waits_for_them_and_is_done_once_they_agree(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let asked = line.asks_credit(2, "500.00", "one").await;
    assert_eq!((&asked["status"], &asked["result"]), (&json!("PENDING"), &Value::Null));
    assert_eq!(decisions(&asked), [(line.id(1), "WAITING".to_owned())]);
    assert_eq!(line.limits(2).await, json!([]), "nothing is granted yet");
    assert_eq!(line.seen(1, &asked["id"]).await["request"]["amount"]["amount"], "500.00", "who is asked sees it");
    let granted = line.request(1, "approveUplineRequest", json!({ "id": asked["id"], "note": "Fine" })).await;
    assert_eq!(granted["status"], "COMPLETED", "it is done at once");
    assert_eq!(granted["hops"][0]["note"], "Fine");
    let limit = json!({ "amount": "500.00", "currency": "USD" });
    let seen = line.seen(2, &asked["id"]).await;
    assert_eq!(seen["result"], json!({ "__typename": "CreditGranted", "creditLimit": limit }));
    assert_eq!(decisions(&seen), [(line.id(1), "APPROVED".to_owned())]);
    assert_eq!(line.limits(2).await, json!([limit]));
}

async fn what_settings_decide_is_done_at_once(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    line.decides(0, rule(AUTO, None)).await;
    let asked = line.asks_credit(1, "500.00", "one").await;
    assert_eq!(asked["status"], "COMPLETED");
    assert_eq!(decisions(&asked), [(line.id(0), "AUTO".to_owned())]);
    assert_eq!(line.limits(1).await, json!([{ "amount": "500.00", "currency": "USD" }]));
}

async fn above_the_amount_and_in_another_currency_a_person_decides(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    line.decides(0, rule(AUTO, Some(("100.00", "USD")))).await;
    assert_eq!(line.asks_credit(1, "100.00", "as much").await["status"], "COMPLETED");
    assert_eq!(line.asks_credit(1, "100.01", "more").await["status"], "PENDING");
    line.decides(0, rule(AUTO, Some(("100.00", "EUR")))).await;
    assert_eq!(line.asks_credit(1, "1.00", "other").await["status"], "PENDING");
}

async fn a_request_goes_up_over_many_companies_and_the_answer_comes_back(database: TestDatabase) {
    let line: Line<5> = Line::open(database).await;
    for place in [1, 2, 3] {
        line.decides(place, rule("FORWARD", None)).await;
    }
    let asked = line.asks_credit(4, "500.00", "one").await;
    assert_eq!((&asked["status"], &asked["target"]["resellerId"]), (&json!("PENDING"), &json!(line.id(0))));
    let passed_on = |place| (line.id(place), "FORWARDED".to_owned());
    let way = [passed_on(3), passed_on(2), passed_on(1)];
    assert_eq!(decisions(&asked), [&way[..], &[(line.id(0), "WAITING".to_owned())]].concat());
    let early = line.refused(3, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(early.0, "NOT_ALLOWED", "it has passed it on");
    line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    for place in 0..5 {
        let seen = line.seen(place, &asked["id"]).await;
        assert_eq!(seen["status"], "COMPLETED", "{place} has a part in it");
        assert_eq!(decisions(&seen), [&way[..], &[(line.id(0), "APPROVED".to_owned())]].concat());
    }
    assert_eq!(line.limits(4).await, json!([{ "amount": "500.00", "currency": "USD" }]));
}

async fn what_is_decided_stays_decided(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    let rejected = line.asks_credit(1, "1.00", "one").await["id"].clone();
    assert_eq!(
        line.refused(0, "rejectUplineRequest", json!({ "id": rejected, "reason": " " })).await.1,
        json!(["reason"])
    );
    let said = line.request(0, "rejectUplineRequest", json!({ "id": rejected, "reason": "Too much" })).await;
    assert_eq!((&said["status"], &said["hops"][0]["note"]), (&json!("REJECTED"), &json!("Too much")));
    let cancelled = line.asks_credit(1, "2.00", "two").await["id"].clone();
    let said = line.request(1, "cancelUplineRequest", json!({ "id": cancelled })).await;
    assert_eq!(said["status"], "CANCELLED");
    let completed = line.asks_credit(1, "3.00", "three").await["id"].clone();
    line.request(0, "approveUplineRequest", json!({ "id": completed })).await;
    for request in [rejected, cancelled, completed] {
        for (place, field, input) in [
            (0, "approveUplineRequest", json!({ "id": request })),
            (0, "rejectUplineRequest", json!({ "id": request, "reason": "Late" })),
            (1, "cancelUplineRequest", json!({ "id": request })),
        ] {
            assert_eq!(line.refused(place, field, input).await, ("CONFLICT".to_owned(), json!(["id"])), "{field}");
        }
    }
    assert_eq!(line.limits(1).await, json!([{ "amount": "3.00", "currency": "USD" }]));
}

async fn a_hundred_racing_approvals_grant_once(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    let asked = line.asks_credit(1, "500.00", "one").await;
    let approve = |_| line.done(0, "approveUplineRequest", json!({ "id": asked["id"] }));
    let done = join_all((0..100).map(approve)).await;
    let codes: Vec<_> = done.iter().map(|done| done["userErrors"][0]["code"].as_str()).collect();
    assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 1, "one is the first");
    assert!(codes.iter().all(|code| code.is_none_or(|code| code == "CONFLICT")), "the others hear that it was decided");
    let granted = line.market.events().await;
    let granted = granted.iter().filter(|event| event.event_type == kinds::CREDIT_GRANTED);
    assert_eq!(granted.count(), 1);
}

async fn nobody_decides_what_they_asked_themselves_or_what_another_is_asked(database: TestDatabase) {
    let line: Line<4> = Line::open(database).await;
    let asked = line.asks_credit(3, "500.00", "one").await["id"].clone();
    let never_made = json!(id(UplineRequestId::generate()));
    for (field, input) in [
        ("approveUplineRequest", json!({})),
        ("rejectUplineRequest", json!({ "reason": "No" })),
        ("cancelUplineRequest", json!({})),
    ] {
        let of = |request: &Value| {
            let mut input = input.clone();
            input["id"] = request.clone();
            input
        };
        let nothing = line.done(1, field, of(&never_made)).await;
        assert_eq!(nothing["userErrors"][0]["code"], "NOT_FOUND");
        assert_eq!(line.done(1, field, of(&asked)).await, nothing, "one further up was not asked");
        assert_eq!(line.done(0, field, of(&asked)).await, nothing);
        let who = if field == "cancelUplineRequest" { 2 } else { 3 };
        assert_eq!(line.refused(who, field, of(&asked)).await, ("NOT_ALLOWED".to_owned(), json!(["id"])), "{field}");
    }
    assert_eq!(line.seen(1, &asked).await, Value::Null, "who has no part cannot tell it from none");
    line.market.grant(&[("viewer", line.companies[2], Role::Viewer)]).await;
    line.request(2, "approveUplineRequest", json!({ "id": asked, "note": "Fine" })).await;
    let document = "query ($id: ID!) { uplineRequest(id: $id) { status request { __typename } result { __typename } hops { note } } }";
    let seen = line.market.ask(&line.market.token("viewer"), document, json!({ "id": asked })).await.data();
    let told = json!({ "status": "COMPLETED", "request": null, "result": null, "hops": [{ "note": null }] });
    assert_eq!(seen["uplineRequest"], told, "a VIEWER reads no contents");
}

async fn a_request_that_nobody_decides_expires(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    let asked = line.asks_credit(1, "500.00", "one").await["id"].clone();
    let setup = Setup { clock: later(Duration::from_hours(30 * 24)), ..Setup::default() };
    let line = line.restart(setup).await;
    line.carries_on().await;
    assert_eq!(line.seen(1, &asked).await["status"], "EXPIRED");
    assert_eq!(line.refused(0, "approveUplineRequest", json!({ "id": asked })).await.0, "CONFLICT");
}

async fn of_a_company_that_is_switched_off_the_next_above_is_asked(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let decided = line.asks_credit(2, "1.00", "decided").await["id"].clone();
    line.request(1, "approveUplineRequest", json!({ "id": decided })).await;
    let asked = line.asks_credit(2, "500.00", "one").await["id"].clone();
    let small = line.asks_credit(2, "2.00", "two").await["id"].clone();
    line.decides(0, rule(AUTO, Some(("10.00", "USD")))).await;
    line.market.chain.deactivate(Actor::central(), line.companies[1], "It left").await.expect("a company that is off");
    line.carries_on().await;
    let inbox = "{ uplineRequests(direction: INCOMING) { nodes { id } totalCount } }";
    let waiting = line.ask(0, inbox, json!({})).await["uplineRequests"].clone();
    let expected = json!({ "nodes": [{ "id": small }, { "id": asked }], "totalCount": 2 });
    assert_eq!(waiting, expected, "what was decided before is no business of its own");
    assert_eq!(line.seen(0, &decided).await, Value::Null);
    let by_settings = line.seen(2, &small).await;
    assert_eq!(by_settings["status"], "COMPLETED", "its settings count now");
    assert_eq!(line.told(0).await, ["Root is asked for credit"; 2]);
    let granted = line.request(0, "approveUplineRequest", json!({ "id": asked })).await;
    assert_eq!(granted["status"], "COMPLETED");
    line.market.chain.reactivate(Actor::central(), line.companies[1]).await.expect("a company that is on");
    let way = [(line.id(1), "FORWARDED".to_owned()), (line.id(0), "APPROVED".to_owned())];
    assert_eq!(decisions(&line.seen(0, &asked).await), way, "who decided sees it still");
    assert_eq!(decisions(&line.seen(1, &asked).await), way);
}

async fn who_stands_in_decides_also_before_it_was_asked(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let asked = line.asks_credit(2, "500.00", "one").await["id"].clone();
    line.market.chain.deactivate(Actor::central(), line.companies[1], "It left").await.expect("a company that is off");
    // Nobody has looked at what waits at the company that is off, perhaps.
    let granted = line.request(0, "approveUplineRequest", json!({ "id": asked })).await;
    let way = [(line.id(1), "FORWARDED".to_owned()), (line.id(0), "APPROVED".to_owned())];
    assert_eq!((decisions(&granted), &granted["target"]["resellerId"]), (way.to_vec(), &json!(line.id(0))));
}

async fn who_is_moved_away_is_decided_about_no_more(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let asked = line.asks_credit(2, "500.00", "one").await["id"].clone();
    let [root, _, own] = line.companies;
    line.market.chain.move_reseller(Actor::central(), own, root).await.expect("a move");
    assert_eq!(line.seen(1, &asked).await, Value::Null);
    assert_eq!(line.refused(1, "approveUplineRequest", json!({ "id": asked })).await.0, "NOT_FOUND");
    let inbox = "{ uplineRequests(direction: INCOMING) { nodes { id } totalCount } }";
    assert_eq!(line.ask(1, inbox, json!({})).await["uplineRequests"], json!({ "nodes": [], "totalCount": 0 }));
    assert_eq!(line.request(2, "cancelUplineRequest", json!({ "id": asked })).await["status"], "CANCELLED");
}

async fn what_one_company_granted_is_not_done_by_another(database: TestDatabase) {
    let line: Line<4> = Line::open(database).await;
    line.decides(2, rule("FORWARD", None)).await;
    let asked = line.asks_credit(3, "500.00", "one").await["id"].clone();
    let [_, upper, _, own] = line.companies;
    // Below another child of the company that decides: that one never agreed.
    let other = line.market.company(Some(upper), "Another").await;
    line.market.chain.move_reseller(Actor::central(), own, other).await.expect("a move");
    let failed = line.request(1, "approveUplineRequest", json!({ "id": asked })).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("FAILED"), &json!("CONFLICT")));
    assert_eq!(line.limits(3).await, json!([]));
    // Directly below the one that decides, it is that one's own.
    let asked = line.asks_credit(3, "700.00", "two").await["id"].clone();
    line.market.chain.move_reseller(Actor::central(), own, upper).await.expect("a move");
    let cannot = line.refused(1, "approveUplineRequest", json!({ "id": asked })).await;
    assert_eq!(cannot.0, "NOT_FOUND", "another was asked");
    line.request(3, "cancelUplineRequest", json!({ "id": asked })).await;
}

async fn what_is_granted_to_a_frozen_company_waits_until_it_is_not(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    let asked = line.asks_credit(1, "500.00", "one").await["id"].clone();
    let freeze = line.market.chain.freeze(Actor::central(), line.companies[1], "A test").await.expect("a freeze");
    let granted = line.request(0, "approveUplineRequest", json!({ "id": asked })).await;
    assert_eq!(granted["status"], "PROCESSING");
    assert_eq!(line.limits(1).await, json!([]));
    line.market.chain.thaw(Actor::central(), freeze, None).await.expect("a thaw");
    let line = line.restart(Setup { clock: later(Duration::from_mins(6)), ..Setup::default() }).await;
    line.carries_on().await;
    assert_eq!(line.seen(1, &asked).await["status"], "COMPLETED");
    assert_eq!(line.limits(1).await, json!([{ "amount": "500.00", "currency": "USD" }]));
}

async fn the_same_key_asks_once_and_another_request_is_a_conflict(database: TestDatabase) {
    let line: Line<2> = Line::open(database).await;
    let asked = line.asks_credit(1, "500.00", "one").await;
    let again = join_all((0..10).map(|_| line.asks_credit(1, "500.00", "one"))).await;
    assert!(again.iter().all(|again| again["id"] == asked["id"]), "the same record");
    let other = line.refused(1, "requestUpline", credit("501.00", "one")).await;
    assert_eq!(other, ("CONFLICT".to_owned(), json!(["idempotencyKey"])));
    line.request(0, "approveUplineRequest", json!({ "id": asked["id"] })).await;
    assert_eq!(line.asks_credit(1, "500.00", "one").await["status"], "COMPLETED", "with its answer");
}

async fn the_company_at_the_top_has_nobody_to_ask(database: TestDatabase) {
    let line: Line<1> = Line::open(database).await;
    assert_eq!(line.refused(0, "requestUpline", credit("1.00", "one")).await.0, "NOT_ALLOWED");
}

async fn each_side_is_told_in_its_feed(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let asked = line.asks_credit(2, "500.00", "one").await["id"].clone();
    line.request(1, "approveUplineRequest", json!({ "id": asked })).await;
    let own = [
        "Level 2 asks its upline for credit",
        "Level 2's request to its upline for credit is PROCESSING",
        "Level 2's request to its upline for credit is COMPLETED",
    ];
    assert_eq!(line.told(2).await, own);
    assert_eq!(line.told(1).await, ["Level 1 is asked for credit"]);
    assert_eq!(line.told(0).await, [""; 0], "one further up has no part in it");
}
