//! The Superstore: what the API says of every company and every month is what a recount of the files says, to the cent.

use std::collections::BTreeMap;

use entity::{Role, TenantId};
use iso_currency::Currency;
use reseller_network::money::Money;
use serde_json::{Value, json};

use crate::figures::superstore::{imported, recount};
use crate::support::app::{TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(every_company_and_month_is_what_the_files_say);

const MONTHS: &str = "query ($id: ID!) {
  performance(rootId: $id, period: { range: { from: \"2014-01-01\", to: \"2018-12-31\" } }) {
    orderCount totals { revenue { amount currency } } series(groupBy: MONTH) { start orderCount revenue { amount currency } } } }";

async fn every_company_and_month_is_what_the_files_say(database: TestDatabase) {
    let (_, chain) = imported(&database).await;
    let app = TestApp::start(database).await;
    let root = chain.id(chain.root().expect("a root"));
    let token = app.member("somebody", root, Role::Viewer).await;

    let mut expected: BTreeMap<TenantId, BTreeMap<String, (i64, i64)>> = BTreeMap::new();
    for ((company, month, _), (orders, revenue)) in recount(&chain) {
        let of_month = expected.entry(company).or_default().entry(month).or_default();
        *of_month = (of_month.0 + orders, of_month.1 + revenue);
    }
    let mut companies = 0;
    for company in chain.preorder(chain.root().expect("a root"), None).map(|(node, _)| chain.id(node)) {
        let answer = app.ask(&token, MONTHS, json!({ "id": id(company) })).await.at("/performance");
        assert_eq!(months(&answer), expected.remove(&company).unwrap_or_default());
        companies += 1;
        if company == root {
            let all = json!([{ "revenue": { "amount": "2297201.07", "currency": "USD" } }]);
            assert_eq!((&answer["orderCount"], &answer["totals"]), (&json!(5_009), &all));
        }
    }
    assert_eq!((companies, expected.len()), (659, 0));
}

/// The months in which anything was ordered.
fn months(performance: &Value) -> BTreeMap<String, (i64, i64)> {
    let points = performance["series"].as_array().expect("a series").iter();
    let month = |point: &Value| {
        let cents = |amount: &Value| {
            let read = Money::parse(amount["amount"].as_str().expect("an amount"), Currency::USD);
            assert_eq!(amount["currency"], json!("USD"));
            read.expect("dollars").minor
        };
        let revenue = point["revenue"].as_array().expect("amounts").iter().map(cents).sum();
        let start = point["start"].as_str().expect("a day");
        (start[..7].to_owned(), (point["orderCount"].as_i64().expect("a number"), revenue))
    };
    points.map(month).filter(|(_, (orders, _))| *orders > 0).collect()
}
