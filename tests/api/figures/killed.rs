//! A process that is killed while it consumes: what it was in the middle of is done again, and nothing twice.

use entity::{OrderStatus, Position, TenantId, Timestamp, consumer, event};
use reseller_network::events::tail;
use sea_orm::EntityTrait;

use super::model::{Lines, recount};
use super::{World, consumers, order};
use crate::support::chain::Replica;
use crate::support::process::{self, Process};
use crate::support::{Backend, TestDatabase};

const ORDERS: usize = 6_000;
/// How often the process is killed.
const KILLS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_consumer_goes_on_exactly_sqlite() {
    a_killed_consumer_goes_on_exactly(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_consumer_goes_on_exactly_postgres() {
    a_killed_consumer_goes_on_exactly(Backend::Postgres).await;
}

async fn a_killed_consumer_goes_on_exactly(backend: Backend) {
    let database = TestDatabase::durable(backend).await;
    let world = World::open(&database).await;
    let line: [TenantId; 5] = world.line().await;
    let mut events = Vec::new();
    for number in 0..ORDERS {
        let placed_at = Timestamp(world.now().0 - 1_000_000 * i64::try_from(number).expect("a few"));
        let placer = line[number % line.len()];
        let end = if number.is_multiple_of(7) { OrderStatus::Cancelled } else { OrderStatus::Delivered };
        for status in [OrderStatus::Placed, OrderStatus::Shipped, end] {
            events.push(order(&number.to_string(), placer, 100, placed_at, (status, world.now())).row(world.now()));
        }
    }
    for events in events.chunks(1_000) {
        event::Entity::insert_many(events.to_vec()).exec_without_returning(&world.outside).await.expect("events");
    }
    let mut positions = vec![stored(&world).await];
    for _ in 0..KILLS {
        let mut process = Process::start("figures::killed::consume_until_killed", &database.url);
        // It has just begun, or something has just lasted and more is under way.
        for _ in 0..=positions.len() % 2 {
            process.line();
        }
        process.kill();
        positions.push(stored(&world).await);
    }
    let end = world.replica.end_of_log().await;
    assert!(positions.last().is_some_and(|(figures, _)| *figures < end), "it was killed before its end: {positions:?}");
    assert!(positions.first() < positions.last(), "some of it lasted: {positions:?}");

    let tables = world.tables().await;
    let log = tail::read_after(&world.replica.central, Position::START, 1_000_000).await.expect("the log");
    let parents = line.iter().scan(None, |above, company| Some((*company, above.replace(*company))));
    let came = line.iter().map(|company| (*company, Position::START)).collect();
    let lines = Lines { parents: parents.collect(), came, moves: Vec::new() };
    assert!(tables == recount(&lines, &log), "exact after {positions:?}");
}

/// Up to where figures and feed have come.
async fn stored(world: &World) -> (Position, Position) {
    let rows = consumer::Entity::find().all(&world.outside).await.expect("consumers");
    let of = |name| rows.iter().find(|row| row.name == name).map_or(Position::START, |row| row.position);
    (of("figures"), of("feed"))
}

/// The part of the process that is killed; no test of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consume_until_killed() {
    let Some(url) = process::work() else { return };
    let replica = Replica::open(&url).await;
    let (figures, feed) = consumers(&replica).await;
    let consuming = [tokio::spawn(figures.run()), tokio::spawn(feed.run())];
    process::say("it consumes");
    let outside = crate::connect(&url).await;
    let mut before = None;
    while consuming.iter().all(|consuming| !consuming.is_finished()) {
        let positions: Vec<_> = consumer::Entity::find()
            .all(&outside)
            .await
            .expect("consumers")
            .into_iter()
            .map(|row| row.position)
            .collect();
        if before.replace(positions.clone()).is_some_and(|before| before != positions) {
            process::say("something has lasted");
        }
        tokio::task::yield_now().await;
    }
}
