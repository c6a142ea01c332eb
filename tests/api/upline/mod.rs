//! Upline requests: asked, decided by settings or by a person, done, and told to those who have a part in them.

mod actions;
mod deciding;
mod killed;
mod lists;

use std::time::Duration;

use entity::{Role, TenantId};
use reseller_network::clock::Clock;
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::app::{Setup, id};
use crate::support::market::Market;

/// A line of companies, each with an OWNER of the name of its place: `l0` for the one at the top.
pub(crate) struct Line<const N: usize> {
    pub(crate) market: Market,
    pub(crate) companies: [TenantId; N],
}

impl<const N: usize> Line<N> {
    async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, Setup::default()).await
    }

    pub(crate) async fn open_with(database: TestDatabase, setup: Setup) -> Self {
        let market = Market::open_with(database, setup).await;
        let companies = market.line().await;
        let line = Self { market, companies };
        for (place, company) in companies.iter().enumerate() {
            line.market.grant(&[(&format!("l{place}"), *company, Role::Owner)]).await;
        }
        line
    }

    /// Ends the program, and starts it again as `setup` says.
    pub(crate) async fn restart(self, setup: Setup) -> Self {
        let Self { market: Market { app }, companies } = self;
        Self { market: Market { app: app.restart(setup).await }, companies }
    }

    /// Waits until all that has happened was acted on, and all that is to go on has.
    async fn carries_on(&self) {
        self.market.is_caught_up().await;
        self.market.running().services.upline.work_once().await.expect("work");
    }

    pub(crate) async fn ask(&self, place: usize, document: &str, variables: Value) -> Value {
        self.market.ask(&self.market.token(&format!("l{place}")), document, variables).await.data()
    }

    /// What the company at `place` gets as payload of the mutation `field`.
    pub(crate) async fn done(&self, place: usize, field: &str, input: Value) -> Value {
        let name = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
        let document = format!(
            "mutation ($input: {name}Input!) {{ {field}(input: $input) {{ uplineRequest {{ {SEEN} }} userErrors {{ code field message }} }} }}"
        );
        self.ask(place, &document, json!({ "input": input })).await[field].clone()
    }

    /// The request that comes of it.
    pub(crate) async fn request(&self, place: usize, field: &str, input: Value) -> Value {
        let done = self.done(place, field, input).await;
        assert_eq!(done["userErrors"], json!([]), "{field}");
        done["uplineRequest"].clone()
    }

    /// Why nothing comes of it: the code, and the field.
    async fn refused(&self, place: usize, field: &str, input: Value) -> (String, Value) {
        let done = self.done(place, field, input).await;
        assert_eq!(done["uplineRequest"], Value::Null, "{field}");
        let error = &done["userErrors"][0];
        (error["code"].as_str().unwrap_or_default().to_owned(), error["field"].clone())
    }

    /// Asks for credit: `amount` dollars.
    async fn asks_credit(&self, place: usize, amount: &str, key: &str) -> Value {
        self.request(place, "requestUpline", credit(amount, key)).await
    }

    /// The request `id`, as the company at `place` sees it.
    async fn seen(&self, place: usize, id: &Value) -> Value {
        let document = format!("query ($id: ID!) {{ uplineRequest(id: $id) {{ {SEEN} }} }}");
        self.ask(place, &document, json!({ "id": id })).await["uplineRequest"].clone()
    }

    /// What the company at `place` may owe.
    async fn limits(&self, place: usize) -> Value {
        let document = "{ dashboard { finance { creditLimits { amount currency } } } }";
        self.ask(place, document, json!({})).await["dashboard"]["finance"]["creditLimits"].clone()
    }

    /// From now on the company at `place` does this with what it is asked.
    pub(crate) async fn decides(&self, place: usize, approvals: Value) {
        self.forwards(place, json!({ "approvals": approvals })).await;
    }

    /// From now on these are its rules of what goes up.
    async fn forwards(&self, place: usize, rules: Value) {
        let version = self.ask(place, "{ settings { version } }", json!({})).await["settings"]["version"].clone();
        let document =
            "mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { userErrors { code message } } }";
        let input = json!({ "version": version, "autoForwarding": rules });
        let done = self.ask(place, document, json!({ "input": input })).await;
        assert_eq!(done["updateSettings"]["userErrors"], json!([]));
    }

    fn id(&self, place: usize) -> String {
        id(self.companies[place])
    }

    /// What the feed of the company at `place` says of upline requests, oldest first.
    async fn told(&self, place: usize) -> Vec<String> {
        let document = "{ activity(first: 50, filter: { modules: [NETWORK] }) { nodes { type summary } } }";
        let answer = self.ask(place, document, json!({})).await;
        let nodes = answer["activity"]["nodes"].as_array().cloned().unwrap_or_default();
        let of_requests =
            nodes.iter().filter(|node| node["type"].as_str().is_some_and(|kind| kind.contains("upline_request")));
        of_requests.rev().filter_map(|node| node["summary"].as_str().map(str::to_owned)).collect()
    }
}

const SEEN: &str = "id action status requester { resellerId } target { resellerId } failure { code message }
    hops { reseller { resellerId } decision note }
    request { __typename ... on CreditRequest { amount { amount } note } ... on CatalogAccessRequest { category }
        ... on ForwardOrderRequest { orderReference total { amount } } }
    result { __typename ... on CreditGranted { creditLimit { amount currency } } ... on CatalogAccessGranted { category }
        ... on OrderForwarded { orderReference holder { resellerId } } }";

/// What asks for `amount` dollars of credit.
pub(crate) fn credit(amount: &str, key: &str) -> Value {
    json!({ "request": { "credit": { "amount": { "amount": amount, "currency": "USD" } } }, "idempotencyKey": key })
}

/// Who decided what, in short.
fn decisions(request: &Value) -> Vec<(String, String)> {
    let hops = request["hops"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    hops.iter().map(|hop| (text(&hop["reseller"]["resellerId"]), text(&hop["decision"]))).collect()
}

/// A clock that is so much later than that of tests.
pub(crate) fn later(by: Duration) -> Clock {
    let at = crate::support::app::NOW.0 + i64::try_from(by.as_micros()).expect("a while");
    Clock::reading(move || entity::Timestamp(at))
}
