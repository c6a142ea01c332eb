//! Orders, as the figures know them: which event holds, and what is kept apart.

use entity::{Day, OrderStatus, TenantId, Timestamp, order_total};
use reseller_network::tenancy::Actor;
use sea_orm::EntityTrait;
use serde_json::json;

use super::{DAY, Event, MIDNIGHT, World, order};
use crate::support::{TestDatabase, on_both_databases};
use crate::texts;

on_both_databases!(
    an_order_counts_on_the_day_on_which_it_was_placed,
    an_order_of_the_future_counts_on_the_day_on_which_it_was_recorded,
    a_cancelled_order_does_not_count_whatever_comes_later,
    what_was_ordered_before_a_move_stays_with_the_old_upline,
    what_contradicts_the_first_event_is_kept_apart,
    what_is_more_than_can_be_added_up_is_kept_apart,
);

use OrderStatus::{Cancelled, Delivered, Placed, Shipped};

impl World {
    /// An order over a dollar, placed at this instant.
    async fn placed(&self, id: &str, placer: TenantId, at: i64) {
        let at = Timestamp(at);
        self.tell(order(id, placer, 100, at, (Placed, at))).await;
    }

    /// Whose orders count, by day and level: how many.
    async fn counted(&self) -> Vec<(TenantId, i32, i32, i64)> {
        let today = Day::from(Timestamp(MIDNIGHT));
        let figures = self.tables().await.figures.into_iter();
        figures.map(|((owner, day, level, _), (orders, _))| (owner, day.0 - today.0, level, orders)).collect()
    }

    async fn reasons(&self) -> Vec<String> {
        self.consume().await;
        texts(&self.outside, "SELECT reason FROM parked_events WHERE consumer = 'figures' ORDER BY position").await
    }
}

async fn an_order_counts_on_the_day_on_which_it_was_placed(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, own] = world.line().await;
    world.passes(3 * DAY);
    world.placed("at the end of a day", own, MIDNIGHT - 1).await;
    world.placed("at the beginning of one", own, MIDNIGHT).await;
    world.placed("at its end", own, MIDNIGHT + DAY - 1).await;
    assert_eq!(world.counted().await, [(root, -1, 1, 1), (root, 0, 1, 2), (own, -1, 0, 1), (own, 0, 0, 2)]);
}

async fn an_order_of_the_future_counts_on_the_day_on_which_it_was_recorded(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root] = world.line().await;
    world.placed("tomorrow's", root, MIDNIGHT + DAY).await;
    assert_eq!(world.counted().await, [(root, -1, 0, 1)]);
}

async fn a_cancelled_order_does_not_count_whatever_comes_later(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, own] = world.line().await;
    let at = world.now();
    for (number, steps) in
        [[Placed, Cancelled, Delivered], [Delivered, Shipped, Cancelled], [Cancelled, Placed, Shipped]]
            .into_iter()
            .enumerate()
    {
        for (step, later) in steps.into_iter().zip(0..) {
            let came = Timestamp(at.0 + later);
            world.tell(order(&number.to_string(), own, 100, at, (step, came))).await;
            world.consume().await;
        }
    }
    assert_eq!(world.counted().await, []);
    let day = Day::from(at);
    assert_eq!(world.tables().await.statuses.into_iter().collect::<Vec<_>>(), [((root, day, Cancelled), 3)]);
}

async fn what_was_ordered_before_a_move_stays_with_the_old_upline(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, left, own] = world.line().await;
    let right = world.replica.add(root, "Right").await;
    let before = world.now().0;
    world.passes(1_000);
    world.placed("known before the move", own, before).await;
    world.consume().await;
    world.replica.chain.move_reseller(Actor::central(), own, right).await.expect("a move");
    world.passes(1_000);
    world.placed("told after the move", own, before).await;
    world.placed("placed after the move", own, world.now().0).await;
    let cancelled = (Cancelled, world.now());
    world.tell(order("known before the move", own, 100, Timestamp(before), cancelled)).await;
    assert_eq!(world.counted().await, [(root, -1, 2, 2), (left, -1, 1, 1), (own, -1, 0, 2), (right, -1, 1, 1)]);
}

async fn what_contradicts_the_first_event_is_kept_apart(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, own] = world.line().await;
    let at = world.now();
    let first = order("one", own, 100, at, (Placed, at));
    world.tell(first.clone()).await;
    let mut in_euros = first.clone();
    in_euros.data["currency"] = json!("EUR");
    let cancelled = |placer, cents| order("one", placer, cents, at, (Cancelled, at));
    for event in [in_euros, cancelled(root, 100), cancelled(own, 101)] {
        world.tell(event).await;
    }
    // Another source's order of the same name is another order.
    world.tell(Event { source: "crm".to_owned(), ..order("one", root, 7, at, (Placed, at)) }).await;
    let reasons = world.reasons().await;
    let expected =
        ["currency", "placer", "amount"].map(|what| format!("an event before it told another {what} of this order"));
    assert_eq!(reasons, expected);
    assert_eq!(world.counted().await, [(root, -1, 0, 1), (root, -1, 1, 1), (own, -1, 0, 1)]);
}

async fn what_is_more_than_can_be_added_up_is_kept_apart(database: TestDatabase) {
    let world = World::open(&database).await;
    let [root, own] = world.line().await;
    world.placed("one", own, world.now().0).await;
    world.consume().await;
    let almost_all = order_total::ActiveModel {
        currency: sea_orm::ActiveValue::Set("USD".to_owned()),
        amount_minor: sea_orm::ActiveValue::Set(i64::MAX - 150),
    };
    order_total::Entity::update(almost_all).exec(&world.outside).await.expect("a total");
    for id in ["two", "three"] {
        world.placed(id, own, world.now().0).await;
    }
    let mut in_euros = order("four", own, 100, world.now(), (Placed, world.now()));
    in_euros.data["currency"] = json!("EUR");
    world.tell(in_euros).await;
    assert_eq!(world.reasons().await, ["all orders in USD would be too much"]);
    let counted: i64 =
        world.counted().await.iter().filter(|(owner, ..)| *owner == root).map(|(.., orders)| orders).sum();
    assert_eq!(counted, 3, "two in dollars and one in euros");
}
