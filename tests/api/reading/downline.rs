//! Listing a downline: search, filters, orders, and pages in both directions.

use entity::{Role, TenantStatus};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use crate::family::Family;
use crate::support::app::{TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_search_finds_names_slugs_and_external_ids,
    filters_hold_together,
    walking_forwards_and_backwards_gives_the_same_list,
    a_wrong_page_names_its_argument,
);

const LIST: &str = "query ($root: ID, $search: String, $filter: ResellerFilter, $order: ResellerOrder,
      $first: Int, $after: String, $last: Int, $before: String) {
    downline(rootId: $root, search: $search, filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { name } edges { cursor node { name } path { name } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }";

async fn a_search_finds_names_slugs_and_external_ids(database: TestDatabase) {
    let (app, family, token) = start(database).await;
    let search = async |text: &str| names(&list(&app, &token, json!({ "search": text })).await);
    assert_eq!(search("CHILD").await, ["Child", "Grandchild"]);
    assert_eq!(search(" child ").await, ["Child", "Grandchild"]);
    assert_eq!(search("öst").await, ["ÖSTERREICH/Wien"]);
    assert_eq!(search("reich-wien").await, ["ÖSTERREICH/Wien"]);
    assert_eq!(search("reich/wien").await, ["ÖSTERREICH/Wien"]);
    assert_eq!(search("").await.len(), 5);
    assert!(search("%").await.is_empty());
    assert!(search("Own").await.is_empty(), "the root of a list is not in it");
    let found = list(&app, &token, json!({ "search": "youngest", "root": id(family.child) })).await;
    assert_eq!(
        found["edges"][0]["path"],
        json!([{ "name": "Child" }, { "name": "Grandchild" }, { "name": "Youngest" }])
    );
}

async fn filters_hold_together(database: TestDatabase) {
    let (app, family, token) = start(database).await;
    app.chain.freeze(Actor::central(), family.grandchild, "late payments").await.unwrap();
    app.chain.deactivate(Actor::central(), family.child, "gone").await.unwrap();
    let filter = async |filter: Value| {
        let found = list(&app, &token, json!({ "filter": filter })).await;
        assert_eq!(found["totalCount"], json!(names(&found).len()), "{filter}");
        names(&found)
    };
    assert_eq!(filter(json!({ "status": ["PENDING"] })).await, ["Applicant"]);
    assert_eq!(filter(json!({ "status": ["DEACTIVATED", "PENDING"] })).await, ["Applicant", "Child"]);
    assert!(filter(json!({ "status": [] })).await.is_empty());
    assert_eq!(filter(json!({ "frozen": true })).await, ["Grandchild", "Youngest"]);
    assert_eq!(filter(json!({ "frozen": false })).await, ["Applicant", "Child", "ÖSTERREICH/Wien"]);
    assert_eq!(filter(json!({ "minDepth": 3 })).await, ["Youngest"]);
    assert_eq!(filter(json!({ "maxDepth": 1 })).await, ["Applicant", "Child", "ÖSTERREICH/Wien"]);
    assert_eq!(filter(json!({ "minDepth": 2, "maxDepth": 2 })).await, ["Grandchild"]);
    assert_eq!(
        filter(json!({ "joinedAfter": "2026-01-05T00:00:00Z", "joinedBefore": "2026-01-06T00:00:00Z" })).await,
        ["Grandchild"]
    );
    assert_eq!(
        filter(json!({ "joinedAfter": "2026-01-05T02:00:00+02:00", "frozen": true, "maxDepth": 2 })).await,
        ["Grandchild"]
    );
    assert_eq!(filter(json!({})).await.len(), 5);
    assert_eq!(filter(json!({ "status": vec!["PENDING"; 100] })).await, ["Applicant"]);
    for (wrong, argument) in [
        (json!({ "minDepth": -1 }), "minDepth"),
        (json!({ "maxDepth": -1 }), "maxDepth"),
        (json!({ "status": vec!["PENDING"; 101] }), "status"),
    ] {
        assert_eq!(app.ask(&token, LIST, json!({ "filter": wrong })).await.wrong_argument(), argument);
    }
    for wrong in [
        json!({ "joinedAfter": "yesterday" }),
        json!({ "maxDepth": 2_147_483_648_u32 }),
        json!({ "status": ["GONE"] }),
        json!({ "no": 1 }),
    ] {
        let answer = app.ask(&token, LIST, json!({ "filter": wrong })).await;
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&&*answer.code()), "{answer:?}");
    }
}

async fn walking_forwards_and_backwards_gives_the_same_list(database: TestDatabase) {
    let (app, family, token) = start(database).await;
    for number in 0..8 {
        app.company(Some(family.grandchild), &format!("{} {number}", ["b", "B", "a", "ß"][number % 4])).await;
    }
    let orders = ["NAME", "JOINED_AT", "DESCENDANT_COUNT"]
        .into_iter()
        .flat_map(|field| ["ASC", "DESC"].map(|direction| json!({ "field": field, "direction": direction })));
    for order in orders.chain([Value::Null]) {
        for filter in [json!({}), json!({ "minDepth": 2 })] {
            let what = json!({ "order": order, "filter": filter });
            let whole = names(&list(&app, &token, with(&what, json!({ "first": 100 }))).await);
            assert_eq!(whole.len(), if filter == json!({}) { 13 } else { 10 });
            assert_eq!(walk(&app, &token, &what, true).await, whole, "{what}");
            assert_eq!(walk(&app, &token, &what, false).await, whole, "{what}");
        }
    }
    let by_name = names(&list(&app, &token, json!({ "order": { "field": "NAME" }, "first": 3 })).await);
    assert_eq!(by_name, ["a 2", "a 6", "Applicant"]);
    let oldest = names(&list(&app, &token, json!({ "order": { "field": "JOINED_AT" }, "first": 2 })).await);
    assert_eq!(oldest, ["Child", "Grandchild"]);
    let largest = names(
        &list(&app, &token, json!({ "order": { "field": "DESCENDANT_COUNT", "direction": "DESC" }, "first": 2 })).await,
    );
    assert_eq!(largest, ["Child", "Grandchild"]);
}

/// All pages of 4, one after the other.
async fn walk(app: &TestApp, token: &str, what: &Value, forwards: bool) -> Vec<String> {
    let (size, from, cursor, more, back) = if forwards {
        ("first", "after", "endCursor", "hasNextPage", "hasPreviousPage")
    } else {
        ("last", "before", "startCursor", "hasPreviousPage", "hasNextPage")
    };
    let (mut all, mut at) = (Vec::new(), Value::Null);
    loop {
        let page = list(app, token, with(what, json!({ size: 4, from: at }))).await;
        assert_eq!(page["pageInfo"][back], json!(!all.is_empty()));
        let found = names(&page);
        assert!(found.len() <= 4 && !found.is_empty());
        all = if forwards { [all, found].concat() } else { [found, all].concat() };
        at = page["pageInfo"][cursor].clone();
        if page["pageInfo"][more] == json!(false) {
            return all;
        }
    }
}

async fn a_wrong_page_names_its_argument(database: TestDatabase) {
    let (app, _, token) = start(database).await;
    let in_tree_order = list(&app, &token, json!({ "first": 1 })).await["pageInfo"]["endCursor"].clone();
    let by_name = json!({ "field": "NAME" });
    for (page, argument) in [
        (json!({ "first": 0 }), "first"),
        (json!({ "first": 101 }), "first"),
        (json!({ "first": -1 }), "first"),
        (json!({ "last": 0 }), "last"),
        (json!({ "last": 101 }), "last"),
        (json!({ "first": 1, "last": 1 }), "last"),
        (json!({ "after": "" }), "after"),
        (json!({ "after": "nonsense!" }), "after"),
        (json!({ "last": 1, "before": "nonsense!" }), "before"),
        (json!({ "after": in_tree_order, "before": "nonsense!" }), "before"),
        (json!({ "after": "nonsense!", "before": in_tree_order }), "after"),
        (json!({ "after": in_tree_order, "order": by_name }), "after"),
    ] {
        assert_eq!(app.ask(&token, LIST, page.clone()).await.wrong_argument(), argument, "{page}");
    }
    let empty = list(&app, &token, json!({ "search": "nobody" })).await;
    let nowhere = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!((&empty["totalCount"], &empty["pageInfo"]), (&json!(0), &nowhere));
}

async fn start(database: TestDatabase) -> (TestApp, Family, String) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    app.company_of(Some(family.own), "Applicant", TenantStatus::Pending).await;
    app.company(Some(family.own), "ÖSTERREICH/Wien").await;
    let token = app.member("own", family.own, Role::Viewer).await;
    (app, family, token)
}

async fn list(app: &TestApp, token: &str, variables: Value) -> Value {
    app.ask(token, LIST, variables).await.at("/downline")
}

fn names(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().into_iter().flatten();
    nodes.map(|node| node["name"].as_str().unwrap_or_default().to_owned()).collect()
}

fn with(what: &Value, more: Value) -> Value {
    let members = [what.clone(), more].into_iter().filter_map(|value| value.as_object().cloned()).flatten();
    Value::Object(members.collect())
}
