//! Trees against the model.

use entity::Position;
use proptest::prelude::*;

use super::*;
use crate::naive_chain::{NaiveChain, Step, history};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whole, or going on after any of its companies: the page is what comes then, and hangs on its ancestors.
    #[test]
    fn a_tree_is_a_part_of_the_chain(
        history in history(4, 12), root in any::<u16>(), depth in 0..6_u32, after in prop::option::of(any::<u16>()),
    ) {
        let mut model = NaiveChain::default();
        model.apply(&[Step::JoinBelowLast]);
        for steps in &history {
            model.apply(steps);
        }
        let chain = Snapshot::build(Position(1), model.tenants.values().cloned()).expect("consistent");
        let root = model.choose(root).expect("not empty");
        let all: Vec<_> = model.preorder(root, depth as usize).into_iter().map(|(id, _)| id).collect();
        let after = after.map(|number| usize::from(number) % all.len());
        let cursor = after.map(|place| Place::Tree(all[place]).encode());
        let top = chain.find(root).expect("known");
        let tree = DownlineTree::cut(&chain, top, depth, cursor.as_deref()).expect("its own cursor");

        let id = |at: usize| chain.id(tree.nodes[at].node);
        prop_assert!(!tree.truncated);
        prop_assert_eq!(tree.page().map(id).collect::<Vec<_>>(), &all[after.map_or(0, |place| place + 1)..]);
        prop_assert_eq!(id(0), root);
        for at in 0..tree.nodes.len() {
            let below = (0..tree.nodes.len()).filter(|&other| chain.parent(tree.nodes[other].node) == Some(tree.nodes[at].node));
            prop_assert_eq!(tree.children(at).collect::<Vec<_>>(), below.collect::<Vec<_>>());
            prop_assert!(at >= tree.page_start || at == 0 || tree.children(at).next().is_some(), "only what is needed");
        }
    }
}
