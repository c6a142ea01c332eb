//! Events about companies that are not known yet.

use std::time::Duration;

use entity::TenantStatus;
use serde_json::{Value, json};
use time::macros::date;

use super::{APPROVED, DEACTIVATED, Elsewhere, MOVED, SOURCE, STATUS, event, order};
use crate::figures::verify::found;
use crate::performance::range;
use crate::support::app::id;
use crate::support::chain::Replica;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_event_for_an_unknown_subject_is_kept_apart_and_taken_up_when_the_subject_appears,
    a_company_waits_for_its_parent_and_those_below_for_it,
    what_waits_for_an_approval_is_taken_up_by_it,
);

/// Waits until all that can be taken up is.
async fn nothing_waits(world: &Elsewhere) {
    let nothing = async {
        while world.waiting().await.iter().any(|(_, waits_for, _)| waits_for.is_some()) {
            world.is_caught_up().await;
        }
        world.is_caught_up().await;
    };
    tokio::time::timeout(Duration::from_secs(30), nothing).await.expect("nothing waits any more");
}

/// What came from elsewhere, in the log's order.
async fn told(world: &Elsewhere) -> Vec<String> {
    let events = world.events().await.into_iter().filter(|event| event.source == SOURCE);
    events.map(|event| event.event_id).collect()
}

async fn an_event_for_an_unknown_subject_is_kept_apart_and_taken_up_when_the_subject_appears(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own] = world.line().await;
    for number in 1..=3 {
        let placed = order(&format!("order {number}"), "PLACED", 100 * number, world.now());
        let event = event(&number.to_string(), STATUS, "late-comer", placed);
        assert_eq!(world.publish(&event).await, "WAITING");
        assert_eq!(world.publish(&event).await, "DUPLICATE");
    }
    let waits =
        |id: &str| (id.to_owned(), Some("late-comer".to_owned()), "it waits for the company \"late-comer\"".to_owned());
    assert_eq!(world.waiting().await, [waits("1"), waits("2"), waits("3")]);
    assert_eq!(told(&world).await, [] as [String; 0]);
    // It comes by another way: its external id is its name in small letters.
    world.company(Some(own), "Late Comer").await;
    nothing_waits(&world).await;
    assert_eq!(told(&world).await, ["1", "2", "3"]);
    let day = range(date!(2026 - 11 - 20), date!(2026 - 11 - 20));
    assert_eq!(world.performance(root, root, day, Value::Null).await["totals"][0]["revenue"]["amount"], "6.00");
    assert_eq!(found(&Replica::open(world.database_url()).await.central).await, [] as [String; 0]);
}

async fn a_company_waits_for_its_parent_and_those_below_for_it(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own] = world.line().await;
    let company = |parent: &str, name: &str| json!({ "parentId": parent, "name": name, "currency": "USD" });
    let events = [
        event("1", STATUS, "c", order("A", "PLACED", 100, world.now())),
        event("2", APPROVED, "c", company("b", "C")),
        event("3", APPROVED, "b", company("a", "B")),
        event("4", MOVED, "c", json!({ "newParentId": "level-1" })),
        event("5", APPROVED, "nobodys", company("nobody", "Nobody's")),
    ];
    let outcomes = world.publish_all(&events).await;
    assert!(outcomes.iter().all(|answer| answer["outcome"] == "WAITING"), "{outcomes:?}");
    assert_eq!(world.publish(&event("6", APPROVED, "a", company("level-1", "A"))).await, "STORED");
    let taken_up = async {
        while world.waiting().await.len() > 1 {
            world.is_caught_up().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), taken_up).await.expect("all but one are taken up");
    world.is_caught_up().await;
    assert_eq!(told(&world).await, ["6", "3", "2", "1", "4"]);
    let chain = world.snapshot();
    let parent = |name: &str| {
        let node = chain.find_named(name).expect("a company");
        chain.parent(node).map(|parent| chain.id(parent))
    };
    assert_eq!((parent("a"), parent("b"), parent("c")), (Some(own), world.named("a"), Some(own)));
    assert_eq!(world.waiting().await[0].1.as_deref(), Some("nobody"));
    assert_eq!(found(&Replica::open(world.database_url()).await.central).await, [] as [String; 0]);
}

async fn what_waits_for_an_approval_is_taken_up_by_it(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own] = world.line().await;
    let pending = world.company_of(Some(own), "Pending", TenantStatus::Pending).await;
    let below = json!({ "parentId": "pending", "name": "Below", "currency": "USD" });
    for event in [
        event("1", DEACTIVATED, &id(pending), json!({ "reason": "gone" })),
        event("2", APPROVED, "below", below),
        event("3", MOVED, "level-1", json!({ "newParentId": "pending" })),
    ] {
        let outcome = world.publish(&event).await;
        assert_eq!(outcome, if event["id"] == "3" { "KEPT_APART" } else { "WAITING" }, "{event}");
    }
    assert_eq!(world.publish(&event("4", APPROVED, "pending", json!({}))).await, "STORED");
    nothing_waits(&world).await;
    // In the order in which they came: it was switched off before the company below it came, and that may come all the same.
    assert_eq!(told(&world).await, ["4", "1", "2"]);
    let chain = world.snapshot();
    assert_eq!(chain.status(chain.find(pending).expect("a company")), TenantStatus::Deactivated);
    assert!(world.named("below").is_some());
}
