//! What is no chain, and single cases worth a name.

use std::task::{Context, Poll, Waker};

use super::*;
use crate::tenancy::topology::{FormerParent, FreezeState};

fn id(number: u128) -> TenantId {
    TenantId(Uuid::from_u128(number))
}

fn tenant(number: u128, parent: Option<u128>) -> TenantState {
    TenantState {
        id: id(number),
        parent: parent.map(id),
        name: format!("Company {number}"),
        slug: format!("company-{number}"),
        external_id: None,
        status: entity::TenantStatus::Active,
        currency: iso_currency::Currency::USD,
        joined_at: Timestamp(0),
        freezes: Vec::new(),
        former_parents: Vec::new(),
    }
}

fn freeze(number: u128) -> FreezeState {
    let id = FreezeId(Uuid::from_u128(number));
    FreezeState { id, placed_by: self::id(1), reason: "late payment".into(), frozen_at: Timestamp(5) }
}

/// 1 above 2 and 3, 2 above 4.
fn four() -> Snapshot {
    let tenants = [tenant(4, Some(2)), tenant(2, Some(1)), tenant(1, None), tenant(3, Some(1))];
    Snapshot::build(Position(1), tenants).expect("a tree")
}

/// The same refusal, whether the companies are there from the start or come in a batch.
fn refused(tenants: &[TenantState]) -> InconsistentChain {
    let built = Snapshot::build(Position(1), tenants.iter().cloned()).expect_err("refused");
    let advanced = Snapshot::default().advanced(Position(1), tenants).expect_err("refused");
    assert_eq!(std::mem::discriminant(&built), std::mem::discriminant(&advanced), "{built} / {advanced}");
    built
}

#[test]
fn an_empty_chain_is_a_chain() {
    let empty = Snapshot::build(Position(3), []).expect("empty");
    assert_eq!((empty.position(), empty.len(), empty.root(), empty.find(id(1))), (Position(3), 0, None, None));
    assert_eq!(empty.advanced(Position(4), &[]).expect("still empty").len(), 0);
}

#[test]
fn what_is_no_tree_is_refused() {
    let unknown = InconsistentChain::UnknownParent { tenant: id(2), parent: id(9) };
    assert_eq!(refused(&[tenant(1, None), tenant(2, Some(9))]), unknown);
    assert_eq!(refused(&[tenant(1, None), tenant(2, None)]), InconsistentChain::TwoRoots(id(1), id(2)));
    let circle = refused(&[tenant(1, None), tenant(4, Some(3)), tenant(2, Some(3)), tenant(3, Some(2))]);
    assert!(matches!(circle, InconsistentChain::Cycle(on) if on == id(2) || on == id(3)), "{circle}");
    assert!(matches!(refused(&[tenant(1, Some(1))]), InconsistentChain::Cycle(_)));
    assert_eq!(refused(&[tenant(1, None), tenant(1, None)]), InconsistentChain::DuplicateTenant(id(1)));
}

#[test]
fn names_are_one_namespace() {
    let taken = TenantState { external_id: Some("company-1".into()), ..tenant(2, Some(1)) };
    let refusal = InconsistentChain::DuplicateName { tenant: id(2), name: "company-1".into() };
    assert_eq!(refused(&[tenant(1, None), taken]), refusal);
    let both = TenantState { external_id: Some("company-2".into()), ..tenant(2, Some(1)) };
    let own = Snapshot::build(Position(1), [tenant(1, None), both]).expect("its own slug as external id is fine");
    assert_eq!(own.find_named("company-2"), own.find(id(2)));
    assert_eq!(own.find_named("Company-2"), None, "letter for letter");
}

#[test]
fn names_never_change_but_an_external_id_may_come_later() {
    let renamed = TenantState { slug: "other".into(), ..tenant(4, Some(2)) };
    assert_eq!(four().advanced(Position(2), &[renamed]).expect_err("refused"), InconsistentChain::ChangedName(id(4)));
    let announced = TenantState { external_id: Some("x/4".into()), ..tenant(4, Some(2)) };
    let before = four();
    let after = before.advanced(Position(2), &[announced]).expect("a new name");
    assert_eq!((before.find_named("x/4"), after.find_named("x/4")), (None, after.find(id(4))));
    let lost = after.advanced(Position(3), &[tenant(4, Some(2))]).expect_err("refused");
    assert_eq!(lost, InconsistentChain::ChangedName(id(4)));
}

#[test]
fn a_freeze_is_there_once() {
    let twice = |number, parent| TenantState { freezes: vec![freeze(7)], ..tenant(number, parent) };
    assert_eq!(refused(&[twice(1, None), twice(2, Some(1))]), InconsistentChain::DuplicateFreeze(freeze(7).id));
}

#[test]
fn a_former_parent_must_be_known() {
    let former_parents = vec![FormerParent { parent: id(9), until: Timestamp(1) }];
    let unknown = InconsistentChain::UnknownParent { tenant: id(1), parent: id(9) };
    assert_eq!(refused(&[TenantState { former_parents, ..tenant(1, None) }]), unknown);
}

#[test]
fn two_moves_that_cross_are_one_consistent_batch() {
    // 4 goes above 2, which was above 4: one alone, done first, would be a cycle.
    let snapshot = four().advanced(Position(2), &[tenant(2, Some(4)), tenant(4, Some(3))]).expect("consistent");
    let path = snapshot.path(node(&snapshot, id(1)), node(&snapshot, id(2))).expect("1 is above 2");
    assert_eq!(ids(&snapshot, path), [1, 3, 4, 2].map(id));
    assert_eq!(snapshot.descendant_count(node(&snapshot, id(3))), 2);
}

#[test]
fn a_batch_that_is_no_tree_publishes_nothing() {
    let topology = Topology::new(four());
    let circle = [tenant(5, Some(3)), tenant(2, Some(4))];
    assert!(matches!(topology.advance(Position(2), &circle), Err(InconsistentChain::Cycle(_))));
    let current = topology.current();
    assert_eq!((current.position(), current.len(), current.find(id(5))), (Position(1), 4, None));
    // Another company takes the place in memory that the refused one had for a moment.
    topology.advance(Position(2), &[tenant(6, Some(3))]).expect("a tree");
    let current = topology.current();
    assert_eq!((current.find(id(5)), current.find_named("company-5")), (None, None));
    assert_eq!(current.find_named("company-6"), current.find(id(6)));
}

#[test]
fn the_root_cannot_be_moved_nor_replaced() {
    assert!(matches!(four().advanced(Position(2), &[tenant(1, Some(4))]), Err(InconsistentChain::Cycle(_))));
    let above = four().advanced(Position(2), &[tenant(9, None), tenant(1, Some(9))]).expect_err("refused");
    assert_eq!(above, InconsistentChain::TwoRoots(id(1), id(9)));
    let second = four().advanced(Position(2), &[tenant(2, None)]).expect_err("refused");
    assert_eq!(second, InconsistentChain::TwoRoots(id(1), id(2)));
}

#[test]
fn what_came_already_is_ignored() {
    let topology = Topology::new(four());
    topology.advance(Position(1), &[tenant(5, Some(1))]).expect("ignored");
    assert_eq!(topology.current().len(), 4);
    assert!(!topology.replace(Snapshot::default()), "an older one");
    assert!(topology.replace(Snapshot::build(Position(1), [tenant(1, None)]).expect("a root")));
    assert_eq!(topology.current().len(), 1);
}

#[test]
fn a_writer_waits_for_its_own_position() {
    let topology = Topology::new(four());
    let mut waiting = Box::pin(topology.wait_for(Position(3)));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Pending);
    topology.advance(Position(2), &[]).expect("nothing changed");
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Pending);
    topology.advance(Position(4), &[]).expect("nothing changed");
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(()));
    assert_eq!(topology.position(), Position(4));
}
