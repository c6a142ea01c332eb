//! The next snapshot: what a batch of changed companies makes of the one before.
//!
//! The batch as a whole is consistent, its single steps need not be: two moves may be a cycle if one is done before the other.
//! So everything that goes to another place is taken out first, and put in only then.

use std::collections::{HashMap, HashSet};

use entity::{Position, TenantStatus};

use super::census::Shape;
use super::{InconsistentChain, NodeIndex, Snapshot, State, TenantState};

impl Snapshot {
    /// The snapshot at `position`, where `changed` is the whole state of each company that is not as it is here, new ones included, in any order.
    ///
    /// # Errors
    /// Where the result would not be one tree, see [`InconsistentChain`].
    pub fn advanced(&self, position: Position, changed: &[TenantState]) -> Result<Self, InconsistentChain> {
        let mut batch = Batch { next: self.clone(), resettled: Resettled::default(), shape_changes: false };
        let nodes = batch.take_in(changed)?;
        let moves = batch.moves(&nodes, changed)?;
        batch.move_all(&moves)?;
        batch.resettled.settle(&mut batch.next);
        batch.next.link_again(&moves);
        for (&node, tenant) in nodes.iter().zip(changed) {
            batch.next.set_status(node, tenant.status);
            batch.next.set_former_parents(node, &tenant.former_parents)?;
        }
        batch.refreeze(&nodes, changed)?;
        if batch.shape_changes || !moves.is_empty() || batch.next.len() != self.len() {
            batch.next.shape = Shape::default();
        }
        if !changed.is_empty() {
            batch.next.state = State::default();
        }
        batch.next.position = position;
        Ok(batch.next)
    }
}

/// A node and its new parent.
type Move = (NodeIndex, NodeIndex);

struct Batch {
    next: Snapshot,
    resettled: Resettled,
    /// Whether what was counted of the chain does not hold any more, although nobody moves.
    shape_changes: bool,
}

impl Batch {
    /// Adds new companies, each alone for now, and updates the profiles of the others.
    fn take_in(&mut self, changed: &[TenantState]) -> Result<Vec<NodeIndex>, InconsistentChain> {
        let mut seen = HashSet::with_capacity(changed.len());
        changed
            .iter()
            .map(|tenant| {
                if !seen.insert(tenant.id) {
                    return Err(InconsistentChain::DuplicateTenant(tenant.id));
                }
                match self.next.find(tenant.id) {
                    None => self.next.insert_alone(tenant),
                    Some(node) => self.update(node, tenant).map(|()| node),
                }
            })
            .collect()
    }

    fn update(&mut self, node: NodeIndex, tenant: &TenantState) -> Result<(), InconsistentChain> {
        if self.next.name(node) != tenant.name
            && let Some(parent) = self.next.parent(node)
        {
            self.resettled.leave(parent, node);
            self.resettled.enter(parent, node);
        }
        self.shape_changes |= self.next.joined_at(node) != tenant.joined_at;
        self.next.update_profile(node, tenant)
    }

    /// Who gets another parent, new companies included. A new root has none.
    fn moves(&mut self, nodes: &[NodeIndex], changed: &[TenantState]) -> Result<Vec<Move>, InconsistentChain> {
        let mut moves = Vec::new();
        for (&node, tenant) in nodes.iter().zip(changed) {
            let Some(parent) = tenant.parent else {
                if self.next.root != Some(node) {
                    self.next.set_root(node)?;
                }
                continue;
            };
            let unknown = InconsistentChain::UnknownParent { tenant: tenant.id, parent };
            let parent = self.next.find(parent).ok_or(unknown)?;
            if self.next.parent(node) != Some(parent) {
                moves.push((node, parent));
            }
        }
        Ok(moves)
    }

    /// Takes out all that moves, then puts it in.
    fn move_all(&mut self, moves: &[Move]) -> Result<(), InconsistentChain> {
        for &(node, _) in moves {
            if let Some(parent) = self.next.parent(node) {
                self.next.detach(node);
                self.resettled.leave(parent, node);
            }
        }
        for &(node, parent) in moves {
            self.next.attach(node, parent)?;
            self.resettled.enter(parent, node);
        }
        Ok(())
    }

    /// Takes all old freezes off before it puts any on.
    fn refreeze(&mut self, nodes: &[NodeIndex], changed: &[TenantState]) -> Result<(), InconsistentChain> {
        let pairs = || nodes.iter().copied().zip(changed);
        let different: Vec<_> =
            pairs().filter(|&(node, tenant)| self.next.own_freezes(node) != tenant.freezes.as_slice()).collect();
        for &(node, _) in &different {
            self.next.remove_freezes(node);
        }
        different.into_iter().try_for_each(|(node, tenant)| self.next.add_freezes(node, &tenant.freezes))
    }
}

impl Snapshot {
    /// What a node adds to the counts of each of its ancestors: companies, and active ones.
    pub(super) fn weight(&self, node: NodeIndex) -> (u32, u32) {
        let counts = self.counts.get(node);
        (counts.descendants + 1, counts.active_descendants + u32::from(counts.status == TenantStatus::Active))
    }

    fn detach(&mut self, node: NodeIndex) {
        let (all, active) = self.weight(node);
        let mut above = self.parent(node);
        while let Some(ancestor) = above {
            let counts = self.counts.get_mut(ancestor);
            counts.descendants -= all;
            counts.active_descendants -= active;
            above = self.parent(ancestor);
        }
        self.links.get_mut(node).parent = NodeIndex::NONE;
    }

    fn attach(&mut self, node: NodeIndex, parent: NodeIndex) -> Result<(), InconsistentChain> {
        let (all, active) = self.weight(node);
        let mut above = Some(parent);
        while let Some(ancestor) = above {
            if ancestor == node {
                return Err(InconsistentChain::Cycle(self.id(node)));
            }
            let counts = self.counts.get_mut(ancestor);
            counts.descendants += all;
            counts.active_descendants += active;
            above = self.parent(ancestor);
        }
        self.links.get_mut(node).parent = parent;
        Ok(())
    }

    /// Computes depth and jump of all that moved, with what is below.
    fn link_again(&mut self, moves: &[Move]) {
        let nodes: HashSet<NodeIndex> = moves.iter().map(|&(node, _)| node).collect();
        // What hangs below another of them is done with that one.
        let is_topmost = |snapshot: &Self, node| !snapshot.ancestors(node).any(|above| nodes.contains(&above));
        for &(node, _) in moves {
            if is_topmost(self, node) {
                self.link_subtree(node);
            }
        }
    }

    fn link_subtree(&mut self, top: NodeIndex) {
        let mut open = vec![top];
        while let Some(node) = open.pop() {
            if let Some(parent) = self.parent(node) {
                let links = self.links_below(parent, self.has_freeze(node));
                self.links.set(node, links);
            }
            open.extend_from_slice(self.children(node));
        }
    }

    fn set_status(&mut self, node: NodeIndex, status: TenantStatus) {
        let before = self.status(node);
        if before == status {
            return;
        }
        self.counts.get_mut(node).status = status;
        let mut above = self.parent(node);
        while let Some(ancestor) = above.filter(|_| before == TenantStatus::Active || status == TenantStatus::Active) {
            let active = &mut self.counts.get_mut(ancestor).active_descendants;
            *active = if status == TenantStatus::Active { *active + 1 } else { *active - 1 };
            above = self.parent(ancestor);
        }
    }
}

/// Changes of lists of children, gathered so that each list is made anew once.
#[derive(Default)]
struct Resettled(HashMap<NodeIndex, Changes>);

#[derive(Default)]
struct Changes {
    gone: HashSet<NodeIndex>,
    come: Vec<NodeIndex>,
}

impl Resettled {
    fn leave(&mut self, parent: NodeIndex, child: NodeIndex) {
        let changes = self.0.entry(parent).or_default();
        changes.gone.insert(child);
        changes.come.retain(|&come| come != child);
    }

    fn enter(&mut self, parent: NodeIndex, child: NodeIndex) {
        self.0.entry(parent).or_default().come.push(child);
    }

    fn settle(&mut self, snapshot: &mut Snapshot) {
        for (parent, changes) in self.0.drain() {
            let staying = snapshot.children(parent).iter().copied().filter(|child| !changes.gone.contains(child));
            let mut children: Vec<_> = staying.chain(changes.come).collect();
            // Two runs, the first of them sorted: a stable sort merges such lists in nearly linear time.
            children.sort_by(|&a, &b| snapshot.sibling_key(a).cmp(&snapshot.sibling_key(b)));
            *snapshot.children.get_mut(parent) = (!children.is_empty()).then(|| children.into());
        }
    }
}
