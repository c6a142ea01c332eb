//! What the API tells of resellers: each field, and each argument that can be wrong.

mod differential;
mod downline;
mod hostile;
mod rows;
mod tree;

use entity::{Role, TenantId, TenantStatus};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use crate::family::Family;
use crate::support::app::{TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_reseller_tells_of_itself,
    a_reseller_tells_who_is_around_it,
    everything_is_found_again_by_its_id,
    an_id_of_no_kind_is_bad_input,
    a_bad_id_among_good_ones_spoils_itself_alone,
    the_id_of_what_is_no_node_finds_nothing,
);

async fn a_reseller_tells_of_itself(database: TestDatabase) {
    const FIELDS: &str =
        "query ($id: ID!) { reseller(id: $id) { id name slug status frozen freezes { id } depth joinedAt currency
          childCount descendantCount activeDescendantCount } }";
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let applicant = app.company_of(Some(family.child), "Applicant/1", TenantStatus::Pending).await;
    let token = app.member("parent", family.parent, Role::Viewer).await;
    let child = app.ask(&token, FIELDS, json!({ "id": id(family.child) })).await;
    let expected = json!({
        "id": id(family.child), "name": "Child", "slug": "child", "status": "ACTIVE", "frozen": false, "freezes": [],
        "depth": 2, "joinedAt": "2026-01-04T00:00:00Z", "currency": "USD",
        "childCount": 2, "descendantCount": 3, "activeDescendantCount": 2,
    });
    assert_eq!(child.at("/reseller"), expected);

    let freeze = app.chain.freeze(Actor::central(), family.own, "late payments").await.unwrap();
    let pending = app.ask(&token, FIELDS, json!({ "id": id(applicant) })).await;
    let expected = json!({
        "id": id(applicant), "name": "Applicant/1", "slug": "applicant-1", "status": "PENDING", "frozen": true,
        "freezes": [{ "id": id(freeze) }], "depth": 3, "joinedAt": "2026-01-12T00:00:00Z", "currency": "USD",
        "childCount": 0, "descendantCount": 0, "activeDescendantCount": 0,
    });
    assert_eq!(pending.at("/reseller"), expected);

    let frozen_at = "query ($id: ID!) { node(id: $id) { ... on Freeze { frozenAt own reason placedBy { resellerId name } canThaw } } }";
    let told = app.ask(&token, frozen_at, json!({ "id": id(freeze) })).await;
    let expected = json!({
        "frozenAt": "2026-11-22T12:00:00Z", "own": true, "reason": "late payments",
        "placedBy": { "resellerId": id(family.root), "name": "Root" }, "canThaw": false,
    });
    assert_eq!(told.at("/node"), expected);
    app.chain.thaw(Actor::central(), freeze, None).await.unwrap();
    assert_eq!(app.ask(&token, frozen_at, json!({ "id": id(freeze) })).await.at("/node"), Value::Null);
}

async fn a_reseller_tells_who_is_around_it(database: TestDatabase) {
    const AROUND: &str = "query ($id: ID!) { reseller(id: $id) { parent { name } path { name depth }
          children { totalCount nodes { name } edges { path { name } node { name } } } } }";
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    app.company(Some(family.child), "another").await;
    app.company(Some(family.child), "Änderung").await;
    let token = app.member("own", family.own, Role::Viewer).await;
    let name = |name: &str| json!({ "name": name });
    let at = |name: &str, depth: u32| json!({ "name": name, "depth": depth });
    let edge = |name: &str| json!({ "path": [{ "name": "Child" }, { "name": name }], "node": { "name": name } });
    let expected = json!({
        "parent": name("Own"),
        "path": [at("Own", 0), at("Child", 1)],
        "children": {
            "totalCount": 3,
            "nodes": [name("another"), name("Grandchild"), name("Änderung")],
            "edges": [edge("another"), edge("Grandchild"), edge("Änderung")],
        },
    });
    assert_eq!(app.ask(&token, AROUND, json!({ "id": id(family.child) })).await.at("/reseller"), expected);
    let own = app.ask(&token, AROUND, json!({ "id": id(family.own) })).await;
    assert_eq!(own.at("/reseller/parent"), Value::Null);
    assert_eq!(own.at("/reseller/path"), json!([at("Own", 0)]));
}

async fn everything_is_found_again_by_its_id(database: TestDatabase) {
    const NODES: &str =
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Reseller { name } ... on Freeze { reason } } }";
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let freeze = app.chain.freeze(Actor::central(), family.child, "late payments").await.unwrap();
    let token = app.member("own", family.own, Role::Viewer).await;
    let never = id(TenantId::generate());
    let ids = json!([never, id(freeze), id(family.parent), id(family.child), id(family.child)]);
    let child = json!({ "__typename": "Reseller", "id": id(family.child), "name": "Child" });
    let told = json!({ "__typename": "Freeze", "id": id(freeze), "reason": "late payments" });
    let answer = app.ask(&token, NODES, json!({ "ids": ids })).await;
    assert_eq!(answer.at("/nodes"), json!([null, told, null, child, child]));
    assert_eq!(app.ask(&token, NODES, json!({ "ids": [] })).await.at("/nodes"), json!([]));
    assert_eq!(app.ask(&token, NODES, json!({ "ids": vec![never.as_str(); 100] })).await.at("/nodes/99"), Value::Null);
    assert_eq!(app.ask(&token, NODES, json!({ "ids": vec![never; 101] })).await.wrong_argument(), "ids");
}

async fn an_id_of_no_kind_is_bad_input(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let freeze = app.chain.freeze(Actor::central(), family.child, "late payments").await.unwrap();
    let token = app.member("own", family.own, Role::Viewer).await;
    let own = id(family.own);
    for (document, argument) in [
        ("query ($id: ID!) { node(id: $id) { id } }", "id"),
        ("query ($id: ID!) { nodes(ids: [$id]) { id } }", "ids"),
        ("query ($id: ID!) { reseller(id: $id) { id } }", "id"),
        ("query ($id: ID!) { downlineTree(rootId: $id) { nodeCount } }", "rootId"),
        ("query ($id: ID!) { downline(rootId: $id) { totalCount } }", "rootId"),
    ] {
        let bare = family.own.to_string();
        for wrong in
            ["", "own", "_", "reseller_", &bare, &own[..own.len() - 1], &own.to_uppercase(), &format!("{own} ")]
        {
            let answer = app.ask(&token, document, json!({ "id": wrong })).await;
            assert_eq!(answer.wrong_argument(), argument, "{document} with {wrong:?}");
        }
        if !document.contains("node") || document.contains("nodeCount") {
            let answer = app.ask(&token, document, json!({ "id": id(freeze) })).await;
            assert_eq!(answer.wrong_argument(), argument, "{document} with the id of a freeze");
        }
    }
}

async fn a_bad_id_among_good_ones_spoils_itself_alone(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let token = app.member("own", family.own, Role::Viewer).await;
    let ids = json!([id(family.own), "nonsense", id(family.child)]);
    let answer = app.ask(&token, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
    assert_eq!(answer.wrong_argument(), "ids");
    let answer = answer.json();
    assert_eq!(answer["errors"][0]["path"], json!(["nodes", 1]));
    assert_eq!(answer["data"]["nodes"], json!([{ "id": id(family.own) }, null, { "id": id(family.child) }]));
}

async fn the_id_of_what_is_no_node_finds_nothing(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let token = app.member("own", family.own, Role::Viewer).await;
    let person = app.ask(&token, "{ viewer { userId } }", json!({})).await.at("/viewer/userId");
    let node = app.ask(&token, "query ($id: ID!) { node(id: $id) { id } }", json!({ "id": person })).await;
    assert_eq!(node.at("/node"), Value::Null);
}
