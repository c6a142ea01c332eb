//! What a company sees first, and its own orders over time.

mod orders;
mod served;

use entity::TenantStatus;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};
use time::macros::date;

use crate::performance::World;
use crate::performance::history::History;
use crate::support::faults::Failing;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_dashboard_has_the_own_figures_and_those_of_the_downline,
    a_module_that_is_down_costs_its_own_field,
    only_what_is_asked_for_is_loaded,
    states_are_told_where_all_else_is_remembered,
    a_pending_company_has_no_dashboard,
);

pub(super) const DASHBOARD: &str = "query ($period: PeriodInput) { dashboard(period: $period) {
    period { from to }
    catalog { stale itemCount } finance { stale balances { amount } }
    orders { stale asOf count countChange { previous absolute percent } revenue { amount currency }
      byStatus { status count } series { start orderCount } }
    downlineOrders { stale asOf count countChange { previous absolute percent } revenue { amount currency }
      byStatus { status count } series(groupBy: MONTH) { start orderCount revenue { amount currency } } }
    network { childCount descendantCount activeCount frozenCount newCount health } } }";

/// A line of three below the root, of which the last one sells, too; and all that they ordered in November.
pub(super) async fn trade(world: &World) -> (History, [entity::TenantId; 4]) {
    let mut history = History::default();
    let root = history.join(world, None, "Root").await;
    world.stock(root).await;
    let own = history.join(world, Some(root), "Own").await;
    let child = history.join(world, Some(own), "Child").await;
    let grandchild = history.join(world, Some(child), "Grandchild").await;
    for (day, placer, sku, quantity) in [
        (date!(2026 - 10 - 31), child, "mug", 1),
        (date!(2026 - 11 - 01), own, "mug", 2),
        (date!(2026 - 11 - 02), child, "mug", 3),
        (date!(2026 - 11 - 02), grandchild, "book", 4),
        (date!(2026 - 11 - 30), grandchild, "mug", 5),
        (date!(2026 - 11 - 30), own, "book", 6),
    ] {
        world.set(entity::Timestamp::start_of(day));
        history.place(world, placer, sku, quantity).await;
    }
    history.cancel(world, 4).await;
    (history, [root, own, child, grandchild])
}

const NOVEMBER: fn() -> Value = || json!({ "range": { "from": "2026-11-01", "to": "2026-11-30" } });

async fn a_dashboard_has_the_own_figures_and_those_of_the_downline(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (_, [_, own, child, grandchild]) = trade(&world).await;
    world.chain.freeze(Actor::central(), grandchild, "a test").await.expect("a freeze");
    world.company_of(Some(child), "Applicant", TenantStatus::Pending).await;
    let now = world.now().to_rfc3339();
    let seen = world.ask_as(own, DASHBOARD, json!({ "period": NOVEMBER() })).await.at("/dashboard");
    assert_eq!(seen["period"], json!({ "from": "2026-11-01", "to": "2026-11-30" }));
    assert_eq!(seen["catalog"], json!({ "stale": false, "itemCount": 3 }));
    assert_eq!(seen["finance"], json!({ "stale": false, "balances": [] }));
    let orders = &seen["orders"];
    assert_eq!((&orders["count"], &orders["stale"]), (&json!(2), &json!(false)));
    assert_eq!(orders["countChange"], json!({ "previous": "0", "absolute": "2", "percent": null }));
    assert_eq!(
        orders["revenue"],
        json!([{ "amount": "60.00", "currency": "EUR" }, { "amount": "2.00", "currency": "USD" }])
    );
    let days = orders["series"].as_array().expect("days");
    assert_eq!((days.len(), &days[29]), (30, &json!({ "start": "2026-11-30", "orderCount": 1 })));
    assert_eq!(
        seen["downlineOrders"],
        json!({
            "stale": false,
            "asOf": now,
            "count": 2,
            "countChange": { "previous": "1", "absolute": "1", "percent": "100" },
            "revenue": [{ "amount": "40.00", "currency": "EUR" }, { "amount": "3.00", "currency": "USD" }],
            "byStatus": [{ "status": "PLACED", "count": 2 }, { "status": "CANCELLED", "count": 1 }],
            "series": [{ "start": "2026-11-01", "orderCount": 2, "revenue":
                [{ "amount": "40.00", "currency": "EUR" }, { "amount": "3.00", "currency": "USD" }] }],
        })
    );
    let network = |new: u32| {
        json!({ "childCount": 1, "descendantCount": 3, "activeCount": 2, "frozenCount": 1, "newCount": new,
            "health": "DEGRADED" })
    };
    assert_eq!(seen["network"], network(0));
    // Companies of tests join day by day from New Year on; the applicant is the fifth.
    let joined = json!({ "range": { "from": "2026-01-04", "to": "2026-01-05" } });
    let seen = world.ask_as(own, DASHBOARD, json!({ "period": joined })).await.at("/dashboard");
    assert_eq!(seen["network"], network(2));
}

async fn a_module_that_is_down_costs_its_own_field(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (_, [_, own, ..]) = trade(&world).await;
    world.switch_of("orders.").to(Failing);
    let answer = world.ask_as(own, DASHBOARD, json!({ "period": NOVEMBER() })).await;
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], json!("MODULE_UNAVAILABLE"));
    let seen = answer.json()["data"]["dashboard"].clone();
    assert_eq!((&seen["orders"], &seen["catalog"]["stale"]), (&Value::Null, &json!(false)));
    assert_eq!((&seen["downlineOrders"]["count"], &seen["downlineOrders"]["stale"]), (&json!(2), &json!(false)));
}

async fn only_what_is_asked_for_is_loaded(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (_, [_, own, ..]) = trade(&world).await;
    let calls = world.calls_of("");
    for (query, expected) in [
        (
            "{ dashboard { network { childCount newCount health } downlineOrders { count byStatus { count } } } }",
            &[][..],
        ),
        ("{ dashboard { orders { count } } }", &["orders.getStats"][..]),
        ("{ dashboard { orders { series { start } } } }", &["orders.getSeries", "orders.getStats"][..]),
        ("{ dashboard { finance { stale } } }", &["finance.getSummary"][..]),
    ] {
        // On a day of its own, of which nothing is remembered.
        world.set(entity::Timestamp(world.now().0 + crate::performance::DAY));
        world.ask_as(own, query, json!({})).await.data();
        let mut asked: Vec<_> = calls.take().iter().map(|call| call.alias).collect();
        asked.sort_unstable();
        assert_eq!(asked, expected, "{query}");
    }
}

async fn states_are_told_where_all_else_is_remembered(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (_, [_, own, ..]) = trade(&world).await;
    let asked = json!({ "period": NOVEMBER() });
    let ask = async |fields: &str| {
        let query = format!(
            "query ($period: PeriodInput) {{ dashboard(period: $period) {{ downlineOrders {{ {fields} }} }} }}"
        );
        world.ask_as(own, &query, asked.clone()).await.at("/dashboard/downlineOrders")
    };
    assert_eq!(ask("count").await, json!({ "count": 2 }));
    // The statement is of states alone now.
    let states = json!([{ "status": "PLACED", "count": 2 }, { "status": "CANCELLED", "count": 1 }]);
    assert_eq!(ask("count byStatus { status count }").await, json!({ "count": 2, "byStatus": states }));
}

async fn a_pending_company_has_no_dashboard(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let root = world.company(None, "Root").await;
    let applicant = world.company_of(Some(root), "Applicant", TenantStatus::Pending).await;
    for query in [
        "{ dashboard { network { childCount } } }",
        "{ chainHealth { status } }",
        "{ viewer { reseller { health { status } } } }",
        "{ viewer { reseller { performance { orderCount } } } }",
    ] {
        assert_eq!(world.ask_as(applicant, query, json!({})).await.code(), "FORBIDDEN", "{query}");
    }
}
