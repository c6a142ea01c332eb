//! Companies join by codes.

use std::collections::BTreeSet;

use entity::Role;
use futures_util::future::join_all;
use reseller_network::app::Bounds;
use reseller_network::http::connections::ConnectionLimits;
use reseller_network::http::proxies::Proxies;
use reseller_network::network::referrals::AttemptLimits;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{Chain, why};
use crate::support::app::{Setup, id};
use crate::support::socket::{Served, Socket};
use crate::support::{TestDatabase, on_both_databases};
use crate::upline::later;

on_both_databases!(
    who_joins_is_a_pending_child_of_the_company_whose_code_it_is_and_its_person_the_owner,
    a_code_is_good_however_it_is_typed,
    codes_that_are_no_good_are_answered_alike,
    a_thousand_racing_joins_on_a_code_with_ten_uses_are_ten,
    a_person_who_joins_again_with_the_same_key_has_one_company,
    what_makes_no_company_is_refused_with_the_field_and_uses_nothing_up,
    a_person_has_only_so_many_companies_that_wait,
    who_guesses_codes_is_stopped,
    a_company_below_a_frozen_one_is_frozen,
    who_was_moved_away_is_not_in_the_list_of_those_who_joined,
);

async fn who_joins_is_a_pending_child_of_the_company_whose_code_it_is_and_its_person_the_owner(database: TestDatabase) {
    let chain: Chain<3> = Chain::open(database).await;
    let (code, secret) = chain.code(1, json!({ "maxUses": 5 })).await;
    let before =
        chain.market.ask(&chain.market.token("newcomer"), "{ viewer { memberships { role } } }", json!({})).await;
    assert_eq!(before.at("/viewer/memberships"), json!([]), "a member nowhere");
    let company = chain.joined("newcomer", &secret).await;
    assert_eq!(
        (&company["name"], &company["status"], &company["currency"]),
        (&json!("Newcomer"), &json!("PENDING"), &json!("EUR"))
    );
    assert!(company["slug"].as_str().is_some_and(|slug| slug.starts_with("newcomer-")), "{company}");
    assert_eq!(chain.parent_of(&company["id"]), Some(chain.companies[1]));

    let me = "{ viewer { role reseller { id status } } }";
    let viewer = async || chain.market.ask(&chain.market.token("newcomer"), me, json!({})).await.at("/viewer");
    assert_eq!(viewer().await, json!({ "role": "OWNER", "reseller": { "id": company["id"], "status": "PENDING" } }));
    let approve = "mutation ($id: ID!) { approveReseller(input: { id: $id }) { userErrors { code } } }";
    let approved = async |place| chain.ask(place, approve, json!({ "id": company["id"] })).await;
    assert_eq!(approved(2).await["approveReseller"]["userErrors"][0]["code"], "NOT_FOUND", "it is not above");
    assert_eq!(approved(1).await["approveReseller"]["userErrors"], json!([]));
    assert_eq!(viewer().await["reseller"]["status"], "ACTIVE");

    let listed = chain.listed(1, Value::Null).await;
    assert_eq!((&listed[0]["id"], &listed[0]["uses"], &listed[0]["status"]), (&code, &json!(1), &json!("ACTIVE")));
    let joined = json!({ "nodes": [{ "resellerId": company["id"], "name": "Newcomer" }], "totalCount": 1 });
    assert_eq!(listed[0]["redeemedBy"], joined);
    let document = "{ activity(first: 1, filter: { types: [\"ResellerAdmin.reseller.applied\"] }) { nodes { summary subject { name } } } }";
    chain.market.is_caught_up().await;
    let told = json!([{ "summary": "Newcomer applied to join", "subject": { "name": "Newcomer" } }]);
    for above in [0, 1] {
        assert_eq!(chain.ask(above, document, json!({})).await["activity"]["nodes"], told);
    }
}

async fn a_code_is_good_however_it_is_typed(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (_, secret) = chain.code(1, json!({})).await;
    let typed = [secret.to_lowercase(), secret.replace('-', " "), format!("  {}\n", secret.replace('-', ""))];
    for (number, typed) in typed.iter().enumerate() {
        let joined = chain.joins_as(&format!("person {number}"), typed, "Newcomer", "one").await;
        assert_eq!(joined["userErrors"], json!([]), "{typed:?}");
    }
}

async fn codes_that_are_no_good_are_answered_alike(database: TestDatabase) {
    let chain: Chain<3> = Chain::open(database).await;
    let (_, used_up) = chain.code(1, json!({ "maxUses": 1 })).await;
    chain.joined("newcomer", &used_up).await;
    let (revoked_code, revoked) = chain.code(1, json!({})).await;
    chain.revokes(1, &revoked_code).await;
    let (replaced_code, replaced) = chain.code(1, json!({})).await;
    chain.claims(1, &replaced_code).await;
    let (_, expired) = chain.code(1, json!({ "expiresAt": "2026-11-22T13:00:00Z" })).await;
    let (_, of_one_that_is_off) = chain.code(2, json!({})).await;
    chain.market.chain.deactivate(Actor::central(), chain.companies[2], "closed").await.expect("a company that is off");
    let setup = Setup { clock: later(std::time::Duration::from_hours(10)), ..Setup::default() };
    let chain = Chain(chain.0.restart(setup).await);
    let mut answers = BTreeSet::new();
    let never_issued = "0000-0000-0000-0000-0000".to_owned();
    for secret in
        [never_issued, String::new(), "no such".to_owned(), used_up, revoked, replaced, expired, of_one_that_is_off]
    {
        let joined = chain.joins("somebody", &secret).await;
        assert_eq!(why(&joined), (json!("NOT_FOUND"), json!(["code"])), "{secret:?}");
        answers.insert(joined.to_string());
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

async fn a_thousand_racing_joins_on_a_code_with_ten_uses_are_ten(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (_, secret) = chain.code(1, json!({ "maxUses": 10 })).await;
    let before = chain.market.snapshot().len();
    let race = |number| {
        let (chain, secret) = (&chain, &secret);
        async move { chain.joins_as(&format!("person {number}"), secret, "Newcomer", "one").await }
    };
    let outcomes = join_all((0..1_000).map(race)).await;
    let (joined, refused): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome["userErrors"] == json!([]));
    assert_eq!((joined.len(), refused.len()), (10, 990));
    assert!(refused.iter().all(|outcome| why(outcome) == (json!("NOT_FOUND"), json!(["code"]))));
    let listed = chain.listed(1, json!(["USED_UP"])).await;
    assert_eq!((&listed[0]["uses"], &listed[0]["redeemedBy"]["totalCount"]), (&json!(10), &json!(10)));
    assert_eq!(chain.market.snapshot().len(), before + 10);
    let companies: BTreeSet<_> = joined.iter().map(|outcome| outcome["reseller"]["id"].to_string()).collect();
    assert_eq!(companies.len(), 10);
}

async fn a_person_who_joins_again_with_the_same_key_has_one_company(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (code, secret) = chain.code(1, json!({ "maxUses": 1 })).await;
    let race = join_all((0..10).map(|_| chain.joins("newcomer", &secret))).await;
    let company = &race[0]["reseller"]["id"];
    assert!(race.iter().all(|outcome| outcome["reseller"]["id"] == *company && outcome["userErrors"] == json!([])));
    chain.revokes(1, &code).await;
    assert_eq!(chain.joined("newcomer", &secret).await["id"], *company, "whatever became of the code");
    let other = chain.joins_as("newcomer", &secret, "Another", "joined").await;
    assert_eq!(why(&other), (json!("CONFLICT"), json!(["idempotencyKey"])));
    assert_eq!(why(&chain.joins("somebody", &secret).await).0, "NOT_FOUND", "another person's key is another key");
}

async fn what_makes_no_company_is_refused_with_the_field_and_uses_nothing_up(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (_, secret) = chain.code(1, json!({ "maxUses": 1 })).await;
    for name in ["", " ", "x\ny", &"x".repeat(201)] {
        let refused = chain.joins_as("newcomer", &secret, name, "one").await;
        assert_eq!(why(&refused), (json!("INVALID"), json!(["companyName"])), "{name:?}");
    }
    let refused = chain.joins_as("newcomer", &secret, "Newcomer", " ").await;
    assert_eq!(why(&refused), (json!("INVALID"), json!(["idempotencyKey"])));
    assert_eq!(chain.listed(1, Value::Null).await[0]["uses"], 0);
    chain.joined("newcomer", &secret).await;
}

async fn a_person_has_only_so_many_companies_that_wait(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (_, secret) = chain.code(1, json!({})).await;
    let mut last = Value::Null;
    for number in 0..10 {
        last = chain.joins_as("founder", &secret, "Newcomer", &format!("{number}")).await["reseller"]["id"].clone();
    }
    let one_more = async || chain.joins_as("founder", &secret, "Newcomer", "one more").await;
    assert_eq!(why(&one_more().await).0, "TOO_MANY");
    chain.joined("somebody else", &secret).await;
    let approve = "mutation ($id: ID!) { approveReseller(input: { id: $id }) { userErrors { code } } }";
    chain.ask(1, approve, json!({ "id": last })).await;
    assert_eq!(one_more().await["userErrors"], json!([]), "one of them waits no more");
}

async fn who_guesses_codes_is_stopped(database: TestDatabase) {
    let attempts = AttemptLimits { per_person: 3, per_address: 5 };
    let bounds = Bounds { attempts, ..Bounds::default() };
    let chain: Chain<2> = Chain::open_with(database, Setup { bounds, ..Setup::default() }).await;
    let (_, secret) = chain.code(1, json!({})).await;
    let guess = async |person: &str| why(&chain.joins(person, "0000-0000-0000-0000-0000").await).0;
    for _ in 0..3 {
        assert_eq!(guess("guesser").await, "NOT_FOUND");
    }
    assert_eq!(guess("guesser").await, "TOO_MANY");
    assert_eq!(
        why(&chain.joins("guesser", &secret).await),
        (json!("TOO_MANY"), json!(["code"])),
        "also with a right one"
    );
    chain.joined("newcomer", &secret).await;

    // From one address, whoever it is; what clients say of theirs counts only where a proxy was named.
    let here = chain.market.served(ConnectionLimits::default()).await;
    let guess_from = async |served: &Served, address: &str, person: &str| {
        let headers = [("x-forwarded-for", address)];
        let mut socket =
            Socket::open(served.address, Some("graphql-transport-ws"), &headers).await.expect("a connection");
        socket.init(json!({ "Authorization": format!("Bearer {}", chain.market.token(person)) })).await;
        assert_eq!(socket.message().await["type"], "connection_ack");
        let document = "mutation { joinNetwork(input: { code: \"0\", companyName: \"X\", currency: \"USD\", idempotencyKey: \"one\" }) { userErrors { code } } }";
        socket.say(json!({ "id": "1", "type": "subscribe", "payload": { "query": document } })).await;
        socket.message().await["payload"]["data"]["joinNetwork"]["userErrors"][0]["code"].clone()
    };
    for number in 0..5 {
        assert_eq!(guess_from(&here, &format!("192.0.2.{number}"), &format!("person {number}")).await, "NOT_FOUND");
    }
    assert_eq!(guess_from(&here, "192.0.2.9", "another").await, "TOO_MANY");
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().expect("a network")]);
    let behind = chain.market.served_behind(proxies, ConnectionLimits::default()).await;
    for number in 0..5 {
        let client = format!("someone {number}");
        assert_eq!(guess_from(&behind, "192.0.2.9", &client).await, "NOT_FOUND", "a client of a proxy");
    }
    assert_eq!(guess_from(&behind, "192.0.2.9", "another").await, "TOO_MANY");
    assert_eq!(guess_from(&behind, "192.0.2.10", "another").await, "NOT_FOUND");
}

async fn a_company_below_a_frozen_one_is_frozen(database: TestDatabase) {
    let chain: Chain<2> = Chain::open(database).await;
    let (_, secret) = chain.code(1, json!({})).await;
    chain.market.chain.freeze(Actor::central(), chain.companies[1], "late").await.expect("a freeze");
    let company = chain.joined("newcomer", &secret).await;
    let document = "query ($id: ID!) { reseller(id: $id) { frozen status } }";
    let seen = chain.ask(0, document, json!({ "id": company["id"] })).await;
    assert_eq!(seen["reseller"], json!({ "frozen": true, "status": "PENDING" }));
}

async fn who_was_moved_away_is_not_in_the_list_of_those_who_joined(database: TestDatabase) {
    let chain: Chain<3> = Chain::open(database).await;
    let (_, secret) = chain.code(2, json!({})).await;
    let mut joined = Vec::new();
    for number in 0..3 {
        let company = chain.joined(&format!("person {number}"), &secret).await["id"].clone();
        joined.push(entity::TenantId::parse(company.as_str().expect("an id")).expect("an id"));
    }
    chain.market.chain.move_reseller(Actor::central(), joined[1], chain.companies[0]).await.expect("a move");
    let seen = chain.listed(2, Value::Null).await[0].clone();
    assert_eq!(seen["uses"], 3);
    let names: Vec<_> =
        seen["redeemedBy"]["nodes"].as_array().expect("a list").iter().map(|one| one["resellerId"].clone()).collect();
    assert_eq!(names, [json!(id(joined[2])), json!(id(joined[0]))], "newest first");
    assert_eq!(seen["redeemedBy"]["totalCount"], 2);

    let document = "query ($last: Int, $before: String, $first: Int, $after: String) { referralCodes { nodes {
        redeemedBy(last: $last, before: $before, first: $first, after: $after) { edges { cursor node { resellerId } } pageInfo { hasNextPage hasPreviousPage } } } } }";
    let page =
        async |arguments| chain.ask(2, document, arguments).await["referralCodes"]["nodes"][0]["redeemedBy"].clone();
    let last = page(json!({ "last": 1 })).await;
    assert_eq!(last["edges"][0]["node"]["resellerId"], json!(id(joined[0])));
    assert_eq!(last["pageInfo"], json!({ "hasNextPage": false, "hasPreviousPage": true }));
    let before = page(json!({ "last": 5, "before": last["edges"][0]["cursor"] })).await;
    assert_eq!(before["edges"][0]["node"]["resellerId"], json!(id(joined[2])));
    let after = page(json!({ "first": 1, "after": before["edges"][0]["cursor"] })).await;
    assert_eq!(after["edges"], last["edges"]);
    // A role that reads sees them, too.
    let viewer = chain.market.member("viewer", chain.companies[2], Role::Viewer).await;
    let seen = chain.market.ask(&viewer, "{ referralCodes { nodes { uses } } }", json!({})).await;
    assert_eq!(seen.at("/referralCodes/nodes"), json!([{ "uses": 3 }]));
}
