//! How well a part of the chain is: each reason by itself, and all of them as callers see them.

use entity::{Role, TenantId, TenantStatus, Timestamp};
use reseller_network::network::upline::Ask;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

use crate::performance::{DAY, World};
use crate::support::app::id;
use crate::support::chain::owner;
use crate::support::faults::{Failing, Refusing};
use crate::support::market::dollars;
use crate::support::{TestDatabase, on_both_databases};

mod constant;

on_both_databases!(
    a_chain_is_healthy_until_something_is_wrong,
    who_is_frozen_or_switched_off_is_told_at_once_and_why,
    who_places_no_orders_is_idle,
    an_order_that_is_long_on_its_way_is_late,
    what_was_asked_of_an_upline_and_failed_or_waits_is_told,
    a_module_that_fails_is_told_without_its_cause,
    what_is_out_of_sight_is_not_looked_at,
);

const HEALTH: &str = "query ($id: ID!) { chainHealth(rootId: $id) { root { id } status checkedAt
    reasons { code severity count message resellers { name } }
    counts { total active frozen deactivated pending idle } modules { module available since lastError } } }";

const START: Date = date!(2026 - 11 - 01);

/// A line of three, with something to sell.
async fn line(world: &World) -> [TenantId; 3] {
    let root = world.company(None, "Root").await;
    world.stock(root).await;
    let own = world.company(Some(root), "Own").await;
    let child = world.company(Some(own), "Child").await;
    // It joined ages ago by its own word, and has ordered today.
    world.place(own, &[("mug", 1)]).await;
    world.place(child, &[("mug", 1)]).await;
    [root, own, child]
}

async fn health(world: &World, viewer: TenantId, root: TenantId) -> Value {
    world.ask_as(viewer, HEALTH, json!({ "id": id(root) })).await.at("/chainHealth")
}

/// The reasons as code, severity, count, message and names.
fn reasons(health: &Value) -> Vec<(String, String, u64, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let names =
        |reason: &Value| reason["resellers"].as_array().expect("names").iter().map(|one| text(&one["name"])).collect();
    let reason = |reason: &Value| {
        let count = reason["count"].as_u64().expect("a count");
        (text(&reason["code"]), text(&reason["severity"]), count, text(&reason["message"]), names(reason))
    };
    health["reasons"].as_array().expect("reasons").iter().map(reason).collect()
}

fn told(
    code: &str,
    severity: &str,
    count: u64,
    message: &str,
    names: &[&str],
) -> (String, String, u64, String, Vec<String>) {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    (code.to_owned(), severity.to_owned(), count, message.to_owned(), names)
}

fn pass(world: &World, micros: i64) {
    world.set(Timestamp(world.now().0 + micros));
}

async fn a_chain_is_healthy_until_something_is_wrong(database: TestDatabase) {
    let world = World::open(database, START).await;
    let [root, own, _] = line(&world).await;
    let seen = health(&world, root, root).await;
    assert_eq!((&seen["status"], &seen["reasons"]), (&json!("HEALTHY"), &json!([])));
    assert_eq!((&seen["root"]["id"], &seen["checkedAt"]), (&json!(id(root)), &json!("2026-11-01T00:00:00Z")));
    let counts = json!({ "total": 3, "active": 3, "frozen": 0, "deactivated": 0, "pending": 0, "idle": 0 });
    assert_eq!(seen["counts"], counts);
    let module = |module: &str| json!({ "module": module, "available": true, "since": "2026-11-01T00:00:00Z", "lastError": null });
    assert_eq!(
        seen["modules"],
        json!([module("ADMIN"), module("CATALOG"), module("ORDERS"), module("FINANCE"), module("NETWORK")])
    );
    // The same of a reseller, and of the caller's own without an id.
    let query = "query ($id: ID!) { reseller(id: $id) { health { status counts { total } } } chainHealth { counts { total } } }";
    let both = world.ask_as(root, query, json!({ "id": id(own) })).await.data();
    let expected = json!({ "reseller": { "health": { "status": "HEALTHY", "counts": { "total": 2 } } },
        "chainHealth": { "counts": { "total": 3 } } });
    assert_eq!(both, expected);
    pass(&world, 31 * DAY);
    for first in [0, 101] {
        let query = format!("{{ chainHealth {{ reasons {{ resellers(first: {first}) {{ id }} }} }} }}");
        assert_eq!(world.ask_as(root, &query, json!({})).await.code(), "BAD_USER_INPUT");
    }
}

async fn who_is_frozen_or_switched_off_is_told_at_once_and_why(database: TestDatabase) {
    let world = World::open(database, START).await;
    let [root, own, child] = line(&world).await;
    let other = world.company_of(Some(root), "Other", TenantStatus::Pending).await;
    health(&world, root, root).await;
    world.chain.freeze(owner(root), own, "Invoices are open").await.expect("a freeze");
    let seen = health(&world, root, root).await;
    let frozen = |severity, of, why: &str, names| {
        told("FROZEN", severity, 2, &format!("2 of {of} resellers are frozen: {why}."), names)
    };
    assert_eq!(reasons(&seen), [frozen("DEGRADED", 4, "Own (Invoices are open)", &["Own"])]);
    let counts = json!({ "total": 4, "active": 3, "frozen": 2, "deactivated": 0, "pending": 1, "idle": 0 });
    assert_eq!((&seen["status"], &seen["counts"]), (&json!("DEGRADED"), &counts));
    assert_eq!(reasons(&health(&world, own, own).await), [frozen("CRITICAL", 2, "Own (Invoices are open)", &["Own"])]);
    // Why is told to nobody below.
    let below = health(&world, child, child).await;
    let expected = told("FROZEN", "CRITICAL", 1, "1 of 1 reseller is frozen: from above.", &["Child"]);
    assert_eq!((reasons(&below), &below["status"]), (vec![expected], &json!("CRITICAL")));

    world.chain.approve(owner(root), other).await.expect("an approval");
    world.chain.deactivate(Actor::central(), other, "Closed").await.expect("it is off");
    let seen = reasons(&health(&world, root, root).await);
    assert_eq!(seen[1], told("DEACTIVATED", "DEGRADED", 1, "1 of 4 resellers are switched off.", &["Other"]));
    let off = health(&world, root, other).await;
    assert_eq!(off["status"], json!("CRITICAL"));
}

async fn who_places_no_orders_is_idle(database: TestDatabase) {
    let world = World::open(database, START).await;
    let [root, own, child] = line(&world).await;
    pass(&world, 29 * DAY);
    assert_eq!(reasons(&health(&world, root, root).await).len(), 1, "late, but not idle");
    world.place(own, &[("mug", 1)]).await;
    pass(&world, DAY);
    let idle = |severity: &str, count, of, names: &[&str]| {
        told(
            "IDLE",
            severity,
            count,
            &format!("{count} of {of} active resellers placed no order in the last 30 days."),
            names,
        )
    };
    let seen = health(&world, root, root).await;
    // The root has nobody to place orders with.
    assert_eq!(reasons(&seen)[1], idle("HEALTHY", 1, 3, &["Child"]));
    assert_eq!(seen["counts"]["idle"], json!(1));
    assert_eq!(reasons(&health(&world, root, child).await)[0], idle("DEGRADED", 1, 1, &["Child"]));
    // Who has a freeze could not.
    world.chain.freeze(Actor::central(), child, "a test").await.expect("a freeze");
    let codes: Vec<_> = reasons(&health(&world, root, root).await).into_iter().map(|reason| reason.0).collect();
    assert_eq!(codes, ["FROZEN", "ORDER_LATE"]);
    // A cancelled order was placed, too; but not before somebody looks again.
    let thawed = world.snapshot().own_freezes(world.snapshot().find(child).expect("the child"))[0].id;
    world.chain.thaw(Actor::central(), thawed, None).await.expect("a thaw");
    let order = world.place(child, &[("mug", 1)]).await;
    world.advance(order, &[(child, entity::OrderStatus::Cancelled)]).await;
    let seen = health(&world, root, root).await;
    assert_eq!(seen["counts"]["idle"], json!(1), "as it was when orders were looked at");
    assert_eq!(seen["checkedAt"], json!("2026-12-01T00:00:00Z"));
    pass(&world, 3_600_000_000);
    let seen = health(&world, root, root).await;
    assert_eq!((&seen["counts"]["idle"], &seen["checkedAt"]), (&json!(0), &json!("2026-12-01T01:00:00Z")));
}

async fn an_order_that_is_long_on_its_way_is_late(database: TestDatabase) {
    let world = World::open(database, START).await;
    let [root, own, child] = line(&world).await;
    pass(&world, 14 * DAY);
    assert_eq!(reasons(&health(&world, root, root).await), []);
    pass(&world, 1);
    let delivered = world.place(own, &[("mug", 1)]).await;
    world.deliver(delivered, &[root]).await;
    pass(&world, DAY);
    let late = |count, names: &[&str]| {
        let verb = if count == 1 { "order is" } else { "orders are" };
        told("ORDER_LATE", "DEGRADED", count, &format!("{count} {verb} on the way for more than 14 days."), names)
    };
    assert_eq!(reasons(&health(&world, root, root).await), [late(2, &["Own", "Child"])]);
    assert_eq!(reasons(&health(&world, own, child).await), [late(1, &["Child"])]);
    // Whoever is below now.
    world.chain.move_reseller(Actor::central(), child, root).await.expect("a move");
    assert_eq!(reasons(&health(&world, root, own).await), [late(1, &["Own"])]);
}

async fn what_was_asked_of_an_upline_and_failed_or_waits_is_told(database: TestDatabase) {
    let world = World::open(database, START).await;
    let [root, own, child] = line(&world).await;
    let upline = world.running().services.upline.clone();
    let ask = async |who, key: &str| {
        let ask = Ask::Credit { amount: dollars(100), note: None };
        upline.ask(owner(who), ask, key).await.expect("a request")
    };
    ask(own, "one").await;
    let waits = ask(child, "two").await;
    ask(child, "three").await;
    pass(&world, 3 * DAY);
    assert_eq!(reasons(&health(&world, root, root).await), [], "not for more than three days");
    pass(&world, 3_600_000_000);
    let waiting = |count, words: &str, names: &[&str]| {
        let message = format!("{words} for an answer for more than 3 days.");
        told("UPLINE_REQUEST_WAITING", "DEGRADED", count, &message, names)
    };
    assert_eq!(reasons(&health(&world, root, root).await), [waiting(3, "3 upline requests wait", &["Own", "Child"])]);
    assert_eq!(reasons(&health(&world, own, child).await), [waiting(2, "2 upline requests wait", &["Child"])]);
    world.switch_of("finance.requestCredit").to(Refusing);
    upline.approve(owner(own), waits, None).await.expect("an approval");
    pass(&world, 3_600_000_000);
    let failed = |names: &[&str]| {
        let message = "1 upline request could not be done in the last 7 days.";
        told("UPLINE_REQUEST_FAILED", "DEGRADED", 1, message, names)
    };
    let seen = reasons(&health(&world, own, child).await);
    assert_eq!(seen, [failed(&["Child"]), waiting(1, "1 upline request waits", &["Child"])]);
    pass(&world, 7 * DAY);
    assert_eq!(reasons(&health(&world, own, child).await), [waiting(1, "1 upline request waits", &["Child"])]);
}

async fn a_module_that_fails_is_told_without_its_cause(database: TestDatabase) {
    let world = World::open(database, START).await;
    let [root, own, _] = line(&world).await;
    let switch = world.switch_of("finance.getSummary");
    switch.to(Failing);
    let ask = async |day: i64| {
        let query = "{ dashboard { finance { stale } } }";
        pass(&world, day * DAY);
        world.ask_as(own, query, json!({})).await;
    };
    ask(0).await;
    let module = async |name: &str| {
        let seen = health(&world, root, root).await;
        let modules = seen["modules"].as_array().expect("modules").clone();
        let module = modules.into_iter().find(|module| module["module"] == name).expect("the module");
        (seen["status"].clone(), module)
    };
    let (status, finance) = module("FINANCE").await;
    assert_eq!((status, &finance["available"]), (json!("HEALTHY"), &json!(true)), "once is not down");
    assert_eq!(finance["lastError"], json!("A call of it has failed. The cause is in the server's log."));
    for _ in 0..5 {
        ask(0).await;
    }
    let (status, finance) = module("FINANCE").await;
    assert_eq!((status, &finance["available"]), (json!("CRITICAL"), &json!(false)));
    let cause = "It did not answer several times in a row. The cause is in the server's log.";
    assert_eq!(finance["lastError"], json!(cause));
    let seen = reasons(&health(&world, root, root).await);
    assert_eq!(
        seen,
        [told("MODULE_UNAVAILABLE", "CRITICAL", 1, "The finance module can't answer at the moment.", &[])]
    );
    let (_, orders) = module("ORDERS").await;
    assert_eq!((&orders["available"], &orders["lastError"]), (&json!(true), &Value::Null));
}

async fn what_is_out_of_sight_is_not_looked_at(database: TestDatabase) {
    let world = World::open(database, START).await;
    let [root, own, child] = line(&world).await;
    let stranger = world.company(Some(root), "Stranger").await;
    world.chain.freeze(Actor::central(), stranger, "a secret").await.expect("a freeze");
    for target in [root, stranger, TenantId::generate()] {
        assert_eq!(health(&world, own, target).await, Value::Null);
    }
    assert_eq!(health(&world, own, own).await["reasons"], json!([]), "nothing of those beside it");
    assert_eq!(health(&world, own, child).await["counts"]["total"], json!(1));
    let token = world.member("viewer", own, Role::Viewer).await;
    assert_eq!(world.ask(&token, "{ chainHealth { status } }", json!({})).await.at("/chainHealth/status"), "HEALTHY");
}
