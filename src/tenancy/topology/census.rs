//! How many companies are at each level below one, and how many joined when: without a walk through the downline.
//!
//! A walk gives every company a number, and those of a subtree lie next to one another. So the companies of a depth, sorted by their numbers,
//! answer for any subtree by two searches. The list is made once for as long as nobody joins or moves.

use std::sync::{Arc, OnceLock};

use entity::Timestamp;

use super::{NodeIndex, Snapshot};

/// A downline of at most so many is walked: a whole chain's list is not made for it.
const SMALL: usize = 1_000;

/// The counts of a chain, made when they are first asked for. Snapshots share it as long as nobody joins or moves.
pub(super) type Shape = Arc<OnceLock<Census>>;

/// Companies by depth, and by when they joined: 20 bytes for each.
#[derive(Debug)]
pub(super) struct Census {
    /// The number of each node in a walk from the root.
    numbers: Vec<u32>,
    /// The numbers of the nodes of each depth, sorted.
    by_depth: Vec<Vec<u32>>,
    /// When companies joined, sorted, and beside it the number of each.
    joined: Vec<Timestamp>,
    joined_numbers: Vec<u32>,
}

impl Census {
    fn take(chain: &Snapshot) -> Self {
        let mut census = Self {
            numbers: vec![0; chain.len()],
            by_depth: Vec::new(),
            joined: Vec::with_capacity(chain.len()),
            joined_numbers: Vec::with_capacity(chain.len()),
        };
        let mut joined = Vec::with_capacity(chain.len());
        let walk = chain.root().into_iter().flat_map(|root| chain.preorder(root, None));
        for ((node, depth), number) in walk.zip(0..) {
            census.numbers[node.number()] = number;
            joined.push((chain.joined_at(node), number));
            let depth = depth as usize;
            if census.by_depth.len() == depth {
                census.by_depth.push(Vec::new());
            }
            census.by_depth[depth].push(number);
        }
        joined.sort_unstable();
        (census.joined, census.joined_numbers) = joined.into_iter().unzip();
        census
    }

    /// How many of `sorted` are of the subtree whose top has the number `first`, and which has `below` more.
    fn within(sorted: &[u32], first: u32, below: usize) -> usize {
        let last = first as usize + below;
        let end = sorted.partition_point(|&number| number as usize <= last);
        end - sorted[..end].partition_point(|&number| number < first)
    }

    fn levels(&self, chain: &Snapshot, root: NodeIndex) -> Vec<usize> {
        let (first, below) = (self.numbers[root.number()], chain.descendant_count(root));
        let depths = self.by_depth.iter().skip(chain.depth(root) as usize);
        // Below a level without a company there is none.
        depths.map(|depth| Self::within(depth, first, below)).take_while(|&count| count > 0).collect()
    }

    fn joined(&self, chain: &Snapshot, root: NodeIndex, from: Timestamp, until: Timestamp) -> usize {
        let (first, below) = (self.numbers[root.number()], chain.descendant_count(root));
        let place = |at| self.joined.partition_point(|&joined| joined < at);
        let numbers = &self.joined_numbers[place(from)..place(until).max(place(from))];
        let last = first as usize + below;
        numbers.iter().filter(|&&number| number > first && number as usize <= last).count()
    }
}

impl Snapshot {
    /// How many companies are at each level from `root` down, `root` itself at 0.
    ///
    /// Of a large downline the first to ask after somebody joined or moved makes the list of the whole chain (about a tenth of a second for
    /// 1,000,000 companies); for all others the cost grows with the number of levels alone.
    pub fn level_counts(&self, root: NodeIndex) -> Vec<usize> {
        if self.descendant_count(root) > SMALL {
            return self.census().levels(self, root);
        }
        let mut counts = Vec::new();
        for (_, depth) in self.preorder(root, None) {
            let depth = depth as usize;
            if counts.len() == depth {
                counts.push(0);
            }
            counts[depth] += 1;
        }
        counts
    }

    /// How many of the companies below `root` joined at `from` or later, and before `until`. Costs as [`level_counts`](Self::level_counts).
    pub fn joined_count(&self, root: NodeIndex, from: Timestamp, until: Timestamp) -> usize {
        if self.descendant_count(root) > SMALL {
            return self.census().joined(self, root, from, until);
        }
        let below = self.preorder(root, None).filter(|&(node, _)| node != root);
        below.filter(|&(node, _)| (from..until).contains(&self.joined_at(node))).count()
    }

    /// Whether counting below `root` makes the list of the whole chain first: then off the async threads.
    pub fn takes_a_census(&self, root: NodeIndex) -> bool {
        self.descendant_count(root) > SMALL && self.shape.get().is_none()
    }

    fn census(&self) -> &Census {
        self.shape.get_or_init(|| Census::take(self))
    }
}

#[cfg(test)]
mod tests {
    use entity::Position;
    use proptest::prelude::*;

    use super::*;
    use crate::naive_chain::{NaiveChain, history};
    use crate::tenancy::topology::Topology;

    fn assert_counted(chain: &Snapshot) {
        let census = chain.census();
        for node in chain.nodes() {
            assert_eq!(census.levels(chain, node), chain.level_counts(node), "the walk of a small downline");
            for (from, until) in [(0, 400), (50, 100), (100, 50), (70, 70)] {
                let (from, until) = (Timestamp(from), Timestamp(until));
                assert_eq!(census.joined(chain, node, from, until), chain.joined_count(node, from, until));
            }
            let all: usize = chain.level_counts(node).iter().sum();
            assert_eq!(all, chain.descendant_count(node) + 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        /// After every batch of a history, each subtree is counted as a walk counts it.
        #[test]
        fn every_subtree_is_counted_as_by_a_walk(history in history(6, 10)) {
            let mut model = NaiveChain::default();
            let topology = Topology::new(Snapshot::default());
            for (position, steps) in (1..).map(Position).zip(&history) {
                topology.advance(position, &model.apply(steps)).expect("the model is consistent");
                assert_counted(&topology.current());
            }
        }
    }

    #[test]
    fn the_list_lasts_while_nobody_joins_or_moves() {
        let mut model = NaiveChain::default();
        let mut states = model.apply(&vec![crate::naive_chain::Step::JoinBelowLast; 3]);
        let chain = Snapshot::build(Position(1), states.clone()).expect("one line of companies");
        chain.census();
        assert!(chain.advanced(Position(2), &[]).expect("no change").shape.get().is_some());
        states[1].name = "Another name".to_owned();
        let renamed = chain.advanced(Position(3), &states[1..2]).expect("another name");
        assert!(renamed.shape.get().is_some() && renamed.state() != chain.state());
        states[1].joined_at = Timestamp(7);
        let joined_earlier = chain.advanced(Position(4), &states[1..2]).expect("another day");
        assert!(joined_earlier.shape.get().is_none());
        let joined = chain.advanced(Position(5), &model.apply(&[crate::naive_chain::Step::JoinBelowLast]));
        assert!(joined.expect("one more").shape.get().is_none());
    }
}
