//! Pages against the plain list of all that should be in them.

use entity::{Position, TenantId, TenantStatus, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::naive_chain::{NaiveChain, Step, history, naive_fold, status};
use crate::tenancy::topology::TenantState;

fn query() -> impl Strategy<Value = Query> {
    let instant = || prop::option::weighted(0.2, (0..400_i64).prop_map(Timestamp));
    let depth = || prop::option::weighted(0.2, 0..6_u32);
    let statuses = prop::option::weighted(0.3, prop::collection::vec(status(), 0..3));
    let filter = (statuses, prop::option::weighted(0.3, any::<bool>()), instant(), instant(), depth(), depth())
        .prop_map(|(status, frozen, joined_after, joined_before, min_depth, max_depth)| Filter {
            status: status.map(|statuses| statuses.into_iter().collect()),
            frozen,
            joined_after,
            joined_before,
            min_depth,
            max_depth,
        });
    let search = prop::option::weighted(0.3, prop::sample::select(vec!["", " a", "B", "sS", "slug-1", "EXT/2", "zz"]));
    (search, filter, order()).prop_map(|(search, filter, order)| Query {
        search: search.map(str::to_owned),
        filter,
        order,
    })
}

fn order() -> impl Strategy<Value = Option<Order>> {
    let field = prop::sample::select(vec![OrderField::Name, OrderField::JoinedAt, OrderField::DescendantCount]);
    let direction = prop::sample::select(vec![Direction::Ascending, Direction::Descending]);
    prop::option::weighted(0.7, (field, direction).prop_map(|(field, direction)| Order { field, direction }))
}

/// The whole listing, made from the model.
fn expected(model: &NaiveChain, root: TenantId, query: &Query, levels: usize) -> Vec<TenantId> {
    let below = model.preorder(root, levels).into_iter().skip(1).map(|(id, _)| id);
    let mut all: Vec<_> = below.filter(|&id| is_shown(model, &model.tenants[&id], query)).collect();
    if let Some(Order { field, direction }) = query.order {
        all.sort_by_key(|id| {
            let tenant = &model.tenants[id];
            match field {
                OrderField::Name => (naive_fold(&tenant.name), None, 0, *id),
                OrderField::JoinedAt => (String::new(), Some(tenant.joined_at), 0, *id),
                OrderField::DescendantCount => (String::new(), None, model.descendants(*id).len(), *id),
            }
        });
        if direction == Direction::Descending {
            all.reverse();
        }
    }
    all
}

fn is_shown(model: &NaiveChain, tenant: &TenantState, query: &Query) -> bool {
    let Query { search, filter, .. } = query;
    let needle = naive_fold(search.as_deref().unwrap_or_default().trim());
    let depth = u32::try_from(model.depth(tenant.id)).expect("a small tree");
    let mut texts = [Some(&tenant.name), Some(&tenant.slug), tenant.external_id.as_ref()].into_iter().flatten();
    texts.any(|text| naive_fold(text).contains(&needle))
        && filter.status.is_none_or(|wanted| wanted.contains(tenant.status))
        && filter.frozen.is_none_or(|frozen| frozen == model.is_frozen(tenant.id))
        && filter.joined_after.is_none_or(|instant| tenant.joined_at >= instant)
        && filter.joined_before.is_none_or(|instant| tenant.joined_at < instant)
        && filter.min_depth.is_none_or(|least| depth >= least)
        && filter.max_depth.is_none_or(|most| depth <= most)
}

/// All pages, one after the other, in the listing's order.
fn walk(downline: &Downline<'_>, size: usize, forwards: bool) -> Vec<NodeIndex> {
    let mut all: Vec<NodeIndex> = Vec::new();
    loop {
        let (after, before) = if forwards { (all.last(), None) } else { (None, all.first()) };
        let cursor = |node: Option<&NodeIndex>| node.map(|&node| downline.cursor(node));
        let take = if forwards { Take::First(size) } else { Take::Last(size) };
        let page = downline.page(&PageRequest { take, after: cursor(after), before: cursor(before) }).expect("valid");
        assert!(page.nodes.len() <= size);
        let (is_first, behind, ahead) = if forwards {
            (all.is_empty(), page.has_previous, page.has_next)
        } else {
            (all.is_empty(), page.has_next, page.has_previous)
        };
        assert_eq!(behind, !is_first, "there is something behind, except at the start");
        let at = if forwards { all.len() } else { 0 };
        all.splice(at..at, page.nodes);
        if !ahead {
            return all;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Walked in either direction, the pages together are the listing.
    #[test]
    fn pages_together_are_the_listing(
        history in history(4, 12), root in any::<u16>(), query in query(), size in 1..6_usize, one_level in any::<bool>(),
    ) {
        let mut model = NaiveChain::default();
        model.apply(&[Step::JoinBelowLast]);
        for steps in &history {
            model.apply(steps);
        }
        let snapshot = Snapshot::build(Position(1), model.tenants.values().cloned()).expect("consistent");
        let root = model.choose(root).expect("not empty");
        let top = snapshot.find(root).expect("known");
        let expected = expected(&model, root, &query, if one_level { 1 } else { usize::MAX });
        let downline =
            if one_level { Downline::children(&snapshot, top, &query) } else { Downline::below(&snapshot, top, &query) };
        let ids = |nodes: Vec<NodeIndex>| nodes.into_iter().map(|node| snapshot.id(node)).collect::<Vec<_>>();
        prop_assert_eq!(ids(walk(&downline, size, true)), expected.clone());
        prop_assert_eq!(ids(walk(&downline, size, false)), expected.clone());
        prop_assert_eq!(downline.total_count(), expected.len());
    }

    /// Any two cursors of the listing, and either end.
    #[test]
    fn a_page_is_what_lies_between_its_cursors(
        history in history(4, 12), query in query(), ends in any::<(u16, u16)>(), given in any::<(bool, bool)>(),
        wanted in 0..5_usize, first in any::<bool>(),
    ) {
        let mut model = NaiveChain::default();
        model.apply(&[Step::JoinBelowLast]);
        for steps in &history {
            model.apply(steps);
        }
        let snapshot = Snapshot::build(Position(1), model.tenants.values().cloned()).expect("consistent");
        let root = snapshot.root().expect("not empty");
        let all = expected(&model, snapshot.id(root), &query, usize::MAX);
        let downline = Downline::below(&snapshot, root, &query);
        let place = |end: u16, given: bool| (given && !all.is_empty()).then(|| usize::from(end) % all.len().max(1));
        let (after, before) = (place(ends.0, given.0), place(ends.1, given.1));
        let cursor = |place: usize| downline.cursor(snapshot.find(all[place]).expect("known"));
        let take = if first { Take::First(wanted) } else { Take::Last(wanted) };
        let page = downline.page(&PageRequest { take, after: after.map(cursor), before: before.map(cursor) });
        let page = page.expect("its own cursors");

        let start = after.map_or(0, |place| place + 1);
        let end = before.unwrap_or(all.len()).max(start);
        let skipped = (end - start).saturating_sub(wanted);
        let (start, end) = if first { (start, end - skipped) } else { (start + skipped, end) };
        let ids: Vec<_> = page.nodes.iter().map(|&node| snapshot.id(node)).collect();
        prop_assert_eq!(ids, &all[start..end]);
        let cut = skipped > 0;
        prop_assert_eq!(page.has_previous, after.is_some() || (cut && !first));
        prop_assert_eq!(page.has_next, before.is_some() || (cut && first));
    }
}

/// A root above three: "beta", "Alpha" and "gamma", of which "beta" is above "delta".
fn small_chain() -> Vec<TenantState> {
    let mut model = NaiveChain::default();
    let join = |name: &str| Step::Join { parent: 0, name: name.into(), has_external_id: false };
    let mut states = model.apply(&[join("root"), join("beta"), join("Alpha"), join("gamma"), join("delta")]);
    let of = |states: &[TenantState], name: &str| states.iter().position(|state| state.name == name).expect("there");
    let root = states[of(&states, "root")].id;
    let beta = states[of(&states, "beta")].id;
    for state in &mut states {
        state.parent = match state.name.as_str() {
            "root" => None,
            "delta" => Some(beta),
            _ => Some(root),
        };
    }
    states
}

fn named(snapshot: &Snapshot, name: &str) -> NodeIndex {
    let root = snapshot.root().expect("a root");
    snapshot.preorder(root, None).map(|(node, _)| node).find(|&node| snapshot.name(node) == name).expect("there")
}

fn first_after(cursor: &str) -> PageRequest {
    PageRequest { take: Take::First(9), after: Some(cursor.to_owned()), before: None }
}

#[test]
fn a_sorted_cursor_holds_when_its_company_is_gone() {
    let states = small_chain();
    let before = Snapshot::build(Position(1), states.clone()).expect("a tree");
    let order = Some(Order { field: OrderField::Name, direction: Direction::Ascending });
    let query = Query { order, ..Query::default() };
    let (beta, alpha) = (named(&before, "beta"), named(&before, "Alpha"));
    let cursor = Downline::below(&before, before.root().expect("a root"), &query).cursor(beta);
    let moved = states.into_iter().find(|state| state.name == "beta").expect("there");
    let moved = TenantState { parent: Some(before.id(alpha)), name: "zeta".into(), ..moved };
    let after = before.advanced(Position(2), &[moved]).expect("a tree");
    let page =
        Downline::below(&after, after.root().expect("a root"), &query).page(&first_after(&cursor)).expect("holds");
    let names: Vec<_> = page.nodes.iter().map(|&node| after.name(node)).collect();
    assert_eq!(names, ["delta", "gamma", "zeta"]);
}

#[test]
fn a_cursor_from_elsewhere_is_as_one_that_never_was() {
    let snapshot = Snapshot::build(Position(1), small_chain()).expect("a tree");
    let by = |field, direction| Query { order: Some(Order { field, direction }), ..Query::default() };
    let (root, beta) = (named(&snapshot, "root"), named(&snapshot, "beta"));
    let tree = Query::default();
    let ascending = by(OrderField::Name, Direction::Ascending);
    let descending = by(OrderField::Name, Direction::Descending);
    let gamma = Downline::below(&snapshot, root, &tree).cursor(named(&snapshot, "gamma"));
    let of_beta = Downline::below(&snapshot, root, &tree).cursor(beta);
    let never = Place::Tree(TenantId(uuid::Uuid::from_u128(99))).encode();
    let sorted = Downline::below(&snapshot, root, &ascending).cursor(beta);
    for (query, cursor) in [
        (&tree, &gamma),
        (&tree, &of_beta),
        (&tree, &never),
        (&tree, &sorted),
        (&ascending, &of_beta),
        (&descending, &sorted),
    ] {
        let page = Downline::below(&snapshot, beta, query).page(&first_after(cursor));
        assert_eq!(page, Err(InvalidCursor));
    }
}

#[test]
fn an_empty_list_of_statuses_shows_nobody() {
    let snapshot = Snapshot::build(Position(1), small_chain()).expect("a tree");
    let filter = |status| Query { filter: Filter { status, ..Filter::default() }, ..Query::default() };
    let count = |query: &Query| Downline::below(&snapshot, named(&snapshot, "root"), query).total_count();
    assert_eq!(count(&filter(Some(StatusSet::default()))), 0);
    assert_eq!(count(&filter(None)), 4);
    assert!(count(&filter(Some(StatusSet::from_iter([TenantStatus::Active])))) > 0);
}

#[test]
fn a_cursor_below_the_last_level_marks_its_place_but_is_no_row() {
    let snapshot = Snapshot::build(Position(1), small_chain()).expect("a tree");
    let root = named(&snapshot, "root");
    let cursor = Downline::below(&snapshot, root, &Query::default()).cursor(named(&snapshot, "delta"));
    let page = |search: &str| {
        let query = Query { search: Some(search.into()), ..Query::default() };
        Downline::children(&snapshot, root, &query).page(&first_after(&cursor)).expect("it is below the root")
    };
    let gamma = Page { nodes: vec![named(&snapshot, "gamma")], has_next: false, has_previous: false };
    assert_eq!(page("gamma"), gamma);
    assert_eq!(page("delta"), Page { nodes: Vec::new(), has_next: false, has_previous: false });
}
