//! A company and everyone below it, flat and in pre-order.

use std::collections::HashMap;

use reseller_network::tenancy::topology::fold;
use serde::Serialize;
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::Outcome;
use super::json::Id;

/// The statement behind it.
pub(super) const SQL: &str = include_str!("sql/tree.sql");

#[derive(Serialize)]
struct Data<'a> {
    data: Fields<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    downline_tree: Tree<'a>,
}

#[derive(Serialize)]
struct Tree<'a> {
    nodes: Vec<&'a Node<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    name: &'a str,
    status: &'a str,
    reseller_id: Id,
    parent_id: Option<Id>,
    depth: u32,
    child_count: usize,
    descendant_count: usize,
    #[serde(skip)]
    children: Vec<usize>,
}

/// The answer that `rows` make: parents stand before their children, the top first.
pub(super) fn write(rows: &[Row]) -> Outcome<Vec<u8>> {
    let mut nodes: Vec<Node<'_>> = Vec::with_capacity(rows.len());
    let mut parents = Vec::with_capacity(rows.len());
    let mut places: HashMap<Uuid, usize> = HashMap::with_capacity(rows.len());
    for row in rows {
        let (id, parent): (Uuid, Option<Uuid>) = (row.try_get(0)?, row.try_get(1)?);
        let above = parent.and_then(|parent| places.get(&parent).copied());
        places.insert(id, nodes.len());
        let depth = above.map_or(0, |above| nodes[above].depth + 1);
        if let Some(above) = above {
            nodes[above].children.push(parents.len());
        }
        parents.push(above);
        let (name, status) = (row.try_get(2)?, row.try_get(3)?);
        let (reseller_id, parent_id) = (Id(id), parent.map(Id));
        nodes.push(Node {
            name,
            status,
            reseller_id,
            parent_id,
            depth,
            child_count: 0,
            descendant_count: 0,
            children: Vec::new(),
        });
    }
    for place in (0..nodes.len()).rev() {
        nodes[place].child_count = nodes[place].children.len();
        if let Some(above) = parents[place] {
            nodes[above].descendant_count += nodes[place].descendant_count + 1;
        }
    }
    let tree = Tree { nodes: preorder(&nodes) };
    Ok(serde_json::to_vec(&Data { data: Fields { downline_tree: tree } })?)
}

/// The nodes as they are listed: a parent before its children, siblings by name without regard to case.
fn preorder<'n, 'a>(nodes: &'n [Node<'a>]) -> Vec<&'n Node<'a>> {
    let keys: Vec<_> = nodes.iter().map(|node| (fold(node.name), node.reseller_id.0)).collect();
    let mut listed = Vec::with_capacity(nodes.len());
    let mut ahead: Vec<usize> = if nodes.is_empty() { Vec::new() } else { vec![0] };
    while let Some(place) = ahead.pop() {
        listed.push(&nodes[place]);
        let first = ahead.len();
        ahead.extend(&nodes[place].children);
        ahead[first..].sort_unstable_by(|one, other| keys[*other].cmp(&keys[*one]));
    }
    listed
}
