//! Writes a tree as JSON in one walk.

use async_graphql::Result;
use bytes::Bytes;

use super::Shown;
use crate::graphql::id::write_global;
use crate::graphql::json;
use crate::graphql::raw::{Asked, Below, Known as Found, Plan, RawFields};

/// The fields that this writer knows, by the type that has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Tree(TreeField),
    Node(NodeField),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TreeField {
    Root,
    Nodes,
    NodeCount,
    Truncated,
    EndCursor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeField {
    ResellerId,
    Name,
    Status,
    Frozen,
    ParentId,
    Depth,
    ChildCount,
    DescendantCount,
    Children,
}

impl RawFields for Known {
    fn find(type_name: &str, asked: Asked<'_>) -> Option<Found<Self>> {
        const NODE: &str = "DownlineNode";
        Some(match (type_name, asked.name()) {
            ("DownlineTree", "root") => Found::Object(Self::Tree(TreeField::Root), NODE),
            ("DownlineTree", "nodes") => Found::Object(Self::Tree(TreeField::Nodes), NODE),
            ("DownlineTree", "nodeCount") => Found::Leaf(Self::Tree(TreeField::NodeCount)),
            ("DownlineTree", "truncated") => Found::Leaf(Self::Tree(TreeField::Truncated)),
            ("DownlineTree", "endCursor") => Found::Leaf(Self::Tree(TreeField::EndCursor)),
            (NODE, "resellerId") => Found::Leaf(Self::Node(NodeField::ResellerId)),
            (NODE, "name") => Found::Leaf(Self::Node(NodeField::Name)),
            (NODE, "status") => Found::Leaf(Self::Node(NodeField::Status)),
            (NODE, "frozen") => Found::Leaf(Self::Node(NodeField::Frozen)),
            (NODE, "parentId") => Found::Leaf(Self::Node(NodeField::ParentId)),
            (NODE, "depth") => Found::Leaf(Self::Node(NodeField::Depth)),
            (NODE, "childCount") => Found::Leaf(Self::Node(NodeField::ChildCount)),
            (NODE, "descendantCount") => Found::Leaf(Self::Node(NodeField::DescendantCount)),
            (NODE, "children") => Found::Object(Self::Node(NodeField::Children), NODE),
            _ => return None,
        })
    }
}

/// What a node is expected to take, so that the buffer seldom grows.
const BYTES_A_NODE: usize = 128;

/// The tree as JSON. Each node counts as often as it is written.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` where these are too many.
pub(super) fn write(shown: &Shown, plan: &Plan<Known>) -> Result<Bytes> {
    let Shown { sight, tree } = shown;
    let mut out = Vec::with_capacity(tree.nodes.len() * BYTES_A_NODE);
    plan.write_object(&mut out, |out, field, below| match *field {
        Known::Tree(TreeField::Root) => write_node(shown, 0, out, below),
        Known::Tree(TreeField::Nodes) => {
            json::write_list(out, tree.page(), |out, at| write_node(shown, at, out, below));
        }
        Known::Tree(TreeField::NodeCount) => json::write_count(out, tree.page().len()),
        Known::Tree(TreeField::Truncated) => json::write_bool(out, tree.truncated),
        Known::Tree(TreeField::EndCursor) => match tree.end_cursor(&sight.chain) {
            Some(cursor) => json::write_str(out, &cursor),
            None => json::write_null(out),
        },
        // A plan asks a type for its own fields alone.
        Known::Node(_) => json::write_null(out),
    });
    sight.budget.check()?;
    Ok(out.into())
}

fn write_node(shown: &Shown, at: usize, out: &mut Vec<u8>, below: Below<'_, Known>) {
    let Shown { sight, tree } = shown;
    if sight.spend(1).is_err() {
        // The budget stays spent: in the end all of this is thrown away.
        return json::write_null(out);
    }
    let chain = &sight.chain;
    let place = &tree.nodes[at];
    let node = place.node;
    below.write_object(out, |out, field, below| match *field {
        Known::Node(NodeField::ResellerId) => write_global(out, chain.id(node)),
        Known::Node(NodeField::Name) => json::write_str(out, chain.name(node)),
        Known::Node(NodeField::Status) => json::write_str(out, chain.status(node).as_str()),
        Known::Node(NodeField::Frozen) => json::write_bool(out, chain.is_frozen(node)),
        Known::Node(NodeField::ParentId) => match chain.parent(node).filter(|_| place.depth > 0) {
            Some(parent) => write_global(out, chain.id(parent)),
            None => json::write_null(out),
        },
        Known::Node(NodeField::Depth) => json::write_int(out, place.depth.into()),
        Known::Node(NodeField::ChildCount) => json::write_count(out, chain.child_count(node)),
        Known::Node(NodeField::DescendantCount) => json::write_count(out, chain.descendant_count(node)),
        Known::Node(NodeField::Children) => {
            json::write_list(out, tree.children(at), |out, at| write_node(shown, at, out, below));
        }
        Known::Tree(_) => json::write_null(out),
    });
}
