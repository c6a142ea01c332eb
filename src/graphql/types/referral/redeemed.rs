//! Pages of those who joined by a code.

use async_graphql::{Object, Result, SimpleObject};
use entity::{ReferralCodeId, TenantId};
use uuid::Uuid;

use crate::bus::contract::Listed;
use crate::graphql::context::Sight;
use crate::graphql::types::ResellerReference;
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::graphql::types::user_error::not_answered;
use crate::tenancy::topology::NodeIndex;

/// Says of a cursor that it is one of a list of those who joined.
const KIND: u8 = b'j';

fn cursor(company: TenantId) -> String {
    paging::cursor(KIND, company.0.as_bytes())
}

fn place(bytes: &[u8]) -> Option<TenantId> {
    Uuid::from_slice(bytes).ok().map(TenantId)
}

/// A page of companies that are known by name.
pub(super) struct ResellerReferenceConnection {
    sight: Sight,
    page: Listed<NodeIndex>,
    total: usize,
}

impl ResellerReferenceConnection {
    /// The part of the list of those who joined by `code` that is asked for. Who was moved out of the caller's downline since is not in the list.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`; `MODULE_UNAVAILABLE`.
    pub(super) async fn of_redeemers(sight: &Sight, code: ReferralCodeId, paging: Paging) -> Result<Option<Self>> {
        let page = paging.of_module(KIND, place)?;
        let joined = sight.loaders.redemptions.load(code).await;
        let Some(joined) = joined.map_err(|error| not_answered(&error))? else { return Ok(None) };
        sight.visit(joined.companies.len())?;
        let seen: Vec<NodeIndex> = joined.companies.iter().filter_map(|company| sight.find(*company)).collect();
        let total = seen.len();
        // Newest first: ids are in the order of time.
        let in_window = |node: &NodeIndex| {
            let id = sight.chain.id(*node);
            page.after.is_none_or(|after| id < after) && page.before.is_none_or(|before| id > before)
        };
        let mut window: Vec<NodeIndex> = seen.into_iter().filter(in_window).collect();
        if page.is_from_the_end() {
            window.reverse();
        }
        Ok(Some(Self { sight: sight.clone(), page: page.listed(window), total }))
    }

    fn cursor(&self, node: NodeIndex) -> String {
        cursor(self.sight.chain.id(node))
    }
}

/// A page of companies that are known by name.
#[Object]
impl ResellerReferenceConnection {
    /// The companies of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<ResellerReferenceEdge>> {
        self.sight.spend(self.page.entries.len())?;
        let edge = |node: &NodeIndex| ResellerReferenceEdge {
            node: ResellerReference::to(&self.sight.chain, *node),
            cursor: self.cursor(*node),
        };
        Ok(self.page.entries.iter().map(edge).collect())
    }

    /// The companies of the page.
    async fn nodes(&self) -> Result<Vec<ResellerReference>> {
        self.sight.spend(self.page.entries.len())?;
        Ok(self.page.entries.iter().map(|node| ResellerReference::to(&self.sight.chain, *node)).collect())
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, |node| self.cursor(*node))
    }

    /// How many companies the whole list has.
    async fn total_count(&self) -> usize {
        self.total
    }
}

/// A company in a list.
#[derive(SimpleObject)]
pub(super) struct ResellerReferenceEdge {
    /// The company.
    node: ResellerReference,
    /// Its place in the list, for `after` and `before`.
    cursor: String,
}
