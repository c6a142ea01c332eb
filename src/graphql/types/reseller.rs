//! A company of the chain, as its ancestors and it itself see it.

mod joining;
mod life;
mod written;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::TenantId;

use super::Freeze;
use super::activity::{ActivityConnection, ActivityFilter};
use super::catalog::{CatalogAccess, CatalogItemConnection, Wanted};
use super::downline::{Listing, ResellerConnection, ResellerFilter, ResellerList, ResellerOrder};
use super::freeze::MAX_CAUSES;
use super::health::ChainHealth;
use super::paging::Paging;
use super::performance::Performance;
use super::period::PeriodInput;
use super::summary::ResellerSummary;
use crate::graphql::context::Sight;
use crate::graphql::id::{global, parse};
use crate::graphql::scalars::{Currency, DateTime};
use crate::tenancy::topology::NodeIndex;

/// Where a company stands in its life: `PENDING → ACTIVE → DEACTIVATED`, and back to `ACTIVE`.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::TenantStatus")]
pub enum ResellerStatus {
    /// It has applied and waits for approval.
    Pending,
    /// It trades.
    Active,
    /// It was switched off: nobody signs in to it, and its descendants work on.
    Deactivated,
}

pub use joining::JoinMutation;
pub use life::LifeMutation;
pub use written::WrittenResellers;

/// A company of the chain.
#[derive(Clone)]
pub struct Reseller {
    /// What its viewer sees.
    pub sight: Sight,
    /// The company.
    pub node: NodeIndex,
}

impl Reseller {
    /// The company's own id.
    pub fn tenant(&self) -> TenantId {
        self.sight.chain.id(self.node)
    }

    fn at(&self, node: NodeIndex) -> Self {
        Self { sight: self.sight.clone(), node }
    }
}

/// A company of the chain, as an ancestor or the company itself sees it.
#[Object]
impl Reseller {
    /// The reseller's id.
    pub async fn id(&self) -> ID {
        global(self.sight.chain.id(self.node))
    }

    /// Its name as people write it.
    async fn name(&self) -> &str {
        self.sight.chain.name(self.node)
    }

    /// Its short name, unique in the chain; it never changes. Sign-in takes it as `X-Tenant-ID`.
    async fn slug(&self) -> &str {
        self.sight.chain.slug(self.node)
    }

    /// Where it stands in its life.
    async fn status(&self) -> ResellerStatus {
        self.sight.chain.status(self.node).into()
    }

    /// Whether it or any company above it has a freeze. A frozen company reads, and changes nothing.
    async fn frozen(&self) -> bool {
        self.sight.chain.is_frozen(self.node)
    }

    /// Every cause that freezes it, its own and its ancestors', nearest first and at most 100. To a PENDING reseller, its own alone.
    async fn freezes(&self) -> Result<Vec<Freeze>> {
        let causes: Vec<_> = Freeze::causes(&self.sight, self.node).take(MAX_CAUSES).collect();
        self.sight.spend(causes.len())?;
        Ok(causes)
    }

    /// How many steps it is below the caller's own reseller, which is at 0.
    async fn depth(&self) -> u32 {
        self.sight.depth(self.node)
    }

    /// When it joined the chain.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.sight.chain.joined_at(self.node))
    }

    /// The currency that it trades in.
    async fn currency(&self) -> Currency {
        Currency(self.sight.chain.currency(self.node))
    }

    /// The reseller one step up. Null at the top of what the caller may see.
    async fn parent(&self) -> Option<Self> {
        let parent = self.sight.chain.parent(self.node).filter(|_| self.node != self.sight.own)?;
        Some(self.at(parent))
    }

    /// From the caller's own reseller down to this one, both included.
    async fn path(&self) -> Result<Vec<Self>> {
        let path = self.sight.path(self.sight.own, self.node)?;
        Ok(path.into_iter().map(|node| self.at(node)).collect())
    }

    /// The resellers directly below it; without `orderBy` by name.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the API's field")]
    async fn children(
        &self,
        #[graphql(desc = "Only those for which all of this holds.")] filter: Option<ResellerFilter>,
        #[graphql(desc = "Sorted by this; without it by name.")] order_by: Option<ResellerOrder>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ResellerConnection> {
        let page = Paging { first, after, last, before }.request()?;
        let query = Arc::new(super::downline::query(&self.sight, None, filter, order_by)?);
        let list = ResellerList { sight: self.sight.clone(), root: self.node, query, listing: Listing::Children };
        list.page(page).await
    }

    /// Which categories it may sell, as granted by its parent. Null where the module cannot answer.
    async fn catalog_access(&self) -> Option<Result<CatalogAccess>> {
        CatalogAccess::of(&self.sight, self.sight.chain.id(self.node)).await.transpose()
    }

    /// What it may sell, by sku, with what it pays and takes. Null where the module cannot answer.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the API's field")]
    async fn available_catalog(
        &self,
        #[graphql(desc = "Part of the sku or the name, without regard to case.")] search: Option<String>,
        #[graphql(desc = "Of this category alone, letter for letter.")] category: Option<String>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<CatalogItemConnection>> {
        let wanted = Wanted { search, category, paging: Paging { first, after, last, before } };
        CatalogItemConnection::of(&self.sight, self.sight.chain.id(self.node), wanted).await.transpose()
    }

    /// Its figures out of all modules.
    async fn summary(
        &self,
        #[graphql(desc = "The days that figures of a period are of.", default_with = "Some(PeriodInput::default())")]
        period: Option<PeriodInput>,
    ) -> Result<ResellerSummary> {
        self.sight.approved()?;
        let period = period.unwrap_or_default().days(self.sight.loaders.services.clock.now())?;
        Ok(ResellerSummary { reseller: self.clone(), period })
    }

    /// What it and its whole downline ordered in a period.
    async fn performance(
        &self,
        #[graphql(desc = "The days on which the orders were placed.", default_with = "Some(PeriodInput::default())")]
        period: Option<PeriodInput>,
        #[graphql(desc = "Only what was ordered in this currency, in every field.")] currency: Option<Currency>,
    ) -> Result<Performance> {
        Performance::of(self.clone(), period, currency)
    }

    /// Its feed, newest event first, as far as it is in the feed of the caller's own reseller, too.
    async fn activity(
        &self,
        #[graphql(desc = "Only those for which all of this holds.")] filter: Option<ActivityFilter>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor: older events.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor: newer events.")] before: Option<String>,
    ) -> Result<ActivityConnection> {
        self.sight.approved()?;
        ActivityConnection::of(&self.sight, self.tenant(), filter, Paging { first, after, last, before }).await
    }

    /// How well it and its whole downline are, and what is wrong.
    async fn health(&self) -> Result<ChainHealth> {
        ChainHealth::of(self.clone()).await
    }

    /// How many resellers are directly below it, in any status.
    async fn child_count(&self) -> usize {
        self.sight.chain.child_count(self.node)
    }

    /// How many resellers are below it at any depth, in any status.
    async fn descendant_count(&self) -> usize {
        self.sight.chain.descendant_count(self.node)
    }

    /// How many of them are ACTIVE.
    async fn active_descendant_count(&self) -> usize {
        self.sight.chain.active_descendant_count(self.node)
    }
}

impl Sight {
    /// How many steps `node` is below the caller's own company.
    pub fn depth(&self, node: NodeIndex) -> u32 {
        self.chain.depth(node).saturating_sub(self.chain.depth(self.own))
    }
}

/// Root fields about one reseller.
#[derive(Default)]
pub struct ResellerQuery;

#[Object]
impl ResellerQuery {
    /// The reseller of this id: the caller's own or one of its downline. Null for any other, as for an id that was never issued.
    async fn reseller(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A Reseller's id.")] id: ID,
    ) -> Option<Result<Reseller>> {
        find(ctx, &id).transpose()
    }
}

fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Reseller>> {
    let id = parse("id", id)?;
    let sight = Sight::of(ctx)?;
    Ok(sight.find(id).map(|node| Reseller { sight, node }))
}
