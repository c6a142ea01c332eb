//! The feed as it grows, on connections that stay.

mod endings;
mod events;
mod feed;
mod protocol;
pub(crate) mod scope;
mod slow;
mod soak;

use entity::{Role, TenantId};
use reseller_network::clock::Clock;
use reseller_network::events::{Fact, kinds};
use reseller_network::http::connections::ConnectionLimits;
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::app::TestApp;
use crate::support::socket::{Served, Socket};

/// What a subscriber asks for.
const FEED: &str = "subscription ($filter: ActivityFilter, $after: String) { activity(filter: $filter, after: $after) { cursor node { id type distance data } } }";

/// A chain of three companies, each below the one before, and the program that serves it.
struct Line {
    app: TestApp,
    served: Served,
    root: TenantId,
    own: TenantId,
    child: TenantId,
}

impl Line {
    async fn open(database: TestDatabase) -> Self {
        Self::with(database, ConnectionLimits::default()).await
    }

    async fn with(database: TestDatabase, limits: ConnectionLimits) -> Self {
        Self::of(TestApp::start_at(database, Clock::system()).await, limits).await
    }

    async fn of(app: TestApp, limits: ConnectionLimits) -> Self {
        let root = app.company(None, "Root").await;
        let own = app.company(Some(root), "Own").await;
        let child = app.company(Some(own), "Child").await;
        let served = app.served(limits).await;
        Self { app, served, root, own, child }
    }

    /// A connection of a new owner of `company`.
    async fn connect(&self, name: &str, company: TenantId) -> Socket {
        let token = self.app.member(name, company, Role::Owner).await;
        // That they have come is not to be news to them.
        self.app.is_caught_up().await;
        self.served.signed_in(&token).await
    }

    /// Something happens to `company` that all above see. Its data have this number.
    async fn happens(&self, company: TenantId, number: usize) {
        self.happen(company, &[number], "PLACED").await;
    }

    /// Several such things happen at once.
    async fn happen(&self, company: TenantId, numbers: &[usize], text: &str) {
        let data = |number: &usize| json!({ "orderId": format!("order {number}"), "to": text });
        let fact = |number| Fact { kind: kinds::ORDER_STATUS_CHANGED, subject: company, data: data(number) };
        self.app.record_all(numbers.iter().map(fact)).await;
    }

    /// All that the query shows of the feed of a new owner of `company`, oldest first: cursors and nodes.
    async fn feed(&self, name: &str, company: TenantId, filter: Value) -> Vec<Value> {
        let token = self.app.member(name, company, Role::Owner).await;
        self.app.is_caught_up().await;
        let query =
            "query ($filter: ActivityFilter, $before: String) { activity(last: 100, filter: $filter, before: $before) {
            edges { cursor node { id type distance data } } pageInfo { hasPreviousPage startCursor } } }";
        let (mut feed, mut before) = (Vec::new(), Value::Null);
        loop {
            let answer = self.app.ask(&token, query, json!({ "filter": filter, "before": before })).await;
            let page = answer.at("/activity/edges").as_array().expect("events").clone();
            feed.extend(page.into_iter().rev());
            if !answer.at("/activity/pageInfo/hasPreviousPage").as_bool().expect("whether there is more") {
                return feed;
            }
            before = answer.at("/activity/pageInfo/startCursor");
        }
    }
}

/// The number that an event was given.
fn number(edge: &Value) -> usize {
    let order = edge["node"]["data"]["orderId"].as_str().expect("an order");
    order.trim_start_matches("order ").parse().expect("a number")
}

/// Asks a question that is answered at once, after subscriptions: by then they have begun.
async fn have_begun(socket: &mut Socket) {
    socket.subscribe("begun", "{ __typename }", json!({})).await;
    assert_eq!(socket.next_of("begun").await, json!({ "__typename": "Query" }));
    assert_eq!(socket.message().await, json!({ "id": "begun", "type": "complete" }));
}
