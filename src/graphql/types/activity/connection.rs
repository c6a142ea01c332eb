//! Pages of feeds.

use std::sync::Arc;

use async_graphql::{Object, Result, SimpleObject};
use entity::{Position, TenantId};

use super::{ActivityEvent, ActivityFilter};
use crate::bus::contract::{self, Listed};
use crate::graphql::context::Sight;
use crate::graphql::error::{cursor_expired, internal};
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::graphql::types::user_error::not_answered;
use crate::network::activity::{self, FeedQuery};

/// Says of a cursor that it is one of a feed. It is the same in every feed.
const KIND: u8 = b'a';

fn cursor(event: &Arc<activity::ActivityEvent>) -> String {
    paging::cursor(KIND, &event.position.0.to_be_bytes())
}

fn position(bytes: &[u8]) -> Option<Position> {
    bytes.try_into().ok().map(|bytes| Position(i64::from_be_bytes(bytes))).filter(|position| position.0 > 0)
}

/// A page of a feed.
pub struct ActivityConnection {
    sight: Sight,
    page: Arc<Listed<Arc<activity::ActivityEvent>>>,
}

impl ActivityConnection {
    /// The part of the feed of `owner` that is asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`; `CURSOR_EXPIRED`; `MODULE_UNAVAILABLE`.
    pub async fn of(sight: &Sight, owner: TenantId, filter: Option<ActivityFilter>, paging: Paging) -> Result<Self> {
        let page = paging.of_module(KIND, position)?;
        let kept_from = sight.loaders.services.feeds.kept_from().await.map_err(internal)?;
        if page.after.into_iter().chain(page.before).any(|cursor| cursor < kept_from) {
            return Err(cursor_expired());
        }
        Self::read(sight, FeedQuery { owner, filter: filter.unwrap_or_default().checked()?, page }).await
    }

    /// The first so many events of the feed of the caller's company.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`; `MODULE_UNAVAILABLE`.
    pub async fn latest(sight: &Sight, first: i32) -> Result<Vec<ActivityEvent>> {
        let paging = Paging { first: Some(first), after: None, last: None, before: None };
        Self::of(sight, sight.seat.tenant, None, paging).await?.events()
    }

    async fn read(sight: &Sight, query: FeedQuery) -> Result<Self> {
        let page = sight.loaders.feed_pages.load(query).await.map_err(|error| not_answered(&error))?;
        let nothing = || Arc::new(contract::Listed { entries: Vec::new(), has_next: false, has_previous: false });
        Ok(Self { sight: sight.clone(), page: page.unwrap_or_else(nothing) })
    }

    fn event(&self, event: &Arc<activity::ActivityEvent>) -> ActivityEvent {
        ActivityEvent::new(&self.sight, event.clone())
    }

    fn events(&self) -> Result<Vec<ActivityEvent>> {
        self.sight.spend(self.page.entries.len())?;
        Ok(self.page.entries.iter().map(|event| self.event(event)).collect())
    }
}

/// A page of a feed.
#[Object]
impl ActivityConnection {
    /// The events of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<ActivityEdge>> {
        self.sight.spend(self.page.entries.len())?;
        let edge =
            |event: &Arc<activity::ActivityEvent>| ActivityEdge { node: self.event(event), cursor: cursor(event) };
        Ok(self.page.entries.iter().map(edge).collect())
    }

    /// The events of the page.
    async fn nodes(&self) -> Result<Vec<ActivityEvent>> {
        self.events()
    }

    /// Where the page lies in the feed.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, cursor)
    }
}

/// An event in a feed.
#[derive(SimpleObject)]
pub(super) struct ActivityEdge {
    /// The event.
    node: ActivityEvent,
    /// Its place in the feed, for `after` and `before`. It is the same in every feed.
    cursor: String,
}
