//! Pages of feeds.

use std::sync::Arc;

use async_graphql::{Object, Result, SimpleObject};
use entity::TenantId;

use super::written::{Edges, Events};
use super::{ActivityEvent, ActivityFilter, cursors};
use crate::bus::contract::{self, Listed};
use crate::graphql::context::Sight;
use crate::graphql::error::{cursor_expired, internal};
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::Paging;
use crate::graphql::types::user_error::not_answered;
use crate::network::activity::{self, FeedQuery};

fn cursor(event: &Arc<activity::ActivityEvent>) -> String {
    cursors::write(event.position)
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
        let page = paging.of_module(cursors::KIND, cursors::read)?;
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

    fn events(&self) -> Result<Vec<ActivityEvent>> {
        self.sight.spend(self.page.entries.len())?;
        Ok(self.page.entries.iter().map(|event| ActivityEvent::new(&self.sight, event.clone())).collect())
    }
}

/// A page of a feed.
#[Object]
impl ActivityConnection {
    /// The events of the page, each with its cursor.
    async fn edges(&self) -> Result<Edges> {
        Ok(Edges(self.events()?))
    }

    /// The events of the page.
    async fn nodes(&self) -> Result<Events> {
        Ok(Events(self.events()?))
    }

    /// Where the page lies in the feed.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, cursor)
    }
}

impl ActivityEdge {
    /// An event in the feed of the company that `sight` is of.
    pub fn of(sight: &Sight, event: Arc<activity::ActivityEvent>) -> Self {
        Self { cursor: cursor(&event), node: ActivityEvent::new(sight, event) }
    }
}

/// An event in a feed.
#[derive(SimpleObject)]
pub struct ActivityEdge {
    /// The event.
    node: ActivityEvent,
    /// Its place in the feed, for `after` and `before`. It is the same in every feed.
    cursor: String,
}
