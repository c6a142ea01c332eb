//! Pages of upline requests.

use std::sync::Arc;

use async_graphql::{Enum, Object, Result, SimpleObject};
use entity::UplineRequestId;
use uuid::Uuid;

use super::{UplineRequest, UplineRequestStatus};
use crate::bus::contract::Listed;
use crate::graphql::context::Sight;
use crate::graphql::error::{bad_user_input, internal};
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::graphql::types::upline_action::UplineAction;
use crate::network::upline::{self, RequestsQuery};

/// From where a reseller looks at requests.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "upline::Direction")]
pub(super) enum UplineDirection {
    /// What it asks of its upline.
    Outgoing,
    /// What it is or was asked by its downline: its inbox.
    Incoming,
}

/// Which requests are wanted.
pub(super) struct Wanted {
    pub(super) direction: UplineDirection,
    pub(super) status: Option<Vec<UplineRequestStatus>>,
    pub(super) action: Option<Vec<UplineAction>>,
}

/// How many states or actions a filter may name; there are fewer.
const MAX_WORDS: usize = 100;

/// Says of a cursor that it is one of a list of upline requests.
const KIND: u8 = b'u';

fn cursor(request: &Arc<upline::UplineRequest>) -> String {
    paging::cursor(KIND, request.id.0.as_bytes())
}

fn place(bytes: &[u8]) -> Option<UplineRequestId> {
    Uuid::from_slice(bytes).ok().map(UplineRequestId)
}

impl Wanted {
    fn query(self, paging: Paging) -> Result<RequestsQuery> {
        let page = paging.of_module(KIND, place)?;
        let Self { direction, status, action } = self;
        if status.as_ref().is_some_and(|states| states.len() > MAX_WORDS) {
            return Err(bad_user_input("status", format_args!("at most {MAX_WORDS} states")));
        }
        if action.as_ref().is_some_and(|actions| actions.len() > MAX_WORDS) {
            return Err(bad_user_input("action", format_args!("at most {MAX_WORDS} actions")));
        }
        let statuses = status.map(|states| states.into_iter().map(Into::into).collect());
        let actions = action.map(|actions| actions.into_iter().map(Into::into).collect());
        Ok(RequestsQuery { direction: direction.into(), statuses, actions, page })
    }
}

/// A page of upline requests.
pub(super) struct UplineRequestConnection {
    sight: Sight,
    page: Listed<Arc<upline::UplineRequest>>,
    total: u64,
}

impl UplineRequestConnection {
    /// The part of the list that is asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub(super) async fn of(sight: &Sight, wanted: Wanted, paging: Paging) -> Result<Self> {
        let query = wanted.query(paging)?;
        let listed = sight.loaders.services.upline.list(&sight.chain, sight.seat.tenant, &query).await;
        let (page, total) = listed.map_err(internal)?;
        Ok(Self { sight: sight.clone(), page, total })
    }

    fn request(&self, request: &Arc<upline::UplineRequest>) -> UplineRequest {
        UplineRequest { sight: self.sight.clone(), request: request.clone() }
    }
}

/// A page of upline requests.
#[Object]
impl UplineRequestConnection {
    /// The requests of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<UplineRequestEdge>> {
        self.sight.spend(self.page.entries.len())?;
        let edge = |request| UplineRequestEdge { node: self.request(request), cursor: cursor(request) };
        Ok(self.page.entries.iter().map(edge).collect())
    }

    /// The requests of the page.
    async fn nodes(&self) -> Result<Vec<UplineRequest>> {
        self.sight.spend(self.page.entries.len())?;
        Ok(self.page.entries.iter().map(|request| self.request(request)).collect())
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, cursor)
    }

    /// How many requests the whole list has.
    async fn total_count(&self) -> u64 {
        self.total
    }
}

/// An upline request in a list.
#[derive(SimpleObject)]
pub(super) struct UplineRequestEdge {
    /// The request.
    node: UplineRequest,
    /// Its place in the list, for `after` and `before`.
    cursor: String,
}
