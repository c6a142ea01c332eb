//! Once, whatever the way and however often.

use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::json;
use time::macros::date;

use super::{APPROVED, DELIVERED, Elsewhere, FROZEN, MOVED, STATUS, event, order};
use crate::figures::verify::found;
use crate::performance::range;
use crate::support::app::Setup;
use crate::support::chain::Replica;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(the_same_event_many_times_at_once_has_one_effect, all_is_once_after_a_restart_and_a_replay,);

async fn the_same_event_many_times_at_once_has_one_effect(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, _] = world.line().await;
    let new = |id: &str| {
        let data = json!({ "parentId": "root", "name": "New", "currency": "USD" });
        event(id, APPROVED, "new", data)
    };
    let (new, placed) = (new("1"), event("2", STATUS, "level-1", order("A", "PLACED", 500, world.now())));
    let racing = (0..8).flat_map(|_| [&new, &placed]).map(|event| world.publish(event));
    let outcomes = join_all(racing).await;
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "STORED").count(), 2, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "DUPLICATE").count(), 14, "{outcomes:?}");
    assert_eq!(world.events().await.iter().filter(|event| event.source == super::SOURCE).count(), 2);
    world.is_caught_up().await;
    assert_eq!(found(&Replica::open(world.database_url()).await.central).await, [] as [String; 0]);
}

async fn all_is_once_after_a_restart_and_a_replay(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own, _] = world.line().await;
    let new = json!({ "parentId": "late", "name": "New", "currency": "USD" });
    let late = json!({ "parentId": "level-1", "name": "Late", "currency": "USD" });
    let events = [
        event("1", STATUS, "new", order("A", "PLACED", 500, world.now())),
        event("2", APPROVED, "new", new),
        event("3", FROZEN, "level-2", json!({ "reason": "unpaid" })),
        event("4", APPROVED, "late", late),
        event("5", MOVED, "level-2", json!({ "newParentId": "late" })),
        event("6", DELIVERED, "level-2", order("B", "DELIVERED", 700, world.now())),
    ];
    world.publish_all(&events).await;
    // What has waited is taken up behind the events that it has waited for.
    let everything = async |world: &Elsewhere| {
        while !world.waiting().await.is_empty() {
            world.is_caught_up().await;
        }
        world.is_caught_up().await;
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), everything(&world)).await.expect("nothing waits");
    let period = range(date!(2026 - 11 - 20), date!(2026 - 11 - 20));
    let performance = world.performance(own, root, period.clone(), serde_json::Value::Null).await;
    let of_own = world.performance(own, own, period.clone(), serde_json::Value::Null).await;
    assert_eq!(of_own["orderCount"], 2, "{of_own} {performance}");

    // All of it again; and everything that is made of the log made anew.
    let again = world.publish_all(&events).await;
    assert!(again.iter().all(|answer| answer["outcome"] == "DUPLICATE"), "{again:?}");
    let log = world.events().await;
    let clock = world.clock();
    let market = world.world.market;
    let outside = crate::connect(market.database_url()).await;
    outside.execute_unprepared("UPDATE consumers SET position = 0").await.expect("consumers at the beginning");
    let app = market.app.restart(Setup { clock, ..Setup::default() }).await;
    app.is_caught_up().await;
    assert_eq!(app.events().await, log);
    assert_eq!(found(&Replica::open(app.database_url()).await.central).await, [] as [String; 0]);
}
