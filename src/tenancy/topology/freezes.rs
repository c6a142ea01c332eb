//! Who is frozen, and why. A freeze is kept on the node that it was put on and never copied down.

use std::collections::HashSet;

use entity::FreezeId;

use super::{FreezeState, NodeIndex, Snapshot};

/// All frozen companies of a subtree, one bit for each company of the chain.
#[derive(Clone, Debug)]
pub struct FrozenNodes {
    words: Vec<u64>,
}

impl FrozenNodes {
    /// Whether a freeze is on the company or on any of its ancestors.
    pub fn contains(&self, node: NodeIndex) -> bool {
        self.words[node.number() / 64] >> (node.number() % 64) & 1 == 1
    }
}

impl Snapshot {
    /// The freeze with this id and the company that it was put on.
    pub fn find_freeze(&self, id: FreezeId) -> Option<(NodeIndex, &FreezeState)> {
        let node = *self.freezes.get(&id)?;
        self.own_freezes(node).iter().find(|freeze| freeze.id == id).map(|freeze| (node, freeze))
    }

    /// Whether a freeze is on the company or on any of its ancestors.
    pub fn is_frozen(&self, node: NodeIndex) -> bool {
        !self.freezes.is_empty() && self.at_and_above(node).any(|at| self.has_freeze(at))
    }

    /// All freezes that hold for the company, each with the company that it is on: its own first, then upwards.
    pub fn causes(&self, node: NodeIndex) -> Vec<(NodeIndex, &FreezeState)> {
        if self.freezes.is_empty() {
            return Vec::new();
        }
        let frozen = self.at_and_above(node).filter(|&at| self.has_freeze(at));
        frozen.flat_map(|at| self.own_freezes(at).iter().map(move |freeze| (at, freeze))).collect()
    }

    /// How many descendants of the company are frozen. The cost grows with the number of freezes in the chain, not with the downline.
    pub fn frozen_count(&self, node: NodeIndex) -> usize {
        if self.is_frozen(node) {
            return self.descendant_count(node);
        }
        let below = self.topmost_frozen().filter(|&at| self.is_at_or_above(node, at));
        below.map(|at| self.descendant_count(at) + 1).sum()
    }

    /// Whether a freeze is on `node` or on any company between it and `root`, which is above it.
    pub fn has_freeze_below(&self, root: NodeIndex, node: NodeIndex) -> bool {
        self.at_and_above(node).take_while(|&at| at != root).any(|at| self.has_freeze(at))
    }

    /// All that are frozen from `root` down to `max_depth` below it, to ask it of very many. Making it costs as much as there are companies,
    /// frozen or not.
    pub fn frozen_nodes(&self, root: NodeIndex, max_depth: Option<u32>) -> FrozenNodes {
        let mut words = vec![0; self.len().div_ceil(64)];
        // How deep the freeze is that the walk is below.
        let mut frozen_at = self.is_frozen(root).then_some(0);
        for (node, depth) in self.preorder(root, max_depth) {
            frozen_at = frozen_at.filter(|&top| depth > top || node == root);
            if frozen_at.is_none() && self.has_freeze(node) {
                frozen_at = Some(depth);
            }
            if frozen_at.is_some() {
                words[node.number() / 64] |= 1 << (node.number() % 64);
            }
        }
        FrozenNodes { words }
    }

    /// The companies with a freeze that are not frozen by an ancestor too: these, and all that is below them, are the frozen ones.
    fn topmost_frozen(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        let with_freeze: HashSet<_> = self.freezes.values().copied().collect();
        with_freeze.into_iter().filter(|&at| self.parent(at).is_none_or(|parent| !self.is_frozen(parent)))
    }

    /// Whether a freeze is on this very company.
    pub(super) fn has_freeze(&self, node: NodeIndex) -> bool {
        self.links.get(node).frozen
    }

    fn at_and_above(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> + '_ {
        std::iter::once(node).chain(self.ancestors(node))
    }
}
