//! The root's products.

use entity::Role;
use reseller_network::events::kinds;
use reseller_network::tenancy::Actor;
use serde_json::json;

use super::{Shop, about, accepted, money, refused, usd};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    the_root_adds_products_and_changes_them,
    nobody_else_does,
    what_cannot_be_a_product_is_refused_where_it_stands,
    a_change_of_a_product_is_told,
    a_list_price_in_another_currency_is_what_the_root_pays_from_now_on,
);

async fn the_root_adds_products_and_changes_them(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let added = shop.save("root", "BENCH", "A bench", "Furniture", usd("30")).await;
    accepted(&added);
    let item = &added["item"];
    assert_eq!([&item["sku"], &item["name"], &item["category"]], ["BENCH", "A bench", "Furniture"]);
    assert_eq!((&item["cost"]["amount"], &item["price"]["amount"]), (&json!("30.00"), &json!("30.00")));
    assert_eq!(shop.sold_by("child").await, ["BENCH", "CHAIR", "LAMP", "PEN", "STOOL"]);
    let changed = shop.save("root", "BENCH", "A long bench", "Garden", usd("40")).await;
    accepted(&changed);
    assert_eq!(changed["item"]["id"], item["id"], "the same product");
    assert_eq!([&changed["item"]["name"], &changed["item"]["category"]], ["A long bench", "Garden"]);
    assert_eq!(shop.offer("grandchild", "BENCH").await, ["40.00", "40.00"]);
}

async fn nobody_else_does(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.app.grant(&[("viewer", shop.family.root, Role::Viewer), ("admin", shop.family.root, Role::Admin)]).await;
    for who in ["parent", "own", "viewer"] {
        assert_eq!(
            refused(&shop.save(who, "BENCH", "A bench", "Garden", usd("1")).await),
            about("NOT_ALLOWED", ""),
            "{who}"
        );
        assert_eq!(
            refused(&shop.save(who, "CHAIR", "Mine", "Garden", usd("1")).await),
            about("NOT_ALLOWED", ""),
            "{who}"
        );
    }
    accepted(&shop.save("admin", "BENCH", "A bench", "Garden", usd("1")).await);
    shop.chain.freeze(Actor::central(), shop.family.parent, "late").await.expect("a freeze");
    assert_eq!(refused(&shop.save("parent", "CHAIR", "Mine", "Garden", usd("1")).await), about("FROZEN", ""));
    assert_eq!(shop.offer("root", "CHAIR").await, ["10.00", "10.00"]);
}

async fn what_cannot_be_a_product_is_refused_where_it_stands(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let long = "x".repeat(201);
    for (sku, name, category, amount, field) in [
        ("", "A bench", "Garden", "1", "sku"),
        ("A BENCH", "A bench", "Garden", "1", "sku"),
        (&*long, "A bench", "Garden", "1", "sku"),
        ("BENCH", " A bench", "Garden", "1", "name"),
        ("BENCH", &*long, "Garden", "1", "name"),
        ("BENCH", "A\nbench", "Garden", "1", "name"),
        ("BENCH", "A bench", "", "1", "category"),
        ("BENCH", "A bench", "Garden", "-1", "listPrice.amount"),
        ("BENCH", "A bench", "Garden", "0.001", "listPrice.amount"),
        ("BENCH", "A bench", "Garden", "10000000000001", "listPrice.amount"),
    ] {
        let payload = shop.save("root", sku, name, category, usd(amount)).await;
        assert_eq!(refused(&payload), about("INVALID", field), "{payload}");
    }
    accepted(&shop.save("root", "GIFT", "A gift", "Garden", usd("0")).await);
    assert_eq!(shop.offer("own", "GIFT").await, ["0.00", "0.00"]);
}

async fn a_change_of_a_product_is_told(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.margins("root", json!({ "byCategory": [{ "category": "Garden", "percent": "50" }] })).await;
    let before = shop.events().await.len();
    accepted(&shop.save("root", "CHAIR", "A chair", "Furniture", usd("10")).await);
    accepted(&shop.save("root", "CHAIR", "The chair", "Furniture", usd("10")).await);
    accepted(&shop.save("root", "CHAIR", "The chair", "Garden", usd("10")).await);
    let told = shop.events().await.split_off(before);
    let told: Vec<_> = told.into_iter().map(|event| (event.event_type, event.subject_tenant_id, event.data)).collect();
    let saved = |name: &str, category: &str| {
        let now =
            json!({ "sku": "CHAIR", "name": name, "category": category, "listPriceMinor": 1_000, "currency": "USD" });
        (kinds::PRODUCT_SAVED.to_owned(), Some(shop.family.root), now)
    };
    let item = json!({ "sku": "CHAIR", "oldPriceMinor": 1_000, "newPriceMinor": 1_500, "currency": "USD" });
    let dearer = (kinds::PRICING_UPDATED.to_owned(), Some(shop.family.root), json!({ "items": [item] }));
    assert_eq!(
        told,
        [saved("The chair", "Furniture"), saved("The chair", "Garden"), dearer],
        "and nothing of no change"
    );
}

async fn a_list_price_in_another_currency_is_what_the_root_pays_from_now_on(database: TestDatabase) {
    let shop = Shop::open(database).await;
    accepted(&shop.set_price("own", "CHAIR", usd("12")).await);
    accepted(&shop.save("root", "CHAIR", "A chair", "Furniture", money("900", "JPY")).await);
    assert_eq!(shop.offer("parent", "CHAIR").await, ["900 JPY", "900 JPY"]);
    assert_eq!(shop.offer("own", "CHAIR").await, ["900 JPY", "12.00"], "what was set stays as it is");
    let told = shop.events().await.pop().expect("a fact");
    let item = json!({
        "sku": "CHAIR", "oldPriceMinor": 1_000, "newPriceMinor": 900, "currency": "JPY", "oldCurrency": "USD",
    });
    assert_eq!((told.event_type.as_str(), told.data), (kinds::PRICING_UPDATED, json!({ "items": [item] })));
}
