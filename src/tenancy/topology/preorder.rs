//! Walking a subtree: a parent before its children, siblings by name. From any place, in both directions, without a
//! look at what lies before it.

use super::{NodeIndex, Snapshot};

impl Snapshot {
    /// Walks the subtree of `root` from its top, `root` itself first. Yields each node with its depth below `root`, to at most `max_depth`.
    pub fn preorder(&self, root: NodeIndex, max_depth: Option<u32>) -> Preorder<'_> {
        let levels = max_depth.unwrap_or(u32::MAX);
        Preorder { snapshot: self, levels, top: Some(root), siblings: Vec::new() }
    }

    /// What is below `root`, `root` not included, down to `max_depth` below it, in the order that is fastest.
    pub fn below_in_any_order(&self, root: NodeIndex, max_depth: Option<u32>) -> impl Iterator<Item = NodeIndex> + '_ {
        // The whole chain is read as it lies in memory, which is several times as fast as a walk from pointer to pointer.
        let (all, walk) = match max_depth {
            None if self.root == Some(root) => (Some(self.nodes()), None),
            _ => (None, Some(self.preorder(root, max_depth).map(|(node, _)| node))),
        };
        all.into_iter().flatten().chain(walk.into_iter().flatten()).filter(move |&node| node != root)
    }

    /// Walks what comes after `node` in the walk of [`preorder`](Self::preorder); none where `node` is not in the subtree.
    ///
    /// `node` may be below `max_depth`.
    pub fn preorder_after(&self, root: NodeIndex, node: NodeIndex, max_depth: Option<u32>) -> Option<Preorder<'_>> {
        let path = self.path(root, node)?;
        let mut walk = Preorder { top: None, ..self.preorder(root, max_depth) };
        for (step, _) in path.windows(2).zip(0..walk.levels) {
            let siblings = self.children(step[0]);
            walk.siblings.push(siblings[self.place_among(siblings, step[1]) + 1..].iter());
        }
        walk.descend_into(node, path.len() - 1);
        Some(walk)
    }

    /// Walks the subtree of `root` backwards from its end: the reverse of [`preorder`](Self::preorder), `root` last.
    pub fn preorder_reversed(&self, root: NodeIndex, max_depth: Option<u32>) -> ReversedPreorder<'_> {
        let levels = max_depth.unwrap_or(u32::MAX);
        let children = if levels == 0 { &[] } else { self.children(root) };
        ReversedPreorder { snapshot: self, levels, siblings: vec![(root, children.iter())] }
    }

    /// Walks backwards what comes before `node` in the walk of [`preorder`](Self::preorder); none where `node` is not in the subtree.
    ///
    /// `node` may be below `max_depth`.
    pub fn preorder_before(
        &self,
        root: NodeIndex,
        node: NodeIndex,
        max_depth: Option<u32>,
    ) -> Option<ReversedPreorder<'_>> {
        let path = self.path(root, node)?;
        let levels = max_depth.unwrap_or(u32::MAX);
        let mut walk = ReversedPreorder { snapshot: self, levels, siblings: Vec::new() };
        if levels == 0 && path.len() > 1 {
            return Some(self.preorder_reversed(root, max_depth));
        }
        for (step, level) in path.windows(2).zip(1..=levels) {
            let siblings = self.children(step[0]);
            let place = self.place_among(siblings, step[1]);
            // Of a node that lies too deep, the deepest ancestor on the walk comes before it too.
            let stands_in = level == levels && path.len() - 1 > level as usize;
            walk.siblings.push((step[0], siblings[..place + usize::from(stands_in)].iter()));
        }
        Some(walk)
    }

    /// Whether `node` comes before `other` in a walk that passes both; a node does not come before itself.
    pub fn is_before_in_preorder(&self, node: NodeIndex, other: NodeIndex) -> bool {
        if self.is_at_or_above(node, other) {
            return node != other;
        }
        // Up from the deeper one, then from both together, to the two siblings where their ways part.
        let (mut left, mut right) = (node, other);
        while self.links.get(left).parent != self.links.get(right).parent {
            let (above_left, above_right) = (self.links.get(left), self.links.get(right));
            if above_left.depth >= above_right.depth {
                left = above_left.parent;
            }
            if above_right.depth >= above_left.depth {
                right = above_right.parent;
            }
        }
        left != right && self.sibling_key(left) < self.sibling_key(right)
    }

    /// Where `child` is in `siblings`, which hold it.
    fn place_among(&self, siblings: &[NodeIndex], child: NodeIndex) -> usize {
        let key = self.sibling_key(child);
        siblings.partition_point(|&sibling| self.sibling_key(sibling) < key)
    }
}

/// A walk through a subtree, see [`Snapshot::preorder`].
#[derive(Clone, Debug)]
pub struct Preorder<'a> {
    snapshot: &'a Snapshot,
    levels: u32,
    top: Option<NodeIndex>,
    /// For each level below the top, the siblings that are still to come.
    siblings: Vec<std::slice::Iter<'a, NodeIndex>>,
}

impl Preorder<'_> {
    fn descend_into(&mut self, node: NodeIndex, depth: usize) {
        if depth < self.levels as usize && self.snapshot.child_count(node) > 0 {
            self.siblings.push(self.snapshot.children(node).iter());
        }
    }
}

impl Iterator for Preorder<'_> {
    type Item = (NodeIndex, u32);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(top) = self.top.take() {
            self.descend_into(top, 0);
            return Some((top, 0));
        }
        while let Some(siblings) = self.siblings.last_mut() {
            if let Some(&node) = siblings.next() {
                let depth = self.siblings.len();
                self.descend_into(node, depth);
                return Some((node, levels(depth)));
            }
            self.siblings.pop();
        }
        None
    }
}

/// A walk backwards through a subtree, see [`Snapshot::preorder_reversed`].
#[derive(Clone, Debug)]
pub struct ReversedPreorder<'a> {
    snapshot: &'a Snapshot,
    levels: u32,
    /// For each level below the top, the siblings that are still to come, with their parent, which comes after them.
    siblings: Vec<(NodeIndex, std::slice::Iter<'a, NodeIndex>)>,
}

impl Iterator for ReversedPreorder<'_> {
    type Item = (NodeIndex, u32);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (parent, siblings) = self.siblings.last_mut()?;
            let Some(&node) = siblings.next_back() else {
                let parent = *parent;
                self.siblings.pop();
                return Some((parent, levels(self.siblings.len())));
            };
            let depth = self.siblings.len();
            let children = self.snapshot.children(node);
            if depth >= self.levels as usize || children.is_empty() {
                return Some((node, levels(depth)));
            }
            self.siblings.push((node, children.iter()));
        }
    }
}

/// A depth is below the number of nodes, which 32 bits count.
fn levels(depth: usize) -> u32 {
    u32::try_from(depth).unwrap_or(u32::MAX)
}
