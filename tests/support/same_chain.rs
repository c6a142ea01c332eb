//! A topology and the model of a chain, compared answer by answer.
//!
//! Names the crate from outside, as the model beside it does.

use entity::{TenantId, Timestamp};
use reseller_network::tenancy::topology::{NodeIndex, Snapshot, TenantState};

use super::naive_chain::NaiveChain;

/// The nodes' ids, to compare with the model's.
pub(crate) fn ids(snapshot: &Snapshot, nodes: impl IntoIterator<Item = NodeIndex>) -> Vec<TenantId> {
    nodes.into_iter().map(|node| snapshot.id(node)).collect()
}

/// Where the company is.
pub(crate) fn node(snapshot: &Snapshot, id: TenantId) -> NodeIndex {
    snapshot.find(id).expect("every company of the model is in the topology")
}

/// Asserts that `snapshot` gives every answer that `model` gives.
pub(crate) fn assert_same(snapshot: &Snapshot, model: &NaiveChain) {
    assert_eq!(snapshot.len(), model.tenants.len());
    assert_eq!(snapshot.root().is_none(), model.tenants.is_empty());
    for (&id, tenant) in &model.tenants {
        assert_same_profile(snapshot, tenant);
        assert_same_place(snapshot, model, id);
        assert_same_freezes(snapshot, model, id);
        assert_same_walks(snapshot, model, id);
    }
}

fn assert_same_profile(snapshot: &Snapshot, tenant: &TenantState) {
    let at = node(snapshot, tenant.id);
    assert_eq!(snapshot.id(at), tenant.id);
    assert_eq!(snapshot.name(at), tenant.name);
    assert_eq!(snapshot.slug(at), tenant.slug);
    assert_eq!(snapshot.external_id(at), tenant.external_id.as_deref());
    assert_eq!(snapshot.find_named(&tenant.slug), Some(at));
    if let Some(external_id) = &tenant.external_id {
        assert_eq!(snapshot.find_named(external_id), Some(at));
    }
    assert_eq!(snapshot.status(at), tenant.status);
    assert_eq!(snapshot.currency(at), tenant.currency);
    assert_eq!(snapshot.joined_at(at), tenant.joined_at);
    assert_eq!(snapshot.own_freezes(at), tenant.freezes);
}

fn assert_same_place(snapshot: &Snapshot, model: &NaiveChain, id: TenantId) {
    let at = node(snapshot, id);
    let ancestors = model.ancestors(id);
    assert_eq!(snapshot.parent(at).map(|parent| snapshot.id(parent)), model.tenants[&id].parent);
    assert_eq!(ids(snapshot, snapshot.ancestors(at)), ancestors);
    assert_eq!(snapshot.depth(at) as usize, ancestors.len());
    assert_eq!(ids(snapshot, snapshot.children(at).iter().copied()), model.children(id));
    let descendants = model.descendants(id);
    assert_eq!(snapshot.descendant_count(at), descendants.len());
    let active = descendants.iter().filter(|below| model.tenants[below].status == entity::TenantStatus::Active);
    assert_eq!(snapshot.active_descendant_count(at), active.count());
    for &other in model.tenants.keys() {
        let above = node(snapshot, other);
        let is_above = model.is_at_or_above(other, id);
        assert_eq!(snapshot.is_at_or_above(above, at), is_above);
        let mut way: Vec<_> = std::iter::once(id).chain(ancestors.iter().copied()).collect();
        way.truncate(way.iter().position(|&step| step == other).map_or(0, |place| place + 1));
        way.reverse();
        assert_eq!(snapshot.path(above, at).map(|path| ids(snapshot, path)), is_above.then_some(way));
    }
    // Steps of the model are 10 apart: on, before and between them.
    for instant in (0..400).step_by(5).map(Timestamp) {
        let parent = snapshot.parent_at(at, instant).map(|parent| snapshot.id(parent));
        assert_eq!(parent, model.parent_at(id, instant));
        let ways = std::iter::successors(parent, |&above| model.parent_at(above, instant));
        let ways: Vec<_> = ways.take(model.tenants.len()).collect();
        assert_eq!(ids(snapshot, snapshot.ancestors_at(at, instant)), ways);
        for &other in model.tenants.keys() {
            let was_above = other == id || ways.contains(&other);
            assert_eq!(snapshot.was_at_or_above(node(snapshot, other), at, instant), was_above);
        }
        let later = model.tenants[&id].former_parents.iter().filter(|former| former.until > instant);
        let moves = snapshot.moves_after(instant).filter(|(moved, _)| *moved == at).map(|(_, until)| until);
        assert_eq!(moves.collect::<Vec<_>>(), later.map(|former| former.until).collect::<Vec<_>>());
    }
}

fn assert_same_freezes(snapshot: &Snapshot, model: &NaiveChain, id: TenantId) {
    let at = node(snapshot, id);
    let causes = snapshot.causes(at).into_iter().map(|(on, freeze)| (snapshot.id(on), freeze.clone()));
    assert_eq!(causes.collect::<Vec<_>>(), model.causes(id));
    assert_eq!(snapshot.is_frozen(at), model.is_frozen(id));
    assert_eq!(snapshot.frozen_nodes(at, Some(0)).contains(at), model.is_frozen(id));
    for (below, depth) in snapshot.preorder(at, None) {
        let frozen = model.is_frozen(snapshot.id(below));
        assert_eq!(snapshot.frozen_nodes(at, None).contains(below), frozen);
        assert_eq!(snapshot.frozen_nodes(at, Some(depth)).contains(below), frozen);
        assert_eq!(snapshot.is_frozen(at) || snapshot.has_freeze_below(at, below), frozen);
    }
    let frozen = model.descendants(id).into_iter().filter(|&below| model.is_frozen(below)).count();
    assert_eq!(snapshot.frozen_count(at), frozen);
    for freeze in &model.tenants[&id].freezes {
        assert_eq!(snapshot.find_freeze(freeze.id), Some((at, freeze)));
    }
}

fn assert_same_walks(snapshot: &Snapshot, model: &NaiveChain, root: TenantId) {
    let top = node(snapshot, root);
    let named = |(at, depth): (NodeIndex, u32)| (snapshot.id(at), depth as usize);
    let whole = model.preorder(root, usize::MAX);
    for max_depth in [None, Some(0), Some(1), Some(2), Some(5)] {
        let levels = max_depth.map_or(usize::MAX, |depth| depth as usize);
        let expected = model.preorder(root, levels);
        assert_eq!(snapshot.preorder(top, max_depth).map(named).collect::<Vec<_>>(), expected);
        let mut in_any_order = ids(snapshot, snapshot.below_in_any_order(top, max_depth));
        in_any_order.sort_unstable();
        let mut below: Vec<_> = expected[1..].iter().map(|&(id, _)| id).collect();
        below.sort_unstable();
        assert_eq!(in_any_order, below);
        let mut reversed: Vec<_> = snapshot.preorder_reversed(top, max_depth).map(named).collect();
        reversed.reverse();
        assert_eq!(reversed, expected);
        for (place, &(start, _)) in whole.iter().enumerate() {
            let start = node(snapshot, start);
            let shown = |part: &[(TenantId, usize)]| {
                part.iter().copied().filter(|&(_, depth)| depth <= levels).collect::<Vec<_>>()
            };
            let after = snapshot.preorder_after(top, start, max_depth).expect("is in the subtree");
            assert_eq!(after.map(named).collect::<Vec<_>>(), shown(&whole[place + 1..]));
            let before = snapshot.preorder_before(top, start, max_depth).expect("is in the subtree");
            let mut before: Vec<_> = before.map(named).collect();
            before.reverse();
            assert_eq!(before, shown(&whole[..place]));
        }
    }
    for &stranger in model.tenants.keys().filter(|&&other| !model.is_at_or_above(root, other)) {
        let stranger = node(snapshot, stranger);
        assert!(snapshot.preorder_after(top, stranger, None).is_none());
        assert!(snapshot.preorder_before(top, stranger, None).is_none());
    }
    for (place, &(left, _)) in whole.iter().enumerate() {
        for (other, &(right, _)) in whole.iter().enumerate() {
            let (left, right) = (node(snapshot, left), node(snapshot, right));
            assert_eq!(snapshot.is_before_in_preorder(left, right), place < other);
        }
    }
}
