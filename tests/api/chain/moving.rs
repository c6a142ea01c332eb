//! Moving a company with its downline, and who was its parent before.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use entity::Timestamp;
use reseller_network::{
    clock::Clock,
    error::RefusalCode,
    tenancy::{Actor, OpenOptions},
};

use super::Family;
use crate::support::{
    TestDatabase,
    chain::{Replica, assert_refused, node, owner, parent},
    on_both_databases,
};

on_both_databases!(
    a_move_takes_the_whole_subtree_along,
    a_move_makes_no_cycle,
    a_move_stays_below_the_actor,
    former_parents_are_kept,
    former_parents_are_in_order_also_when_the_clock_goes_back,
    the_chain_of_a_day_has_no_cycle_also_where_clocks_differ,
);

async fn a_move_takes_the_whole_subtree_along(database: TestDatabase) {
    let family = Family::new(&database).await;
    family.moved(owner(family.root), family.child, family.right).await;
    let snapshot = family.snapshot();
    assert_eq!(parent(&snapshot, family.child), Some(family.right));
    assert_eq!(parent(&snapshot, family.grandchild), Some(family.child));
    let counts = [family.root, family.left, family.right].map(|at| snapshot.descendant_count(node(&snapshot, at)));
    assert_eq!(counts, [4, 0, 2]);
    assert_refused(family.chain.freeze(owner(family.left), family.child, "late").await, RefusalCode::NotFound);
    family.frozen(family.right, family.grandchild).await;
}

async fn a_move_makes_no_cycle(database: TestDatabase) {
    let family = Family::new(&database).await;
    for below in [family.left, family.child, family.grandchild] {
        for actor in [owner(family.root), Actor::central()] {
            let outcome = family.chain.move_reseller(actor, family.left, below).await;
            assert_refused(outcome, RefusalCode::Invalid);
        }
    }
    let root = family.chain.move_reseller(Actor::central(), family.root, family.left).await;
    assert_refused(root, RefusalCode::Invalid);
    let there_already = family.chain.move_reseller(owner(family.root), family.child, family.left).await;
    assert_refused(there_already, RefusalCode::Invalid);
}

async fn a_move_stays_below_the_actor(database: TestDatabase) {
    let family = Family::new(&database).await;
    for below in [family.right, family.root] {
        let outcome = family.chain.move_reseller(owner(family.left), family.grandchild, below).await;
        assert_refused(outcome, RefusalCode::NotFound);
    }
    family.moved(owner(family.left), family.grandchild, family.left).await;
    assert_eq!(parent(&family.snapshot(), family.grandchild), Some(family.left));
}

/// A replica whose clock shows what the test says.
async fn replica_at(database: &TestDatabase) -> (Replica, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(0));
    let hand = now.clone();
    let clock = Clock::reading(move || Timestamp(hand.load(Relaxed)));
    (Replica::open_with(&database.url, OpenOptions::default(), clock).await, now)
}

async fn former_parents_are_kept(database: TestDatabase) {
    let (replica, now) = replica_at(&database).await;
    let family = Family::of(replica).await;
    for (at, below) in [(10, family.right), (20, family.root), (30, family.left)] {
        now.store(at, Relaxed);
        family.moved(Actor::central(), family.child, below).await;
    }
    for snapshot in [&*family.snapshot(), &family.recount().await] {
        let at = |instant| {
            let parent = snapshot.parent_at(node(snapshot, family.child), Timestamp(instant)).expect("a parent");
            snapshot.id(parent)
        };
        assert_eq!([0, 9].map(at), [family.left; 2]);
        assert_eq!([10, 19].map(at), [family.right; 2], "a move is in force from its own instant on");
        assert_eq!([20, 29].map(at), [family.root; 2]);
        assert_eq!([30, 99].map(at), [family.left; 2]);
        let line = snapshot.ancestors_at(node(snapshot, family.grandchild), Timestamp(15));
        let line: Vec<_> = line.map(|node| snapshot.id(node)).collect();
        assert_eq!(line, [family.child, family.right, family.root], "the chain of its day");
    }
}

async fn former_parents_are_in_order_also_when_the_clock_goes_back(database: TestDatabase) {
    let (replica, now) = replica_at(&database).await;
    let family = Family::of(replica).await;
    for (at, below) in [(100, family.right), (100, family.root), (50, family.left)] {
        now.store(at, Relaxed);
        family.moved(Actor::central(), family.child, below).await;
    }
    for snapshot in [&*family.snapshot(), &family.recount().await] {
        let parents = [99, 100, 101, 102].map(|instant| {
            snapshot.parent_at(node(snapshot, family.child), Timestamp(instant)).map(|parent| snapshot.id(parent))
        });
        assert_eq!(parents, [family.left, family.right, family.root, family.left].map(Some));
    }
}

async fn the_chain_of_a_day_has_no_cycle_also_where_clocks_differ(database: TestDatabase) {
    let at = |instant| Clock::reading(move || Timestamp(instant));
    let ahead = Replica::open_with(&database.url, OpenOptions::default(), at(100)).await;
    let behind = Replica::open_with(&database.url, OpenOptions::default(), at(90)).await;
    let root = ahead.add(None, "Root").await;
    let left = ahead.add(root, "Left").await;
    let right = ahead.add(left, "Right").await;
    behind.caught_up().await;
    ahead.chain.move_reseller(Actor::central(), right, root).await.expect("a move by the one that is ahead");
    behind.chain.move_reseller(Actor::central(), left, right).await.expect("a later move by the one that is behind");
    let snapshot = behind.caught_up().await;
    // A move comes after all that was recorded before it, which was at 100.
    for instant in 80..120 {
        let ancestors: Vec<_> =
            snapshot.ancestors_at(node(&snapshot, right), Timestamp(instant)).map(|above| snapshot.id(above)).collect();
        let expected = if instant <= 100 { vec![left, root] } else { vec![root] };
        assert_eq!(ancestors, expected, "at {instant}");
    }
}
