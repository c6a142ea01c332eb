//! A reseller's life by the API: in force on the next request, and told in the feed.

use entity::{FreezeId, Role, TenantId, TenantStatus};
use serde_json::{Value, json};

use crate::family::Family;
use crate::support::app::{TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_applicant_that_is_approved_acts_on_the_next_request,
    who_is_switched_off_is_signed_in_no_more_and_whoever_is_switched_on_again_is,
    a_freeze_is_in_force_on_the_next_request_of_all_below_until_it_is_taken_away,
    a_move_changes_who_sees_whom_on_the_next_request,
    what_cannot_be_done_is_refused_where_it_stands,
    each_step_of_a_life_is_told_to_those_above,
);

/// A family, with an OWNER for each company that acts.
struct Lives {
    app: TestApp,
    family: Family,
}

impl Lives {
    async fn begin(database: TestDatabase) -> Self {
        let app = TestApp::start(database).await;
        let family = Family::create(&app).await;
        let owners = [("root", family.root), ("own", family.own), ("child", family.child), ("sibling", family.sibling)];
        app.grant(&owners.map(|(who, company)| (who, company, Role::Owner))).await;
        Self { app, family }
    }

    /// What `field` answers to `who` for `input`; all of the company that it answers.
    async fn done(&self, who: &str, field: &str, input: Value) -> Value {
        let name = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
        let seen = "{ id status frozen parent { id } path { id } freezes { id reason own canThaw } }";
        let document = format!(
            "mutation ($input: {name}Input!) {{ {field}(input: $input) {{ reseller {seen} userErrors {{ code field }} }} }}"
        );
        let answer = self.app.ask(&self.app.token(who), &document, json!({ "input": input })).await;
        answer.data()[field].clone()
    }

    async fn is_done(&self, who: &str, field: &str, input: Value) -> Value {
        let done = self.done(who, field, input).await;
        assert_eq!(done["userErrors"], json!([]), "{who} asks {field}");
        done["reseller"].clone()
    }

    /// The code and the field of the refusal.
    async fn refused(&self, who: &str, field: &str, input: Value) -> (String, Value) {
        let done = self.done(who, field, input).await;
        assert_eq!(done["reseller"], Value::Null, "{who} asks {field}");
        let error = &done["userErrors"][0];
        (error["code"].as_str().unwrap_or_default().to_owned(), error["field"].clone())
    }

    /// Why `who` cannot change settings, which asks for nothing but to be one who acts: the code of the error, or of the user error.
    async fn cannot_act(&self, who: &str) -> Option<String> {
        let document = "mutation { updateSettings(input: { version: 77 }) { userErrors { code } } }";
        let answer = self.app.ask(&self.app.token(who), document, json!({})).await.json();
        let code =
            answer.pointer("/errors/0/extensions/code").or(answer.pointer("/data/updateSettings/userErrors/0/code"));
        // No version is 77: who hears that could act.
        code.and_then(Value::as_str).filter(|code| *code != "CONFLICT").map(str::to_owned)
    }

    /// The names of the companies below `who`'s own.
    async fn downline(&self, who: &str) -> Vec<String> {
        let answer = self.app.ask(&self.app.token(who), "{ downline { nodes { name } } }", json!({})).await;
        let nodes = answer.data()["downline"]["nodes"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<_> = nodes.iter().filter_map(|node| node["name"].as_str().map(str::to_owned)).collect();
        names.sort_unstable();
        names
    }
}

async fn an_applicant_that_is_approved_acts_on_the_next_request(database: TestDatabase) {
    let lives = Lives::begin(database).await;
    let applicant = lives.app.company_of(Some(lives.family.own), "Applicant", TenantStatus::Pending).await;
    lives.app.grant(&[("applicant", applicant, Role::Owner)]).await;
    assert_eq!(lives.cannot_act("applicant").await.as_deref(), Some("FORBIDDEN"));
    let approved = lives.is_done("own", "approveReseller", json!({ "id": id(applicant) })).await;
    assert_eq!(approved["status"], "ACTIVE", "as it is now");
    assert_eq!(lives.cannot_act("applicant").await, None);
    let again = lives.refused("own", "approveReseller", json!({ "id": id(applicant) })).await;
    assert_eq!(again, ("CONFLICT".to_owned(), json!(["id"])));
}

async fn who_is_switched_off_is_signed_in_no_more_and_whoever_is_switched_on_again_is(database: TestDatabase) {
    let lives = Lives::begin(database).await;
    let own = id(lives.family.own);
    let off = lives.is_done("root", "deactivateReseller", json!({ "id": own, "reason": "It left" })).await;
    assert_eq!(off["status"], "DEACTIVATED");
    assert_eq!(lives.cannot_act("own").await.as_deref(), Some("FORBIDDEN"));
    assert_eq!(lives.cannot_act("child").await, None, "its downline works on");
    let on = lives.is_done("root", "reactivateReseller", json!({ "id": own })).await;
    assert_eq!(on["status"], "ACTIVE");
    assert_eq!(lives.cannot_act("own").await, None);
}

async fn a_freeze_is_in_force_on_the_next_request_of_all_below_until_it_is_taken_away(database: TestDatabase) {
    let lives = Lives::begin(database).await;
    let document = "mutation ($id: ID!) { freezeSubtree(input: { id: $id, reason: \"Unpaid\" }) { freeze { id canThaw } reseller { frozen } } }";
    let answer = lives.app.ask(&lives.app.token("root"), document, json!({ "id": id(lives.family.own) })).await;
    let frozen = &answer.data()["freezeSubtree"];
    assert_eq!((&frozen["reseller"]["frozen"], &frozen["freeze"]["canThaw"]), (&json!(true), &json!(true)));
    for who in ["own", "child"] {
        assert_eq!(lives.cannot_act(who).await.as_deref(), Some("FROZEN"), "{who}");
    }
    assert_eq!(lives.cannot_act("sibling").await, None);
    let thaw = json!({ "freezeId": frozen["freeze"]["id"], "note": "Paid" });
    assert_eq!(lives.refused("child", "thawSubtree", thaw.clone()).await.0, "FROZEN");
    let thawed = lives.is_done("root", "thawSubtree", thaw.clone()).await;
    assert_eq!((&thawed["frozen"], &thawed["freezes"]), (&json!(false), &json!([])));
    assert_eq!(lives.cannot_act("child").await, None);
    assert_eq!(lives.refused("root", "thawSubtree", thaw).await.0, "NOT_FOUND", "it is gone");
}

async fn a_move_changes_who_sees_whom_on_the_next_request(database: TestDatabase) {
    let lives = Lives::begin(database).await;
    let (child, sibling) = (lives.family.child, lives.family.sibling);
    assert_eq!(lives.downline("own").await, ["Child", "Grandchild", "Youngest"]);
    let moved = lives.is_done("root", "moveReseller", json!({ "id": id(child), "newParentId": id(sibling) })).await;
    assert_eq!(moved["parent"]["id"], json!(id(sibling)), "as it is now");
    assert_eq!(lives.downline("own").await, [""; 0]);
    assert_eq!(lives.downline("sibling").await, ["Child", "Grandchild", "Niece", "Youngest"]);
}

async fn what_cannot_be_done_is_refused_where_it_stands(database: TestDatabase) {
    let lives = Lives::begin(database).await;
    let family = &lives.family;
    lives.app.grant(&[("admin", family.own, Role::Admin)]).await;
    let never_issued = lives.refused("own", "approveReseller", json!({ "id": id(TenantId::generate()) })).await;
    assert_eq!(never_issued, ("NOT_FOUND".to_owned(), json!(["id"])));
    let long = "x".repeat(501);
    let nobody = |field: &str, company: TenantId| match field {
        "moveReseller" => json!({ "id": id(company), "newParentId": id(family.grandchild) }),
        "freezeSubtree" | "deactivateReseller" => json!({ "id": id(company), "reason": "A test" }),
        _ => json!({ "id": id(company) }),
    };
    for field in ["approveReseller", "deactivateReseller", "reactivateReseller", "freezeSubtree", "moveReseller"] {
        for company in [family.parent, family.root, family.sibling, family.stranger] {
            assert_eq!(lives.refused("own", field, nobody(field, company)).await, never_issued, "{field}");
        }
        let itself = lives.refused("own", field, nobody(field, family.own)).await;
        assert_eq!(itself, ("NOT_ALLOWED".to_owned(), json!(["id"])), "{field}: nobody administers itself");
    }
    for (who, field, input, code, about) in [
        (
            "admin",
            "deactivateReseller",
            json!({ "id": id(family.child), "reason": "A test" }),
            "NOT_ALLOWED",
            json!(null),
        ),
        ("own", "deactivateReseller", json!({ "id": id(family.child), "reason": " " }), "INVALID", json!(["reason"])),
        ("own", "freezeSubtree", json!({ "id": id(family.child), "reason": long }), "INVALID", json!(["reason"])),
        ("own", "reactivateReseller", json!({ "id": id(family.child) }), "CONFLICT", json!(["id"])),
        ("own", "thawSubtree", json!({ "freezeId": id(FreezeId::generate()) }), "NOT_FOUND", json!(["freezeId"])),
        (
            "own",
            "thawSubtree",
            json!({ "freezeId": id(FreezeId::generate()), "note": long }),
            "INVALID",
            json!(["note"]),
        ),
        (
            "own",
            "moveReseller",
            json!({ "id": id(family.child), "newParentId": id(family.grandchild) }),
            "INVALID",
            json!(["newParentId"]),
        ),
        (
            "own",
            "moveReseller",
            json!({ "id": id(family.grandchild), "newParentId": id(family.sibling) }),
            "NOT_FOUND",
            json!(["newParentId"]),
        ),
        (
            "own",
            "moveReseller",
            json!({ "id": id(family.grandchild), "newParentId": id(TenantId::generate()) }),
            "NOT_FOUND",
            json!(["newParentId"]),
        ),
    ] {
        assert_eq!(lives.refused(who, field, input.clone()).await, (code.to_owned(), about), "{field} {input}");
    }
}

async fn each_step_of_a_life_is_told_to_those_above(database: TestDatabase) {
    let lives = Lives::begin(database).await;
    let child = id(lives.family.child);
    let document = "mutation ($id: ID!) { freezeSubtree(input: { id: $id, reason: \"Unpaid\" }) { freeze { id } } }";
    let frozen = lives.app.ask(&lives.app.token("own"), document, json!({ "id": child })).await;
    let freeze = frozen.data()["freezeSubtree"]["freeze"]["id"].clone();
    lives.is_done("own", "thawSubtree", json!({ "freezeId": freeze })).await;
    lives.is_done("own", "deactivateReseller", json!({ "id": child, "reason": "It left" })).await;
    lives.is_done("own", "reactivateReseller", json!({ "id": child })).await;
    let grandchild = id(lives.family.grandchild);
    lives.is_done("own", "moveReseller", json!({ "id": grandchild, "newParentId": id(lives.family.own) })).await;
    let feed = "{ activity(first: 5, filter: { modules: [ADMIN] }) { nodes { summary subject { name } } } }";
    let answer = lives.app.ask(&lives.app.token("root"), feed, json!({})).await;
    let nodes = answer.data()["activity"]["nodes"].as_array().cloned().unwrap_or_default();
    let told: Vec<_> = nodes.iter().filter_map(|node| node["summary"].as_str()).collect();
    assert_eq!(
        told,
        [
            "Grandchild was moved, with its downline",
            "Child was reactivated",
            "Child was deactivated: It left",
            "A freeze of Child and its downline was lifted",
            "Child and its downline were frozen: Unpaid",
        ]
    );
}
