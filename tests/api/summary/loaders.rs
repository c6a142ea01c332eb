//! What many fields of one request ask is asked together, and on nobody's behalf but their own.

use entity::Role;
use serde_json::json;

use super::World;
use crate::support::app::id;
use crate::support::faults::Failing;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    what_a_request_asks_of_many_companies_is_asked_with_one_call,
    two_seats_in_one_request_share_no_call,
    one_of_which_nothing_is_known_costs_the_others_nothing,
);

async fn what_a_request_asks_of_many_companies_is_asked_with_one_call(database: TestDatabase) {
    let world = World::create(database).await;
    for child in 0..30 {
        world.app.company(Some(world.family.own), &format!("Child {child}")).await;
    }
    world.app.is_caught_up().await;
    let document = "query ($id: ID!) { reseller(id: $id) { children(first: 100) { nodes { ...S } } again: children(first: 50) { nodes { ...S } } } }
        fragment S on Reseller { summary { orders { count } finance { stale } catalog { itemCount } }
        year: summary(period: { preset: YEAR_TO_DATE }) { orders { count } finance { stale } } }";
    let answer = world.app.ask(&world.token, document, json!({ "id": id(world.family.own) })).await;
    assert_eq!(answer.at("/reseller/children/nodes").as_array().map(Vec::len), Some(31));
    assert_eq!(answer.at("/reseller/children/nodes"), answer.at("/reseller/again/nodes"));
    let calls = world.calls.take();
    assert!(calls.iter().all(|call| call.targets.len() == 31), "{calls:?}");
    let mut aliases: Vec<_> = calls.iter().map(|call| call.alias).collect();
    aliases.sort_unstable();
    let one_for_each_period = ["orders.getStats"; 2];
    assert_eq!(aliases, [["catalog.getStats", "finance.getSummary"], one_for_each_period].concat());
}

async fn two_seats_in_one_request_share_no_call(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    world.app.grant(&[("both", family.own, Role::Viewer), ("both", family.sibling, Role::Viewer)]).await;
    let document = "{ viewer { memberships { reseller { id summary { orders { count } } } } } }";
    let answer = world.app.ask(&world.app.token("both"), document, json!({})).await;
    assert_eq!(answer.at("/viewer/memberships/1/reseller/id"), json!(id(family.sibling)));
    let mut seats: Vec<_> = world.calls.take().iter().map(|call| (call.actor.tenant(), call.tenants())).collect();
    seats.sort_unstable();
    let mut expected = [family.own, family.sibling].map(|seat| (Some(seat), vec![seat]));
    expected.sort_unstable();
    assert_eq!(seats, expected, "one call from each seat, of what is in its sight");
}

async fn one_of_which_nothing_is_known_costs_the_others_nothing(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    world.app.company(Some(family.own), "Younger child").await;
    world.app.is_caught_up().await;
    world.summary(family.child).await;
    world.pass(std::time::Duration::from_mins(2));
    world.switch("orders").to(Failing);
    let document =
        "query ($id: ID!) { reseller(id: $id) { children { nodes { name summary { orders { count stale } } } } } }";
    let answer = world.app.ask(&world.token, document, json!({ "id": id(family.own) })).await.json();
    let known = json!({ "name": "Child", "summary": { "orders": { "count": 1, "stale": true } } });
    let unknown = json!({ "name": "Younger child", "summary": { "orders": null } });
    assert_eq!(answer["data"]["reseller"]["children"]["nodes"], json!([known, unknown]));
    let path = json!(["reseller", "children", "nodes", 1, "summary", "orders"]);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["errors"][0]["path"], path);
}
