//! Many at once: events, processes, consumers of one database.

use std::sync::Arc;

use entity::{OrderStatus, Position, TenantId};
use reseller_network::events::{Fact, Log, tail};
use reseller_network::tenancy::Actor;
use tokio::task::JoinSet;

use super::model::{Lines, recount};
use super::{Tables, World, consumers, order};
use crate::support::app::TestApp;
use crate::support::chain::Replica;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_thousand_events_at_once_over_one_chain_are_counted_exactly,
    two_programs_on_one_database_count_each_event_once,
);

const ORDERS: usize = 250;

async fn a_thousand_events_at_once_over_one_chain_are_counted_exactly(database: TestDatabase) {
    let world = World::open(&database).await;
    let line: [TenantId; 10] = world.line().await;
    let other = Replica::open(&database.url).await;
    let mut consuming = JoinSet::new();
    for replica in [&world.replica, &other] {
        let (figures, feed) = consumers(replica).await;
        consuming.spawn(figures.run());
        consuming.spawn(feed.run());
    }
    let mut writers = JoinSet::new();
    for facts in facts(&world, &line) {
        for (fact, place) in facts.into_iter().zip(0_usize..) {
            let log = if place.is_multiple_of(2) { &world.replica.log } else { &other.log };
            writers.spawn(write(log.clone(), fact));
        }
    }
    assert_eq!(writers.len(), 4 * ORDERS);
    writers.join_all().await;
    assert_counted(&world, &line).await;
}

/// The events of some orders of all companies of a line: every fourth is cancelled, the others are delivered.
fn facts(world: &World, line: &[TenantId]) -> Vec<[Fact; 4]> {
    use OrderStatus::{AwaitingForward, Cancelled, Delivered, Placed, Shipped};
    let one = |number: usize| {
        let placer = line[number % line.len()];
        let end = if number.is_multiple_of(4) { Cancelled } else { Delivered };
        let (cents, at) = (i64::try_from(number).expect("a few"), world.now());
        [Placed, AwaitingForward, Shipped, end].map(|status| {
            let event = order(&number.to_string(), placer, cents, at, (status, at));
            Fact { kind: event.kind, subject: placer, data: event.data }
        })
    };
    (0..ORDERS).map(one).collect()
}

async fn write(log: Log, fact: Fact) {
    let mut change = log.begin(Actor::central()).await.expect("a transaction");
    change.record(fact);
    change.commit().await.expect("an event");
}

/// Whoever has consumed them: all events of the log are counted once.
async fn assert_counted(world: &World, line: &[TenantId]) {
    let tables = world.tables().await;
    let log = tail::read_after(&world.replica.central, Position::START, 1_000_000).await.expect("the log");
    let parents = line.iter().scan(None, |above, company| Some((*company, above.replace(*company))));
    let came = line.iter().map(|company| (*company, Position::START)).collect();
    let lines = Lines { parents: parents.collect(), came, moves: Vec::new() };
    let expected = recount(&lines, &log);
    assert_eq!(expected.facts.len(), ORDERS);
    assert_same(&tables, &expected);
}

fn assert_same(tables: &Tables, expected: &Tables) {
    let states = |tables: &Tables| tables.facts.values().map(|fact| fact.status).collect::<Vec<_>>();
    assert_eq!(states(tables), states(expected));
    assert_eq!(tables.figures, expected.figures);
    assert_eq!(tables.statuses, expected.statuses);
    assert_eq!(tables.feed, expected.feed);
}

async fn two_programs_on_one_database_count_each_event_once(database: TestDatabase) {
    let world = World::open(&database).await;
    let line: [TenantId; 10] = world.line().await;
    let start = async || TestApp::start(TestDatabase::existing(database.url.clone())).await;
    let apps = Arc::new([start().await, start().await]);
    let mut writers = JoinSet::new();
    for (facts, place) in facts(&world, &line).into_iter().zip(0_usize..) {
        let apps = apps.clone();
        writers.spawn(async move {
            for fact in facts {
                apps[place % 2].record(fact).await;
            }
        });
    }
    writers.join_all().await;
    assert_counted(&world, &line).await;
}
