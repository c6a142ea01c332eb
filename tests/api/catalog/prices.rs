//! What things cost whom.

use entity::{Role, TenantStatus, Timestamp};
use reseller_network::events::kinds;
use reseller_network::modules::admin::NewReseller;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{Shop, about, accepted, money, refused, usd};
use crate::support::app::id;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_company_pays_what_its_parent_takes_and_the_root_the_list_price,
    each_part_of_the_margins_has_its_effect,
    an_uplines_ceiling_binds_its_downline_and_beats_a_floor,
    a_price_set_by_hand_comes_before_the_margin_until_it_is_taken_away,
    a_price_may_be_in_the_currency_that_the_company_trades_in,
    what_cannot_be_a_price_is_refused_where_it_stands,
    a_product_that_is_not_granted_is_not_found_like_one_that_is_unknown,
    who_may_set_prices,
    a_change_of_price_is_told_with_what_was_computed,
    a_move_is_a_change_of_costs,
    an_item_has_its_own_id_at_each_reseller,
);

async fn a_company_pays_what_its_parent_takes_and_the_root_the_list_price(database: TestDatabase) {
    let shop = Shop::open(database).await;
    for (who, percent) in [("root", "10"), ("parent", "20"), ("own", "-5"), ("child", "12.3456")] {
        shop.margins(who, json!({ "defaultPercent": percent, "floorPercent": "-100" })).await;
    }
    let expected = [["10.00", "11.00"], ["11.00", "13.20"], ["13.20", "12.54"], ["12.54", "14.09"], ["14.09", "14.09"]];
    for (who, offer) in ["root", "parent", "own", "child", "grandchild"].into_iter().zip(expected) {
        assert_eq!(shop.offer(who, "CHAIR").await, offer, "{who}");
    }
    assert_eq!(shop.offer("stranger", "CHAIR").await, ["11.00", "11.00"]);
    let of_child = "query ($id: ID!) { reseller(id: $id) { availableCatalog(search: \"chair\") { nodes { cost { amount } price { amount } marginPercent } } } }";
    let seen = shop.ask(&shop.token("parent"), of_child, json!({ "id": id(shop.family.child) })).await;
    let expected = json!([{ "cost": { "amount": "12.54" }, "price": { "amount": "14.09" }, "marginPercent": "12.36" }]);
    assert_eq!(seen.at("/reseller/availableCatalog/nodes"), expected, "as one above sees it");
}

async fn each_part_of_the_margins_has_its_effect(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let prices = async || {
        let [_, chair] = shop.offer("own", "CHAIR").await;
        let [_, lamp] = shop.offer("own", "LAMP").await;
        [chair, lamp]
    };
    assert_eq!(prices().await, ["10.00", "20.00"], "nothing was set");
    shop.margins("own", json!({ "defaultPercent": "10" })).await;
    assert_eq!(prices().await, ["11.00", "22.00"]);
    shop.margins("own", json!({ "byCategory": [{ "category": "Light", "percent": "50" }] })).await;
    assert_eq!(prices().await, ["11.00", "30.00"]);
    shop.margins("own", json!({ "floorPercent": "20" })).await;
    assert_eq!(prices().await, ["12.00", "30.00"]);
    shop.margins("own", json!({ "ceilingPercent": "30" })).await;
    assert_eq!(prices().await, ["12.00", "26.00"]);
    shop.margins("own", json!({ "ceilingPercent": null, "byCategory": [], "floorPercent": "0" })).await;
    assert_eq!(prices().await, ["11.00", "22.00"]);
    shop.margins("own", json!({ "defaultPercent": "-10" })).await;
    assert_eq!(prices().await, ["10.00", "20.00"], "a floor of nothing is the cost");
}

async fn an_uplines_ceiling_binds_its_downline_and_beats_a_floor(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.margins("root", json!({ "ceilingPercent": "10" })).await;
    shop.margins("child", json!({ "ceilingPercent": "20", "floorPercent": "15", "defaultPercent": "50" })).await;
    assert_eq!(shop.offer("child", "CHAIR").await, ["10.00", "11.00"]);
    shop.margins("own", json!({ "ceilingPercent": "5" })).await;
    assert_eq!(shop.offer("child", "CHAIR").await, ["10.00", "10.50"], "the tightest");
    accepted(&shop.set_price("child", "CHAIR", usd("99")).await);
    assert_eq!(shop.offer("child", "CHAIR").await, ["10.00", "10.50"], "also what was set by hand");
    shop.margins("root", json!({ "ceilingPercent": null })).await;
    shop.margins("own", json!({ "ceilingPercent": null })).await;
    assert_eq!(shop.offer("child", "CHAIR").await, ["10.00", "12.00"], "its own");
    shop.margins("child", json!({ "ceilingPercent": null })).await;
    assert_eq!(shop.offer("child", "CHAIR").await, ["10.00", "99.00"], "as it was entered");
}

async fn a_price_set_by_hand_comes_before_the_margin_until_it_is_taken_away(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.margins("own", json!({ "defaultPercent": "10" })).await;
    let set = shop.set_price("own", "CHAIR", usd("12.34")).await;
    accepted(&set);
    let price = json!({ "amount": "12.34", "currency": "USD" });
    assert_eq!((&set["item"]["price"], &set["item"]["marginPercent"]), (&price, &json!("23.4")));
    assert_eq!(set["item"]["updatedAt"], "2026-11-22T12:00:00Z");
    assert_eq!(shop.offer("child", "CHAIR").await[0], "12.34");
    accepted(&shop.set_price("own", "CHAIR", usd("12.35")).await);
    assert_eq!(shop.offer("child", "CHAIR").await[0], "12.35");
    accepted(&shop.set_price("own", "CHAIR", Value::Null).await);
    assert_eq!(shop.offer("child", "CHAIR").await[0], "11.00");
    accepted(&shop.set_price("own", "CHAIR", Value::Null).await);
}

async fn a_price_may_be_in_the_currency_that_the_company_trades_in(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let european = NewReseller {
        parent: Some(shop.family.own),
        name: "European".to_owned(),
        external_id: None,
        currency: "EUR".to_owned(),
        status: TenantStatus::Active,
        joined_at: Timestamp(0),
    };
    let european = shop.chain.create(Actor::central(), european).await.expect("a company");
    let below = shop.company(Some(european), "Below").await;
    shop.app.grant(&[("european", european, Role::Owner), ("below", below, Role::Owner)]).await;
    assert_eq!(refused(&shop.set_price("own", "CHAIR", money("9", "EUR")).await), about("INVALID", "price.currency"));
    shop.margins("root", json!({ "ceilingPercent": "1" })).await;
    accepted(&shop.set_price("european", "CHAIR", money("90", "EUR")).await);
    shop.margins("below", json!({ "defaultPercent": "50" })).await;
    assert_eq!(shop.offer("european", "CHAIR").await, ["10.00", "90.00 EUR"], "nothing is converted or compared");
    assert_eq!(shop.offer("below", "CHAIR").await, ["90.00 EUR", "90.90 EUR"], "within the ceiling again");
    accepted(&shop.set_price("below", "CHAIR", usd("1")).await);
    assert_eq!(shop.offer("below", "CHAIR").await, ["90.00 EUR", "1.00"]);
    accepted(&shop.set_price("below", "CHAIR", money("90.50", "EUR")).await);
    assert_eq!(shop.offer("below", "CHAIR").await, ["90.00 EUR", "90.50 EUR"]);
    assert_eq!(refused(&shop.set_price("below", "CHAIR", money("1", "GBP")).await), about("INVALID", "price.currency"));
}

async fn what_cannot_be_a_price_is_refused_where_it_stands(database: TestDatabase) {
    let shop = Shop::open(database).await;
    for amount in ["-0.01", "1000000000000.01", "1.005", "much", ""] {
        assert_eq!(
            refused(&shop.set_price("own", "CHAIR", usd(amount)).await),
            about("INVALID", "price.amount"),
            "{amount}"
        );
    }
    accepted(&shop.set_price("own", "CHAIR", usd("1000000000000")).await);
    shop.margins("own", json!({ "floorPercent": "-100" })).await;
    accepted(&shop.set_price("own", "CHAIR", usd("0")).await);
    assert_eq!(shop.offer("own", "CHAIR").await, ["10.00", "0.00"], "for nothing, where the floor allows it");
}

async fn a_product_that_is_not_granted_is_not_found_like_one_that_is_unknown(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let unknown = shop.set_price("own", "UNKNOWN", usd("1")).await;
    assert_eq!(refused(&unknown), about("NOT_FOUND", "sku"));
    accepted(&shop.grant_access("root", shop.family.parent, json!(["Office"])).await);
    assert_eq!(shop.set_price("own", "CHAIR", usd("11")).await, unknown);
    assert_eq!(shop.set_price("own", "pen", usd("11")).await, unknown, "letter for letter");
    accepted(&shop.set_price("own", "PEN", usd("11")).await);
    accepted(&shop.set_price("root", "CHAIR", usd("11")).await);
}

async fn who_may_set_prices(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let applicant = shop.company_of(Some(shop.family.own), "Applicant", TenantStatus::Pending).await;
    let people = [("viewer", shop.family.own, Role::Viewer), ("admin", shop.family.own, Role::Admin)];
    shop.app.grant(&people).await;
    shop.app.grant(&[("applicant", applicant, Role::Owner)]).await;
    assert_eq!(refused(&shop.set_price("viewer", "CHAIR", usd("11")).await), about("NOT_ALLOWED", ""));
    accepted(&shop.set_price("admin", "CHAIR", usd("11")).await);
    let set = "mutation { setPriceOverride(input: { sku: \"CHAIR\" }) { userErrors { code } } }";
    assert_eq!(shop.ask(&shop.token("applicant"), set, json!({})).await.code(), "FORBIDDEN");
    shop.chain.freeze(Actor::central(), shop.family.parent, "late").await.expect("a freeze");
    assert_eq!(refused(&shop.set_price("admin", "CHAIR", usd("12")).await), about("FROZEN", ""));
    assert_eq!(shop.offer("admin", "CHAIR").await, ["10.00", "11.00"], "who is frozen reads");
}

async fn a_change_of_price_is_told_with_what_was_computed(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.margins("own", json!({ "defaultPercent": "10", "ceilingPercent": "50" })).await;
    accepted(&shop.set_price("own", "CHAIR", usd("99")).await);
    accepted(&shop.set_price("own", "CHAIR", usd("99")).await);
    let told = shop.events().await.into_iter().filter(|event| event.event_type == kinds::PRICING_UPDATED);
    let told: Vec<_> = told.map(|event| (event.subject_tenant_id, event.data)).collect();
    let item = json!({ "sku": "CHAIR", "oldPriceMinor": 1_100, "newPriceMinor": 1_500, "currency": "USD" });
    assert_eq!(told, [(Some(shop.family.own), json!({ "items": [item] }))], "once");
}

async fn a_move_is_a_change_of_costs(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.margins("parent", json!({ "defaultPercent": "10" })).await;
    shop.margins("stranger", json!({ "defaultPercent": "70" })).await;
    shop.margins("child", json!({ "defaultPercent": "100" })).await;
    assert_eq!(shop.offer("child", "CHAIR").await, ["11.00", "22.00"]);
    let family = &shop.family;
    shop.chain.move_reseller(Actor::central(), family.child, family.stranger).await.expect("a move");
    assert_eq!(shop.offer("child", "CHAIR").await, ["17.00", "34.00"]);
    assert_eq!(shop.offer("grandchild", "CHAIR").await[0], "34.00");
    shop.chain.deactivate(Actor::central(), family.stranger, "closed").await.expect("it is off");
    assert_eq!(shop.offer("child", "CHAIR").await[0], "17.00", "its terms stay");
}

async fn an_item_has_its_own_id_at_each_reseller(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.margins("own", json!({ "defaultPercent": "10" })).await;
    let items = "{ catalog(first: 1) { nodes { id } } downline { nodes { name availableCatalog(first: 1) { nodes { id } } } } }";
    let told = shop.ask(&shop.token("own"), items, json!({})).await.data();
    let mut ids = vec![told["catalog"]["nodes"][0]["id"].clone()];
    for reseller in told["downline"]["nodes"].as_array().expect("a list") {
        ids.push(reseller["availableCatalog"]["nodes"][0]["id"].clone());
    }
    let again =
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on CatalogItem { sku cost { amount } price { amount } } } }";
    let nodes = shop.ask(&shop.token("own"), again, json!({ "ids": ids })).await.at("/nodes");
    let node = |(at, id): (usize, &Value)| {
        let cost = if at == 0 { "10.00" } else { "11.00" };
        json!({ "id": id, "sku": "CHAIR", "cost": { "amount": cost }, "price": { "amount": "11.00" } })
    };
    assert_eq!(nodes, ids.iter().enumerate().map(node).collect::<Value>());
    assert!(ids.iter().all(|id| ids.iter().filter(|other| *other == id).count() == 1), "{ids:?}");
}
