//! The whole topology against a naive model of it.

use entity::{FreezeId, Position, TenantId, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::{InconsistentChain, Snapshot, TenantState, Topology};
use crate::naive_chain::{NaiveChain, Step, history};
use crate::same_chain::{assert_same, ids, node};

mod refusals;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Every batch of a history, advanced or built anew, answers as the model does.
    #[test]
    fn a_history_ends_in_the_chain_that_the_model_has(history in history(6, 10)) {
        let mut model = NaiveChain::default();
        let topology = Topology::new(Snapshot::default());
        for (position, steps) in (1..).map(Position).zip(&history) {
            let changed = model.apply(steps);
            topology.advance(position, &changed).expect("the model is consistent");
            prop_assert_eq!(topology.current().position(), position);
            assert_same(&topology.current(), &model);
        }
        let built = Snapshot::build(Position(1), model.tenants.values().cloned()).expect("the model is consistent");
        assert_same(&built, &model);
    }

    /// What a request holds does not change under it.
    #[test]
    fn a_snapshot_stays_as_it_was(history in history(5, 8)) {
        let mut model = NaiveChain::default();
        let topology = Topology::new(Snapshot::default());
        let mut held = Vec::new();
        for (position, steps) in (1..).map(Position).zip(&history) {
            let changed = model.apply(steps);
            topology.advance(position, &changed).expect("the model is consistent");
            held.push((topology.current(), model.clone()));
        }
        let newest = held.last().map(|(_, model)| model.ids()).unwrap_or_default();
        for (snapshot, model) in &held {
            assert_same(snapshot, model);
            for &id in newest.iter().filter(|id| !model.tenants.contains_key(id)) {
                prop_assert_eq!(snapshot.find(id), None, "a company that joined later");
            }
        }
    }

    /// Jumps stay right in deep chains: each check against the plain list of ancestors.
    #[test]
    fn ancestor_checks_are_right_in_deep_chains(moves in prop::collection::vec((any::<u16>(), any::<u16>()), 1..6)) {
        let mut model = NaiveChain::default();
        let mut states = model.apply(&vec![Step::JoinBelowLast; 90]);
        states.reverse();
        let mut snapshot = Snapshot::build(Position(1), states).expect("one line of companies");
        for (who, to) in moves {
            let changed = model.apply(&[Step::Move { who, to }, Step::JoinBelowLast]);
            snapshot = snapshot.advanced(Position(2), &changed).expect("the model is consistent");
        }
        for &below in &model.ids() {
            let ancestors = model.ancestors(below);
            for &above in &model.ids() {
                let is_above = above == below || ancestors.contains(&above);
                prop_assert_eq!(snapshot.is_at_or_above(node(&snapshot, above), node(&snapshot, below)), is_above);
            }
        }
    }
}
