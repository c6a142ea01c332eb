//! Codes are made, claimed, listed and revoked.

use std::time::Duration;

use reseller_network::bus::contract::admin::{GenerateReferralCode, NewReferralCode, ReferralTerms};
use reseller_network::error::RefusalCode;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{Chain, reference, why};
use crate::support::app::Setup;
use crate::support::market::{admin, refused};
use crate::support::{TestDatabase, on_both_databases};
use crate::upline::later;
use crate::{connect, texts};

on_both_databases!(
    a_company_has_a_code_made_by_super_admin_and_sees_it_once,
    super_admin_makes_its_own,
    what_super_admin_decides_by_hand_is_claimed_when_it_was_made,
    the_same_wish_is_the_same_code_which_is_shown_again_to_nobody,
    a_claim_makes_what_was_shown_before_void_and_can_be_made_for_a_day,
    a_code_that_nobody_saw_is_good_for_nothing_after_a_day,
    the_list_shows_each_code_in_its_state,
    what_makes_no_code_is_refused_with_the_field,
    only_who_may_act_makes_and_changes_codes,
    the_company_at_the_top_alone_decides_about_codes,
    of_racing_claims_each_shown_secret_but_the_last_is_void,
);

const FREE: fn() -> Value = || json!({});

async fn a_company_has_a_code_made_by_super_admin_and_sees_it_once(database: TestDatabase) {
    let chain: Chain<3> = Chain::open(database).await;
    let made = chain.generates(2, "one", json!({ "maxUses": 3, "note": "For the fair" })).await;
    assert_eq!(made["userErrors"], json!([]));
    let (code, request) = (&made["referralCode"], &made["uplineRequest"]);
    let secret = made["code"].as_str().expect("it is shown");
    assert_eq!((secret.len(), code["lastFour"].as_str()), (24, secret.get(20..)));
    assert_eq!((&code["status"], &code["maxUses"], &code["uses"]), (&json!("ACTIVE"), &json!(3), &json!(0)));
    assert_eq!((&code["note"], &code["expiresAt"]), (&json!("For the fair"), &Value::Null));
    assert_eq!(
        (&request["status"], &request["target"]),
        (&json!("COMPLETED"), &reference(&chain, 0)),
        "not its parent"
    );
    assert_eq!(request["hops"], json!([{ "decision": "AUTO" }]));
    assert_eq!(request["request"], json!({ "maxUses": 3, "note": "For the fair" }));
    assert_eq!(request["result"]["referralCode"]["id"], code["id"]);
    assert_eq!(chain.happened(2).await, ["generated", "claimed"]);
    let everything = everything_stored(chain.market.database_url()).await;
    for written in [secret.to_owned(), secret.replace('-', "")] {
        for written in [written.to_lowercase(), written] {
            let hex: String = written.bytes().map(|byte| format!("{byte:02X}")).collect();
            let is_told = everything.contains(&written) || everything.to_uppercase().contains(&hex);
            assert!(!is_told, "nothing that is stored tells a secret");
        }
    }
    assert!(everything.contains(&secret[20..]), "but its last four characters");

    // Who is asked sees that a code was made, and not which.
    let document =
        "query ($id: ID!) { uplineRequest(id: $id) { result { ... on ReferralCodeGranted { referralCode { id } } } } }";
    let seen = chain.ask(0, document, json!({ "id": request["id"] })).await;
    assert_eq!(seen["uplineRequest"]["result"], json!({ "referralCode": null }));
}

/// All rows of all tables, as text.
async fn everything_stored(url: &str) -> String {
    let connection = connect(url).await;
    let (tables, row) = if url.starts_with("postgres") {
        ("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "CAST(t AS TEXT)".to_owned())
    } else {
        ("SELECT name FROM sqlite_master WHERE type = 'table'", String::new())
    };
    let mut everything = String::new();
    for table in texts(&connection, tables).await {
        let row = if row.is_empty() {
            let columns = texts(&connection, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let columns = columns.iter().map(|column| format!("CASE typeof(\"{column}\") WHEN 'blob' THEN hex(\"{column}\") ELSE coalesce(CAST(\"{column}\" AS TEXT), '') END"));
            columns.collect::<Vec<_>>().join(" || ' ' || ")
        } else {
            row.clone()
        };
        everything += &texts(&connection, &format!("SELECT {row} FROM \"{table}\" t")).await.join("\n");
    }
    everything
}

async fn super_admin_makes_its_own(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let made = chain.generates(0, "one", FREE()).await;
    assert_eq!((&made["userErrors"], &made["uplineRequest"]), (&json!([]), &Value::Null));
    let again = chain.generates(0, "one", FREE()).await;
    assert_eq!((&again["referralCode"]["id"], &again["code"]), (&made["referralCode"]["id"], &Value::Null));
    let company = chain.joined("newcomer", made["code"].as_str().expect("it is shown")).await;
    assert_eq!(chain.parent_of(&company["id"]), Some(chain.companies[0]));
}

async fn what_super_admin_decides_by_hand_is_claimed_when_it_was_made(database: TestDatabase) {
    let chain: Chain<3> = Chain::open(database).await;
    chain.decides(0, json!([{ "action": "GENERATE_REFERRAL_CODE", "mode": "MANUAL" }])).await;
    let asked = chain.generates(2, "one", FREE()).await;
    assert_eq!(
        (&asked["userErrors"], &asked["code"], &asked["referralCode"]),
        (&json!([]), &Value::Null, &Value::Null)
    );
    assert_eq!(asked["uplineRequest"]["status"], "PENDING");
    let document = "mutation ($id: ID!) { approveUplineRequest(input: { id: $id }) { userErrors { code } } }";
    let approve = async |place| chain.ask(place, document, json!({ "id": asked["uplineRequest"]["id"] })).await;
    assert_eq!(
        approve(1).await["approveUplineRequest"]["userErrors"][0]["code"],
        "NOT_FOUND",
        "its parent has no part in it"
    );
    assert_eq!(approve(0).await["approveUplineRequest"]["userErrors"], json!([]));

    let made = chain.listed(2, Value::Null).await;
    let claimed = chain.claims(2, &made[0]["id"]).await;
    let secret = claimed["code"].as_str().expect("it is shown");
    assert_eq!(chain.parent_of(&chain.joined("newcomer", secret).await["id"]), Some(chain.companies[2]));
    // Whoever asks again with the key that it used before is told of the code, and not shown it.
    let again = chain.generates(2, "one", FREE()).await;
    assert_eq!((&again["referralCode"]["id"], &again["code"]), (&made[0]["id"], &Value::Null));
}

async fn the_same_wish_is_the_same_code_which_is_shown_again_to_nobody(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (one, again) = (chain.generates(1, "one", FREE()).await, chain.generates(1, "one", FREE()).await);
    assert!(one["code"].is_string());
    assert_eq!((&again["code"], &again["userErrors"]), (&Value::Null, &json!([])));
    assert_eq!(again["referralCode"], one["referralCode"]);
    assert_eq!(again["uplineRequest"], one["uplineRequest"]);
    let other = chain.generates(1, "one", json!({ "maxUses": 2 })).await;
    assert_eq!(why(&other), (json!("CONFLICT"), json!(["idempotencyKey"])));
    assert_eq!(chain.listed(1, Value::Null).await.len(), 1);
}

async fn a_claim_makes_what_was_shown_before_void_and_can_be_made_for_a_day(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (code, first) = chain.code(1, FREE()).await;
    let claimed = chain.claims(1, &code).await;
    let second = claimed["code"].as_str().expect("it is shown").to_owned();
    assert_ne!(first, second);
    assert_eq!(claimed["referralCode"]["lastFour"].as_str(), second.get(20..));
    assert_eq!(why(&chain.joins("somebody", &first).await), (json!("NOT_FOUND"), json!(["code"])));
    chain.joined("newcomer", &second).await;

    let chain = chain.after(Duration::from_hours(24)).await;
    assert_eq!(why(&chain.claims(1, &code).await), (json!("EXPIRED"), json!(["id"])));
    let joined = chain.joins_as("another", &second, "Another", "one").await;
    assert_eq!(joined["userErrors"], json!([]), "what was shown stays good");
}

async fn a_code_that_nobody_saw_is_good_for_nothing_after_a_day(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    chain.decides(0, json!([{ "action": "GENERATE_REFERRAL_CODE", "mode": "MANUAL" }])).await;
    let asked = chain.generates(1, "one", FREE()).await;
    let document = "mutation ($id: ID!) { approveUplineRequest(input: { id: $id }) { userErrors { code } } }";
    chain.ask(0, document, json!({ "id": asked["uplineRequest"]["id"] })).await;
    let code = chain.listed(1, json!(["ACTIVE"])).await[0]["id"].clone();
    let chain = chain.after(Duration::from_hours(24)).await;
    assert_eq!(chain.listed(1, json!(["ACTIVE"])).await, Vec::<Value>::new());
    assert_eq!(chain.listed(1, json!(["EXPIRED"])).await[0]["status"], "EXPIRED");
    assert_eq!(why(&chain.claims(1, &code).await), (json!("EXPIRED"), json!(["id"])));
    let again = chain.generates(1, "one", FREE()).await;
    assert_eq!((&again["code"], &again["userErrors"]), (&Value::Null, &json!([])));
}

async fn the_list_shows_each_code_in_its_state(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (active, _) = chain.code(1, FREE()).await;
    let (used_up, secret) = chain.code(1, json!({ "maxUses": 1 })).await;
    chain.joined("newcomer", &secret).await;
    let (revoked, _) = chain.code(1, json!({ "maxUses": 2 })).await;
    for _ in 0..2 {
        let done = chain.revokes(1, &revoked).await;
        assert_eq!(
            (&done["userErrors"], &done["referralCode"]["status"]),
            (&json!([]), &json!("REVOKED")),
            "also again"
        );
    }
    let (expired, _) = chain.code(1, json!({ "expiresAt": "2026-11-22T13:00:00Z" })).await;
    let chain = chain.after(Duration::from_hours(10)).await;
    let ids = async |statuses| -> Vec<Value> {
        chain.listed(1, statuses).await.iter().map(|code| code["id"].clone()).collect()
    };
    assert_eq!(ids(Value::Null).await, [&expired, &revoked, &used_up, &active].map(Value::clone), "newest first");
    for (status, code) in [("ACTIVE", &active), ("USED_UP", &used_up), ("REVOKED", &revoked), ("EXPIRED", &expired)] {
        assert_eq!(ids(json!([status])).await, std::slice::from_ref(code), "{status}");
        assert_eq!(chain.listed(1, json!([status])).await[0]["status"], status);
    }
    assert_eq!(ids(json!(["ACTIVE", "EXPIRED"])).await, [expired.clone(), active.clone()]);
    assert_eq!(ids(json!([])).await, Vec::<Value>::new());
    for code in [&used_up, &revoked] {
        assert_eq!(why(&chain.claims(1, code).await), (json!("CONFLICT"), json!(["id"])));
    }
    assert_eq!(chain.happened(1).await.iter().filter(|kind| *kind == "revoked").count(), 1);
    // Another company's list is its own.
    assert_eq!(chain.listed(0, Value::Null).await, Vec::<Value>::new());
    let document = "query ($after: String) { referralCodes(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } totalCount } }";
    let page = chain.ask(1, document, json!({})).await["referralCodes"].clone();
    assert_eq!((&page["pageInfo"]["hasNextPage"], &page["totalCount"]), (&json!(true), &json!(4)));
    let rest = chain.ask(1, document, json!({ "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(rest["referralCodes"]["nodes"], json!([{ "id": active }]));
}

async fn what_makes_no_code_is_refused_with_the_field(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    for (terms, field) in [
        (json!({ "maxUses": 0 }), "maxUses"),
        (json!({ "maxUses": -1 }), "maxUses"),
        (json!({ "expiresAt": "2020-01-01T00:00:00Z" }), "expiresAt"),
        (json!({ "note": "x".repeat(501) }), "note"),
        (json!({ "note": "a\u{0}b" }), "note"),
    ] {
        for place in [0, 1] {
            let refused = chain.generates(place, "one", terms.clone()).await;
            assert_eq!(why(&refused), (json!("INVALID"), json!([field])), "{terms}");
            assert_eq!((&refused["uplineRequest"], &refused["referralCode"]), (&Value::Null, &Value::Null));
        }
    }
    let refused = chain.generates(1, "", FREE()).await;
    assert_eq!(why(&refused), (json!("INVALID"), json!(["idempotencyKey"])));
    assert_eq!(chain.generates(1, "one", FREE()).await["userErrors"], json!([]), "nothing was used up");
}

async fn only_who_may_act_makes_and_changes_codes(database: TestDatabase) {
    let chain: Chain<3> = Chain::open(database).await;
    let (code, _) = chain.code(2, FREE()).await;
    // The module that is asked directly makes codes for nobody but the one at the top.
    let new = NewReferralCode { terms: ReferralTerms::default(), idempotency_key: "one".to_owned() };
    let made = async |place: usize| {
        chain.market.bus().call::<GenerateReferralCode>(admin(chain.companies[place]), new.clone()).await
    };
    assert!(made(0).await.is_ok());
    assert_eq!(refused(made(2).await).code, RefusalCode::NotAllowed);

    chain.market.chain.freeze(Actor::central(), chain.companies[1], "late").await.expect("a freeze");
    assert_eq!(why(&chain.generates(2, "two", FREE()).await).0, json!("FROZEN"));
    assert_eq!(why(&chain.claims(2, &code).await).0, json!("FROZEN"));
    assert_eq!(why(&chain.revokes(2, &code).await).0, json!("FROZEN"));
    assert_eq!(chain.listed(2, Value::Null).await.len(), 1, "it reads");
}

async fn the_company_at_the_top_alone_decides_about_codes(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let document = "mutation ($rules: [ApprovalRuleInput!]) { updateSettings(input: { version: 0, autoForwarding: { approvals: $rules } }) {
        userErrors { code field message } } }";
    let rules = json!([{ "action": "GENERATE_REFERRAL_CODE", "mode": "AUTO" }]);
    let update = async |place, rules: Value| {
        chain.ask(place, document, json!({ "rules": rules })).await["updateSettings"].clone()
    };
    let field = |name: &str| json!(["autoForwarding", "approvals", "0", name]);
    assert_eq!(why(&update(1, rules.clone()).await), (json!("INVALID"), field("action")));
    let amount = json!({ "amount": "1.00", "currency": "USD" });
    let about_money = json!([{ "action": "GENERATE_REFERRAL_CODE", "mode": "AUTO", "maxAmount": amount }]);
    assert_eq!(why(&update(0, about_money).await), (json!("INVALID"), field("maxAmount")));
    let document = "{ settings { autoForwarding { approvals { action mode } } } }";
    let shown = async |place| -> Vec<Value> {
        let settings = chain.ask(place, document, json!({})).await["settings"]["autoForwarding"]["approvals"].clone();
        let of_codes = |rule: &&Value| rule["action"] == "GENERATE_REFERRAL_CODE";
        settings.as_array().into_iter().flatten().filter(of_codes).map(|rule| rule["mode"].clone()).collect()
    };
    assert_eq!((shown(0).await, shown(1).await), (vec![json!("AUTO")], Vec::new()), "where nothing was set");
    let manual = json!([{ "action": "GENERATE_REFERRAL_CODE", "mode": "MANUAL" }]);
    assert_eq!(update(0, manual).await["userErrors"], json!([]));
    assert_eq!(shown(0).await, [json!("MANUAL")]);
}

async fn of_racing_claims_each_shown_secret_but_the_last_is_void(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (code, first) = chain.code(1, FREE()).await;
    let claims = futures_util::future::join_all((0..20).map(|_| chain.claims(1, &code))).await;
    let shown: Vec<_> = claims.iter().filter_map(|claim| claim["code"].as_str()).collect();
    let lost = claims.iter().filter(|claim| why(claim).0 == "CONFLICT").count();
    assert_eq!(shown.len() + lost, 20, "shown, or told that somebody else was");
    let mut good = 0;
    for (number, secret) in shown.iter().copied().chain([&*first]).enumerate() {
        let joined = chain.joins_as(&format!("person {number}"), secret, "Newcomer", "one").await;
        good += usize::from(joined["userErrors"] == json!([]));
    }
    assert_eq!(good, 1, "one secret is in force");
}

impl<const N: usize> Chain<N> {
    /// The same, so much later.
    async fn after(self, by: Duration) -> Self {
        let setup = Setup { clock: later(by), ..Setup::default() };
        Self(self.0.restart(setup).await)
    }
}
