//! How far back feeds go.

use entity::Timestamp;
use serde_json::{Value, json};
use time::macros::date;

use super::feed;
use crate::figures::verify::found;
use crate::performance::{DAY, World, range};
use crate::support::chain::Replica;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(what_is_too_old_leaves_the_feed_alone_and_its_cursors_expire);

const PAGE: &str = "query ($after: String, $before: String) { activity(first: 100, after: $after, before: $before) {
    edges { cursor node { id } } } }";

async fn what_is_too_old_leaves_the_feed_alone_and_its_cursors_expire(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 11 - 01)).await;
    let [_, own, child] = world.line().await;
    world.place(child, &[("mug", 1)]).await;
    let before = world.ask_as(own, PAGE, json!({})).await.at("/activity/edges");
    let old = before[0].clone();
    world.set(Timestamp(world.now().0 + 10 * DAY));
    world.place(child, &[("mug", 1)]).await;
    let latest = world.ask_as(own, PAGE, json!({})).await.at("/activity/edges")[0].clone();
    assert_ne!(latest, old);

    world.tidy_feeds(world.clock(), 5).await;
    // Every process knows it within a second.
    let expired = async |argument: &str| {
        let asked = json!({ argument: old["cursor"] });
        while world.ask_as(own, PAGE, asked.clone()).await.json()["errors"][0]["extensions"]["code"] != "CURSOR_EXPIRED"
        {
        }
    };
    for argument in ["after", "before"] {
        let expiring = tokio::time::timeout(std::time::Duration::from_secs(30), expired(argument));
        expiring.await.expect("an expired cursor");
    }
    assert_eq!(world.ask_as(own, PAGE, json!({})).await.at("/activity/edges"), json!([latest]));
    let newer = world.ask_as(own, PAGE, json!({ "before": latest["cursor"] })).await;
    assert_eq!(newer.at("/activity/edges"), json!([]));
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    for (event, found) in [(&old, false), (&latest, true)] {
        let node = world.ask_as(own, node, json!({ "id": event["node"]["id"] })).await.at("/node");
        assert_eq!(node != Value::Null, found);
    }

    // The rows go later, so that nobody finds a part of them; orders and figures stay.
    let outside = crate::connect(world.database_url()).await;
    let count = async || crate::read(&outside, "SELECT CAST(count(*) AS text) FROM network_activity_feed").await;
    let all = count().await;
    world.tidy_feeds(world.clock(), 5).await;
    assert_ne!(count().await, all);
    assert_eq!(feed(&world, own, json!({})).await.len(), 1);
    let month = range(date!(2026 - 11 - 01), date!(2026 - 11 - 30));
    assert_eq!(world.performance(own, own, month, Value::Null).await["orderCount"], 2);
    assert_eq!(found(&Replica::open(world.database_url()).await.central).await, [] as [String; 0]);
}
