//! Credit: what a company may owe its upline.

use entity::{TenantId, UplineRequestId};
use reseller_network::bus::contract::finance::{GrantCredit, RequestCredit};
use reseller_network::error::RefusalCode;
use reseller_network::events::kinds;
use reseller_network::money::{MAX_MINOR, Money};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use crate::support::app::id;
use crate::support::market::{Market, admin, dollars, refused};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    what_is_granted_shows_to_the_company_and_above_it,
    what_was_done_for_a_request_is_not_done_again,
    a_limit_counts_only_while_who_granted_it_is_above,
    nobody_grants_itself_credit,
    a_grant_is_told_to_the_company_and_above_it,
);

/// Grants it on behalf of the company above.
async fn grant(market: &Market, company: TenantId, amount: Money, request: UplineRequestId) {
    let chain = market.snapshot();
    let by = chain.id(chain.parent(chain.find(company).expect("a company")).expect("a parent"));
    let grant = GrantCredit { amount, by, request };
    let granted = market.bus().call_in_tenant::<RequestCredit>(Actor::central(), company, grant).await;
    assert_eq!(granted.expect("a limit"), amount);
}

async fn limits(market: &Market, viewer: TenantId, company: TenantId) -> Value {
    let document =
        "query ($id: ID!) { reseller(id: $id) { summary { finance { creditLimits { amount currency } } } } }";
    let answer = market.ask_as(viewer, document, json!({ "id": id(company) })).await;
    answer.at("/reseller/summary/finance/creditLimits")
}

async fn what_is_granted_shows_to_the_company_and_above_it(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own] = market.line().await;
    assert_eq!(limits(&market, own, own).await, json!([]));
    grant(&market, own, dollars(50_000), UplineRequestId::generate()).await;
    let euros = Money::new(700, iso_currency::Currency::EUR);
    grant(&market, own, euros, UplineRequestId::generate()).await;
    let expected = json!([{ "amount": "7.00", "currency": "EUR" }, { "amount": "500.00", "currency": "USD" }]);
    assert_eq!(limits(&market, own, own).await, expected);
    assert_eq!(limits(&market, root, own).await, expected);
    grant(&market, own, dollars(1), UplineRequestId::generate()).await;
    assert_eq!(limits(&market, own, own).await[1]["amount"], "0.01", "in place of what was there");
}

async fn what_was_done_for_a_request_is_not_done_again(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, own] = market.line().await;
    let request = UplineRequestId::generate();
    grant(&market, own, dollars(100), request).await;
    grant(&market, own, dollars(200), UplineRequestId::generate()).await;
    grant(&market, own, dollars(100), request).await;
    assert_eq!(limits(&market, own, own).await[0]["amount"], "2.00", "another request has changed it since");
}

async fn a_limit_counts_only_while_who_granted_it_is_above(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, parent, own] = market.line().await;
    grant(&market, own, dollars(100), UplineRequestId::generate()).await;
    market.chain.move_reseller(Actor::central(), own, root).await.expect("a move");
    assert_eq!(limits(&market, own, own).await, json!([]), "its parent granted it");
    market.chain.move_reseller(Actor::central(), own, parent).await.expect("a move");
    assert_eq!(limits(&market, own, own).await[0]["amount"], "1.00");
}

async fn nobody_grants_itself_credit(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own] = market.line().await;
    let ask = async |actor, company, amount| {
        let grant = GrantCredit { amount, by: root, request: UplineRequestId::generate() };
        refused(market.bus().call_in_tenant::<RequestCredit>(actor, company, grant).await).code
    };
    assert_eq!(ask(admin(own), own, dollars(1)).await, RefusalCode::NotAllowed);
    assert_eq!(ask(Actor::central(), root, dollars(1)).await, RefusalCode::Conflict, "nobody is above");
    let other = market.company(Some(own), "Another").await;
    assert_eq!(
        ask(Actor::central(), other, dollars(1)).await,
        RefusalCode::Conflict,
        "the one above has not granted it"
    );
    for minor in [0, -1, MAX_MINOR + 1] {
        assert_eq!(ask(Actor::central(), own, dollars(minor)).await, RefusalCode::Invalid, "{minor}");
    }
    assert_eq!(limits(&market, own, own).await, json!([]));
}

async fn a_grant_is_told_to_the_company_and_above_it(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own] = market.line().await;
    for minor in [100, 200] {
        grant(&market, own, dollars(minor), UplineRequestId::generate()).await;
    }
    let document = "query ($types: [String!]) { activity(first: 2, filter: { types: $types }) { nodes { summary data
        details { ... on CreditLimitChanged { limit { amount } oldLimit { amount } } } } } }";
    let told = async |viewer| {
        let answer = market.ask_as(viewer, document, json!({ "types": [kinds::CREDIT_GRANTED] })).await;
        answer.at("/activity/nodes")
    };
    let seen = told(own).await;
    assert_eq!(seen[0]["data"]["grantedBy"], id(root));
    assert_eq!(seen[0]["details"], json!({ "limit": { "amount": "2.00" }, "oldLimit": { "amount": "1.00" } }));
    assert_eq!(seen[1]["details"]["oldLimit"], Value::Null);
    let seen = told(root).await;
    assert_eq!(seen[0]["data"], json!({ "currency": "USD", "limitMinor": 200, "oldLimitMinor": 100 }));
    assert_eq!(seen[0]["summary"], "Level 1 may owe 2.00 USD");
}
