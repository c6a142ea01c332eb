//! Settings: read, changed by version, and by nobody else.

use std::sync::Arc;

use entity::{Role, TenantStatus};
use reseller_network::events::kinds;
use reseller_network::money::Rate;
use reseller_network::network::settings::{MarginsUpdate, SettingsUpdate};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::catalog::{Shop, about, accepted, refused};
use crate::support::app::{TestApp, id};
use crate::support::chain::owner;
use crate::support::{TestDatabase, on_both_databases};
use reseller_network::graphql::id::SettingsId;

on_both_databases!(
    where_nothing_was_set_there_are_defaults,
    what_is_left_out_of_a_change_stays,
    a_change_based_on_another_version_is_a_conflict,
    of_a_hundred_racing_changes_one_succeeds,
    what_cannot_be_set_is_refused_where_it_stands,
    who_may_change_settings,
    who_waits_for_approval_reads_its_settings,
    settings_are_nobody_elses,
    the_tightest_ceiling_above_is_told,
    a_change_is_told_with_what_was_before,
    what_has_no_rule_is_decided_by_a_person_and_not_sent_up,
    a_change_of_rules_leaves_the_rest_as_it_is_and_is_told,
    a_change_of_rules_based_on_another_version_is_a_conflict,
    rules_that_make_no_sense_are_refused_where_they_stand,
);

const RULES: &str = "version margins { defaultPercent } autoForwarding {
    requests { action enabled maxAmount { amount currency } } approvals { action mode maxAmount { amount currency } } }";

async fn update_rules(shop: &Shop, version: i64, rules: Value) -> Value {
    let shown = format!("settings {{ {RULES} }} userErrors {{ code field message }}");
    shop.change("own", "updateSettings", &shown, json!({ "version": version, "autoForwarding": rules })).await
}

async fn rules(shop: &Shop) -> Value {
    shop.ask(&shop.token("own"), &format!("{{ settings {{ {RULES} }} }}"), json!({})).await.at("/settings")
}

async fn what_has_no_rule_is_decided_by_a_person_and_not_sent_up(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let manual = |action| json!({ "action": action, "mode": "MANUAL", "maxAmount": null });
    let approvals = ["FORWARD_ORDER", "REQUEST_CATALOG_ACCESS", "REQUEST_CREDIT"].map(manual);
    let expected = json!({
        "requests": [{ "action": "FORWARD_ORDER", "enabled": false, "maxAmount": null }],
        "approvals": approvals,
    });
    assert_eq!(rules(&shop).await["autoForwarding"], expected);
}

async fn a_change_of_rules_leaves_the_rest_as_it_is_and_is_told(database: TestDatabase) {
    let shop = Shop::open(database).await;
    accepted(&update(&shop, "own", 0, json!({ "defaultPercent": "7" })).await);
    let most = json!({ "amount": "10.00", "currency": "USD" });
    let send_up = json!([{ "action": "FORWARD_ORDER", "enabled": true, "maxAmount": most }]);
    accepted(&update_rules(&shop, 1, json!({ "requests": send_up })).await);
    let auto = json!([{ "action": "REQUEST_CREDIT", "mode": "AUTO", "maxAmount": most }]);
    let payload = update_rules(&shop, 2, json!({ "approvals": auto })).await;
    accepted(&payload);
    let settings = &payload["settings"];
    assert_eq!((&settings["version"], &settings["margins"]["defaultPercent"]), (&json!(3), &json!("7")));
    assert_eq!(
        (&settings["autoForwarding"]["requests"], &settings["autoForwarding"]["approvals"][2]),
        (&send_up, &auto[0])
    );
    let payload = update_rules(&shop, 3, json!({ "approvals": [] })).await;
    assert_eq!(payload["settings"]["autoForwarding"]["approvals"][2]["mode"], "MANUAL", "in place of what was there");
    accepted(&update(&shop, "own", 4, json!({ "defaultPercent": "8" })).await);
    assert_eq!(rules(&shop).await["autoForwarding"]["requests"], send_up, "nothing else touches it");
    let feed = "query ($types: [String!]) { activity(first: 9, filter: { types: $types }) { nodes { data } } }";
    let feed = shop.ask(&shop.token("own"), feed, json!({ "types": [kinds::SETTINGS_CHANGED] })).await;
    let nodes = feed.at("/activity/nodes");
    let told = nodes.as_array().into_iter().flatten().rev().map(|event| event["data"]["autoForwarding"].clone());
    let told: Vec<Value> = told.collect();
    let rule = |told: &Value| told["approvals"]["REQUEST_CREDIT"]["mode"].clone();
    assert_eq!((told.len(), &told[0], &told[4]), (5, &Value::Null, &Value::Null), "the margins alone");
    let sent_up = ["old", "new"].map(|then| told[1][then]["requests"]["FORWARD_ORDER"]["enabled"] == true);
    assert_eq!(sent_up, [false, true]);
    assert_eq!((rule(&told[2]["old"]), rule(&told[2]["new"])), (Value::Null, json!("AUTO")));
    assert_eq!((rule(&told[3]["old"]), rule(&told[3]["new"])), (json!("AUTO"), Value::Null));
}

async fn a_change_of_rules_based_on_another_version_is_a_conflict(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let send_up = |enabled: bool| json!({ "requests": [{ "action": "FORWARD_ORDER", "enabled": enabled }] });
    accepted(&update_rules(&shop, 0, send_up(true)).await);
    for version in [0, 2] {
        assert_eq!(refused(&update_rules(&shop, version, send_up(false)).await), about("CONFLICT", "version"));
    }
    assert_eq!(rules(&shop).await["autoForwarding"]["requests"][0]["enabled"], true);
}

async fn rules_that_make_no_sense_are_refused_where_they_stand(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let usd = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    let approval = |action: &str, most: Value| json!({ "action": action, "mode": "AUTO", "maxAmount": most });
    let request = |action: &str, most: Value| json!({ "action": action, "enabled": true, "maxAmount": most });
    let sent_twice = [request("FORWARD_ORDER", json!(null)), request("FORWARD_ORDER", usd("1.00"))];
    let decided_twice = [approval("REQUEST_CREDIT", json!(null)), approval("REQUEST_CREDIT", usd("1.00"))];
    for (rules, field) in [
        (json!({ "requests": sent_twice }), "requests.1.action"),
        (json!({ "requests": [request("REQUEST_CREDIT", json!(null))] }), "requests.0.action"),
        (json!({ "requests": [request("FORWARD_ORDER", usd("0.00"))] }), "requests.0.maxAmount"),
        (json!({ "requests": [request("FORWARD_ORDER", usd("1.001"))] }), "requests.0.maxAmount.amount"),
        (json!({ "approvals": decided_twice }), "approvals.1.action"),
        (json!({ "approvals": [approval("REQUEST_CATALOG_ACCESS", usd("1.00"))] }), "approvals.0.maxAmount"),
        (json!({ "approvals": [approval("FORWARD_ORDER", usd("-1.00"))] }), "approvals.0.maxAmount"),
    ] {
        let payload = update_rules(&shop, 0, rules).await;
        assert_eq!(refused(&payload), about("INVALID", &format!("autoForwarding.{field}")));
    }
    assert_eq!(settings(&shop, "own").await["version"], 0);
}

const SETTINGS: &str = "id version updatedAt margins { defaultPercent floorPercent ceilingPercent
    byCategory { category percent } boundBy }";

async fn settings(shop: &Shop, who: &str) -> Value {
    shop.ask(&shop.token(who), &format!("{{ settings {{ {SETTINGS} }} }}"), json!({})).await.at("/settings")
}

async fn update(shop: &Shop, who: &str, version: i64, margins: Value) -> Value {
    let shown = format!("settings {{ {SETTINGS} }} userErrors {{ code field message }}");
    shop.change(who, "updateSettings", &shown, json!({ "version": version, "margins": margins })).await
}

async fn where_nothing_was_set_there_are_defaults(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let margins = json!({ "defaultPercent": "0", "floorPercent": "0", "ceilingPercent": null, "byCategory": [], "boundBy": null });
    let expected = json!({
        "id": id(SettingsId(shop.family.own)), "version": 0, "updatedAt": "2026-01-03T00:00:00Z", "margins": margins,
    });
    assert_eq!(settings(&shop, "own").await, expected, "as old as the company");
}

async fn what_is_left_out_of_a_change_stays(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let light = json!([{ "category": "Light", "percent": "-3.0001" }]);
    let all =
        json!({ "defaultPercent": "12.50", "floorPercent": "-100", "ceilingPercent": "1000", "byCategory": light });
    accepted(&update(&shop, "own", 0, all).await);
    let mut margins = json!({ "defaultPercent": "12.5", "floorPercent": "-100", "ceilingPercent": "1000", "byCategory": light, "boundBy": null });
    let mut version = 1;
    for (change, part, value) in [
        (json!({}), "boundBy", json!(null)),
        (json!({ "defaultPercent": "1" }), "defaultPercent", json!("1")),
        (json!({ "floorPercent": "2", "defaultPercent": null }), "floorPercent", json!("2")),
        (json!({ "ceilingPercent": null }), "ceilingPercent", json!(null)),
        (json!({ "ceilingPercent": "4" }), "ceilingPercent", json!("4")),
        (json!({ "byCategory": [] }), "byCategory", json!([])),
        (Value::Null, "boundBy", json!(null)),
    ] {
        margins[part] = value;
        let payload = update(&shop, "own", version, change).await;
        accepted(&payload);
        version += 1;
        let expected = json!({
            "id": id(SettingsId(shop.family.own)), "version": version, "updatedAt": "2026-11-22T12:00:00Z", "margins": margins,
        });
        assert_eq!(payload["settings"], expected);
        assert_eq!(settings(&shop, "own").await, expected);
    }
}

async fn a_change_based_on_another_version_is_a_conflict(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let margins = json!({ "defaultPercent": "1" });
    for version in [-1, 1] {
        assert_eq!(refused(&update(&shop, "own", version, margins.clone()).await), about("CONFLICT", "version"));
    }
    accepted(&update(&shop, "own", 0, margins.clone()).await);
    for version in [0, 2] {
        let refused_update = update(&shop, "own", version, margins.clone()).await;
        assert_eq!(refused(&refused_update), about("CONFLICT", "version"));
        assert_eq!(refused_update["settings"], Value::Null);
    }
    assert_eq!(settings(&shop, "own").await["version"], 1);
}

async fn of_a_hundred_racing_changes_one_succeeds(database: TestDatabase) {
    let app = Arc::new(TestApp::start(database).await);
    let root = app.company(None, "Root").await;
    for version in 0..2 {
        let mut racing = JoinSet::new();
        for percent in 1..=100 {
            let app = app.clone();
            racing.spawn(async move {
                let margins = MarginsUpdate { default: Some(Rate(percent * 10_000)), ..MarginsUpdate::default() };
                let outcome = app
                    .settings()
                    .update(
                        owner(root),
                        SettingsUpdate { version, margins: Some(margins), ..SettingsUpdate::default() },
                    )
                    .await;
                outcome.map(|()| Rate(percent * 10_000)).map_err(|error| error.to_string())
            });
        }
        let outcomes = racing.join_all().await;
        let done: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
        let conflict = format!("The settings are no longer at version {version}: read them again.");
        let conflicts = outcomes.iter().filter(|outcome| outcome.as_ref().err() == Some(&conflict)).count();
        assert_eq!((done.len(), conflicts), (1, 99), "{outcomes:?}");
        let now = app.settings().of(root).await.expect("settings");
        assert_eq!((now.version, &now.margins.default), (version + 1, done[0]));
    }
    let told = app.events().await.into_iter().filter(|event| event.event_type == kinds::SETTINGS_CHANGED);
    assert_eq!(told.count(), 2, "one fact for each change");
}

async fn what_cannot_be_set_is_refused_where_it_stands(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let of = |category: &str, percent: &str| json!({ "category": category, "percent": percent });
    for (margins, field) in [
        (json!({ "defaultPercent": "-100.0001" }), "margins.defaultPercent"),
        (json!({ "defaultPercent": "1000.0001" }), "margins.defaultPercent"),
        (json!({ "floorPercent": "1.00001" }), "margins.floorPercent"),
        (json!({ "floorPercent": "five" }), "margins.floorPercent"),
        (json!({ "ceilingPercent": "1001" }), "margins.ceilingPercent"),
        (json!({ "byCategory": [of("A", "1"), of("B", "1e3")] }), "margins.byCategory.1.percent"),
        (json!({ "byCategory": [of("A", "1"), of("B", "2000")] }), "margins.byCategory.1.percent"),
        (json!({ "byCategory": [of("", "1")] }), "margins.byCategory.0.category"),
        (json!({ "byCategory": [of("A", "1"), of("B", "1"), of("A", "2")] }), "margins.byCategory.2.category"),
    ] {
        let payload = update(&shop, "own", 0, margins).await;
        assert_eq!(refused(&payload), about("INVALID", field), "{payload}");
    }
    assert_eq!(settings(&shop, "own").await["version"], 0);
}

async fn who_may_change_settings(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let own = shop.family.own;
    shop.app.grant(&[("viewer", own, Role::Viewer), ("admin", own, Role::Admin)]).await;
    let margins = json!({ "defaultPercent": "1" });
    assert_eq!(refused(&update(&shop, "viewer", 0, margins.clone()).await), about("NOT_ALLOWED", ""));
    accepted(&update(&shop, "admin", 0, margins.clone()).await);
    assert_eq!(settings(&shop, "viewer").await["version"], 1, "all its members read them");
    shop.chain.freeze(Actor::central(), shop.family.parent, "late").await.expect("a freeze");
    assert_eq!(refused(&update(&shop, "admin", 1, margins).await), about("FROZEN", ""));
    assert_eq!(settings(&shop, "admin").await["version"], 1, "who is frozen reads");
}

async fn who_waits_for_approval_reads_its_settings(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.margins("root", json!({ "ceilingPercent": "5" })).await;
    let applicant = shop.company_of(Some(shop.family.own), "Applicant", TenantStatus::Pending).await;
    shop.app.grant(&[("applicant", applicant, Role::Owner)]).await;
    let own = settings(&shop, "applicant").await;
    assert_eq!((&own["version"], &own["margins"]["boundBy"]), (&json!(0), &json!(null)), "and nothing of its upline's");
    let change = "mutation { updateSettings(input: { version: 0 }) { userErrors { code } } }";
    assert_eq!(shop.ask(&shop.token("applicant"), change, json!({})).await.code(), "FORBIDDEN");
    let by_service = shop.settings().update(owner(applicant), SettingsUpdate::default()).await;
    crate::support::chain::assert_refused(by_service, reseller_network::error::RefusalCode::NotAllowed);
}

async fn settings_are_nobody_elses(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let family = &shop.family;
    for tenant in [family.own, family.parent, family.child, family.sibling, family.root] {
        let by_id = "query ($id: ID!) { node(id: $id) { id ... on NetworkSettings { version } } }";
        let found = shop.ask(&shop.token("own"), by_id, json!({ "id": id(SettingsId(tenant)) })).await.at("/node");
        let own = json!({ "id": id(SettingsId(tenant)), "version": 0 });
        assert_eq!(found, if tenant == family.own { own } else { Value::Null });
    }
}

async fn the_tightest_ceiling_above_is_told(database: TestDatabase) {
    let shop = Shop::open(database).await;
    for (who, percent) in [("root", "30"), ("parent", "20"), ("own", "10"), ("stranger", "1")] {
        shop.margins(who, json!({ "ceilingPercent": percent })).await;
    }
    for (who, bound) in
        [("root", json!(null)), ("parent", json!("30")), ("own", json!("20")), ("grandchild", json!("10"))]
    {
        assert_eq!(settings(&shop, who).await["margins"]["boundBy"], bound, "{who}");
    }
    shop.chain.move_reseller(Actor::central(), shop.family.child, shop.family.stranger).await.expect("a move");
    assert_eq!(settings(&shop, "grandchild").await["margins"]["boundBy"], "1");
}

async fn a_change_is_told_with_what_was_before(database: TestDatabase) {
    let shop = Shop::open(database).await;
    accepted(&update(&shop, "own", 0, json!({ "defaultPercent": "1" })).await);
    accepted(&update(&shop, "own", 1, json!({ "defaultPercent": "1" })).await);
    let told = shop.events().await.into_iter().filter(|event| event.event_type == kinds::SETTINGS_CHANGED);
    let told: Vec<_> = told.map(|event| (event.subject_tenant_id, event.data)).collect();
    let margins = |default: i64| json!({ "default": default, "floor": 0, "ceiling": null, "byCategory": {} });
    let changed = json!({ "version": 1, "margins": { "old": margins(0), "new": margins(10_000) } });
    assert_eq!(told, [(Some(shop.family.own), changed), (Some(shop.family.own), json!({ "version": 2 }))]);
}
