//! The first snapshot: from all companies in any order.

use std::sync::Arc;

use entity::{Position, TenantId};

use super::column::Column;
use super::node::Links;
use super::{FormerParent, InconsistentChain, NodeIndex, Snapshot, TenantState};

impl Snapshot {
    /// Builds the chain from the states of all its companies at `position`, in any order: a child may come before its parent.
    ///
    /// Takes one state at a time. Besides the snapshot itself it needs 20 bytes for each child that comes before its
    /// parent, and 8 bytes a company at the end.
    ///
    /// # Errors
    /// Where the companies do not make up one tree, see [`InconsistentChain`].
    pub fn build(
        position: Position,
        tenants: impl IntoIterator<Item = TenantState>,
    ) -> Result<Self, InconsistentChain> {
        let mut build = Build::default();
        for tenant in tenants {
            build.add(tenant)?;
        }
        build.finish(position)
    }
}

#[derive(Default)]
struct Build {
    snapshot: Snapshot,
    /// Children that came before their parents.
    waiting: Vec<(NodeIndex, TenantId)>,
    former_parents: Vec<(NodeIndex, Vec<FormerParent>)>,
}

impl Build {
    fn add(&mut self, tenant: TenantState) -> Result<(), InconsistentChain> {
        let node = self.snapshot.insert_alone(&tenant)?;
        match tenant.parent {
            None => self.snapshot.set_root(node)?,
            Some(parent) => match self.snapshot.find(parent) {
                Some(above) => self.snapshot.links.get_mut(node).parent = above,
                None => self.waiting.push((node, parent)),
            },
        }
        if !tenant.former_parents.is_empty() {
            self.former_parents.push((node, tenant.former_parents));
        }
        Ok(())
    }

    fn finish(mut self, position: Position) -> Result<Snapshot, InconsistentChain> {
        let mut snapshot = self.snapshot;
        for (node, parent) in self.waiting.drain(..) {
            let unknown = InconsistentChain::UnknownParent { tenant: snapshot.id(node), parent };
            snapshot.links.get_mut(node).parent = snapshot.find(parent).ok_or(unknown)?;
        }
        for (node, former) in self.former_parents {
            snapshot.set_former_parents(node, &former)?;
        }
        snapshot.gather_children();
        let order = snapshot.link_from_the_root();
        snapshot.check_all_are_reached(&order)?;
        snapshot.count_upwards(&order);
        snapshot.position = position;
        Ok(snapshot)
    }
}

impl Snapshot {
    /// Makes `node` the top of the chain, unless there is another.
    pub(super) fn set_root(&mut self, node: NodeIndex) -> Result<(), InconsistentChain> {
        if let Some(root) = self.root {
            return Err(InconsistentChain::TwoRoots(self.id(root), self.id(node)));
        }
        self.root = Some(node);
        *self.links.get_mut(node) = Links { jump: node, ..*self.links.get(node) };
        Ok(())
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeIndex> + use<> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(NodeIndex)
    }

    /// Gives every node its sorted children, by counting first, so that each list is made once in its right size.
    fn gather_children(&mut self) {
        let mut ends = vec![0_usize; self.len() + 1];
        for parent in self.nodes().filter_map(|node| self.parent(node)) {
            ends[parent.number() + 1] += 1;
        }
        for place in 1..ends.len() {
            ends[place] += ends[place - 1];
        }
        let mut children = vec![NodeIndex::NONE; ends[self.len()]];
        let mut next = ends.clone();
        for node in self.nodes() {
            if let Some(parent) = self.parent(node) {
                children[next[parent.number()]] = node;
                next[parent.number()] += 1;
            }
        }
        let mut column = Column::default();
        for node in self.nodes() {
            let siblings = &mut children[ends[node.number()]..ends[node.number() + 1]];
            siblings.sort_unstable_by(|&a, &b| self.sibling_key(a).cmp(&self.sibling_key(b)));
            column.push((!siblings.is_empty()).then(|| Arc::from(&*siblings)));
        }
        self.children = column;
    }

    /// Computes depth and jump of all that hangs below the root. Returns it in an order where parents come first.
    fn link_from_the_root(&mut self) -> Vec<NodeIndex> {
        let mut order = Vec::with_capacity(self.len());
        order.extend(self.root);
        let mut next = 0;
        while let Some(&parent) = order.get(next) {
            let below = order.len();
            order.extend_from_slice(self.children(parent));
            for &child in &order[below..] {
                let links = self.links_below(parent, self.has_freeze(child));
                *self.links.get_mut(child) = links;
            }
            next += 1;
        }
        order
    }

    /// What does not hang below the root goes round in a circle, for every parent is known.
    fn check_all_are_reached(&self, order: &[NodeIndex]) -> Result<(), InconsistentChain> {
        if order.len() == self.len() {
            return Ok(());
        }
        let below_nothing = |&node: &NodeIndex| Some(node) != self.root && self.depth(node) == 0;
        let Some(start) = self.nodes().find(below_nothing) else { return Ok(()) };
        // The node found may hang below the circle: after so many steps up, one is in it.
        let mut on_circle = start;
        for _ in 0..self.len() {
            on_circle = self.parent(on_circle).unwrap_or(on_circle);
        }
        Err(InconsistentChain::Cycle(self.id(on_circle)))
    }

    fn count_upwards(&mut self, order: &[NodeIndex]) {
        for &node in order.iter().rev() {
            let (all, active) = self.weight(node);
            if let Some(parent) = self.parent(node) {
                let counts = self.counts.get_mut(parent);
                counts.descendants += all;
                counts.active_descendants += active;
            }
        }
    }
}
