//! Writes a tree as JSON in one walk.

use async_graphql::Result;
use bytes::Bytes;
use entity::{TenantId, public_id};

use super::Shown;
use crate::graphql::json;
use crate::graphql::raw::{Below, Known as Found, Plan, RawFields};

/// The fields that this writer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Root,
    Nodes,
    NodeCount,
    Truncated,
    EndCursor,
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
    fn find(type_name: &str, field: &str) -> Option<Found<Self>> {
        const NODE: &str = "DownlineNode";
        Some(match (type_name, field) {
            ("DownlineTree", "root") => Found::Object(Self::Root, NODE),
            ("DownlineTree", "nodes") => Found::Object(Self::Nodes, NODE),
            ("DownlineTree", "nodeCount") => Found::Leaf(Self::NodeCount),
            ("DownlineTree", "truncated") => Found::Leaf(Self::Truncated),
            ("DownlineTree", "endCursor") => Found::Leaf(Self::EndCursor),
            (NODE, "resellerId") => Found::Leaf(Self::ResellerId),
            (NODE, "name") => Found::Leaf(Self::Name),
            (NODE, "status") => Found::Leaf(Self::Status),
            (NODE, "frozen") => Found::Leaf(Self::Frozen),
            (NODE, "parentId") => Found::Leaf(Self::ParentId),
            (NODE, "depth") => Found::Leaf(Self::Depth),
            (NODE, "childCount") => Found::Leaf(Self::ChildCount),
            (NODE, "descendantCount") => Found::Leaf(Self::DescendantCount),
            (NODE, "children") => Found::Object(Self::Children, NODE),
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
    plan.write_object(&mut out, |out, field, below| match field {
        Known::Root => write_node(shown, 0, out, below),
        Known::Nodes => json::write_list(out, tree.page(), |out, at| write_node(shown, at, out, below)),
        Known::NodeCount => write_count(out, tree.page().len()),
        Known::Truncated => json::write_bool(out, tree.truncated),
        Known::EndCursor => match tree.end_cursor(&sight.chain) {
            Some(cursor) => json::write_str(out, &cursor),
            None => json::write_null(out),
        },
        _ => json::write_null(out),
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
    below.write_object(out, |out, field, below| match field {
        Known::ResellerId => write_id(out, chain.id(node)),
        Known::Name => json::write_str(out, chain.name(node)),
        Known::Status => json::write_str(out, chain.status(node).as_str()),
        Known::Frozen => json::write_bool(out, chain.is_frozen(node)),
        Known::ParentId => match chain.parent(node).filter(|_| place.depth > 0) {
            Some(parent) => write_id(out, chain.id(parent)),
            None => json::write_null(out),
        },
        Known::Depth => json::write_int(out, place.depth.into()),
        Known::ChildCount => write_count(out, chain.child_count(node)),
        Known::DescendantCount => write_count(out, chain.descendant_count(node)),
        Known::Children => json::write_list(out, tree.children(at), |out, at| write_node(shown, at, out, below)),
        _ => json::write_null(out),
    });
}

fn write_id(out: &mut Vec<u8>, id: TenantId) {
    out.push(b'"');
    out.extend_from_slice(TenantId::PREFIX.as_bytes());
    out.push(b'_');
    out.extend_from_slice(&public_id::suffix(id.0));
    out.push(b'"');
}

fn write_count(out: &mut Vec<u8>, count: usize) {
    json::write_int(out, i64::try_from(count).unwrap_or(i64::MAX));
}
