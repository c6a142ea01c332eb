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
    let document = "query ($id: ID!) { reseller(id: $id) { ...S children(first: 100) { nodes { ...S children { nodes { ...S } } } } }
        again: reseller(id: $id) { ...S } }
        fragment S on Reseller { summary { orders { count } finance { stale } catalog { itemCount } }
        year: summary(period: { preset: YEAR_TO_DATE }) { orders { count } finance { stale } } }";
    let answer = world.app.ask(&world.token, document, json!({ "id": id(world.family.own) })).await;
    assert_eq!(answer.at("/reseller/children/nodes").as_array().map(Vec::len), Some(31));
    let calls = world.calls.take();
    let of = |alias| calls.iter().filter(move |call| call.alias == alias);
    assert_eq!(of("orders.getStats").count(), 2, "one for each period");
    assert_eq!((of("finance.getSummary").count(), of("catalog.getStats").count()), (1, 1));
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| call.targets.len() == 33), "Own, 31 children, and Grandchild: {calls:?}");
}

async fn two_seats_in_one_request_share_no_call(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    world.app.grant(&[("both", family.own, Role::Viewer), ("both", family.sibling, Role::Viewer)]).await;
    let document = "{ viewer { memberships { reseller { id summary { orders { count } } children { nodes { summary { orders { count } } } } } } } }";
    let answer = world.app.ask(&world.app.token("both"), document, json!({})).await;
    assert_eq!(answer.at("/viewer/memberships/1/reseller/id"), json!(id(family.sibling)));
    let mut seats: Vec<_> = world.calls.take().iter().map(|call| (call.actor.tenant(), call.tenants())).collect();
    seats.sort_by_key(|(seat, _)| *seat != Some(family.own));
    let [(first, of_own), (second, of_sibling)] = seats.try_into().expect("one call for each seat");
    assert_eq!((first, second), (Some(family.own), Some(family.sibling)));
    assert!(of_own.len() == 2 && of_own.contains(&family.own) && of_own.contains(&family.child));
    assert!(of_sibling.len() == 2 && of_sibling.contains(&family.sibling));
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
