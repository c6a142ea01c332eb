//! Who is above whom, now and on a day of the past.

use std::collections::HashMap;

use entity::Timestamp;

use super::node::Links;
use super::{NodeIndex, Snapshot};

impl Snapshot {
    /// Whether `above` is `below` itself or one of its ancestors: rule 2 of the design, "down is allowed, up is not".
    ///
    /// Climbs by jump pointers, so that the cost grows with the logarithm of the depth (Myers, "An applicative
    /// random-access stack", 1983).
    pub fn is_at_or_above(&self, above: NodeIndex, below: NodeIndex) -> bool {
        let depth = self.depth(above);
        let mut at = below;
        loop {
            let links = self.links.get(at);
            if links.depth <= depth {
                return at == above;
            }
            at = if self.depth(links.jump) >= depth { links.jump } else { links.parent };
        }
    }

    /// The ancestors of `node` from its parent up to the root.
    pub fn ancestors(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> + '_ {
        std::iter::successors(self.parent(node), |&at| self.parent(at))
    }

    /// The way from `from` down to `to`, both included; none where `from` is not at or above `to`.
    pub fn path(&self, from: NodeIndex, to: NodeIndex) -> Option<Vec<NodeIndex>> {
        if !self.is_at_or_above(from, to) {
            return None;
        }
        let steps = (self.depth(to) - self.depth(from)) as usize;
        let mut path: Vec<_> = std::iter::once(to).chain(self.ancestors(to)).take(steps + 1).collect();
        path.reverse();
        Some(path)
    }

    /// Who was its parent at an instant: a former parent up to, and not including, the instant of the move.
    ///
    /// For an instant before the company joined, its first parent.
    pub fn parent_at(&self, node: NodeIndex, at: Timestamp) -> Option<NodeIndex> {
        let former = self.rare(node).map(|rare| rare.former_parents.as_slice()).unwrap_or_default();
        let later = former.partition_point(|&(until, _)| until <= at);
        former.get(later).map_or_else(|| self.parent(node), |&(_, parent)| Some(parent))
    }

    /// The ancestors that `node` had at an instant, from its parent of then up to the root.
    pub fn ancestors_at(&self, node: NodeIndex, at: Timestamp) -> impl Iterator<Item = NodeIndex> + '_ {
        // A chain cannot be longer than all of its companies; the limit ends the loop that a wrong history might make.
        std::iter::successors(self.parent_at(node, at), move |&node| self.parent_at(node, at)).take(self.len())
    }

    /// The instants at which any company was moved, oldest first. Between two of them nobody's ancestors change.
    pub fn moves(&self) -> Vec<Timestamp> {
        let mut moves: Vec<_> = self.moves_after(Timestamp(i64::MIN)).map(|(_, at)| at).collect();
        moves.sort_unstable();
        moves.dedup();
        moves
    }

    /// Whether `above` was `below` itself or one of its ancestors at an instant.
    pub fn was_at_or_above(&self, above: NodeIndex, below: NodeIndex, at: Timestamp) -> bool {
        above == below || self.ancestors_at(below, at).any(|node| node == above)
    }

    /// All that are above `node`, and all that ever were: each once, in no order.
    pub fn ever_above(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let (mut above, mut at) = (Vec::new(), vec![node]);
        while let Some(node) = at.pop() {
            let former = self.rare(node).map(|rare| rare.former_parents.as_slice()).unwrap_or_default();
            let parents = former.iter().map(|&(_, parent)| parent).chain(self.parent(node));
            for parent in parents {
                if !above.contains(&parent) {
                    above.push(parent);
                    at.push(parent);
                }
            }
        }
        above
    }

    /// The moves after an instant: who was moved, and when. Looks at each company once.
    pub fn moves_after(&self, at: Timestamp) -> impl Iterator<Item = (NodeIndex, Timestamp)> + '_ {
        let former = |node| self.rare(node).map(|rare| rare.former_parents.as_slice()).unwrap_or_default();
        let moves = move |node| former(node).iter().map(move |&(until, _)| (node, until));
        self.nodes().flat_map(moves).filter(move |&(_, until)| until > at)
    }

    /// For each company that others were moved away from, who these are: each once. Looks at all companies.
    pub(crate) fn moved_from(&self) -> HashMap<NodeIndex, Vec<NodeIndex>> {
        let mut moved: HashMap<NodeIndex, Vec<NodeIndex>> = HashMap::new();
        for node in self.nodes() {
            for &(_, parent) in self.rare(node).map(|rare| rare.former_parents.as_slice()).unwrap_or_default() {
                let those = moved.entry(parent).or_default();
                if those.last() != Some(&node) {
                    those.push(node);
                }
            }
        }
        moved
    }

    /// The links of a child of `parent`, which has its own already.
    ///
    /// The jump goes where two equal jumps from the parent lead, or else to the parent.
    pub(super) fn links_below(&self, parent: NodeIndex, frozen: bool) -> Links {
        let above = self.links.get(parent);
        let first = self.links.get(above.jump);
        let second = self.links.get(first.jump);
        let equal = above.depth - first.depth == first.depth - second.depth;
        Links { parent, jump: if equal { first.jump } else { parent }, depth: above.depth + 1, frozen }
    }
}

#[cfg(test)]
mod tests {
    use entity::Position;

    use super::*;
    use crate::naive_chain::{NaiveChain, Step};

    /// How many steps the check takes from `below` up to `depth`.
    fn steps(snapshot: &Snapshot, below: NodeIndex, depth: u32) -> usize {
        let step = |&at: &NodeIndex| {
            let links = snapshot.links.get(at);
            let jumps = snapshot.depth(links.jump) >= depth;
            (links.depth > depth).then_some(if jumps { links.jump } else { links.parent })
        };
        std::iter::successors(Some(below), step).count() - 1
    }

    #[test]
    fn any_ancestor_is_a_logarithmic_number_of_steps_away() {
        let line = NaiveChain::default().apply(&vec![Step::JoinBelowLast; 1024]);
        let snapshot = Snapshot::build(Position(1), line).expect("one line of companies");
        let root = snapshot.root().expect("a root");
        let most = snapshot.preorder(root, None).flat_map(|(node, depth)| (0..=depth).map(move |to| (node, to)));
        let most = most.map(|(node, to)| steps(&snapshot, node, to)).max();
        // Below 3 log2 of the length; without jumps it would be 1,023.
        assert!(most < Some(30), "{most:?}");
    }
}
