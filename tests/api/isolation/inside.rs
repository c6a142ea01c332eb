//! Isolation inside of answers: whatever a caller asks of what it sees leads to nothing that it may not see.

use std::collections::BTreeSet;

use entity::{Role, TenantId};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use crate::family::{Family, Relation};
use crate::support::app::{TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    no_field_leads_out_of_the_downline,
    a_stranger_is_not_found_by_name_nor_by_cursor,
    a_placer_that_left_the_line_is_not_named,
    who_may_thaw_is_told_by_role_and_place,
);

/// Every field that leads from a reseller to others, in parts that may each be asked of many.
const NEIGHBOURS: [&str; 4] = [
    "id parent { id name parent { id name parent { id name parent { id } } } }",
    "id parent { path { id } } path { id name parent { id } }",
    "id path { children(first: 2) { nodes { id } } }",
    "id children(first: 2) { nodes { id name parent { id } } edges { path { id name } node { path { id } } } }",
];

async fn no_field_leads_out_of_the_downline(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let token = app.member("owner", family.own, Role::Owner).await;
    let mut shown = BTreeSet::new();
    let way = "{ downline(first: 5) { edges { path { id parent { id parent { id } } } } } }".to_owned();
    let tree =
        "{ downlineTree(depth: 1000) { nodes { resellerId parentId reseller { id parent { id } } } } }".to_owned();
    let of_each = NEIGHBOURS.iter().flat_map(|neighbours| {
        [
            format!("{{ viewer {{ reseller {{ {neighbours} }} memberships {{ reseller {{ {neighbours} }} }} }} }}"),
            format!("{{ downline(first: 5) {{ nodes {{ {neighbours} }} }} }}"),
        ]
    });
    for query in of_each.chain([way, tree]) {
        shown.extend(ids_in(&app.ask(&token, &query, json!({})).await.data()));
    }
    let downline = app.ask(&token, "{ downline { nodes { id } } }", json!({})).await.data();
    let expected: BTreeSet<_> = ids_in(&downline).into_iter().chain([id(family.own)]).collect();
    assert_eq!(expected.len(), 4);
    assert_eq!(shown, expected);
}

async fn a_stranger_is_not_found_by_name_nor_by_cursor(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let own = app.member("own", family.own, Role::Owner).await;
    let root = app.member("root", family.root, Role::Owner).await;

    let search = "query ($search: String) { downline(search: $search) { nodes { id } totalCount } }";
    let nothing = app.ask(&own, search, json!({ "search": "nobody's name" })).await;
    for name in ["stranger", "SIBLING", "parent", "Root"] {
        let found = app.ask(&root, search, json!({ "search": name })).await.at("/downline/totalCount");
        assert_eq!(found, json!(i32::from(name != "Root")), "{name}");
        assert_eq!(app.ask(&own, search, json!({ "search": name })).await.whole(), nothing.whole(), "{name}");
    }

    let cursors = "{ downline(first: 100) { edges { cursor node { id } } } }";
    let edges = app.ask(&root, cursors, json!({})).await.at("/downline/edges");
    for (document, argument) in [
        ("query ($at: String) { downline(after: $at) { totalCount } }", "after"),
        ("query ($at: String) { downline(last: 5, before: $at) { totalCount } }", "before"),
        ("query ($at: String) { viewer { reseller { children(after: $at) { totalCount } } } }", "after"),
        ("query ($at: String) { downlineTree(after: $at) { nodeCount } }", "after"),
    ] {
        let nonsense = app.ask(&own, document, json!({ "at": "nonsense" })).await;
        assert_eq!(nonsense.wrong_argument(), argument);
        for relation in [Relation::Parent, Relation::Sibling, Relation::Stranger] {
            let edge =
                edges.as_array().into_iter().flatten().find(|edge| edge["node"]["id"] == id(family.the(relation)));
            let cursor = &edge.expect("the root sees it")["cursor"];
            let answer = app.ask(&own, document, json!({ "at": cursor })).await;
            assert_eq!(answer.whole(), nonsense.whole(), "{document} at {relation:?}");
        }
    }
}

async fn a_placer_that_left_the_line_is_not_named(database: TestDatabase) {
    const FREEZES: &str = "query ($id: ID!) { reseller(id: $id) { freezes { placedOn { name } placedBy { name resellerId } reason own canThaw } } }";
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let by_own = Actor { scope: reseller_network::tenancy::Scope::Tenant(family.own), ..Actor::central() };
    app.chain.freeze(by_own, family.child, "late payments").await.expect("a freeze");
    app.chain.move_reseller(Actor::central(), family.child, family.stranger).await.expect("a move");

    let freezes = async |subject: &str, of: TenantId| {
        let member = app.member(subject, of, Role::Owner).await;
        app.ask(&member, FREEZES, json!({ "id": id(family.child) })).await
    };
    let cause = |placer: &str, placed_by: TenantId, can_thaw: bool| {
        json!([{ "placedOn": { "name": "Child" }, "placedBy": { "name": placer, "resellerId": id(placed_by) },
            "reason": "late payments", "own": true, "canThaw": can_thaw }])
    };
    // Root is the nearest above the placer that is in their line.
    for (subject, of) in [("child", family.child), ("stranger", family.stranger)] {
        assert_eq!(freezes(subject, of).await.at("/reseller/freezes"), cause("Root", family.root, false), "{subject}");
    }
    assert_eq!(freezes("root", family.root).await.at("/reseller/freezes"), cause("Own", family.own, true));
    assert_eq!(freezes("own", family.own).await.at("/reseller"), Value::Null);
}

async fn who_may_thaw_is_told_by_role_and_place(database: TestDatabase) {
    const CAUSES: &str =
        "query ($id: ID!) { reseller(id: $id) { freezes { placedOn { name } placedBy { name } reason own canThaw } } }";
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let by = |tenant| Actor { scope: reseller_network::tenancy::Scope::Tenant(tenant), ..Actor::central() };
    app.chain.freeze(by(family.own), family.child, "by own").await.expect("a freeze");
    app.chain.freeze(by(family.parent), family.child, "by parent").await.expect("a freeze");
    app.grant(&[("viewer", family.own, Role::Viewer), ("admin", family.own, Role::Admin)]).await;
    app.grant(&[("grandchild", family.grandchild, Role::Owner), ("parent", family.parent, Role::Admin)]).await;

    let can_thaw = async |subject: &str, of: TenantId| {
        let causes = app.ask(&app.token(subject), CAUSES, json!({ "id": id(of) })).await.at("/reseller/freezes");
        let causes = causes.as_array().cloned().unwrap_or_default();
        causes.iter().map(|cause| (cause["placedBy"]["name"].clone(), cause["canThaw"].clone())).collect::<Vec<_>>()
    };
    let cases = |own: bool, parent: bool| vec![(json!("Own"), json!(own)), (json!("Parent"), json!(parent))];
    assert_eq!(can_thaw("viewer", family.child).await, cases(false, false));
    assert_eq!(can_thaw("admin", family.child).await, cases(true, false));
    assert_eq!(can_thaw("admin", family.grandchild).await, cases(true, false));
    assert_eq!(can_thaw("parent", family.child).await, cases(true, true));
    assert_eq!(can_thaw("grandchild", family.grandchild).await, cases(false, false));

    // Above what the caller sees: names, and no reason.
    let inherited = app.ask(&app.token("grandchild"), CAUSES, json!({ "id": id(family.grandchild) })).await;
    let cause = |placer: &str| json!({ "placedOn": { "name": "Child" }, "placedBy": { "name": placer }, "reason": null, "own": false, "canThaw": false });
    assert_eq!(inherited.at("/reseller/freezes"), json!([cause("Own"), cause("Parent")]));

    // Who is frozen changes nothing.
    app.chain.freeze(Actor::central(), family.own, "by root").await.expect("a freeze");
    assert_eq!(
        can_thaw("admin", family.child).await,
        [cases(false, false), vec![(json!("Root"), json!(false))]].concat()
    );
}

/// Every reseller's id in an answer.
fn ids_in(json: &Value) -> BTreeSet<String> {
    match json {
        Value::String(text) if text.starts_with("reseller_") => [text.clone()].into(),
        Value::Array(items) => items.iter().flat_map(ids_in).collect(),
        Value::Object(members) => members.values().flat_map(ids_in).collect(),
        _ => BTreeSet::new(),
    }
}
