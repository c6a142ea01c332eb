//! Feeds: what happened in a company and below it.

mod connection;
pub mod cursors;
mod details;
mod filter;
mod subscription;
mod written;

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::{Context, ID, Json, Object, Result};
use entity::Position;
use futures_util::future::join_all;
use serde_json::Value;
use tokio::sync::OnceCell;

pub use self::connection::{ActivityConnection, ActivityEdge};
pub use self::details::ActivityDetails;
pub use self::filter::ActivityFilter;
pub use self::subscription::ActivitySubscription;
use super::module::Module;
use super::paging::Paging;
use super::user_error::not_answered;
use super::{Reseller, ResellerReference};
use crate::bus;
use crate::graphql::context::Sight;
use crate::graphql::error::internal;
use crate::graphql::id::{EventRef, global};
use crate::graphql::scalars::DateTime;
use crate::network::activity::{self, shown, summary};

/// An event in the feed of the caller's company.
pub struct ActivityEvent {
    sight: Sight,
    event: Arc<activity::ActivityEvent>,
    /// What the caller may know of it, once that was asked for: several fields say it.
    shown: OnceCell<Shown>,
}

/// What the caller may know of an event.
#[derive(Default)]
struct Shown {
    /// Its data, as JSON.
    data: String,
    /// What happened, in words.
    summary: String,
}

impl ActivityEvent {
    fn new(sight: &Sight, event: Arc<activity::ActivityEvent>) -> Self {
        Self { sight: sight.clone(), event, shown: OnceCell::new() }
    }

    /// The event of this id, if it is in the feed of the caller's company.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`.
    pub async fn find(sight: &Sight, position: Position) -> Result<Option<Self>> {
        let event = sight.loaders.events.load(position).await.map_err(|error| not_answered(&error))?;
        Ok(event.map(|event| Self::new(sight, event)))
    }

    /// What the caller may know of it. Of prices that the company takes as its costs: those of products that it may sell.
    async fn shown(&self) -> &Shown {
        self.shown.get_or_init(|| self.show()).await
    }

    async fn show(&self) -> Shown {
        let skus = shown::priced(&self.event);
        let sold = join_all(skus.iter().map(|sku| self.sight.loaders.sold.load(sku.clone()))).await;
        let sold = skus.iter().zip(sold).filter(|(_, sold)| matches!(sold, Ok(Some(()))));
        let sold: HashSet<&str> = sold.map(|(sku, _)| &**sku).collect();
        let chain = &self.sight.chain;
        let data = shown::data(chain, self.sight.own, &self.event, |sku| sold.contains(sku));
        let name = chain.find(self.event.subject).map(|subject| chain.name(subject)).unwrap_or_default();
        Shown { summary: summary::summary(&self.event.event_type, name, &data), data: data.to_json() }
    }

    /// What the caller may know of its data.
    async fn shown_value(&self) -> Value {
        // It is JSON, because the whole data are.
        serde_json::from_str(&self.shown().await.data).unwrap_or_default()
    }
}

/// The module that published an event.
fn module_of(event: &activity::ActivityEvent) -> Module {
    bus::Module::publishing(&event.event_type).into()
}

/// An event in the feed of the caller's own reseller: something that happened to it, to one below it, or, of its prices, to its parent.
#[Object]
impl ActivityEvent {
    /// The event's id.
    pub async fn id(&self) -> ID {
        global(EventRef(self.event.position))
    }

    /// What happened, by the name that its publisher gives it, such as `ResellerOrders.chain_order.delivered`.
    #[graphql(name = "type")]
    async fn event_type(&self) -> &str {
        &self.event.event_type
    }

    /// The module that published it.
    async fn module(&self) -> Module {
        module_of(&self.event)
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.event.occurred_at)
    }

    /// When it was recorded here. A feed is in this order.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.event.recorded_at)
    }

    /// The reseller that it is about.
    async fn subject(&self) -> Result<ResellerReference> {
        let subject = ResellerReference::to_party(&self.sight, self.event.subject);
        subject.ok_or_else(|| internal("an event of a company that is not in the chain"))
    }

    /// The same reseller, where it is the caller's own or below it now. Null once it is out of sight.
    async fn reseller(&self) -> Option<Reseller> {
        let node = self.sight.find(self.event.subject)?;
        Some(Reseller { sight: self.sight.clone(), node })
    }

    /// How many steps below the caller's own reseller it was then: 0 for its own, -1 for its parent.
    async fn distance(&self) -> i32 {
        self.event.distance
    }

    /// What happened, in words.
    async fn summary(&self) -> &str {
        &self.shown().await.summary
    }

    /// What the caller may know of what its publisher says: all of it where it is about the caller's own reseller, otherwise what is documented of its type.
    /// Amounts are in minor units.
    async fn data(&self) -> Json<Value> {
        Json(self.shown_value().await)
    }

    /// The same with a type for each type of event. Null for one that is not known here, and for one of which there is nothing to say.
    async fn details(&self) -> Option<ActivityDetails> {
        ActivityDetails::of(&self.event.event_type, &self.shown_value().await)
    }
}

/// Root fields about feeds.
#[derive(Default)]
pub struct ActivityQuery;

#[Object]
impl ActivityQuery {
    /// The feed of the caller's own reseller, newest event first: what happened in all modules to it, and to everyone below it.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which all of this holds.")] filter: Option<ActivityFilter>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor: older events.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor: newer events.")] before: Option<String>,
    ) -> Result<ActivityConnection> {
        let sight = Sight::of(ctx)?;
        let own = sight.seat.tenant;
        ActivityConnection::of(&sight, own, filter, Paging { first, after, last, before }).await
    }
}
