//! What other programs publish, as they publish it: over HTTP, with a service's token.

mod effects;
mod modes;
mod once;
mod waiting;

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use entity::{TenantId, Timestamp};
use reseller_network::auth::Grant;
use serde_json::{Map, Value, json};
use time::macros::date;

use crate::performance::World;
use crate::support::TestDatabase;
use crate::support::app::{Answer, TestApp};

/// Where the modules of tests publish from.
const SOURCE: &str = "urn:modules:elsewhere";

/// A chain, and a module elsewhere that publishes events about it.
struct Elsewhere {
    world: World,
    token: String,
}

impl std::ops::Deref for Elsewhere {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Elsewhere {
    async fn open(database: TestDatabase) -> Self {
        let world = World::open(database, date!(2026 - 11 - 20)).await;
        let token = service_token(&world, &[SOURCE], &["Reseller"]);
        Self { world, token }
    }

    /// Publishes an event that must be taken in, and answers what has become of it.
    async fn publish(&self, event: &Value) -> String {
        let answer = self.post("application/cloudevents+json", event.to_string()).await;
        assert!(answer.status.is_success(), "{event}: {}", answer.body);
        answer.json()["outcome"].as_str().expect("an outcome").to_owned()
    }

    /// Publishes several at once, and answers what has become of each.
    async fn publish_all(&self, events: &[Value]) -> Vec<Value> {
        let answer = self.post("application/cloudevents-batch+json", Value::Array(events.to_vec()).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json().as_array().expect("an answer for each").clone()
    }

    async fn post(&self, content_type: &str, body: String) -> Answer {
        post(&self.world, &self.token, &[("content-type", content_type)], body).await
    }

    /// All that waits: what for, and why.
    async fn waiting(&self) -> Vec<(String, Option<String>, String)> {
        let waiting = reseller_network::modules::intake::waiting(self.central()).await.expect("what waits");
        waiting.into_iter().map(|event| (event.event_id, event.waits_for, event.reason)).collect()
    }

    /// The company of this name.
    fn named(&self, name: &str) -> Option<TenantId> {
        let chain = self.snapshot();
        chain.find_named(name).map(|node| chain.id(node))
    }
}

fn service_token(app: &TestApp, sources: &[&str], types: &[&str]) -> String {
    let owned = |prefixes: &[&str]| prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
    let grant = Grant::new(owned(sources), owned(types)).expect("a grant");
    app.signer.sign_service("elsewhere", &grant, Duration::from_mins(10)).expect("a token")
}

async fn post(app: &TestApp, token: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let request = Request::post("/events").header("authorization", format!("Bearer {token}"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    app.send(request.body(Body::from(body)).expect("a request")).await
}

/// An event of the module elsewhere.
#[expect(clippy::needless_pass_by_value, reason = "it is written where it is used")]
fn event(id: &str, event_type: &str, subject: &str, data: Value) -> Value {
    json!({ "specversion": "1.0", "source": SOURCE, "id": id, "type": event_type, "subject": subject, "data": data })
}

fn with(mut event: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("members") };
    event.as_object_mut().expect("an event").extend(members);
    event
}

/// What is told of an order that was placed at `placed_at`.
fn order(id: &str, to: &str, amount_minor: i64, placed_at: Timestamp) -> Value {
    let told: Map<String, Value> = [
        ("orderId", json!(id)),
        ("from", Value::Null),
        ("to", json!(to)),
        ("amountMinor", json!(amount_minor)),
        ("currency", json!("USD")),
        ("placedAt", json!(placed_at.to_rfc3339())),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    Value::Object(told)
}

const APPROVED: &str = "ResellerAdmin.reseller.approved";
const DEACTIVATED: &str = "ResellerAdmin.reseller.deactivated";
const REACTIVATED: &str = "ResellerAdmin.reseller.reactivated";
const FROZEN: &str = "ResellerAdmin.reseller.subtree_frozen";
const THAWED: &str = "ResellerAdmin.reseller.subtree_thawed";
const MOVED: &str = "ResellerAdmin.reseller.moved";
const PRICING: &str = "ResellerCatalog.catalog.pricing.updated";
const STATUS: &str = "ResellerOrders.chain_order.status_changed";
const DELIVERED: &str = "ResellerOrders.chain_order.delivered";
