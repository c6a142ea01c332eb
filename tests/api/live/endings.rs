//! What ends a subscription that its client did not end.

use std::sync::Arc;
use std::time::Duration;

use entity::Role;
use reseller_network::app::Bounds;
use reseller_network::bus::Deadlines;
use reseller_network::clock::Clock;
use reseller_network::http::connections::ConnectionLimits;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{FEED, Line, have_begun, number};
use crate::support::app::{Setup, TestApp};
use crate::support::faults::{Gate, Gated};
use crate::support::socket::{Heard, Socket};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_subscription_ends_when_its_token_expires,
    a_subscription_ends_when_its_tenant_is_deactivated,
    a_subscription_ends_when_its_person_has_another_role,
    the_programs_end_sends_connections_elsewhere_after_what_is_under_way,
);

const ASKS_CATALOG: &str = "{ viewer { reseller { availableCatalog(first: 1) { nodes { sku } } } } }";

impl Line {
    /// Keeps Catalog from answering until the gate lets it.
    fn catalog_waits(&self) -> Gate {
        let gate = Gate::closed();
        self.app.bus().reroute("catalog.", |behind| Arc::new(Gated { gate: gate.clone(), behind }));
        gate
    }
}

/// What is said of `feed` from here on, and how the connection ends.
async fn rest_of(socket: &mut Socket) -> (Vec<Value>, (u16, String)) {
    let mut said = Vec::new();
    loop {
        match socket.hear().await {
            Heard::Message(message) => said.push(message),
            Heard::Closed(code, reason) => return (said, (code, reason)),
            Heard::Gone => panic!("it ended without a word"),
        }
    }
}

async fn a_subscription_ends_when_its_token_expires(database: TestDatabase) {
    // Catalog is waited for longer than the token is good.
    let deadlines = Deadlines { reads: Duration::from_secs(25), ..Deadlines::default() };
    let bounds = Bounds { deadlines, ..Bounds::default() };
    let setup = Setup { clock: Clock::system(), bounds, ..Setup::default() };
    let line = Line::of(TestApp::start_with(database, setup).await, ConnectionLimits::default()).await;
    line.app.grant(&[("grace", line.own, Role::Owner)]).await;
    let token = line.app.signer.sign("grace", None, None, Duration::from_secs(5)).expect("a token");
    let mut socket = line.served.signed_in(&token).await;
    socket.subscribe("feed", "subscription { activity(filter: { modules: [ORDERS] }) { cursor } }", json!({})).await;
    have_begun(&mut socket).await;
    // What was asked while the token was good is still answered.
    let gate = line.catalog_waits();
    socket.subscribe("slow", ASKS_CATALOG, json!({})).await;
    gate.call().await;
    assert_eq!(socket.message().await, json!({ "id": "feed", "type": "complete" }));
    gate.let_through();
    let (said, ended) = rest_of(&mut socket).await;
    let types: Vec<_> = said.iter().map(|message| (&message["id"], &message["type"])).collect();
    assert_eq!(types, [(&json!("slow"), &json!("next")), (&json!("slow"), &json!("complete"))]);
    assert_eq!(ended, (4401, "The token has expired".to_owned()));
}

async fn a_subscription_ends_when_its_tenant_is_deactivated(database: TestDatabase) {
    let line = Line::open(database).await;
    let filter = json!({ "filter": { "modules": ["ORDERS"] } });
    let (mut own, mut child) = (line.connect("grace", line.own).await, line.connect("ada", line.child).await);
    for socket in [&mut own, &mut child] {
        socket.subscribe("feed", FEED, filter.clone()).await;
        have_begun(socket).await;
    }
    line.app.chain.deactivate(Actor::central(), line.own, "unpaid").await.expect("a deactivation");
    line.happens(line.child, 1).await;
    let (said, ended) = rest_of(&mut own).await;
    assert_eq!(ended, (4403, "Forbidden".to_owned()));
    assert!(said.iter().all(|message| message["type"] != "next"), "it was told of what came after: {said:?}");
    assert_eq!(
        said.iter().filter(|message| message["id"] == "feed").count(),
        1,
        "it was told once that it is over: {said:?}"
    );
    // Those below it work on.
    assert_eq!(number(&child.next_of("feed").await["activity"]), 1);
}

async fn a_subscription_ends_when_its_person_has_another_role(database: TestDatabase) {
    let line = Line::open(database).await;
    let (mut grace, mut ada) = (line.connect("grace", line.own).await, line.connect("ada", line.own).await);
    for socket in [&mut grace, &mut ada] {
        socket.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
        have_begun(socket).await;
    }
    line.app.grant(&[("grace", line.own, Role::Viewer)]).await;
    let (said, ended) = rest_of(&mut grace).await;
    assert_eq!((said, ended), (vec![json!({ "id": "feed", "type": "complete" })], (4403, "Forbidden".to_owned())));
    line.happens(line.child, 1).await;
    assert_eq!(number(&ada.next_of("feed").await["activity"]), 1);
}

async fn the_programs_end_sends_connections_elsewhere_after_what_is_under_way(database: TestDatabase) {
    let line = Line::open(database).await;
    let mut socket = line.connect("grace", line.own).await;
    socket.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
    have_begun(&mut socket).await;
    let strangers = line.served.socket().await;
    // A question that is answered only once the program was asked to end.
    let gate = line.catalog_waits();
    socket.subscribe("slow", ASKS_CATALOG, json!({})).await;
    gate.call().await;
    line.happens(line.child, 1).await;
    assert_eq!(number(&socket.next_of("feed").await["activity"]), 1);
    let stopping = line.served.stop();
    gate.let_through();
    let (said, ended) = rest_of(&mut socket).await;
    assert_eq!(ended, (1001, "The server is going away".to_owned()));
    let of = |id: &str| {
        said.iter().filter(|message| message["id"] == id).map(|message| &message["type"]).collect::<Vec<_>>()
    };
    assert_eq!(of("slow"), ["next", "complete"], "{said:?}");
    assert_eq!(of("feed"), [""; 0], "its client resumes it: {said:?}");
    drop((socket, strangers));
    stopping.await.expect("no panic").expect("a good end");
}
