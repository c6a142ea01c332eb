//! A downline as a tree: from one company down to some depth, whole or page by page.

use entity::TenantId;

use super::cursor::{InvalidCursor, Place};
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// The most nodes that one answer holds. A larger tree is cut there, and goes on after the last.
pub const MAX_NODES: usize = 2_000;

/// A part of the chain, cut out of it: nodes in pre-order, each a parent before its children, siblings by name.
#[derive(Debug)]
pub struct DownlineTree {
    /// The nodes; the first is the root.
    pub nodes: Vec<TreeNode>,
    /// Where the page begins: before it come only the ancestors on which the page's nodes hang.
    pub page_start: usize,
    /// Whether the tree goes on after the last node.
    pub truncated: bool,
}

/// One company in a tree.
#[derive(Debug)]
pub struct TreeNode {
    /// The company.
    pub node: NodeIndex,
    /// Steps below the tree's root.
    pub depth: u32,
    /// The nodes after it and before this index are the ones below it.
    end: usize,
}

impl DownlineTree {
    /// The tree from `root` down to `depth` steps below it, or what of it comes after the cursor `after`.
    ///
    /// # Errors
    /// [`InvalidCursor`] where the cursor is not that of a company in this tree, or no longer.
    pub fn cut(chain: &Snapshot, root: NodeIndex, depth: u32, after: Option<&str>) -> Result<Self, InvalidCursor> {
        let mut tree = Self { nodes: Vec::new(), page_start: 0, truncated: false };
        // The nodes on the way from the root to the last one added.
        let mut way: Vec<usize> = Vec::new();
        let mut walk = match after {
            None => chain.preorder(root, Some(depth)),
            Some(cursor) => {
                let last = company(chain, cursor)?;
                chain.preorder_after(root, last, Some(depth)).ok_or(InvalidCursor)?
            }
        };
        let Some(first) = walk.next() else { return Ok(tree.only_root(root)) };
        for (depth, ancestor) in
            (0..).zip(chain.path(root, first.0).unwrap_or_default().into_iter().take(first.1 as usize))
        {
            tree.add(&mut way, ancestor, depth);
        }
        tree.page_start = tree.nodes.len();
        tree.add(&mut way, first.0, first.1);
        for (node, depth) in walk.by_ref().take(MAX_NODES - 1) {
            tree.add(&mut way, node, depth);
        }
        tree.truncated = walk.next().is_some();
        tree.end(&mut way, 0);
        Ok(tree)
    }

    /// The nodes of the page.
    pub fn page(&self) -> std::ops::Range<usize> {
        self.page_start..self.nodes.len()
    }

    /// The children of the node at `at` that this answer has, as indices into the tree's nodes.
    pub fn children(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes[at].end;
        let within = move |child: usize| (child < end).then_some(child);
        std::iter::successors(within(at + 1), move |&child| within(self.nodes[child].end))
    }

    /// The cursor after which a truncated tree goes on.
    pub fn end_cursor(&self, chain: &Snapshot) -> Option<String> {
        let last = self.nodes.last().filter(|_| self.truncated)?;
        Some(Place::Tree(chain.id(last.node)).encode())
    }

    fn only_root(mut self, root: NodeIndex) -> Self {
        self.add(&mut Vec::new(), root, 0);
        self.page_start = 1;
        self
    }

    /// Ends the nodes on the way that are `depth` steps or more below the root: what is added from now on is not below them.
    fn end(&mut self, way: &mut Vec<usize>, depth: u32) {
        let end = self.nodes.len();
        for node in way.drain(way.len().min(depth as usize)..) {
            self.nodes[node].end = end;
        }
    }

    fn add(&mut self, way: &mut Vec<usize>, node: NodeIndex, depth: u32) {
        self.end(way, depth);
        way.push(self.nodes.len());
        self.nodes.push(TreeNode { node, depth, end: self.nodes.len() + 1 });
    }
}

fn company(chain: &Snapshot, cursor: &str) -> Result<NodeIndex, InvalidCursor> {
    let id: TenantId = match Place::decode(cursor)? {
        Place::Tree(id) => id,
        Place::Sorted(..) => return Err(InvalidCursor),
    };
    chain.find(id).ok_or(InvalidCursor)
}
