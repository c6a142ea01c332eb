//! Feeds as they grow.

use async_graphql::{Context, Result, Subscription};
use futures_util::stream::{Stream, StreamExt};

use super::connection::ActivityEdge;
use super::{ActivityFilter, cursors};
use crate::graphql::context::Sight;
use crate::graphql::error::{bad_user_input, internal};
use crate::graphql::subscriptions::{Source, Told, Watched};

/// What can be subscribed to about feeds.
#[derive(Default)]
pub struct ActivitySubscription;

#[Subscription]
impl ActivitySubscription {
    /// The feed of the caller's own reseller as it grows: each event once, in the order of the feed, oldest first. Who was cut off goes on after the last cursor
    /// that it has seen, and misses nothing.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which all of this holds.")] filter: Option<ActivityFilter>,
        #[graphql(
            desc = "First all that came after this cursor, of this subscription or of the query; without it what comes from now on."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = ActivityEdge> + use<>> {
        Sight::of(ctx)?;
        let filter = filter.unwrap_or_default().checked()?;
        let expected = || bad_user_input("after", "a cursor of a feed; start again without it");
        let after = after.map(|cursor| cursors::position(&cursor).ok_or_else(expected)).transpose()?;
        let source = ctx.data::<Source>().map_err(|_| internal("a subscription without a source"))?;
        let told = source.watch(Watched { filter, after })?;
        Ok(told.map(|(sight, event): Told| ActivityEdge::of(&sight, event)))
    }
}
