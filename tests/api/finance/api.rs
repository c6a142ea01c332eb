//! Ledgers and payments through the API.

use entity::LedgerEntryId;
use reseller_network::bus::Alias;
use reseller_network::bus::contract::finance::ListEntries;
use serde_json::{Value, json};

use crate::support::app::id;
use crate::support::faults::Failing;
use crate::support::market::{Market, key};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_payment_is_recorded_and_shown_on_both_sides,
    what_no_payment_is_is_told_where_it_stands,
    a_ledger_is_paged_and_filtered,
    an_entry_is_found_by_its_id_by_its_owner_alone,
    a_finance_module_that_is_down_is_told,
);

const PAY: &str = "mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) {
    entry { id at amount { amount currency } balance { amount } counterparty { resellerId name } reason order { id } }
    userErrors { code field message } } }";

const LEDGER: &str = "query ($currency: Currency, $first: Int, $after: String, $last: Int, $before: String) {
    ledgerEntries(currency: $currency, first: $first, after: $after, last: $last, before: $before) {
        nodes { id amount { amount currency } balance { amount } reason } edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

fn payment(from: &str, amount: &str, currency: &str) -> Value {
    json!({ "from": from, "amount": { "amount": amount, "currency": currency }, "idempotencyKey": key() })
}

async fn a_payment_is_recorded_and_shown_on_both_sides(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, parent, child] = market.line().await;
    let mut input = payment(&id(child), "12.5", "USD");
    input["reference"] = json!("Invoice 7");
    let paid = market.ask_as(parent, PAY, json!({ "input": input })).await.at("/recordPayment");
    let entry = json!({
        "id": paid["entry"]["id"], "at": "2026-11-22T12:00:00Z", "amount": { "amount": "-12.50", "currency": "USD" },
        "balance": { "amount": "-12.50" }, "counterparty": { "resellerId": id(child), "name": "Level 2" },
        "reason": "Payment Invoice 7", "order": null,
    });
    assert_eq!(paid, json!({ "entry": entry, "userErrors": [] }));
    let again = market.ask_as(parent, PAY, json!({ "input": input })).await.at("/recordPayment");
    assert_eq!(again, paid, "the same key is the same payment");
    let nodes = market.ask_as(child, LEDGER, json!({})).await.at("/ledgerEntries/nodes");
    assert_eq!(nodes.as_array().map(Vec::len), Some(1));
    assert_eq!((&nodes[0]["amount"]["amount"], &nodes[0]["reason"]), (&json!("12.50"), &json!("Payment Invoice 7")));
}

async fn what_no_payment_is_is_told_where_it_stands(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, parent, child] = market.line().await;
    let refused = async |input: Value| {
        let answer = market.ask_as(parent, PAY, json!({ "input": input })).await.at("/recordPayment");
        assert_eq!(answer["entry"], Value::Null);
        (answer["userErrors"][0]["code"].clone(), answer["userErrors"][0]["field"].clone())
    };
    let invalid = |field: Value| (json!("INVALID"), field);
    assert_eq!(refused(payment(&id(child), "0", "USD")).await, invalid(json!(["amount"])));
    assert_eq!(refused(payment(&id(child), "-1", "USD")).await, invalid(json!(["amount"])));
    assert_eq!(refused(payment(&id(child), "1.005", "USD")).await, invalid(json!(["amount", "amount"])));
    assert_eq!(refused(payment(&id(root), "1", "USD")).await, (json!("NOT_FOUND"), json!(["from"])));
    assert_eq!(refused(payment(&id(parent), "1", "USD")).await, (json!("NOT_ALLOWED"), json!(["from"])));
    let nonsense = market.ask_as(parent, PAY, json!({ "input": payment("nonsense", "1", "USD") })).await;
    assert_eq!(nonsense.wrong_argument(), "input.from");
}

async fn a_ledger_is_paged_and_filtered(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, parent, child] = market.line().await;
    for (amount, currency) in [("1", "USD"), ("2", "EUR"), ("3", "USD"), ("4", "USD"), ("5", "EUR")] {
        let input = payment(&id(child), amount, currency);
        market.ask_as(parent, PAY, json!({ "input": input })).await.data();
    }
    let page = async |variables: Value| market.ask_as(child, LEDGER, variables).await.at("/ledgerEntries");
    let amounts = |page: &Value| {
        let nodes = page["nodes"].as_array().expect("nodes");
        nodes.iter().map(|node| node["amount"]["amount"].as_str().expect("an amount").to_owned()).collect::<Vec<_>>()
    };
    let first = page(json!({ "first": 2 })).await;
    assert_eq!(
        (amounts(&first), &first["pageInfo"]["hasNextPage"]),
        (vec!["5.00".into(), "4.00".into()], &json!(true))
    );
    let rest = page(json!({ "first": 10, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(amounts(&rest), ["3.00", "2.00", "1.00"]);
    let last = page(json!({ "last": 1 })).await;
    assert_eq!((amounts(&last), &last["pageInfo"]["hasPreviousPage"]), (vec!["1.00".into()], &json!(true)));
    assert_eq!(amounts(&page(json!({ "last": 2, "before": last["pageInfo"]["startCursor"] })).await), ["3.00", "2.00"]);
    let euros = page(json!({ "currency": "EUR" })).await;
    assert_eq!(amounts(&euros), ["5.00", "2.00"]);
    assert_eq!(euros["nodes"][0]["balance"]["amount"], "7.00");
    let wrong = market.ask_as(child, LEDGER, json!({ "after": "nonsense" })).await;
    assert_eq!(wrong.wrong_argument(), "after");
}

async fn an_entry_is_found_by_its_id_by_its_owner_alone(database: TestDatabase) {
    const NODE: &str = "query ($id: ID!) { node(id: $id) { __typename id ... on LedgerEntry { amount { amount } } } }";
    let market = Market::open(database).await;
    let [_, parent, child] = market.line().await;
    let input = payment(&id(child), "1", "USD");
    let entry = market.ask_as(parent, PAY, json!({ "input": input })).await.at("/recordPayment/entry/id");
    let found = market.ask_as(parent, NODE, json!({ "id": entry })).await.at("/node");
    assert_eq!(found, json!({ "__typename": "LedgerEntry", "id": entry, "amount": { "amount": "-1.00" } }));
    let other_side = market.ask_as(child, NODE, json!({ "id": entry })).await;
    let never = market.ask_as(child, NODE, json!({ "id": id(LedgerEntryId::generate()) })).await;
    assert_eq!(other_side.whole(), never.whole());
    assert_eq!(never.at("/node"), Value::Null);
}

async fn a_finance_module_that_is_down_is_told(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root] = market.line().await;
    market.switch_of(ListEntries::NAME).to(Failing);
    let answer = market.ask_as(root, "{ ledgerEntries { nodes { id } } viewer { role } }", json!({})).await;
    assert_eq!(answer.json()["data"], json!({ "ledgerEntries": null, "viewer": { "role": "ADMIN" } }));
    assert_eq!(answer.code(), "MODULE_UNAVAILABLE");
}
