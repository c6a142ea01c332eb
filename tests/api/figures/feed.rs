//! Who sees which event.

use entity::{Position, TenantId};
use reseller_network::events::{kinds, tail};
use reseller_network::tenancy::Actor;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{Event, OWN, World};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_event_is_seen_by_its_subject_and_all_above,
    a_companys_own_business_is_seen_by_nobody_else,
    a_price_change_is_seen_by_each_child_of_that_moment,
    a_move_is_seen_by_both_uplines_and_the_past_stays_with_the_old_one,
    what_is_about_nobody_known_is_kept_apart,
    a_row_that_is_there_already_is_left_also_in_a_backlog,
);

impl World {
    async fn happens(&self, kind: &'static str, subject: TenantId) -> Position {
        let occurred_at = self.now();
        let event = Event { source: OWN.to_owned(), kind, subject: Some(subject), occurred_at, data: json!({}) };
        self.passes(1_000);
        self.tell(event).await
    }

    /// Who sees the event, and how far below them its subject was; sorted.
    async fn seen(&self, position: Position) -> Vec<(TenantId, i32)> {
        let feed = self.tables().await.feed.into_iter();
        feed.filter(|((_, at), _)| *at == position).map(|((owner, _), distance)| (owner, distance)).collect()
    }
}

async fn an_event_is_seen_by_its_subject_and_all_above(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, middle, own, child] = world.line().await;
    world.replica.add(root, "A sibling").await;
    for kind in [kinds::ORDER_DELIVERED, kinds::SUBTREE_FROZEN, kinds::ACCESS_CHANGED] {
        let position = world.happens(kind, own).await;
        assert_eq!(world.seen(position).await, [(root, 2), (middle, 1), (own, 0)], "{kind}, and not {child}");
    }
}

async fn a_companys_own_business_is_seen_by_nobody_else(database: TestDatabase) {
    let world = World::open(&database).await;
    let [_, own, _] = world.line().await;
    let unknown = "ResellerNetwork.referral_code.generated";
    for kind in [kinds::SETTINGS_CHANGED, kinds::MEMBERSHIP_GRANTED, kinds::LEDGER_POSTED, unknown] {
        let position = world.happens(kind, own).await;
        assert_eq!(world.seen(position).await, [(own, 0)], "{kind}");
    }
}

async fn a_price_change_is_seen_by_each_child_of_that_moment(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, own, child, _] = world.line().await;
    let leaving = world.replica.add(own, "Leaving").await;
    world.passes(1_000);
    let position = world.happens(kinds::PRICING_UPDATED, own).await;
    // What comes later makes no difference, also where it is there before the event is looked at.
    world.replica.chain.move_reseller(Actor::central(), leaving, root).await.expect("a move");
    world.replica.add(own, "A newcomer").await;
    assert_eq!(world.seen(position).await, [(root, 1), (own, 0), (child, -1), (leaving, -1)]);
}

async fn a_move_is_seen_by_both_uplines_and_the_past_stays_with_the_old_one(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, left, own] = world.line().await;
    let right = world.replica.add(root, "Right").await;
    let deeper = world.replica.add(right, "Deeper").await;
    world.passes(1_000);
    let before = world.happens(kinds::ORDER_DELIVERED, own).await;
    world.replica.chain.move_reseller(Actor::central(), own, deeper).await.expect("a move");
    let moved = world.replica.end_of_log().await;
    world.passes(1_000);
    let after = world.happens(kinds::ORDER_DELIVERED, own).await;
    assert_eq!(world.seen(before).await, [(root, 2), (left, 1), (own, 0)]);
    assert_eq!(world.seen(moved).await, [(root, 3), (left, 1), (own, 0), (right, 2), (deeper, 1)]);
    assert_eq!(world.seen(after).await, [(root, 3), (own, 0), (right, 2), (deeper, 1)]);
    let log = tail::read_after(&world.replica.central, Position::START, 1_000).await.expect("the log");
    assert!(log.iter().any(|event| event.position == moved && event.event_type == kinds::RESELLER_MOVED));
}

async fn what_is_about_nobody_known_is_kept_apart(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root] = world.line().await;
    let stranger = TenantId::generate();
    let position = world.happens(kinds::ORDER_DELIVERED, stranger).await;
    let next = world.happens(kinds::ORDER_DELIVERED, root).await;
    assert_eq!(world.seen(position).await, []);
    assert_eq!(world.seen(next).await, [(root, 0)], "the others go on");
    let parked = crate::texts(&world.outside, "SELECT consumer FROM parked_events WHERE consumer = 'feed'").await;
    assert_eq!(parked.len(), 1);
}

async fn a_row_that_is_there_already_is_left_also_in_a_backlog(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, own] = world.line().await;
    let first = world.happens(kinds::ORDER_DELIVERED, own).await;
    // All of it was new.
    assert_eq!(world.seen(first).await.len(), 2);
    let mut backlog = Vec::new();
    for _ in 0..250 {
        backlog.push(world.happens(kinds::ORDER_DELIVERED, own).await);
    }
    let there = format!(
        "INSERT INTO network_activity_feed (owner_tenant_id, position, distance, type_id)
         SELECT owner_tenant_id, {}, distance, type_id FROM network_activity_feed WHERE position = {} AND distance = 0",
        backlog[200].0, first.0
    );
    assert_eq!(world.outside.execute_unprepared(&there).await.expect("a row").rows_affected(), 1);
    let feed = world.tables().await.feed;
    for position in backlog {
        let seen: Vec<_> = feed.iter().filter(|((_, at), _)| *at == position).map(|((_, _), steps)| *steps).collect();
        assert_eq!(seen.len(), 2, "{position:?}: {seen:?}, by {root} and {own}");
    }
}
