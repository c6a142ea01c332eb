//! Referral codes: a company has them made by way of its upline, people join by them, and codes that are no good are all alike.

mod joining;
mod making;

use entity::TenantId;
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::app::{Setup, id};
use crate::upline::Line;

/// A line of companies in which codes are made; `l0` is the OWNER of the one at the top, and so on.
struct Chain<const N: usize>(Line<N>);

impl<const N: usize> std::ops::Deref for Chain<N> {
    type Target = Line<N>;

    fn deref(&self) -> &Line<N> {
        &self.0
    }
}

const CODE: &str = "id lastFour status maxUses uses expiresAt note redeemedBy { nodes { resellerId name } totalCount }";

impl<const N: usize> Chain<N> {
    async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, Setup::default()).await
    }

    async fn open_with(database: TestDatabase, setup: Setup) -> Self {
        Self(Line::open_with(database, setup).await)
    }

    /// What the company at `place` gets that wants a code, and says so with this key.
    async fn generates(&self, place: usize, key: &str, terms: Value) -> Value {
        let document = format!(
            "mutation ($input: GenerateReferralCodeInput!) {{ generateReferralCode(input: $input) {{ code referralCode {{ {CODE} }}
                uplineRequest {{ id status target {{ resellerId }} hops {{ decision }} request {{ ... on ReferralCodeRequest {{ maxUses note }} }}
                    result {{ ... on ReferralCodeGranted {{ referralCode {{ id }} }} }} }}
                userErrors {{ code field message }} }} }}"
        );
        let mut input = terms;
        input["idempotencyKey"] = json!(key);
        self.ask(place, &document, json!({ "input": input })).await["generateReferralCode"].clone()
    }

    /// A code of the company at `place`, and its secret.
    async fn code(&self, place: usize, terms: Value) -> (Value, String) {
        let generated = self.generates(place, &crate::support::market::key(), terms).await;
        assert_eq!(generated["userErrors"], json!([]));
        let secret = generated["code"].as_str().expect("a code that is shown").to_owned();
        (generated["referralCode"]["id"].clone(), secret)
    }

    /// What becomes of the mutation `field` of the code `code`.
    async fn changes(&self, place: usize, field: &str, code: &Value) -> Value {
        let name = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
        let shown = if field.starts_with("claim") { "code" } else { "" };
        let document = format!(
            "mutation ($input: {name}Input!) {{ {field}(input: $input) {{ {shown} referralCode {{ {CODE} }} userErrors {{ code field message }} }} }}"
        );
        self.ask(place, &document, json!({ "input": { "id": code } })).await[field].clone()
    }

    async fn claims(&self, place: usize, code: &Value) -> Value {
        self.changes(place, "claimReferralCode", code).await
    }

    async fn revokes(&self, place: usize, code: &Value) -> Value {
        self.changes(place, "revokeReferralCode", code).await
    }

    /// The codes of the company at `place`, newest first: those in one of these states.
    async fn listed(&self, place: usize, statuses: Value) -> Vec<Value> {
        let document = format!(
            "query ($filter: ReferralCodeFilter) {{ referralCodes(filter: $filter) {{ nodes {{ {CODE} }} totalCount }} }}"
        );
        let listed = self.ask(place, &document, json!({ "filter": { "status": statuses } })).await;
        let nodes = listed["referralCodes"]["nodes"].as_array().cloned().expect("a list");
        assert_eq!(listed["referralCodes"]["totalCount"], json!(nodes.len()));
        nodes
    }

    /// What becomes of the wish of `person` to join with a company.
    async fn joins(&self, person: &str, secret: &str) -> Value {
        self.joins_as(person, secret, "Newcomer", "joined").await
    }

    async fn joins_as(&self, person: &str, secret: &str, company: &str, key: &str) -> Value {
        let document = "mutation ($input: JoinNetworkInput!) { joinNetwork(input: $input) {
            reseller { id name slug status currency } userErrors { code field message } } }";
        let input = json!({ "code": secret, "companyName": company, "currency": "EUR", "idempotencyKey": key });
        let answer = self.market.ask(&self.market.token(person), document, json!({ "input": input })).await;
        answer.data()["joinNetwork"].clone()
    }

    /// The company with which `person` joins.
    async fn joined(&self, person: &str, secret: &str) -> Value {
        let joined = self.joins(person, secret).await;
        assert_eq!(joined["userErrors"], json!([]));
        joined["reseller"].clone()
    }

    fn parent_of(&self, company: &Value) -> Option<TenantId> {
        let chain = self.market.snapshot();
        let node = chain.find(TenantId::parse(company.as_str()?)?)?;
        chain.parent(node).map(|parent| chain.id(parent))
    }

    /// The types of what happened to the company at `place`, oldest first, as far as it is about codes.
    async fn happened(&self, place: usize) -> Vec<String> {
        let events = self.market.events().await;
        let own = events.iter().filter(|event| event.subject_tenant_id == Some(self.companies[place]));
        let kinds = own.filter_map(|event| event.event_type.strip_prefix("ResellerNetwork.referral_code."));
        kinds.map(str::to_owned).collect()
    }
}

/// Why nothing came of a mutation: the code, and the field.
fn why(payload: &Value) -> (Value, Value) {
    (payload["userErrors"][0]["code"].clone(), payload["userErrors"][0]["field"].clone())
}

fn reference<const N: usize>(chain: &Chain<N>, place: usize) -> Value {
    json!({ "resellerId": id(chain.companies[place]) })
}
