//! What of an event's data each onlooker may know: a list with a line for each type.

use entity::TenantId;
use reseller_network::events::{Fact, kinds};
use serde_json::{Map, Value, json};

use super::feed;
use crate::support::app::id;
use crate::support::market::Market;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_onlooker_sees_what_is_named_of_a_type_and_its_subject_all,
    a_child_sees_the_prices_of_what_it_may_sell,
    what_an_event_says_has_a_type_of_its_own_and_says_no_more,
);

/// Everything that a module could say, and more than it should.
fn everything(above: TenantId, stranger: TenantId) -> Value {
    let item = json!({ "sku": "mug", "oldPriceMinor": 1, "newPriceMinor": 2, "currency": "USD", "email": "a@b.example",
        "oldCurrency": "EUR" });
    json!({
        "parentId": above, "oldParentId": stranger, "newParentId": above, "grantedBy": above, "placedBy": stranger,
        "name": "A name", "slug": "a-slug", "externalId": "X-1", "currency": "USD", "joinedAt": "2026-01-01T00:00:00Z",
        "reason": "a reason", "note": "a note", "freezeId": "a freeze", "movedAt": "2026-01-01T00:00:00Z",
        "items": [item, { "sku": { "email": "a@b.example" } }, "a@b.example"], "all": false, "categories": ["Paper", "mug"],
        "orderId": "an order", "reference": "a reference", "from": "PLACED", "to": "CONFIRMED", "amountMinor": 5,
        "placedAt": "2026-01-01T00:00:00Z", "deliveredAt": "2026-01-02T00:00:00Z", "entryId": "an entry",
        "personId": "a person", "role": "OWNER", "version": 3, "kind": "ORDER",
        "email": "a@b.example", "address": { "street": "A street" }, "secret": "s3cret",
    })
}

/// For each type, what those above the subject see. A company below sees prices alone.
const SEEN_ABOVE: [(&str, Option<&[&str]>); 26] = [
    (kinds::RESELLER_APPLIED, Some(&["currency", "joinedAt", "name", "parentId"])),
    (kinds::RESELLER_APPROVED, Some(&["currency", "joinedAt", "name", "parentId"])),
    (kinds::RESELLER_DEACTIVATED, Some(&["reason"])),
    (kinds::RESELLER_REACTIVATED, Some(&[])),
    (kinds::SUBTREE_FROZEN, Some(&["freezeId", "reason"])),
    (kinds::SUBTREE_THAWED, Some(&["freezeId"])),
    (kinds::PRODUCT_SAVED, Some(&[])),
    (kinds::PRICING_UPDATED, Some(&["items"])),
    (kinds::ACCESS_CHANGED, Some(&["all", "categories"])),
    (
        kinds::ORDER_STATUS_CHANGED,
        Some(&["amountMinor", "currency", "deliveredAt", "from", "orderId", "placedAt", "to"]),
    ),
    (kinds::ORDER_DELIVERED, Some(&["amountMinor", "currency", "deliveredAt", "from", "orderId", "placedAt", "to"])),
    // What a module has thought of since: the trade is seen above, and nothing of what is in it.
    ("ResellerCatalog.product.retired", Some(&[])),
    ("ResellerAdmin.reseller.renamed", Some(&[])),
    (kinds::MEMBERSHIP_GRANTED, None),
    (kinds::MEMBERSHIP_REMOVED, None),
    (kinds::MEMBER_INVITED, None),
    (kinds::INVITATION_WITHDRAWN, None),
    (kinds::LEDGER_POSTED, None),
    (kinds::SETTINGS_CHANGED, None),
    (kinds::CREDIT_GRANTED, Some(&["currency"])),
    (kinds::UPLINE_REQUEST_STATUS_CHANGED, None),
    (kinds::UPLINE_REQUEST_RECEIVED, None),
    (kinds::REFERRAL_CODE_GENERATED, None),
    (kinds::REFERRAL_CODE_CLAIMED, None),
    (kinds::REFERRAL_CODE_REVOKED, None),
    ("ResellerCrm.note.added", None),
];

async fn an_onlooker_sees_what_is_named_of_a_type_and_its_subject_all(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own, child, below] = market.line().await;
    let stranger = market.company(Some(root), "Stranger").await;
    for (kind, above) in SEEN_ABOVE {
        // What is told here is no change of the chain, and no order: those who act on such events would not know what to do.
        let data = everything(own, stranger);
        market.record(Fact { kind, subject: child, data: data.clone() }).await;
        market.is_caught_up().await;
        let latest = async |viewer| feed(&market, viewer, json!({ "types": [kind] })).await.into_iter().next();
        let subject = latest(child).await.unwrap_or_else(|| panic!("{kind}: its own event"));
        let mut all = data.as_object().expect("an object").clone();
        // Whoever is out of its line is no business of its own, either.
        all.remove("oldParentId");
        all.remove("placedBy");
        for key in ["parentId", "newParentId", "grantedBy"] {
            all.insert(key.to_owned(), json!(id(own)));
        }
        assert_eq!(subject["data"], Value::Object(all.clone()), "{kind}: the subject");
        for (viewer, distance) in [(own, 1), (root, 2)] {
            let seen = latest(viewer)
                .await
                .filter(|seen| seen["recordedAt"] == subject["recordedAt"] && seen["distance"] == distance);
            let Some(named) = above else {
                assert_eq!(seen, None, "{kind}: nobody above");
                continue;
            };
            let mut expected: Map<String, Value> =
                all.clone().into_iter().filter(|(key, _)| named.contains(&&**key)).collect();
            if let Some(items) = expected.get_mut("items") {
                *items = json!([{ "sku": "mug", "oldPriceMinor": 1, "newPriceMinor": 2, "currency": "USD" }, {}]);
            }
            assert_eq!(seen.expect("an event above")["data"], Value::Object(expected), "{kind}: {distance} above");
        }
        let seen = latest(below).await.filter(|seen| seen["subject"]["resellerId"] == id(child));
        assert_eq!(seen.is_some(), kind == kinds::PRICING_UPDATED, "{kind}: below");
        if let Some(seen) = seen {
            let mug = json!({ "sku": "mug", "oldPriceMinor": 1, "newPriceMinor": 2, "currency": "USD" });
            assert_eq!((&seen["data"], &seen["distance"]), (&json!({ "items": [mug] }), &json!(-1)));
        }
    }
}

async fn a_child_sees_the_prices_of_what_it_may_sell(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, own, child] = market.line().await;
    market.denies(own, child, "pen").await;
    let item = |sku: &str| json!({ "sku": sku, "oldPriceMinor": 1, "newPriceMinor": 2, "currency": "USD" });
    let items = |skus: &[&str]| json!({ "items": skus.iter().map(|sku| item(sku)).collect::<Vec<_>>() });
    let data = items(&["mug", "pen", "no such"]);
    market.record(Fact { kind: kinds::PRICING_UPDATED, subject: own, data: data.clone() }).await;
    market.is_caught_up().await;
    let latest = async |viewer| feed(&market, viewer, json!({ "types": [kinds::PRICING_UPDATED] })).await[0].clone();
    assert_eq!(latest(own).await["data"], data);
    let seen = latest(child).await;
    assert_eq!(seen["data"], items(&["mug"]));
    assert_eq!(seen["summary"], "Level 1 takes 0.02 USD for mug now");
    // Where Catalog cannot say what it may sell, it is told of no price.
    market.switch_of("catalog.").to(crate::support::faults::Failing);
    let seen = latest(child).await;
    assert_eq!((&seen["data"], &seen["summary"]), (&json!({ "items": [] }), &json!("Level 1 changed its prices")));
}

const DETAILS: &str =
    "query ($types: [String!]) { activity(first: 1, filter: { types: $types }) { nodes { type details {
    __typename
    ... on ResellerApplied { parentId name currency }
    ... on ResellerApproved { parentId name currency joinedAt }
    ... on ResellerDeactivated { reason }
    ... on ResellerMoved { newParentId oldParentId }
    ... on SubtreeFrozen { freezeId reason }
    ... on SubtreeThawed { freezeId note }
    ... on ProductSaved { sku name category listPrice { amount currency } }
    ... on PricingUpdated { items { sku oldPrice { amount } newPrice { amount currency } } }
    ... on CatalogAccessChanged { all categories }
    ... on OrderStatusChanged { orderId reference from to amount { amount currency } placedAt }
    ... on OrderDelivered { orderId reference amount { amount currency } placedAt deliveredAt }
    ... on LedgerPosted { entryId amount { amount } orderId }
    ... on MembershipGranted { personId role }
    ... on SettingsChanged { version } } } } }";

async fn what_an_event_says_has_a_type_of_its_own_and_says_no_more(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own, child] = market.line().await;
    let data = everything(own, root);
    let latest = async |viewer, kind: &str| {
        let seen = market.ask_as(viewer, DETAILS, json!({ "types": [kind] })).await.at("/activity/nodes/0");
        if seen["type"] == kind { seen["details"].clone() } else { Value::Null }
    };
    let (placed_at, amount) = ("2026-01-01T00:00:00Z", json!({ "amount": "0.05", "currency": "USD" }));
    for (kind, subject, above) in [
        (
            kinds::ORDER_STATUS_CHANGED,
            json!({ "__typename": "OrderStatusChanged", "orderId": "an order", "reference": "a reference",
                "from": "PLACED", "to": "CONFIRMED", "amount": amount, "placedAt": placed_at }),
            json!({ "__typename": "OrderStatusChanged", "orderId": "an order", "reference": null,
                "from": "PLACED", "to": "CONFIRMED", "amount": amount, "placedAt": placed_at }),
        ),
        (
            kinds::SUBTREE_THAWED,
            json!({ "__typename": "SubtreeThawed", "freezeId": "a freeze", "note": "a note" }),
            json!({ "__typename": "SubtreeThawed", "freezeId": "a freeze", "note": null }),
        ),
        (
            kinds::RESELLER_APPROVED,
            json!({ "__typename": "ResellerApproved", "parentId": id(own), "name": "A name", "currency": "USD",
                "joinedAt": placed_at }),
            json!({ "__typename": "ResellerApproved", "parentId": id(own), "name": "A name", "currency": "USD",
                "joinedAt": placed_at }),
        ),
        (
            kinds::ACCESS_CHANGED,
            json!({ "__typename": "CatalogAccessChanged", "all": false, "categories": ["Paper", "mug"] }),
            json!({ "__typename": "CatalogAccessChanged", "all": false, "categories": ["Paper", "mug"] }),
        ),
        (
            kinds::MEMBERSHIP_GRANTED,
            json!({ "__typename": "MembershipGranted", "personId": "a person", "role": "OWNER" }),
            Value::Null,
        ),
        (kinds::SETTINGS_CHANGED, json!({ "__typename": "SettingsChanged", "version": 3 }), Value::Null),
        ("ResellerCatalog.product.retired", Value::Null, Value::Null),
    ] {
        market.record(Fact { kind, subject: child, data: data.clone() }).await;
        market.is_caught_up().await;
        assert_eq!(latest(child, kind).await, subject, "{kind}: the subject");
        if above != Value::Null {
            assert_eq!(latest(own, kind).await, above, "{kind}: above");
        }
    }
    // Nonsense is null, field by field.
    let nonsense =
        json!({ "orderId": 7, "from": "NOWHERE", "to": [], "amountMinor": "5", "currency": "???", "placedAt": "soon" });
    market.record(Fact { kind: kinds::ORDER_STATUS_CHANGED, subject: child, data: nonsense }).await;
    market.is_caught_up().await;
    let nothing = json!({ "__typename": "OrderStatusChanged", "orderId": null, "reference": null, "from": null, "to": null,
        "amount": null, "placedAt": null });
    assert_eq!(latest(child, kinds::ORDER_STATUS_CHANGED).await, nothing);
}
