//! The floor: a bare axum handler that writes the tree from the same memory with `serde_json`. No GraphQL, no sign-in, no log,
//! nothing between the handler and the socket.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use entity::public_id;
use reseller_network::tenancy::topology::{NodeIndex, Snapshot, store};
use reseller_network::tenancy::{Database, OpenOptions};
use serde::Serialize;

use super::Outcome;

/// The argument that makes this program the floor.
pub(crate) const COMMAND: &str = "floor";

/// How deep the tree goes.
const DEPTH: u32 = 5;

/// An answer of the shape that GraphQL gives.
#[derive(Serialize)]
struct Data<'a> {
    data: DownlineTree<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DownlineTree<'a> {
    downline_tree: Tree<'a>,
}

#[derive(Serialize)]
struct Tree<'a> {
    root: Node<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reseller_id: Option<String>,
    name: &'a str,
    status: &'a str,
    child_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    descendant_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Vec<Node<'a>>>,
}

/// Serves the floor on `address` over the chain in `database`.
pub(crate) async fn serve(database: &str, address: &str) -> Outcome<()> {
    let database = Database::open_current(database, OpenOptions::default()).await?;
    let chain = Arc::new(store::load(&database.in_central()).await?);
    let routes = Router::new()
        .route("/tree", get(async |State(chain): State<Arc<Snapshot>>| tree(&chain, false)))
        .route("/tree-with-ids", get(async |State(chain): State<Arc<Snapshot>>| tree(&chain, true)))
        .route("/healthz", get(async || "ok\n"))
        .with_state(chain);
    Ok(axum::serve(tokio::net::TcpListener::bind(address).await?, routes).await?)
}

fn tree(chain: &Snapshot, with_ids: bool) -> Response {
    let Some(root) = chain.root() else { return Json(()).into_response() };
    let tree = Tree { root: Node::of(chain, root, with_ids, DEPTH) };
    Json(Data { data: DownlineTree { downline_tree: tree } }).into_response()
}

impl<'a> Node<'a> {
    fn of(chain: &'a Snapshot, node: NodeIndex, with_ids: bool, levels: u32) -> Self {
        let children = || chain.children(node).iter().map(|&child| Self::of(chain, child, with_ids, levels - 1));
        Self {
            reseller_id: with_ids.then(|| public_id::write("reseller", chain.id(node).0)),
            name: chain.name(node),
            status: chain.status(node).as_str(),
            child_count: chain.child_count(node),
            descendant_count: (!with_ids).then(|| chain.descendant_count(node)),
            children: (levels > 0).then(|| children().collect()),
        }
    }
}
