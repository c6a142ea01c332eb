//! Pages of a feed: from both ends, through every filter.

use entity::TenantId;
use reseller_network::bus::contract::{Page as Part, Take};
use reseller_network::events::kinds;
use reseller_network::network::activity::{ActivityFilter, FeedQuery, Feeds};
use serde_json::{Value, json};

use super::event_id;
use super::model::{Model, Seen};
use crate::support::app::id;
use crate::support::market::Market;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    pages_from_either_end_are_the_list_without_gap_or_double,
    a_cursor_is_the_same_place_in_every_feed_whatever_comes_after,
    a_page_is_of_the_chain_that_its_request_began_with,
);

const PAGE: &str = "query ($first: Int, $after: String, $last: Int, $before: String, $filter: ActivityFilter) {
    activity(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// A filter as an argument, and which events it lets through.
struct Filter {
    argument: Value,
    lets_through: Box<dyn Fn(&Seen) -> bool>,
}

fn filters(line: &[TenantId; 4], half: &Seen) -> Vec<Filter> {
    let filter = |argument: Value, lets_through: fn(&Seen) -> bool| {
        let lets_through: Box<dyn Fn(&Seen) -> bool> = Box::new(lets_through);
        Filter { argument, lets_through }
    };
    let [_, own, child, grandchild] = *line;
    let at = half.recorded_at;
    vec![
        filter(json!({}), |_| true),
        filter(json!({ "scope": "OWN" }), |seen| seen.distance == 0),
        filter(json!({ "scope": "CHILDREN" }), |seen| seen.distance <= 1),
        filter(json!({ "scope": "DOWNLINE" }), |_| true),
        filter(json!({ "modules": ["ORDERS", "CATALOG"] }), |seen| {
            seen.kind.starts_with("ResellerOrders.") || seen.kind.starts_with("ResellerCatalog.")
        }),
        filter(json!({ "types": [kinds::PRICING_UPDATED] }), |seen| seen.kind == kinds::PRICING_UPDATED),
        filter(json!({ "types": [kinds::PRICING_UPDATED, "Nobody.ever", kinds::RESELLER_APPROVED] }), |seen| {
            [kinds::PRICING_UPDATED, kinds::RESELLER_APPROVED].contains(&&*seen.kind)
        }),
        // More of them than are looked for one by one.
        filter(json!({ "modules": ["ADMIN", "CATALOG", "ORDERS", "FINANCE", "NETWORK", "OTHER"] }), |_| true),
        filter(json!({ "types": [kinds::ORDER_STATUS_CHANGED], "modules": ["CATALOG"] }), |_| false),
        filter(json!({ "types": [kinds::PRICING_UPDATED], "scope": "CHILDREN" }), |seen| {
            seen.kind == kinds::PRICING_UPDATED && seen.distance <= 1
        }),
        Filter {
            argument: json!({ "subjectId": id(child) }),
            lets_through: Box::new(move |seen| seen.subject == child),
        },
        Filter {
            argument: json!({ "subjectId": id(grandchild), "scope": "CHILDREN" }),
            lets_through: Box::new(|_| false),
        },
        Filter {
            argument: json!({ "subjectId": id(grandchild), "modules": ["ORDERS"] }),
            lets_through: Box::new(move |seen| seen.subject == grandchild && seen.kind.starts_with("ResellerOrders.")),
        },
        Filter { argument: json!({ "subjectId": id(own) }), lets_through: Box::new(move |seen| seen.subject == own) },
        // Their parent, of whom they see prices alone.
        Filter { argument: json!({ "subjectId": id(line[0]) }), lets_through: Box::new(|seen| seen.distance == -1) },
        Filter { argument: json!({ "subjectId": id(line[0]), "scope": "OWN" }), lets_through: Box::new(|_| false) },
        Filter { argument: json!({ "subjectId": id(TenantId::generate()) }), lets_through: Box::new(|_| false) },
        Filter {
            argument: json!({ "since": at.to_rfc3339() }),
            lets_through: Box::new(move |seen| seen.recorded_at >= at),
        },
        Filter {
            argument: json!({ "until": at.to_rfc3339(), "scope": "CHILDREN" }),
            lets_through: Box::new(move |seen| seen.recorded_at < at && seen.distance <= 1),
        },
    ]
}

/// A page, as ids and cursors, and what is around it.
struct Page {
    ids: Vec<String>,
    cursors: Vec<String>,
    has_next: bool,
    has_previous: bool,
}

async fn page(market: &Market, viewer: TenantId, variables: Value) -> Page {
    let seen = market.ask_as(viewer, PAGE, variables).await.at("/activity");
    let edges = seen["edges"].as_array().expect("edges");
    let texts = |pointer: &str| -> Vec<String> {
        edges.iter().map(|edge| edge.pointer(pointer).and_then(Value::as_str).expect("a text").to_owned()).collect()
    };
    let (ids, cursors) = (texts("/node/id"), texts("/cursor"));
    let info = &seen["pageInfo"];
    assert_eq!(info["startCursor"].as_str(), cursors.first().map(String::as_str));
    assert_eq!(info["endCursor"].as_str(), cursors.last().map(String::as_str));
    let is = |field: &str| info[field].as_bool().expect("yes or no");
    Page { ids, cursors, has_next: is("hasNextPage"), has_previous: is("hasPreviousPage") }
}

async fn trade(market: &Market) -> [TenantId; 4] {
    let line = market.line().await;
    for placer in line.iter().skip(1) {
        market.place(*placer, &[("mug", 1)]).await;
    }
    line
}

async fn pages_from_either_end_are_the_list_without_gap_or_double(database: TestDatabase) {
    // The clock goes on, so that instants cut the list.
    let market = crate::performance::World::open(database, time::macros::date!(2026 - 11 - 01)).await;
    let line = market.line().await;
    for placer in line.iter().skip(1) {
        market.set(entity::Timestamp(market.now().0 + 1_000_000));
        market.place(*placer, &[("mug", 1)]).await;
    }
    let own = line[1];
    let _ = page(&market, own, json!({})).await;
    let model = Model::of(&market).await;
    let all = model.feed(own);
    for Filter { argument, lets_through } in filters(&line, &all[all.len() / 2]) {
        let expected: Vec<String> =
            all.iter().filter(|seen| lets_through(seen)).map(|seen| event_id(seen.position)).collect();
        for size in [1, 3, 100] {
            let (mut forth, mut after) = (Vec::new(), Value::Null);
            loop {
                let some = page(&market, own, json!({ "first": size, "after": after, "filter": argument })).await;
                assert_eq!(some.has_previous, after != Value::Null);
                forth.extend(some.ids);
                let Some(last) = some.cursors.last().filter(|_| some.has_next) else { break };
                after = json!(last);
            }
            assert_eq!(forth, expected, "{argument} by {size}");
            let (mut back, mut before) = (Vec::new(), Value::Null);
            loop {
                let some = page(&market, own, json!({ "last": size, "before": before, "filter": argument })).await;
                assert_eq!(some.has_next, before != Value::Null);
                back = [some.ids, back].concat();
                let Some(first) = some.cursors.first().filter(|_| some.has_previous) else { break };
                before = json!(first);
            }
            assert_eq!(back, expected, "{argument} by {size} from the end");
        }
    }
}

async fn a_cursor_is_the_same_place_in_every_feed_whatever_comes_after(database: TestDatabase) {
    let market = Market::open(database).await;
    let line = trade(&market).await;
    let [root, own, child, _] = line;
    let orders = json!({ "modules": ["ORDERS"] });
    let seen = page(&market, own, json!({ "first": 2, "filter": orders })).await;
    let cursor = seen.cursors[0].clone();
    market.place(child, &[("mug", 1)]).await;
    for viewer in [root, own] {
        let older = page(&market, viewer, json!({ "first": 1, "after": cursor, "filter": orders })).await;
        assert_eq!(older.ids[0], seen.ids[1]);
        let newer = page(&market, viewer, json!({ "last": 100, "before": cursor, "filter": orders })).await;
        assert!(!newer.ids.is_empty() && !newer.ids.contains(&seen.ids[0]));
    }
}

async fn a_page_is_of_the_chain_that_its_request_began_with(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own] = market.line().await;
    market.is_caught_up().await;
    let (began_with, all) = (market.snapshot(), Model::of(&market).await.feed(root));
    market.company(Some(own), "A newcomer").await;
    market.place(own, &[("mug", 1)]).await;
    market.is_caught_up().await;
    let feeds = Feeds::new(market.central().clone());
    let part = Part { take: Take::First(1), after: None, before: None };
    let query = FeedQuery { owner: root, filter: ActivityFilter::default(), page: part };
    let page = feeds.page(&market.snapshot(), root, &query).await.expect("a page").expect("a feed in reach");
    assert!(page.entries[0].position > all[0].position && page.has_next);
    let page = feeds.page(&began_with, root, &query).await.expect("a page").expect("a feed in reach");
    assert_eq!(
        (page.entries[0].position, page.has_next),
        (all[0].position, true),
        "nobody is there that is not in its chain"
    );
}
