//! Pages in the order of the tree: a walk that starts at the cursor.

use super::{Downline, InvalidCursor, NodeIndex, Page, PageRequest, Place, Take};

impl Downline<'_> {
    pub(super) fn tree_page(&self, request: &PageRequest) -> Result<Page, InvalidCursor> {
        let after = request.after.as_deref().map(|cursor| self.node_at(cursor)).transpose()?;
        let before = request.before.as_deref().map(|cursor| self.node_at(cursor)).transpose()?;
        Ok(match request.take {
            Take::First(wanted) => {
                let inside = self
                    .forwards(after)
                    .take_while(|&node| before.is_none_or(|end| self.snapshot.is_before_in_preorder(node, end)));
                let (nodes, more) = some_of(inside, wanted);
                let has_next = more || before.is_some_and(|end| self.any_from(end));
                Page { nodes, has_next, has_previous: after.is_some_and(|start| self.any_up_to(start)) }
            }
            Take::Last(wanted) => {
                let inside = self
                    .backwards(before)
                    .take_while(|&node| after.is_none_or(|end| self.snapshot.is_before_in_preorder(end, node)));
                let (mut nodes, more) = some_of(inside, wanted);
                nodes.reverse();
                let has_previous = more || after.is_some_and(|start| self.any_up_to(start));
                Page { nodes, has_next: before.is_some_and(|end| self.any_from(end)), has_previous }
            }
        })
    }

    /// The company that a cursor names, if it is below the root. It need not match, nor be at a depth that is shown.
    pub(super) fn node_at(&self, cursor: &str) -> Result<NodeIndex, InvalidCursor> {
        let Place::Tree(id) = Place::decode(cursor)? else { return Err(InvalidCursor) };
        let node = self.snapshot.find(id).ok_or(InvalidCursor)?;
        let is_below = node != self.root && self.snapshot.is_at_or_above(self.root, node);
        if is_below { Ok(node) } else { Err(InvalidCursor) }
    }

    /// What matches after `start`, or from the beginning.
    fn forwards(&self, start: Option<NodeIndex>) -> impl Iterator<Item = NodeIndex> + '_ {
        let walk = self.snapshot.preorder_after(self.root, start.unwrap_or(self.root), self.levels);
        walk.into_iter().flatten().map(|(node, _)| node).filter(|&node| self.matcher.takes(node))
    }

    /// What matches before `end`, or from the end, backwards.
    fn backwards(&self, end: Option<NodeIndex>) -> impl Iterator<Item = NodeIndex> + '_ {
        let walk = match end {
            None => Some(self.snapshot.preorder_reversed(self.root, self.levels)),
            Some(end) => self.snapshot.preorder_before(self.root, end, self.levels),
        };
        let below = walk.into_iter().flatten().map(|(node, _)| node).filter(|&node| node != self.root);
        below.filter(|&node| self.matcher.takes(node))
    }

    fn any_up_to(&self, node: NodeIndex) -> bool {
        self.shows(node) || self.backwards(Some(node)).next().is_some()
    }

    fn any_from(&self, node: NodeIndex) -> bool {
        self.shows(node) || self.forwards(Some(node)).next().is_some()
    }

    fn shows(&self, node: NodeIndex) -> bool {
        let depth = self.snapshot.depth(node) - self.snapshot.depth(self.root);
        self.levels.is_none_or(|levels| depth <= levels) && self.matcher.takes(node)
    }
}

/// The first `wanted` of `found`, and whether there are more.
fn some_of(mut found: impl Iterator<Item = NodeIndex>, wanted: usize) -> (Vec<NodeIndex>, bool) {
    let nodes = found.by_ref().take(wanted).collect();
    (nodes, found.next().is_some())
}
