//! The downline as a tree.

use entity::{Role, TenantId, TenantStatus};
use serde_json::{Value, json};

use super::rows::{self, row};
use crate::family::Family;
use crate::support::app::{TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(a_tree_is_nested_and_flat, a_large_tree_goes_on_after_its_end);

async fn a_tree_is_nested_and_flat(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    app.company_of(Some(family.own), "Applicant", TenantStatus::Pending).await;
    let token = app.member("parent", family.parent, Role::Viewer).await;
    let ask = async |arguments: &str, fields: &str| {
        let document = format!("{{ downlineTree{arguments} {{ {fields} }} }}");
        app.ask(&token, &document, json!({})).await
    };
    let root = format!("(rootId: \"{}\", depth: 2)", id(family.own));
    let nested =
        ask(&root, "root { name children { name children { name children { name } } } } truncated endCursor nodeCount")
            .await;
    let expected = json!({
        "root": { "name": "Own", "children": [
            { "name": "Applicant", "children": [] },
            { "name": "Child", "children": [{ "name": "Grandchild", "children": [] }] },
        ] },
        "truncated": false, "endCursor": null, "nodeCount": 4,
    });
    assert_eq!(nested.at("/downlineTree"), expected);

    let flat = ask(
        &root,
        "nodes { resellerId name status frozen parentId depth childCount descendantCount reseller { id depth } }",
    )
    .await;
    let node = |id: &str, name: &str, status: &str, parent: Value, depth: u32, counts: (u32, u32)| {
        json!({ "resellerId": id, "name": name, "status": status, "frozen": false, "parentId": parent, "depth": depth,
            "childCount": counts.0, "descendantCount": counts.1, "reseller": { "id": id, "depth": depth + 1 } })
    };
    let nodes = flat.at("/downlineTree/nodes");
    let (own, child) = (id(family.own), id(family.child));
    assert_eq!(nodes[0], node(&own, "Own", "ACTIVE", Value::Null, 0, (2, 4)));
    assert_eq!(nodes[1]["status"], "PENDING");
    assert_eq!(nodes[2], node(&child, "Child", "ACTIVE", json!(own), 1, (1, 2)));
    assert_eq!(nodes[3], node(&id(family.grandchild), "Grandchild", "ACTIVE", json!(child), 2, (1, 1)));

    assert_eq!(
        ask("", "root { name } nodeCount").await.at("/downlineTree"),
        json!({ "root": { "name": "Parent" }, "nodeCount": 7 })
    );
    assert_eq!(ask("(depth: 0)", "nodes { name }").await.at("/downlineTree/nodes"), json!([{ "name": "Parent" }]));
    assert_eq!(ask("(depth: 1000)", "nodeCount").await.at("/downlineTree/nodeCount"), 8);
    for (arguments, argument) in
        [("(depth: -1)", "depth"), ("(depth: 1001)", "depth"), ("(after: \"nonsense\")", "after")]
    {
        assert_eq!(ask(arguments, "nodeCount").await.wrong_argument(), argument);
    }
    let sorted =
        app.ask(&token, "{ downline(first: 1, orderBy: { field: NAME }) { pageInfo { endCursor } } }", json!({})).await;
    let sorted = format!("(after: {})", sorted.at("/downline/pageInfo/endCursor"));
    assert_eq!(ask(&sorted, "nodeCount").await.wrong_argument(), "after");
}

async fn a_large_tree_goes_on_after_its_end(database: TestDatabase) {
    const PAGE: &str = "query ($after: String) { downlineTree(after: $after) { nodes { name } nodeCount truncated endCursor root { name children { name children { name } } } } }";
    let root = load(&database).await;
    let app = TestApp::start(database).await;
    let token = app.member("root", root, Role::Viewer).await;
    let first = app.ask(&token, PAGE, json!({})).await.at("/downlineTree");
    assert_eq!((&first["nodeCount"], &first["truncated"]), (&json!(2_000), &json!(true)));
    let second = app.ask(&token, PAGE, json!({ "after": first["endCursor"] })).await.at("/downlineTree");
    assert_eq!((&second["nodeCount"], &second["truncated"]), (&json!(104), &json!(false)));
    assert_eq!(second["endCursor"], Value::Null);

    let names =
        |page: &Value| page["nodes"].as_array().unwrap().iter().map(|node| node["name"].clone()).collect::<Vec<_>>();
    let expected = std::iter::once("Root".to_owned())
        .chain(["A", "B", "C"].iter().flat_map(|top| {
            std::iter::once((*top).to_owned()).chain((0..700).map(move |number| format!("{top}{number:03}")))
        }))
        .collect::<Vec<_>>();
    assert_eq!(json!([names(&first), names(&second)].concat()), json!(expected));

    // The nodes of the second page hang on the way down to them.
    let tops = &second["root"]["children"];
    assert_eq!((&second["root"]["name"], tops.as_array().unwrap().len()), (&json!("Root"), 1));
    assert_eq!((&tops[0]["name"], tops[0]["children"].as_array().unwrap().len()), (&json!("C"), 104));
}

/// A root, A, B and C below it, and 700 companies below each of them.
async fn load(database: &TestDatabase) -> TenantId {
    let mut companies = vec![row(None, "Root")];
    let root = companies[0].id;
    for top in ["A", "B", "C"] {
        let top_row = row(Some(root), top);
        let below = (0..700).map(|number| row(Some(top_row.id), &format!("{top}{number:03}"))).collect::<Vec<_>>();
        companies.extend(std::iter::once(top_row).chain(below));
    }
    rows::load(database, &companies, &[]).await;
    root
}
