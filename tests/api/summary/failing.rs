//! A module that does not answer costs its own fields and no others.

use std::time::{Duration, Instant};

use entity::{Role, TenantStatus};
use serde_json::{Value, json};

use super::{MODULES, World};
use crate::support::app::id;
use crate::support::faults::{Failing, Garbage, Hanging, Switch};
use crate::support::{TestDatabase, on_both_databases};

/// What a module does that is not as one would wish.
const FAULTS: [Fault; 3] = [
    ("fails", |module| module.to(Failing)),
    ("hangs", |module| module.to(Hanging)),
    ("talks nonsense", |module| module.to(Garbage)),
];

type Fault = (&'static str, fn(&Switch));

/// Longer than any answer may take.
const LONG: Duration = Duration::from_secs(20);

on_both_databases!(
    a_summary_has_the_figures_of_all_modules,
    a_module_that_fails_hangs_or_talks_nonsense_costs_only_its_own_field,
    where_all_modules_fail_the_rest_is_whole,
    who_is_out_of_sight_has_no_summary,
    a_period_that_ends_before_it_begins_is_refused,
    where_a_list_cannot_be_written_all_its_mentions_are_answered,
    who_waits_for_approval_sees_no_figures,
);

async fn a_summary_has_the_figures_of_all_modules(database: TestDatabase) {
    let world = World::create(database).await;
    let summary = world.summary(world.family.child).await;
    let (stale, as_of) = (false, world.now());
    let dollar = json!([{ "amount": "1.00", "currency": "USD" }]);
    let by_status = json!([{ "status": "AWAITING_FORWARD", "count": 1 }, { "status": "CANCELLED", "count": 1 }]);
    assert_eq!(
        summary,
        json!({
            "reseller": { "id": id(world.family.child) },
            "period": { "from": "2026-10-24", "to": "2026-11-22" },
            "orders": { "__typename": "OrderStats", "stale": stale, "asOf": as_of, "count": 1, "revenue": dollar, "byStatus": by_status },
            "finance": { "__typename": "FinanceStats", "stale": stale, "asOf": as_of, "balances": dollar, "outstanding": [] },
            "catalog": { "__typename": "CatalogStats", "stale": stale, "asOf": as_of, "itemCount": 1, "newItemCount": 0, "averageMarginPercent": "12.5", "belowFloorCount": 0 },
        })
    );
}

async fn a_module_that_fails_hangs_or_talks_nonsense_costs_only_its_own_field(database: TestDatabase) {
    let world = World::create(database).await;
    for module in MODULES {
        for (what, fault) in FAULTS {
            let case = format!("{module} {what}");
            // A company of which nothing is known yet.
            let company = world.app.company(Some(world.family.own), &case).await;
            world.app.is_caught_up().await;
            fault(world.switch(module));
            let begun = Instant::now();
            let answer = world.ask(company).await;
            assert!(begun.elapsed() < LONG, "{case}");
            world.switch(module).back();
            let answer = answer.json();
            let error = &answer["errors"][0];
            assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{case}: {answer:#}");
            assert_eq!(error["path"], json!(["reseller", "summary", module]), "{case}");
            assert_eq!(error["extensions"], json!({ "code": "MODULE_UNAVAILABLE", "module": module }), "{case}");
            let summary = &answer["data"]["reseller"]["summary"];
            assert_eq!(summary["reseller"]["id"], id(company), "{case}");
            for other in MODULES {
                let expected = if other == module { json!(null) } else { json!(false) };
                assert_eq!(summary[other]["stale"], expected, "{other}, while {case}");
            }
        }
    }
}

async fn where_all_modules_fail_the_rest_is_whole(database: TestDatabase) {
    let world = World::create(database).await;
    world.switches.iter().for_each(|module| module.to(Failing));
    let document = "query ($id: ID!) { reseller(id: $id) { name childCount summary { orders { count } finance { stale } catalog { stale } }
        children { nodes { name summary { period { to } orders { count } } } } } }";
    let answer = world.app.ask(&world.token, document, json!({ "id": id(world.family.own) })).await.json();
    let nothing = json!({ "orders": null, "finance": null, "catalog": null });
    let child = json!({ "name": "Child", "summary": { "period": { "to": "2026-11-22" }, "orders": null } });
    let reseller = json!({ "name": "Own", "childCount": 1, "summary": nothing, "children": { "nodes": [child] } });
    assert_eq!(answer["data"]["reseller"], reseller);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(4), "{answer:#}");
}

async fn who_is_out_of_sight_has_no_summary(database: TestDatabase) {
    let world = World::create(database).await;
    for company in [world.family.parent, world.family.sibling, world.family.stranger] {
        assert_eq!(world.ask(company).await.at("/reseller"), json!(null));
    }
    assert_eq!(world.calls.take(), [], "nobody was asked");
}

async fn a_period_that_ends_before_it_begins_is_refused(database: TestDatabase) {
    let world = World::create(database).await;
    let document = |period: &str| {
        format!("{{ viewer {{ reseller {{ summary(period: {period}) {{ period {{ from to }} }} }} }} }}")
    };
    let ask = async |period: &str| world.app.ask(&world.token, &document(period), json!({})).await;
    let backwards = ask("{ range: { from: \"2026-02-02\", to: \"2026-02-01\" } }").await;
    assert_eq!(backwards.wrong_argument(), "period.range.to");
    for (period, from) in
        [("{ preset: TODAY }", "2026-11-22"), ("{ preset: LAST_7_DAYS }", "2026-11-16"), ("null", "2026-10-24")]
    {
        assert_eq!(
            ask(period).await.at("/viewer/reseller/summary/period"),
            json!({ "from": from, "to": "2026-11-22" })
        );
    }
}

async fn where_a_list_cannot_be_written_all_its_mentions_are_answered(database: TestDatabase) {
    const LIST: &str = "query ($id: ID!) { reseller(id: $id) { children { ...Figures ...Names } } }
        fragment Figures on ResellerConnection { nodes { id
          summary(period: { range: { from: \"2026-11-01\", to: \"2026-11-02\" } }) { orders { count } catalog { itemCount } } } }
        fragment Names on ResellerConnection { nodes { name summary(period: { preset: TODAY }) { finance { stale } } } }";
    let world = World::create(database).await;
    let variables = json!({ "id": id(world.family.own) });
    let whole = world.app.ask(&world.token, LIST, variables.clone()).await.json();
    world.switch("orders").to(Failing);
    let without_orders = world.app.ask(&world.token, LIST, variables).await.json();
    let nodes = |answer: &Value| answer["data"]["reseller"]["children"]["nodes"].clone();
    let mut expected = nodes(&whole);
    let children = expected.as_array_mut().expect("children");
    assert!(!children.is_empty() && children.iter().all(|child| child["summary"]["orders"]["count"].is_u64()));
    for child in children.iter_mut() {
        child["summary"]["orders"] = Value::Null;
    }
    assert_eq!(nodes(&without_orders), expected);
    assert_eq!(without_orders["errors"].as_array().map(Vec::len), Some(children_of(&expected)));
}

fn children_of(nodes: &Value) -> usize {
    nodes.as_array().map(Vec::len).unwrap_or_default()
}

async fn who_waits_for_approval_sees_no_figures(database: TestDatabase) {
    let world = World::create(database).await;
    let pending = world.app.company_of(Some(world.family.own), "Applicant", TenantStatus::Pending).await;
    let token = world.app.member("applicant", pending, Role::Owner).await;
    let asked = "{ viewer { reseller { name summary { catalog { itemCount } } } } }";
    let answer = world.app.ask(&token, asked, json!({})).await.json();
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("FORBIDDEN"), "{answer:#}");
    assert_eq!(answer.pointer("/data/viewer/reseller/summary"), None, "{answer:#}");
}
