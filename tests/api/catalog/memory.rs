//! What the catalog remembers: changes are seen by the next request, and many companies cost no more statements than few.

use entity::TenantId;
use serde_json::json;

use super::{Shop, accepted, usd};
use crate::support::app::{Setup, TestApp, id};
use crate::support::statements::observed;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_change_is_seen_by_the_next_request,
    a_change_of_another_process_is_seen_when_the_log_was_followed,
    several_changes_of_one_request_each_show_what_they_made,
    fifty_children_cost_as_many_statements_and_calls_as_five,
);

async fn a_change_is_seen_by_the_next_request(database: TestDatabase) {
    let shop = Shop::open(database).await;
    for round in 1..20 {
        shop.margins("root", json!({ "defaultPercent": round.to_string() })).await;
        assert_eq!(shop.offer("grandchild", "CHAIR").await[0], format!("{}.{:02}", 10 + round / 10, round % 10 * 10));
        accepted(&shop.save("root", "LAMP", "A lamp", "Light", usd(&format!("{round}00"))).await);
        assert_eq!(shop.offer("root", "LAMP").await[0], format!("{round}00.00"));
        accepted(&shop.set_price("child", "PEN", usd(&format!("{round}.50"))).await);
        assert_eq!(shop.offer("child", "PEN").await[1], format!("{round}.50"));
        let some = if round % 2 == 0 { json!(["Light", "Furniture", "Office"]) } else { json!([]) };
        accepted(&shop.grant_access("child", shop.family.grandchild, some).await);
        assert_eq!(shop.sold_by("grandchild").await.is_empty(), round % 2 != 0);
        accepted(&shop.grant_access("child", shop.family.grandchild, json!(null)).await);
    }
}

async fn a_change_of_another_process_is_seen_when_the_log_was_followed(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let elsewhere = TestApp::start(TestDatabase::existing(shop.database_url().to_owned())).await;
    let elsewhere = Shop { app: elsewhere, family: crate::family::Family { ..shop.family } };
    assert_eq!(shop.offer("child", "CHAIR").await, ["10.00", "10.00"]);
    elsewhere.margins("own", json!({ "defaultPercent": "10" })).await;
    accepted(&elsewhere.set_price("child", "CHAIR", usd("12")).await);
    accepted(&elsewhere.grant_access("own", shop.family.child, json!(["Furniture"])).await);
    shop.is_caught_up().await;
    assert_eq!(shop.offer("child", "CHAIR").await, ["11.00", "12.00"]);
    assert_eq!(shop.sold_by("child").await, ["CHAIR", "STOOL"]);
    accepted(&elsewhere.save("root", "CHAIR", "A chair", "Furniture", usd("20")).await);
    shop.is_caught_up().await;
    assert_eq!(shop.offer("child", "CHAIR").await, ["22.00", "22.00"], "not below the cost");
}

async fn several_changes_of_one_request_each_show_what_they_made(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let document = "mutation ($child: ID!) {
        a: setPriceOverride(input: { sku: \"PEN\", price: { amount: \"2\", currency: \"USD\" } }) { item { price { amount } } }
        b: setPriceOverride(input: { sku: \"PEN\", price: { amount: \"3\", currency: \"USD\" } }) { item { price { amount } } }
        c: setCatalogAccess(input: { resellerId: $child, categories: [\"Office\"] }) { reseller { availableCatalog { totalCount } } }
        d: setCatalogAccess(input: { resellerId: $child, all: true }) { reseller { availableCatalog { totalCount } } }
        e: updateSettings(input: { version: 0, margins: { defaultPercent: \"1\" } }) { settings { version margins { defaultPercent } } }
        f: updateSettings(input: { version: 1, margins: { defaultPercent: \"2\" } }) { settings { version margins { defaultPercent } } } }";
    let made = shop.ask(&shop.token("own"), document, json!({ "child": id(shop.family.child) })).await.data();
    let settings =
        |version, percent| json!({ "settings": { "version": version, "margins": { "defaultPercent": percent } } });
    let item = |amount| json!({ "item": { "price": { "amount": amount } } });
    let reseller = |count| json!({ "reseller": { "availableCatalog": { "totalCount": count } } });
    let expected = json!({
        "a": item("2.00"), "b": item("3.00"), "c": reseller(1), "d": reseller(4), "e": settings(1, "1"), "f": settings(2, "2"),
    });
    assert_eq!(made, expected);
}

async fn fifty_children_cost_as_many_statements_and_calls_as_five(database: TestDatabase) {
    let (observer, seen) = observed();
    let shop = Shop::open_with(database, Setup { observer: Some(observer), ..Setup::default() }).await;
    let statements = || seen.take().into_iter().filter(|statement| is_of_catalog(&statement.sql)).count();
    let [few, many] = [("few", 5), ("many", 50)].map(|(name, children)| parent_of(&shop, name, children));
    let (few, many) = (few.await, many.await);
    shop.offer("root", "CHAIR").await;
    let calls = shop.calls_of("catalog.");
    let document = "query ($id: ID!) { reseller(id: $id) { catalogAccess { all } availableCatalog(first: 5) { nodes { id } }
        children(first: 100) { nodes { name catalogAccess { all } availableCatalog(first: 5) { nodes { id sku price { amount } } } } } } }";
    let mut costs = Vec::new();
    for (parent, children) in [(few, 5), (many, 50)] {
        calls.take();
        statements();
        let answer = shop.ask(&shop.token("root"), document, json!({ "id": id(parent) })).await;
        let nodes = answer.at("/reseller/children/nodes");
        let whole = |node: &&serde_json::Value| node["availableCatalog"]["nodes"].as_array().map(Vec::len) == Some(4);
        assert_eq!(nodes.as_array().into_iter().flatten().filter(whole).count(), children);
        costs.push((statements(), calls.take().len()));
    }
    assert_eq!(costs[0], costs[1], "statements and calls");
    assert!(costs[0].0 > 0, "they were not in memory");
    shop.ask(&shop.token("root"), document, json!({ "id": id(many) })).await.data();
    assert_eq!(statements(), 0, "now they are");
}

/// A company below the root with so many children, none of which was asked for yet.
async fn parent_of(shop: &Shop, name: &str, children: usize) -> TenantId {
    let parent = shop.company(Some(shop.family.root), name).await;
    for child in 0..children {
        shop.company(Some(parent), &format!("{name} {child}")).await;
    }
    parent
}

fn is_of_catalog(sql: &str) -> bool {
    ["products", "price_overrides", "catalog_access", "network_settings"].iter().any(|table| sql.contains(table))
}
