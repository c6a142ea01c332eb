//! What the network itself serves on the bus: the tree of a downline, a company's figures out of all modules, and what it sees first.

use std::sync::Arc;

use entity::TenantId;
use futures_util::future::try_join_all;

use super::answers::{Answers, ToldOfEach};
use super::dashboard::{NetworkCounts, downline_orders, newcomers};
use super::downline_tree::DownlineTree;
use super::health::Healths;
use super::performance::Performances;
use crate::bus::contract::network::{
    Dashboard, GetChildSummary, GetDashboard, GetDownlineTree, Known, NetworkStats, Summary, Tree, TreeNode,
};
use crate::bus::contract::{Period, catalog, finance, orders};
use crate::bus::{Bus, CallError, Request, Serve};
use crate::error::{Fault, RefusalCode, ServiceError};
use crate::tenancy::topology::{NodeIndex, Snapshot, Topology};
use crate::tenancy::{Actor, Scope};

/// Serves the network's aliases.
pub struct Served {
    topology: Arc<Topology>,
    answers: Arc<Answers>,
    performances: Performances,
    healths: Arc<Healths>,
}

impl Served {
    /// Tells of the chain that `topology` shows, of the modules' `answers`, and of what orders come to.
    #[must_use]
    pub fn new(
        topology: Arc<Topology>,
        answers: Arc<Answers>,
        performances: Performances,
        healths: Arc<Healths>,
    ) -> Arc<Self> {
        Arc::new(Self { topology, answers, performances, healths })
    }

    /// Serves `network.getDownlineTree`, `network.getChildSummary` and `network.getDashboard` on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<GetDownlineTree>(self.clone());
        bus.serve::<GetChildSummary>(self.clone());
        bus.serve::<GetDashboard>(self.clone());
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
        self.summaries(request.actor, &request.tenants()?, request.args).await
    }
}

impl Served {
    /// The figures of each of `tenants` out of all modules, in their order.
    async fn summaries(
        &self,
        actor: Actor,
        tenants: &[TenantId],
        period: Period,
    ) -> Result<Vec<Summary>, ServiceError> {
        let (orders, finance, catalog) = tokio::join!(
            self.answers.ask::<orders::GetStats>(actor, tenants, period),
            self.answers.ask::<finance::GetSummary>(actor, tenants, ()),
            self.answers.ask::<catalog::GetStats>(actor, tenants, ()),
        );
        let modules = std::iter::zip(known(orders)?, known(finance)?).zip(known(catalog)?);
        Ok(modules.map(|((orders, finance), catalog)| Summary { orders, finance, catalog }).collect())
    }
}

#[async_trait::async_trait]
impl Serve<GetDashboard> for Served {
    async fn serve(&self, request: Request<GetDashboard>) -> Result<Vec<Dashboard>, ServiceError> {
        let (actor, period, tenants) = (request.actor, request.args, request.tenants()?);
        let chain = self.topology.current();
        let networks = try_join_all(tenants.iter().map(|tenant| self.network(&chain, *tenant, period)));
        let orders = downline_orders(&self.performances, &chain, &tenants, period);
        let orders = async { orders.await.map_err(ServiceError::from) };
        let (own, orders, networks) = tokio::try_join!(self.summaries(actor, &tenants, period), orders, networks)?;
        let parts = own.into_iter().zip(orders).zip(networks);
        Ok(parts.map(|((own, downline_orders), network)| Dashboard { own, downline_orders, network }).collect())
    }
}

impl Served {
    /// The downline of a company that the bus has let the caller reach, in figures.
    async fn network(
        &self,
        chain: &Arc<Snapshot>,
        tenant: TenantId,
        period: Period,
    ) -> Result<NetworkStats, ServiceError> {
        let unknown =
            || ServiceError::refused(RefusalCode::NotFound, "", "There is no such reseller in your downline.");
        let node = chain.find(tenant).ok_or_else(unknown)?;
        let counts = NetworkCounts::of(chain, node);
        let health = self.healths.of(chain, Scope::Central, tenant).await?.ok_or_else(unknown)?;
        Ok(NetworkStats {
            child_count: counts.children as u64,
            descendant_count: counts.descendants as u64,
            active_count: counts.active as u64,
            frozen_count: counts.frozen as u64,
            new_count: newcomers(chain, node, period).await? as u64,
            health: health.status,
        })
    }
}

/// Of each company what is known, if anything.
fn known<T: Clone>(
    told: Result<ToldOfEach<T>, CallError>,
) -> Result<impl Iterator<Item = Option<Known<T>>>, ServiceError> {
    let own = |known: Known<Arc<T>>| Known { value: (*known.value).clone(), as_of: known.as_of, stale: known.stale };
    Ok(told?.into_iter().map(move |told| told?.ok().map(own)))
}
