//! What a subscriber is told of.

use std::time::Duration;

use entity::{Role, Timestamp};
use futures_util::future::join_all;
use reseller_network::clock::Clock;
use reseller_network::events::kinds;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{FEED, Line, have_begun, number};
use crate::performance::DAY;
use crate::support::app::id;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_subscriber_is_told_of_each_event_once_in_the_order_of_the_query,
    who_was_cut_off_goes_on_after_its_cursor_and_misses_nothing,
    filters_let_through_what_they_let_through_in_the_query,
    a_subscriber_never_sees_an_event_of_an_owner_outside_its_scope,
    subscribers_with_the_same_tenant_role_document_and_variables_share_one_execution_per_event,
    what_a_subscriber_asks_for_may_stand_in_fragments,
    a_cursor_older_than_what_is_kept_is_refused,
    a_cursor_that_nobody_was_given_is_refused_and_disturbs_nobody,
    a_subscription_about_a_company_ends_when_that_is_moved_out_of_sight,
);

async fn a_subscriber_is_told_of_each_event_once_in_the_order_of_the_query(database: TestDatabase) {
    let line = Line::open(database).await;
    let mut socket = line.connect("grace", line.own).await;
    socket.subscribe("feed", FEED, json!({})).await;
    have_begun(&mut socket).await;
    for number in 0..10 {
        line.happens(if number % 2 == 0 { line.own } else { line.child }, number).await;
        // Above it, and nothing that it sees.
        line.happens(line.root, 1_000 + number).await;
    }
    let mut told = Vec::new();
    for expected in 0..10 {
        let edge = socket.next_of("feed").await["activity"].clone();
        assert_eq!((number(&edge), &edge["node"]["distance"]), (expected, &json!(expected % 2)));
        told.push(edge);
    }
    let feed = line.feed("alan", line.own, json!({ "modules": ["ORDERS"] })).await;
    assert_eq!(told, feed);
}

async fn who_was_cut_off_goes_on_after_its_cursor_and_misses_nothing(database: TestDatabase) {
    let line = Line::open(database).await;
    for number in 0..350 {
        line.happens(line.child, number).await;
    }
    let feed = line.feed("alan", line.own, json!({ "modules": ["ORDERS"] })).await;
    let variables = |after: &Value| json!({ "filter": { "modules": ["ORDERS"] }, "after": after });
    let mut first = line.connect("grace", line.own).await;
    first.subscribe("feed", FEED, variables(&feed[0]["cursor"])).await;
    for edge in &feed[1..40] {
        assert_eq!(&first.next_of("feed").await["activity"], edge);
    }
    drop(first);
    let mut second = line.connect("ada", line.own).await;
    second.subscribe("feed", FEED, variables(&feed[39]["cursor"])).await;
    for edge in &feed[40..] {
        assert_eq!(&second.next_of("feed").await["activity"], edge);
    }
    line.happens(line.child, 350).await;
    assert_eq!(number(&second.next_of("feed").await["activity"]), 350);
    // Who joins the others late gets what they have had before.
    let mut third = line.connect("edsger", line.own).await;
    third.subscribe("feed", FEED, variables(&feed[345]["cursor"])).await;
    for expected in 346..=350 {
        assert_eq!(number(&third.next_of("feed").await["activity"]), expected);
    }
    line.happens(line.child, 351).await;
    for socket in [&mut second, &mut third] {
        assert_eq!(number(&socket.next_of("feed").await["activity"]), 351);
    }
}

async fn filters_let_through_what_they_let_through_in_the_query(database: TestDatabase) {
    let line = Line::open(database).await;
    let deep = line.app.company(Some(line.child), "Deep").await;
    let filters = [
        json!({ "scope": "OWN" }),
        json!({ "scope": "CHILDREN" }),
        json!({ "types": ["ResellerOrders.chain_order.status_changed", "nothing"] }),
        json!({ "modules": ["CATALOG"] }),
        json!({ "subjectId": id(line.child) }),
        json!({ "subjectId": id(line.root) }),
        json!({ "subjectId": id(line.child), "scope": "CHILDREN" }),
        json!({ "since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z", "modules": ["ORDERS", "CATALOG"] }),
        json!({ "until": "2026-01-01T00:00:00Z" }),
    ];
    let mut socket = line.connect("grace", line.own).await;
    for (number, filter) in filters.iter().enumerate() {
        socket.subscribe(&number.to_string(), FEED, json!({ "filter": filter })).await;
    }
    have_begun(&mut socket).await;
    let before = line.feed("before", line.own, json!({})).await.last().expect("it has joined")["cursor"].clone();
    for company in [line.root, line.own, line.child, deep] {
        line.happens(company, 1).await;
        line.app.happens(kinds::PRICING_UPDATED, company).await;
        line.app.happens(kinds::SUBTREE_THAWED, company).await;
    }
    let mut expected = Vec::new();
    for (number, filter) in filters.iter().enumerate() {
        let feed = line.feed(&format!("reader {number}"), line.own, filter.clone()).await;
        let is_new = |edge: &Value| edge["cursor"].as_str() > before.as_str();
        // They became members meanwhile, which is in the feed, too.
        let is_trade = |edge: &Value| edge["node"]["type"] != "ResellerNetwork.membership.granted";
        expected.push(feed.into_iter().filter(|edge| is_new(edge) && is_trade(edge)).collect::<Vec<_>>());
    }
    assert!(expected[..8].iter().all(|feed| !feed.is_empty()) && expected[8].is_empty(), "{expected:#?}");
    let mut told = vec![Vec::new(); filters.len()];
    while told.iter().map(Vec::len).sum::<usize>() < expected.iter().map(Vec::len).sum() {
        let message = socket.message().await;
        let number: usize = message["id"].as_str().expect("an id").parse().expect("a number");
        let edge = message["payload"]["data"]["activity"].clone();
        if edge["node"]["type"] != "ResellerNetwork.membership.granted" {
            told[number].push(edge);
        }
    }
    assert_eq!(told, expected);
}

async fn a_subscriber_never_sees_an_event_of_an_owner_outside_its_scope(database: TestDatabase) {
    let line = Line::open(database).await;
    let sibling = line.app.company(Some(line.root), "Sibling").await;
    let mut own = line.connect("grace", line.own).await;
    let mut other = line.connect("ada", sibling).await;
    for socket in [&mut own, &mut other] {
        socket.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
        have_begun(socket).await;
    }
    line.happens(line.child, 1).await;
    line.app.chain.freeze(Actor::central(), line.child, "unpaid").await.expect("a freeze");
    line.happens(line.child, 2).await;
    line.app.chain.move_reseller(Actor::central(), line.child, sibling).await.expect("a move");
    line.happens(line.child, 3).await;
    line.happens(line.own, 4).await;
    line.happens(sibling, 5).await;
    for (socket, numbers) in [(&mut own, vec![1, 2, 4]), (&mut other, vec![3, 5])] {
        for expected in numbers {
            assert_eq!(number(&socket.next_of("feed").await["activity"]), expected);
        }
        have_begun(socket).await;
    }
}

async fn subscribers_with_the_same_tenant_role_document_and_variables_share_one_execution_per_event(
    database: TestDatabase,
) {
    let line = Line::open(database).await;
    let asks_access = "subscription ($after: String) { activity(after: $after) { cursor node { reseller { catalogAccess { all } } } } }";
    let mut sockets = Vec::new();
    for name in ["one", "two", "three"] {
        sockets.push(line.connect(name, line.own).await);
    }
    let viewer = line.app.member("four", line.own, Role::Viewer).await;
    sockets.push(line.served.signed_in(&viewer).await);
    let feed = line.feed("alan", line.own, json!({})).await;
    let last = feed.last().expect("they have joined")["cursor"].clone();
    // Where each of them begins makes no difference.
    for (number, socket) in sockets.iter_mut().enumerate() {
        let variables = if number == 0 { json!({}) } else { json!({ "after": last }) };
        socket.subscribe("feed", asks_access, variables).await;
        socket.subscribe("begun", "{ __typename }", json!({})).await;
        assert_eq!(socket.next_of("begun").await["__typename"], "Query");
        socket.message().await;
    }
    let calls = line.app.calls_of("catalog.getAccess");
    let told = join_all(sockets.iter_mut().map(|socket| socket.next_of("feed")));
    line.happens(line.child, 1).await;
    let told = told.await;
    assert!(told.iter().all(|one| one == &told[0]), "{told:#?}");
    assert_eq!(told[0]["activity"]["node"]["reseller"]["catalogAccess"], json!({ "all": true }));
    assert_eq!(calls.take().len(), 2, "once for the owners, once for the viewer");
}

async fn what_a_subscriber_asks_for_may_stand_in_fragments(database: TestDatabase) {
    let line = Line::open(database).await;
    let mut socket = line.connect("grace", line.own).await;
    let fragments = "subscription { ...A ... on Subscription { feed: activity { cursor } } }
        fragment A on Subscription { feed: activity { node { ...B } } } fragment B on ActivityEvent { data }";
    socket.subscribe("feed", fragments, json!({})).await;
    have_begun(&mut socket).await;
    line.happens(line.child, 7).await;
    let edge = socket.next_of("feed").await["feed"].clone();
    assert!(number(&edge) == 7 && edge["cursor"].is_string(), "{edge}");
    for (query, message) in [
        (
            "subscription { a: activity { cursor } b: activity { cursor } }",
            "A subscription asks for exactly one field.",
        ),
        ("subscription { activity { cursor } __typename }", "A subscription asks for exactly one field."),
        (
            "subscription { activity @skip(if: false) { cursor } }",
            "What a subscription asks for cannot be left out by @skip or @include.",
        ),
        ("subscription { activity { nonsense } }", "Unknown field \"nonsense\" on type \"ActivityEdge\"."),
        (
            "subscription { activity(after: \"nonsense\") { cursor } }",
            "after must be a cursor of a feed; start again without it.",
        ),
        (
            "subscription { activity(filter: { subjectId: \"nonsense\" }) { cursor } }",
            "subjectId must be an id of a Reseller that the API gave, such as reseller_….",
        ),
    ] {
        socket.subscribe("refused", query, json!({})).await;
        let refused = socket.message().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("refused")), "{query}");
        assert_eq!(refused["payload"][0]["message"], message, "{query}: {refused}");
    }
    have_begun(&mut socket).await;
}

async fn a_cursor_older_than_what_is_kept_is_refused(database: TestDatabase) {
    let line = Line::open(database).await;
    line.happens(line.child, 1).await;
    let feed = line.feed("alan", line.own, json!({})).await;
    let later = Clock::reading(|| Timestamp(Clock::system().now().0 + 10 * DAY));
    line.app.tidy_feeds(later, 5).await;
    // Every process knows it within a second.
    let expired = async {
        let token = line.app.member("grace", line.own, Role::Owner).await;
        loop {
            let mut socket = line.served.signed_in(&token).await;
            socket.subscribe("feed", FEED, json!({ "after": feed[0]["cursor"] })).await;
            let message = socket.message().await;
            if message["type"] == "error" {
                return message["payload"][0]["extensions"]["code"].clone();
            }
        }
    };
    let expired = tokio::time::timeout(Duration::from_secs(30), expired).await;
    assert_eq!(expired.expect("an expired cursor"), "CURSOR_EXPIRED");
}

async fn a_cursor_that_nobody_was_given_is_refused_and_disturbs_nobody(database: TestDatabase) {
    let line = Line::open(database).await;
    let (mut hostile, mut other) = (line.connect("grace", line.own).await, line.connect("ada", line.own).await);
    let orders = |after: Value| json!({ "filter": { "modules": ["ORDERS"] }, "after": after });
    // The last place that there could be.
    hostile.subscribe("feed", FEED, orders(json!("YX__________"))).await;
    other.subscribe("feed", FEED, orders(Value::Null)).await;
    have_begun(&mut other).await;
    line.happens(line.child, 1).await;
    assert_eq!(number(&other.next_of("feed").await["activity"]), 1);
    let refused = hostile.message().await;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "CURSOR_EXPIRED", "{refused}");
}

async fn a_subscription_about_a_company_ends_when_that_is_moved_out_of_sight(database: TestDatabase) {
    let line = Line::open(database).await;
    let sibling = line.app.company(Some(line.root), "Sibling").await;
    let (mut own, mut root) = (line.connect("grace", line.own).await, line.connect("ada", line.root).await);
    let about_child = json!({ "filter": { "subjectId": id(line.child), "modules": ["ORDERS"] } });
    for socket in [&mut own, &mut root] {
        socket.subscribe("feed", FEED, about_child.clone()).await;
        have_begun(socket).await;
    }
    line.app.chain.move_reseller(Actor::central(), line.child, sibling).await.expect("a move");
    let ended = own.message().await;
    assert_eq!((&ended["type"], &ended["id"]), (&json!("error"), &json!("feed")));
    assert_eq!(ended["payload"][0]["extensions"]["code"], "FORBIDDEN", "{ended}");
    line.happens(line.child, 1).await;
    assert_eq!(number(&root.next_of("feed").await["activity"]), 1);
    have_begun(&mut own).await;
}
