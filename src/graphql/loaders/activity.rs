//! Feeds, and what is in them.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{Position, TenantId};
use futures_util::future::join_all;

use super::batch::{Fetch, Loaded, cannot, each_failed};
use crate::bus::Bus;
use crate::bus::contract::Listed;
use crate::bus::contract::catalog::Quote;
use crate::network::activity::{ActivityEvent, FeedQuery, Feeds};
use crate::tenancy::Actor;
use crate::tenancy::topology::Snapshot;

/// Who looks at feeds, and at which chain.
#[derive(Clone)]
pub struct Looking {
    /// The company that looks.
    pub viewer: Option<TenantId>,
    /// The chain, as the whole of the answer shows it.
    pub chain: Arc<Snapshot>,
    /// Who reads them.
    pub feeds: Feeds,
}

/// Fetches pages of feeds.
pub struct FeedPages(pub Looking);

impl Fetch for FeedPages {
    type Key = FeedQuery;
    type Value = Arc<Listed<Arc<ActivityEvent>>>;

    async fn fetch(&self, queries: Vec<FeedQuery>) -> HashMap<FeedQuery, Loaded<Self::Value>> {
        let Looking { viewer: Some(viewer), chain, feeds } = &self.0 else { return HashMap::new() };
        let pages = queries.into_iter().map(async |query| {
            let page = feeds.page(chain, *viewer, &query).await;
            (query, page.map(|page| page.map(Arc::new)).map_err(|fault| cannot(&fault)))
        });
        join_all(pages).await.into_iter().collect()
    }
}

/// Fetches single events of the viewer's own feed, by their positions.
pub struct EventsAt(pub Looking);

impl Fetch for EventsAt {
    type Key = Position;
    type Value = Arc<ActivityEvent>;

    async fn fetch(&self, positions: Vec<Position>) -> HashMap<Position, Loaded<Self::Value>> {
        let Looking { viewer: Some(viewer), chain, feeds } = &self.0 else { return HashMap::new() };
        match feeds.at(chain, *viewer, &positions).await {
            Ok(events) => events.into_iter().map(|(position, event)| (position, Ok(Some(event)))).collect(),
            Err(fault) => each_failed(positions, &cannot(&fault)),
        }
    }
}

/// Fetches which products, by sku, the caller's company may sell.
pub struct Sold {
    /// On whose behalf.
    pub actor: Actor,
    /// Whom it asks.
    pub bus: Bus,
}

impl Fetch for Sold {
    type Key = String;
    type Value = ();

    async fn fetch(&self, skus: Vec<String>) -> HashMap<String, Loaded<()>> {
        match self.bus.call::<Quote>(self.actor, skus.clone()).await {
            Ok(quotes) => {
                let sold = quotes.into_iter().map(|quote| quote.filter(|quote| quote.granted).map(|_| ()));
                skus.into_iter().zip(sold.map(Ok)).collect()
            }
            Err(error) => each_failed(skus, &Arc::new(error)),
        }
    }
}
