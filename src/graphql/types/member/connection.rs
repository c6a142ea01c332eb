//! Pages of members.

use std::sync::Arc;

use async_graphql::{Object, Result, SimpleObject};
use entity::MembershipId;
use uuid::Uuid;

use super::Member;
use crate::bus::contract::Listed;
use crate::graphql::context::Sight;
use crate::graphql::error::internal;
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::network::members;

/// Says of a cursor that it is one of a list of members.
const KIND: u8 = b'm';

fn cursor(member: &members::Member) -> String {
    paging::cursor(KIND, member.id.0.as_bytes())
}

fn place(bytes: &[u8]) -> Option<MembershipId> {
    Uuid::from_slice(bytes).ok().map(MembershipId)
}

/// A page of members.
pub(super) struct MemberConnection {
    sight: Sight,
    page: Listed<members::Member>,
    total: u64,
}

impl MemberConnection {
    /// The part of the list of the caller's company's members that is asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub(super) async fn of(sight: &Sight, paging: Paging) -> Result<Self> {
        let page = paging.of_module(KIND, place)?;
        let listed = sight.loaders.services.members.list(sight.seat.tenant, &page).await;
        let (page, total) = listed.map_err(internal)?;
        Ok(Self { sight: sight.clone(), page, total })
    }
}

/// A page of members.
#[Object]
impl MemberConnection {
    /// The members of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<MemberEdge>> {
        self.sight.spend(self.page.entries.len())?;
        let edge =
            |member: &members::Member| MemberEdge { node: Member(Arc::new(member.clone())), cursor: cursor(member) };
        Ok(self.page.entries.iter().map(edge).collect())
    }

    /// The members of the page.
    async fn nodes(&self) -> Result<Vec<Member>> {
        self.sight.spend(self.page.entries.len())?;
        Ok(self.page.entries.iter().map(|member| Member(Arc::new(member.clone()))).collect())
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, cursor)
    }

    /// How many members the whole list has.
    async fn total_count(&self) -> u64 {
        self.total
    }
}

/// A member in a list.
#[derive(SimpleObject)]
pub(super) struct MemberEdge {
    /// The member.
    node: Member,
    /// Its place in the list, for `after` and `before`.
    cursor: String,
}
