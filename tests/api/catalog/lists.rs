//! Lists of items, and figures of them.

use reseller_network::bus::CallError;
use reseller_network::bus::contract::Period;
use reseller_network::bus::contract::catalog::{GetItems, GetStats, SaveProduct, SetAccess};
use reseller_network::money::Rate;
use reseller_network::tenancy::Scope;
use serde_json::{Value, json};
use time::macros::date;

use super::{Shop, accepted, usd};
use crate::support::app::id;
use crate::support::chain::owner;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    pages_go_both_ways,
    a_list_is_searched_by_sku_and_name_and_narrowed_by_category,
    a_page_that_cannot_be_is_bad_input,
    figures_count_what_may_be_sold,
    a_catalog_is_out_of_reach_from_below_and_beside,
    a_module_that_cannot_answer_costs_its_own_fields,
);

const PAGE: &str =
    "query ($search: String, $category: String, $first: Int, $after: String, $last: Int, $before: String) {
  catalog(search: $search, category: $category, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { sku } } nodes { sku } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn page(shop: &Shop, variables: Value) -> Value {
    shop.ask(&shop.token("own"), PAGE, variables).await.at("/catalog")
}

fn skus(page: &Value) -> Vec<Value> {
    page["nodes"].as_array().into_iter().flatten().map(|item| item["sku"].clone()).collect()
}

async fn pages_go_both_ways(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let first = page(&shop, json!({ "first": 3 })).await;
    assert_eq!(skus(&first), ["CHAIR", "LAMP", "PEN"]);
    let info = &first["pageInfo"];
    assert_eq!(
        (&info["hasNextPage"], &info["hasPreviousPage"], &first["totalCount"]),
        (&json!(true), &json!(false), &json!(4))
    );
    assert_eq!(
        [&info["startCursor"], &info["endCursor"]],
        [&first["edges"][0]["cursor"], &first["edges"][2]["cursor"]]
    );
    let second = page(&shop, json!({ "first": 3, "after": info["endCursor"] })).await;
    assert_eq!(skus(&second), ["STOOL"]);
    assert_eq!([&second["pageInfo"]["hasNextPage"], &second["pageInfo"]["hasPreviousPage"]], [false, true]);
    let back = page(&shop, json!({ "last": 2, "before": second["edges"][0]["cursor"] })).await;
    assert_eq!(skus(&back), ["LAMP", "PEN"]);
    assert_eq!([&back["pageInfo"]["hasNextPage"], &back["pageInfo"]["hasPreviousPage"]], [true, true]);
    let between = json!({ "after": first["edges"][0]["cursor"], "before": second["edges"][0]["cursor"] });
    assert_eq!(skus(&page(&shop, between).await), ["LAMP", "PEN"]);

    // A cursor is a place, whether or not anything is there any more.
    accepted(&shop.grant_access("parent", shop.family.own, json!(["Furniture"])).await);
    let after = page(&shop, json!({ "first": 3, "after": first["edges"][1]["cursor"] })).await;
    assert_eq!((skus(&after), &after["totalCount"]), (vec![json!("STOOL")], &json!(2)));
}

async fn a_list_is_searched_by_sku_and_name_and_narrowed_by_category(database: TestDatabase) {
    let shop = Shop::open(database).await;
    accepted(&shop.save("root", "BETT", "Großes Bett", "Furniture", usd("1")).await);
    for (search, category, found) in [
        (json!("ool"), Value::Null, &["STOOL"][..]),
        (json!(" A LAMP "), Value::Null, &["LAMP"]),
        (json!("GROSSES"), Value::Null, &["BETT"]),
        (json!("a "), json!("Furniture"), &["CHAIR", "STOOL"]),
        (json!(""), json!("Light"), &["LAMP"]),
        (Value::Null, json!("light"), &[]),
        (json!("%"), Value::Null, &[]),
    ] {
        let found_page = page(&shop, json!({ "search": search, "category": category })).await;
        assert_eq!(skus(&found_page), found, "{search} {category}");
        assert_eq!(found_page["totalCount"], found.len());
    }
}

async fn a_page_that_cannot_be_is_bad_input(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let resellers = "{ viewer { reseller { children { pageInfo { endCursor } } } } }";
    let of_resellers =
        shop.ask(&shop.token("own"), resellers, json!({})).await.at("/viewer/reseller/children/pageInfo/endCursor");
    for (variables, argument) in [
        (json!({ "first": 0 }), "first"),
        (json!({ "last": 101 }), "last"),
        (json!({ "first": 1, "last": 1 }), "last"),
        (json!({ "after": "nonsense!" }), "after"),
        (json!({ "after": "" }), "after"),
        (json!({ "before": of_resellers }), "before"),
    ] {
        let answer = shop.ask(&shop.token("own"), PAGE, variables.clone()).await;
        assert_eq!(answer.wrong_argument(), argument, "{variables}");
        assert_eq!(answer.json()["data"], json!({ "catalog": null }));
    }
}

async fn figures_count_what_may_be_sold(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let stats = async || {
        let own = shop.family.own;
        shop.bus().call_in_tenant::<GetStats>(owner(shop.family.parent), own, ()).await.expect("figures")
    };
    let before = Period { from: date!(2026 - 01 - 01), to: date!(2026 - 11 - 21) };
    let today = Period { from: date!(2026 - 11 - 22), to: date!(2026 - 11 - 22) };
    let figures = stats().await;
    assert_eq!((figures.item_count, figures.new_item_count(today), figures.new_item_count(before)), (4, 4, 0));
    assert_eq!((figures.average_margin, figures.below_floor_count), (Some(Rate(0)), 0));
    let margins =
        json!({ "defaultPercent": "5", "floorPercent": "6", "byCategory": [{ "category": "Light", "percent": "9" }] });
    shop.margins("own", margins).await;
    accepted(&shop.set_price("own", "PEN", usd("2")).await);
    accepted(&shop.grant_access("parent", shop.family.own, json!(["Light", "Office"])).await);
    let figures = stats().await;
    assert_eq!((figures.item_count, figures.new_item_count(today), figures.below_floor_count), (2, 2, 0));
    assert_eq!(figures.average_margin, Some(Rate(545_000)), "of 9 and 100 percent");
    accepted(&shop.grant_access("parent", shop.family.own, Value::Null).await);
    let figures = stats().await;
    assert_eq!((figures.item_count, figures.below_floor_count), (4, 2), "chair and stool, as entered");
    assert_eq!(figures.average_margin, Some(Rate(302_500)), "of 6, 9, 100 and 6 percent");
}

async fn a_catalog_is_out_of_reach_from_below_and_beside(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let family = &shop.family;
    let items = shop.ask(&shop.token("root"), "{ catalog(first: 1) { nodes { id } } }", json!({})).await;
    let foreign = items.at("/catalog/nodes/0/id");
    let by_id = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(shop.ask(&shop.token("own"), by_id, json!({ "id": foreign })).await.at("/node"), Value::Null);
    let of = "query ($id: ID!) { reseller(id: $id) { availableCatalog { totalCount } } }";
    let bus = shop.bus();
    for target in [family.parent, family.sibling, family.stranger] {
        assert_eq!(shop.ask(&shop.token("own"), of, json!({ "id": id(target) })).await.at("/reseller"), Value::Null);
        let outcome = bus.call_in_tenant::<GetItems>(owner(family.own), target, Vec::new()).await;
        assert!(matches!(outcome, Err(CallError::OutOfReach)), "{outcome:?}");
        let access = reseller_network::bus::contract::catalog::Access::all();
        let outcome = bus.call_in_tenant::<SetAccess>(owner(family.own), target, access).await;
        assert!(matches!(outcome, Err(CallError::OutOfReach)), "{outcome:?}");
    }
    let product = reseller_network::bus::contract::catalog::NewProduct {
        sku: "X".to_owned(),
        name: "X".to_owned(),
        category: "X".to_owned(),
        list_price: crate::support::market::dollars(1),
    };
    let outcome = bus.call_in_tenant::<SaveProduct>(owner(family.root), family.own, product).await;
    assert!(matches!(outcome, Err(CallError::OutOfReach)), "it does not cross companies: {outcome:?}");
    let unknown = bus.call_in_tenant::<GetItems>(Scope::Central, entity::TenantId::generate(), Vec::new()).await;
    assert!(matches!(unknown, Err(CallError::Refused(_))), "{unknown:?}");
}

async fn a_module_that_cannot_answer_costs_its_own_fields(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let switch = shop.switch_of("catalog.");
    switch.to(crate::support::faults::Failing);
    let document = "{ catalog { totalCount } viewer { reseller { name catalogAccess { all } children { nodes { name availableCatalog { totalCount } } } } } }";
    let answer = shop.ask(&shop.token("own"), document, json!({})).await.json();
    assert_eq!(answer["data"]["catalog"], Value::Null);
    let reseller = json!({ "name": "Own", "catalogAccess": null, "children": { "nodes": [{ "name": "Child", "availableCatalog": null }] } });
    assert_eq!(answer["data"]["viewer"]["reseller"], reseller);
    let codes: Vec<_> =
        answer["errors"].as_array().into_iter().flatten().map(|error| &error["extensions"]["code"]).collect();
    assert_eq!(codes, ["MODULE_UNAVAILABLE"; 3]);
    switch.back();
    assert_eq!(shop.sold_by("own").await.len(), 4);
}
