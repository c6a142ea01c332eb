//! Who may sell what.

use entity::{Role, TenantId, TenantStatus};
use reseller_network::events::kinds;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{Shop, about, accepted, refused};
use crate::support::app::id;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_grant_is_cut_by_every_level_above,
    a_parent_grants_and_no_other_company,
    who_may_grant_by_role_and_state,
    of_a_parent_that_is_switched_off_the_next_active_company_grants,
    a_grant_counts_only_while_its_granter_is_above,
    what_cannot_be_granted_is_refused_where_it_stands,
    a_grant_is_told,
);

async fn a_grant_is_cut_by_every_level_above(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let family = &shop.family;
    let payload = shop.grant_access("root", family.parent, json!(["Office", "Furniture", "Office"])).await;
    accepted(&payload);
    let granted = json!({ "all": false, "categories": ["Furniture", "Office"] });
    assert_eq!(payload["reseller"], json!({ "id": id(family.parent), "catalogAccess": granted }));
    accepted(&shop.grant_access("own", family.child, json!(["Light", "Office"])).await);
    for (who, sold) in [
        ("root", &["CHAIR", "LAMP", "PEN", "STOOL"][..]),
        ("parent", &["CHAIR", "PEN", "STOOL"]),
        ("own", &["CHAIR", "PEN", "STOOL"]),
        ("child", &["PEN"]),
        ("grandchild", &["PEN"]),
        ("stranger", &["CHAIR", "LAMP", "PEN", "STOOL"]),
    ] {
        assert_eq!(shop.sold_by(who).await, sold, "{who}");
    }
    let seen = access(&shop, "parent", family.child).await;
    assert_eq!(seen, json!({ "all": false, "categories": ["Light", "Office"] }), "as it was granted");
    assert_eq!(access(&shop, "own", family.own).await, json!({ "all": true, "categories": [] }));
    accepted(&shop.grant_access("own", family.child, json!([])).await);
    assert_eq!(shop.sold_by("grandchild").await, [""; 0]);
    accepted(&shop.grant_access("own", family.child, Value::Null).await);
    assert_eq!(shop.sold_by("grandchild").await, ["CHAIR", "PEN", "STOOL"]);
}

async fn a_parent_grants_and_no_other_company(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let family = &shop.family;
    let never_issued = shop.grant_access("own", TenantId::generate(), json!(["Light"])).await;
    assert_eq!(refused(&never_issued), about("NOT_FOUND", "resellerId"));
    for (who, to) in [
        ("own", family.sibling),
        ("own", family.parent),
        ("own", family.root),
        ("own", family.stranger),
        ("sibling", family.own),
    ] {
        assert_eq!(shop.grant_access(who, to, json!(["Light"])).await, never_issued, "{who}");
    }
    for (who, to) in [("own", family.own), ("root", family.root), ("own", family.grandchild), ("root", family.own)] {
        assert_eq!(
            refused(&shop.grant_access(who, to, json!(["Light"])).await),
            about("NOT_ALLOWED", "resellerId"),
            "{who}"
        );
    }
    assert_eq!(shop.sold_by("grandchild").await.len(), 4);
    accepted(&shop.grant_access("child", family.grandchild, json!(["Light"])).await);
}

async fn who_may_grant_by_role_and_state(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let own = shop.family.own;
    let applicant = shop.company_of(Some(own), "Applicant", TenantStatus::Pending).await;
    shop.app.grant(&[("viewer", own, Role::Viewer), ("admin", own, Role::Admin)]).await;
    shop.app.grant(&[("applicant", applicant, Role::Owner)]).await;
    assert_eq!(refused(&shop.grant_access("viewer", shop.family.child, json!([])).await), about("NOT_ALLOWED", ""));
    accepted(&shop.grant_access("admin", shop.family.child, json!([])).await);
    accepted(&shop.grant_access("admin", applicant, json!([])).await);
    for field in ["catalogAccess { all }", "availableCatalog { totalCount }"] {
        let document = format!("{{ viewer {{ reseller {{ name {field} }} }} }}");
        let answer = shop.ask(&shop.token("applicant"), &document, json!({})).await;
        assert_eq!(answer.code(), "FORBIDDEN", "who waits for approval sees no prices");
        assert_eq!(answer.json()["data"]["viewer"]["reseller"]["name"], "Applicant", "and the rest");
    }
    shop.chain.freeze(Actor::central(), own, "late").await.expect("a freeze");
    assert_eq!(refused(&shop.grant_access("admin", shop.family.child, Value::Null).await), about("FROZEN", ""));
}

async fn of_a_parent_that_is_switched_off_the_next_active_company_grants(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let family = &shop.family;
    for company in [family.own, family.child] {
        shop.chain.deactivate(Actor::central(), company, "closed").await.expect("it is off");
    }
    let of_root = shop.grant_access("root", family.grandchild, json!(["Light"])).await;
    assert_eq!(refused(&of_root), about("NOT_ALLOWED", "resellerId"));
    accepted(&shop.grant_access("parent", family.grandchild, json!(["Light"])).await);
    assert_eq!(shop.sold_by("grandchild").await, ["LAMP"]);
    shop.chain.reactivate(Actor::central(), family.child).await.expect("it is on");
    assert_eq!(shop.sold_by("grandchild").await, ["LAMP"], "it counts on");
    let of_parent = shop.grant_access("parent", family.grandchild, json!(["Office"])).await;
    assert_eq!(refused(&of_parent), about("NOT_ALLOWED", "resellerId"));
    accepted(&shop.grant_access("child", family.grandchild, json!(["Office"])).await);
    assert_eq!(shop.sold_by("grandchild").await, ["PEN"]);
}

async fn a_grant_counts_only_while_its_granter_is_above(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let family = &shop.family;
    accepted(&shop.grant_access("own", family.child, json!(["Light"])).await);
    let moved = async |to| shop.chain.move_reseller(Actor::central(), family.child, to).await.expect("a move");
    moved(family.stranger).await;
    assert_eq!(shop.sold_by("child").await.len(), 4);
    assert_eq!(access(&shop, "stranger", family.child).await, json!({ "all": true, "categories": [] }));
    let below = shop.company(Some(family.own), "Below").await;
    moved(below).await;
    assert_eq!(shop.sold_by("child").await, ["LAMP"], "above again, if not directly");
    assert_eq!(access(&shop, "own", family.child).await["all"], false);
}

async fn what_cannot_be_granted_is_refused_where_it_stands(database: TestDatabase) {
    let shop = Shop::open(database).await;
    let child = id(shop.family.child);
    for (input, field) in [
        (json!({}), "categories"),
        (json!({ "all": false }), "categories"),
        (json!({ "all": true, "categories": ["Light"] }), "categories"),
        (json!({ "categories": ["Light", ""] }), "categories.1"),
        (json!({ "categories": vec!["x"; 1_001] }), "categories"),
    ] {
        let mut input = input;
        input["resellerId"] = json!(child);
        let payload = shop.change("own", "setCatalogAccess", "userErrors { code field }", input).await;
        assert_eq!(refused(&payload), about("INVALID", field), "{payload}");
    }
    let no_id = "mutation { setCatalogAccess(input: { resellerId: \"x\", all: true }) { userErrors { code } } }";
    assert_eq!(shop.ask(&shop.token("own"), no_id, json!({})).await.wrong_argument(), "input.resellerId");
}

async fn a_grant_is_told(database: TestDatabase) {
    let shop = Shop::open(database).await;
    for _ in 0..2 {
        accepted(&shop.grant_access("own", shop.family.child, json!(["Light"])).await);
    }
    let told = shop.events().await.into_iter().filter(|event| event.event_type == kinds::ACCESS_CHANGED);
    let told: Vec<_> = told.map(|event| (event.subject_tenant_id, event.data)).collect();
    let granted = json!({ "all": false, "categories": ["Light"], "grantedBy": shop.family.own });
    assert_eq!(told, [(Some(shop.family.child), granted)], "once");
}

/// What was granted to `to`, as `who` sees it.
async fn access(shop: &Shop, who: &str, to: TenantId) -> Value {
    let document = "query ($id: ID!) { reseller(id: $id) { catalogAccess { all categories } } }";
    shop.ask(&shop.token(who), document, json!({ "id": id(to) })).await.at("/reseller/catalogAccess")
}
