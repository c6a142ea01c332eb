//! What the network itself serves on the bus: the tree of a downline, and a company's figures out of all modules.

use std::sync::Arc;

use entity::TenantId;

use super::answers::{Answers, ToldOfEach};
use super::downline_tree::DownlineTree;
use crate::bus::contract::network::{GetChildSummary, GetDownlineTree, Known, Summary, Tree, TreeNode};
use crate::bus::contract::{catalog, finance, orders};
use crate::bus::{Bus, CallError, Request, Serve};
use crate::error::{Fault, RefusalCode, ServiceError};
use crate::tenancy::topology::{NodeIndex, Snapshot, Topology};

/// Serves the network's aliases.
pub struct Served {
    topology: Arc<Topology>,
    answers: Arc<Answers>,
}

impl Served {
    /// Tells of the chain that `topology` shows, and of the modules' `answers`.
    #[must_use]
    pub fn new(topology: Arc<Topology>, answers: Arc<Answers>) -> Arc<Self> {
        Arc::new(Self { topology, answers })
    }

    /// Serves `network.getDownlineTree` and `network.getChildSummary` on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<GetDownlineTree>(self.clone());
        bus.serve::<GetChildSummary>(self.clone());
    }
}

#[async_trait::async_trait]
impl Serve<GetDownlineTree> for Served {
    async fn serve(&self, request: Request<GetDownlineTree>) -> Result<Vec<Tree>, ServiceError> {
        let chain = self.topology.current();
        request.tenants()?.into_iter().map(|root| tree(&chain, root, request.args.depth)).collect()
    }
}

fn tree(chain: &Snapshot, root: TenantId, depth: u32) -> Result<Tree, ServiceError> {
    let unknown = || ServiceError::refused(RefusalCode::NotFound, "", "There is no such reseller in your downline.");
    let root = chain.find(root).ok_or_else(unknown)?;
    let tree =
        DownlineTree::cut(chain, root, depth, None).map_err(|_| Fault::Call("a tree from its root".to_owned()))?;
    let nodes = tree.nodes.iter().map(|node| tree_node(chain, node.node, node.depth)).collect();
    Ok(Tree { nodes, truncated: tree.truncated })
}

fn tree_node(chain: &Snapshot, node: NodeIndex, depth: u32) -> TreeNode {
    let parent = chain.parent(node).filter(|_| depth > 0);
    TreeNode {
        id: chain.id(node),
        parent_id: parent.map(|parent| chain.id(parent)),
        name: chain.name(node).to_owned(),
        status: chain.status(node),
        frozen: chain.is_frozen(node),
        depth,
        child_count: chain.child_count(node) as u64,
        descendant_count: chain.descendant_count(node) as u64,
    }
}

#[async_trait::async_trait]
impl Serve<GetChildSummary> for Served {
    async fn serve(&self, request: Request<GetChildSummary>) -> Result<Vec<Summary>, ServiceError> {
        let (actor, period, tenants) = (request.actor, request.args, request.tenants()?);
        let (orders, finance, catalog) = tokio::join!(
            self.answers.ask::<orders::GetStats>(actor, &tenants, period),
            self.answers.ask::<finance::GetSummary>(actor, &tenants, ()),
            self.answers.ask::<catalog::GetStats>(actor, &tenants, ()),
        );
        let modules = std::iter::zip(known(orders)?, known(finance)?).zip(known(catalog)?);
        Ok(modules.map(|((orders, finance), catalog)| Summary { orders, finance, catalog }).collect())
    }
}

/// Of each company what is known, if anything.
fn known<T: Clone>(
    told: Result<ToldOfEach<T>, CallError>,
) -> Result<impl Iterator<Item = Option<Known<T>>>, ServiceError> {
    let own = |known: Known<Arc<T>>| Known { value: (*known.value).clone(), as_of: known.as_of, stale: known.stale };
    Ok(told?.into_iter().map(move |told| told?.ok().map(own)))
}
