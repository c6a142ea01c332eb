//! The feed as a client reads it: one list of what happened in all modules.

mod kept;
mod model;
mod pages;
mod shown;

use entity::{Position, Role, Timestamp};
use reseller_network::events::kinds;
use reseller_network::graphql::id::EventRef;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};
use time::macros::date;

use self::model::Model;
use crate::performance::World;
use crate::support::app::id;
use crate::support::market::Market;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    one_feed_has_the_events_of_all_modules_newest_first,
    a_feed_of_another_has_what_both_may_see,
    an_event_stays_in_the_feed_of_who_saw_it_and_shows_its_company_only_while_in_sight,
    the_dashboard_shows_the_latest_events,
    what_is_no_filter_and_no_cursor_is_refused,
    what_is_written_in_one_walk_is_what_the_resolvers_say,
);

const FEED: &str = "query ($first: Int, $filter: ActivityFilter) { activity(first: $first, filter: $filter) { nodes {
    id type module occurredAt recordedAt distance summary subject { resellerId name } reseller { id depth } data } } }";

/// Everything in the feed of a company, newest first.
async fn feed(market: &Market, company: entity::TenantId, filter: Value) -> Vec<Value> {
    let variables = json!({ "first": 100, "filter": filter });
    let nodes = market.ask_as(company, FEED, variables).await.at("/activity/nodes");
    nodes.as_array().expect("events").clone()
}

fn event_id(position: Position) -> String {
    id(EventRef(position))
}

async fn one_feed_has_the_events_of_all_modules_newest_first(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own, child] = market.line().await;
    let order = market.place(child, &[("mug", 2)]).await;
    market.deliver(order, &[own, root]).await;
    let settings = "mutation { updateSettings(input: { version: 0, margins: { defaultPercent: \"15\" } }) { userErrors { message } } }";
    let _ = market.ask_as(own, settings, json!({})).await.data();
    for viewer in [root, own, child] {
        // The first question makes somebody a member, which is an event, too.
        feed(&market, viewer, json!({})).await;
        let model = Model::of(&market).await;
        let seen = feed(&market, viewer, json!({})).await;
        let expected = model.feed(viewer);
        assert!(expected.len() > 5 && expected.len() < 100);
        let shown: Vec<(String, i64)> = seen
            .iter()
            .map(|event| (event["id"].as_str().expect("an id").to_owned(), event["distance"].as_i64().expect("steps")))
            .collect();
        let expected: Vec<(String, i64)> =
            expected.iter().map(|event| (event_id(event.position), event.distance.into())).collect();
        assert_eq!(shown, expected);
    }
    let seen = feed(&market, own, json!({ "types": [kinds::ORDER_DELIVERED] })).await;
    let [delivered] = seen.as_slice() else { panic!("one order was delivered: {seen:?}") };
    assert_eq!(delivered["module"], "ORDERS");
    assert_eq!(delivered["subject"], json!({ "resellerId": id(child), "name": "Level 2" }));
    assert_eq!(delivered["reseller"], json!({ "id": id(child), "depth": 1 }));
    // Two mugs at what the middle one asks: 1.00 + 0.20.
    assert_eq!(delivered["summary"], "An order of Level 2 over 2.40 USD was delivered");
    assert_eq!((&delivered["data"]["orderId"], &delivered["data"]["amountMinor"]), (&json!(id(order)), &json!(240)));
    let modules: std::collections::BTreeSet<_> =
        feed(&market, own, json!({})).await.iter().map(|event| event["module"].to_string()).collect();
    let all = ["ADMIN", "CATALOG", "FINANCE", "NETWORK", "ORDERS"].map(|module| format!("{module:?}"));
    assert_eq!(modules, all.into(), "all modules are in one feed");
}

async fn a_feed_of_another_has_what_both_may_see(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own, child, grandchild] = market.line().await;
    let order = market.place(grandchild, &[("mug", 1)]).await;
    market.deliver(order, &[child, own, root]).await;
    let query =
        "query ($id: ID!, $filter: ActivityFilter) { reseller(id: $id) { activity(first: 100, filter: $filter) {
        nodes { id distance } } } }";
    let ask = async |viewer, of, filter: Value| {
        let answer = market.ask_as(viewer, query, json!({ "id": id(of), "filter": filter })).await;
        answer.at("/reseller/activity/nodes")
    };
    for (viewer, of) in [(root, own), (own, child), (own, grandchild), (own, own), (root, grandchild)] {
        let _ = ask(viewer, of, json!({})).await;
        let model = Model::of(&market).await;
        for (filter, least, most) in [
            (json!({}), i32::MIN, i32::MAX),
            (json!({ "scope": "OWN" }), 0, 0),
            (json!({ "scope": "CHILDREN" }), -1, 1),
        ] {
            let both: Vec<_> = model
                .feed(of)
                .into_iter()
                .filter(|event| (least..=most).contains(&event.distance))
                .filter_map(|event| model.feed(viewer).into_iter().find(|seen| seen.position == event.position))
                .map(|event| json!({ "id": event_id(event.position), "distance": event.distance }))
                .collect();
            assert!(!both.is_empty());
            assert_eq!(ask(viewer, of, filter.clone()).await, Value::Array(both), "{filter}");
        }
    }
}

async fn an_event_stays_in_the_feed_of_who_saw_it_and_shows_its_company_only_while_in_sight(database: TestDatabase) {
    let market = World::open(database, date!(2026 - 11 - 01)).await;
    let passes = || market.set(Timestamp(market.now().0 + 1_000_000));
    let [root, left, moving] = market.line().await;
    let right = market.company(Some(root), "Right").await;
    let deeper = market.company(Some(right), "Deeper").await;
    market.place(moving, &[("mug", 1)]).await;
    let filter = || json!({ "modules": ["ORDERS"] });
    let [before] = feed(&market, left, filter()).await.try_into().expect("one event");
    assert_eq!(before["reseller"], json!({ "id": id(moving), "depth": 1 }));
    passes();
    market.chain.move_reseller(Actor::central(), moving, deeper).await.expect("a move");
    market.is_caught_up().await;

    let [after] = feed(&market, left, filter()).await.try_into().expect("the same event");
    assert_eq!(after["reseller"], Value::Null, "it is below another now");
    assert_eq!((&after["id"], &after["subject"], &after["distance"]), (&before["id"], &before["subject"], &json!(1)));
    assert_eq!(feed(&market, deeper, filter()).await, [] as [Value; 0], "its past stays with the old upline");
    assert_eq!(feed(&market, root, filter()).await.len(), 1);
    // Where it went, only those see in whose line that is: strangers' names and ids never travel.
    let moves = json!({ "types": [kinds::RESELLER_MOVED] });
    let [moved] = feed(&market, left, moves.clone()).await.try_into().expect("the move");
    assert_eq!(moved["data"], json!({}));
    let [moved] = feed(&market, right, moves).await.try_into().expect("the move");
    assert_eq!((&moved["data"], &moved["distance"]), (&json!({ "newParentId": id(deeper) }), &json!(2)));
    // And no event of it is seen by the old upline any more.
    passes();
    market.place(moving, &[("mug", 1)]).await;
    assert_eq!(feed(&market, left, filter()).await.len(), 1);
}

async fn the_dashboard_shows_the_latest_events(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, own, child] = market.line().await;
    market.place(child, &[("mug", 1)]).await;
    let query = "{ dashboard { recentActivity(first: 3) { id summary } } activity(first: 3) { nodes { id summary } } }";
    let seen = market.ask_as(own, query, json!({})).await.data();
    assert_eq!(seen["dashboard"]["recentActivity"].as_array().expect("events").len(), 3);
    assert_eq!(seen["dashboard"]["recentActivity"], seen["activity"]["nodes"]);
}

async fn what_is_no_filter_and_no_cursor_is_refused(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, own] = market.line().await;
    let asked = async |arguments: &str| {
        let query =
            format!("{{ activity({arguments}) {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}");
        market.ask_as(own, &query, json!({})).await
    };
    for (arguments, field) in [
        ("first: 0", "first"),
        ("first: 101", "first"),
        ("first: 1, last: 1", "last"),
        ("after: \"nonsense\"", "after"),
        // One of a ledger; and one of no place.
        ("after: \"bAAAAAAAAAAB\"", "after"),
        ("before: \"YQAAAAAAAAAA\"", "before"),
        ("filter: { subjectId: \"order_00000000000000000000000000\" }", "subjectId"),
    ] {
        assert_eq!(asked(arguments).await.wrong_argument(), field, "{arguments}");
    }
    let many = json!({ "filter": { "types": vec!["x"; 101] } });
    let query = "query ($filter: ActivityFilter) { activity(filter: $filter) { nodes { id } } }";
    assert_eq!(market.ask_as(own, query, many).await.wrong_argument(), "types");
    // What nobody has ever heard of is no error.
    let nothing = json!({ "nodes": [], "pageInfo": { "hasNextPage": false, "hasPreviousPage": false } });
    for filter in ["types: [\"Nobody.ever\"]", "modules: [OTHER]", "types: []", "until: \"1990-01-01T00:00:00Z\""] {
        assert_eq!(asked(&format!("filter: {{ {filter} }}")).await.at("/activity"), nothing, "{filter}");
    }
}

async fn what_is_written_in_one_walk_is_what_the_resolvers_say(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own, child] = market.line().await;
    let order = market.place(child, &[("mug", 2)]).await;
    market.deliver(order, &[own, root]).await;
    let event =
        "__typename id type module occurredAt recordedAt distance summary data subject { name resellerId __typename }";
    // The resolvers alone know details.
    let asked = |more: &str| {
        format!(
            "fragment Event on ActivityEvent {{ {event} {more} }} {{ activity(first: 100) {{
                nodes {{ ...Event again: summary }} edges {{ cursor node {{ ...Event }} __typename }} pageInfo {{ endCursor }} }} }}"
        )
    };
    for viewer in [root, own, child] {
        let token = market.member("reader", viewer, Role::Viewer).await;
        market.is_caught_up().await;
        let token = [("authorization", &*format!("Bearer {token}")), ("x-tenant-id", &*id(viewer))];
        let written = market.ask_with(&token, &asked(""), json!({})).await.at("/activity");
        let mut resolved = market.ask_with(&token, &asked("details { __typename }"), json!({})).await.at("/activity");
        let take_details = |node: &mut Value| node.as_object_mut().expect("an event").remove("details");
        resolved["nodes"].as_array_mut().expect("events").iter_mut().for_each(|node| drop(take_details(node)));
        for edge in resolved["edges"].as_array_mut().expect("edges") {
            take_details(&mut edge["node"]);
        }
        assert!(written["nodes"].as_array().expect("events").len() > 5);
        assert_eq!(written, resolved);
    }
}
