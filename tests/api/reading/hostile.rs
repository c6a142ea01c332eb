//! Requests that are within the limits of a document, and would yet cost far too much in a chain of an unlucky shape.

use entity::{Role, TenantStatus};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::rows::{self, freeze_row, line, row};
use crate::family::Family;
use crate::support::app::{Answer, TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    lists_of_ancestors_in_each_other_are_refused,
    a_way_down_counts_as_long_as_it_is,
    the_nearest_hundred_causes_are_told,
    subtrees_in_each_other_are_refused,
    looking_at_all_again_and_again_is_refused,
    an_applicant_is_told_of_no_freeze_above_it,
);

async fn lists_of_ancestors_in_each_other_are_refused(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let token = app.member("own", family.own, Role::Viewer).await;
    for lists in [
        "path { path { path { id } } }",
        "path { freezes { placedOn { resellerId name } placedBy { resellerId name } } }",
        "children { edges { path { path { id } } } }",
    ] {
        let document = format!("query ($id: ID!) {{ reseller(id: $id) {{ {lists} }} }}");
        let answer = app.ask(&token, &document, json!({ "id": id(family.child) })).await;
        assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{lists}");
    }
}

async fn a_way_down_counts_as_long_as_it_is(database: TestDatabase) {
    let companies = line(500);
    rows::load(&database, &companies, &[]).await;
    let app = TestApp::start(database).await;
    let token = app.member("root", companies[0].id, Role::Viewer).await;
    let last = json!({ "id": id(companies[499].id) });
    let way = app.ask(&token, "query ($id: ID!) { reseller(id: $id) { path { id } } }", last.clone()).await;
    assert_eq!(way.at("/reseller/path").as_array().map(Vec::len), Some(500));
    // 500 × 500 / 2 companies.
    let ways = app.ask(&token, "query ($id: ID!) { reseller(id: $id) { path { path { id } } } }", last).await;
    assert_eq!(ways.code(), "QUERY_TOO_COMPLEX");
    assert_eq!(ways.json()["data"]["reseller"], Value::Null);
}

async fn the_nearest_hundred_causes_are_told(database: TestDatabase) {
    let companies = line(20);
    let pairs = (0..20).flat_map(|below| (0..below).map(move |above| (above, below)));
    let freezes: Vec<_> = pairs.map(|(above, below)| freeze_row(companies[above].id, companies[below].id)).collect();
    rows::load(&database, &companies, &freezes).await;
    let app = TestApp::start(database).await;
    let token = app.member("root", companies[0].id, Role::Viewer).await;
    let document = "query ($id: ID!) { reseller(id: $id) { freezes { placedOn { name } } } }";
    let causes = app.ask(&token, document, json!({ "id": id(companies[19].id) })).await.at("/reseller/freezes");
    let placed_on = |number: usize| causes.pointer(&format!("/{number}/placedOn/name")).cloned();
    // 19 + 18 + 17 + 16 + 15 = 85 are on the last five.
    assert_eq!(causes.as_array().map(Vec::len), Some(100));
    assert_eq!(
        [0, 18, 19, 84, 85, 99].map(placed_on),
        ["0019", "0019", "0018", "0015", "0014", "0013"].map(|name| Some(json!(name)))
    );
}

async fn subtrees_in_each_other_are_refused(database: TestDatabase) {
    let companies = line(1_001);
    rows::load(&database, &companies, &[]).await;
    let app = TestApp::start(database).await;
    let token = app.member("root", companies[0].id, Role::Viewer).await;
    // Each tree has each company once for each of its 17 levels; `reseller` leaves them to the library.
    for also in ["", "reseller { id }"] {
        let below = (0..16).fold("name".to_owned(), |below, _| format!("children {{ {below} }}"));
        let tree = |number| format!("t{number}: downlineTree(depth: 1000) {{ nodes {{ {also} {below} }} }}");
        let trees = |count: u32| format!("{{ {} }}", (0..count).map(tree).collect::<Vec<_>>().join(" "));
        if also.is_empty() {
            assert_eq!(
                app.ask(&token, &trees(5), json!({})).await.data()["t4"]["nodes"].as_array().map(Vec::len),
                Some(1_001)
            );
        }
        assert_too_complex(&app.ask(&token, &trees(6), json!({})).await, "downlineTree");
    }
}

async fn looking_at_all_again_and_again_is_refused(database: TestDatabase) {
    let root = row(None, "Root");
    let below = (0..3_000).map(|number| row(Some(root.id), &format!("{number:04}")));
    let companies: Vec<_> = std::iter::once(root.clone()).chain(below).collect();
    rows::load(&database, &companies, &[]).await;
    let app = TestApp::start(database).await;
    let token = app.member("root", root.id, Role::Viewer).await;
    let ask = async |what: &str, ids: usize| {
        let lists = (0..8).map(|number| format!("l{number}: children(first: 1, {what}) {{ totalCount }}"));
        let lists = lists.collect::<Vec<_>>().join(" ");
        let document = format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Reseller {{ {lists} }} }} }}");
        app.ask(&token, &document, json!({ "ids": vec![id(root.id); ids] })).await
    };
    // 8 × 2 looks at 3,000 companies for each id, one for the page and one to count all.
    let all = "filter: { status: [ACTIVE] }";
    assert_eq!(ask(all, 41).await.at("/nodes/40/l7/totalCount"), 3_000);
    assert_too_complex(&ask(all, 42).await, "a filter");
    assert_eq!(ask("filter: {}", 100).await.at("/nodes/99/l7/totalCount"), 3_000);
}

async fn an_applicant_is_told_of_no_freeze_above_it(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let applicant = app.company_of(Some(family.child), "Applicant", TenantStatus::Pending).await;
    app.chain.freeze(Actor::central(), family.own, "late payments").await.unwrap();
    let token = app.member("applicant", applicant, Role::Owner).await;
    let ask = async || {
        let document = "{ viewer { reseller { frozen freezes { own placedOn { name } } } memberships { reseller { freezes { own } } } } }";
        app.ask(&token, document, json!({})).await.at("/viewer")
    };
    let told = ask().await;
    assert_eq!(told["reseller"], json!({ "frozen": true, "freezes": [] }));
    assert_eq!(told["memberships"], json!([{ "reseller": { "freezes": [] } }]));
    app.chain.freeze(Actor::central(), applicant, "no papers").await.unwrap();
    let own = json!([{ "own": true, "placedOn": { "name": "Applicant" } }]);
    assert_eq!(ask().await["reseller"]["freezes"], own);
}

/// Every error says so, and there is one.
#[track_caller]
fn assert_too_complex(answer: &Answer, what: &str) {
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    assert!(!errors.is_empty(), "{what}");
    for error in errors {
        assert_eq!(error["extensions"]["code"], "QUERY_TOO_COMPLEX", "{what}: {error}");
    }
}
