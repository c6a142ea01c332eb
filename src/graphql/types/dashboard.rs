//! What a company sees first: its own figures, its downline's orders, and its network.

use async_graphql::{Context, Object, Result};

use super::Reseller;
use super::activity::{ActivityConnection, ActivityEvent};
use super::health::{ChainHealth, HealthStatus};
use super::order_figures::{OrdersOf, Whose};
use super::period::{Period, PeriodInput};
use super::summary::{CatalogStats, FinanceStats, OrderStats};
use crate::bus::contract;
use crate::bus::contract::network::Known;
use crate::graphql::context::Sight;
use crate::graphql::error::internal;
use crate::network::dashboard::{NetworkCounts, newcomers};
use crate::network::performance::{Figures, Part};

/// What a company sees first.
pub struct Dashboard {
    own: Reseller,
    period: contract::Period,
}

/// What the caller's reseller sees first. A module that can't answer costs only its own field: that is what it told last, marked as stale, or
/// null with the error `MODULE_UNAVAILABLE`.
#[Object]
impl Dashboard {
    /// The days (UTC) that figures of a period are of.
    async fn period(&self) -> Period {
        self.period.into()
    }

    /// What it sells now.
    async fn catalog(&self) -> Option<Result<CatalogStats>> {
        CatalogStats::of(&self.own, self.period).await
    }

    /// What it ordered itself.
    async fn orders(&self) -> Option<Result<OrderStats>> {
        OrderStats::of(&self.own, self.period).await
    }

    /// What it owes and is owed now.
    async fn finance(&self) -> Option<Result<FinanceStats>> {
        FinanceStats::of(&self.own).await
    }

    /// What everyone below it ordered; it itself does not count. No module is asked for it.
    async fn downline_orders(&self, ctx: &Context<'_>) -> Option<Result<OrderStats>> {
        let states = ctx.look_ahead().field("byStatus").exists();
        Some(self.orders_below(states).await)
    }

    /// The latest events of its feed, newest first.
    async fn recent_activity(
        &self,
        #[graphql(desc = "At most so many: 1 to 100.", default = 10)] first: i32,
    ) -> Result<Vec<ActivityEvent>> {
        ActivityConnection::latest(&self.own.sight, first).await
    }

    /// Everyone below it, in figures.
    async fn network(&self) -> NetworkStats {
        NetworkStats { own: self.own.clone(), period: self.period }
    }
}

impl Dashboard {
    async fn orders_below(&self, states: bool) -> Result<OrderStats> {
        let Self { own: reseller, period } = self;
        let of = OrdersOf { reseller: reseller.clone(), period: *period, whose: Whose::Downline };
        let statuses = async {
            if states { of.figures(*period, Part::BelowStatuses).await } else { Ok(Figures::default().into()) }
        };
        let (orders, statuses) = tokio::try_join!(of.figures(*period, Part::Below), statuses)?;
        let as_of = reseller.sight.loaders.services.clock.now();
        let value = orders.order_stats(&statuses).into();
        Ok(OrderStats::new(Known { value, as_of, stale: false }, of))
    }
}

/// A company's downline, in figures.
pub struct NetworkStats {
    own: Reseller,
    period: contract::Period,
}

/// Everyone below the caller's reseller, in figures; it itself does not count.
#[Object]
impl NetworkStats {
    /// How many resellers are directly below it, in any status.
    async fn child_count(&self) -> usize {
        self.counts().children
    }

    /// How many resellers are below it at any depth, in any status.
    async fn descendant_count(&self) -> usize {
        self.counts().descendants
    }

    /// How many of them are ACTIVE.
    async fn active_count(&self) -> usize {
        self.counts().active
    }

    /// How many of them are frozen, by a freeze of their own or of one above them.
    async fn frozen_count(&self) -> usize {
        self.counts().frozen
    }

    /// How many of them joined in the period, in any status.
    async fn new_count(&self) -> Result<usize> {
        newcomers(&self.own.sight.chain, self.own.node, self.period).await.map_err(internal)
    }

    /// How well the caller's reseller and its downline are; `chainHealth` says why.
    async fn health(&self) -> Result<HealthStatus> {
        Ok(ChainHealth::of(self.own.clone()).await?.in_one_word())
    }
}

impl NetworkStats {
    fn counts(&self) -> NetworkCounts {
        NetworkCounts::of(&self.own.sight.chain, self.own.node)
    }
}

/// Root fields about what a company sees first.
#[derive(Default)]
pub struct DashboardQuery;

#[Object]
impl DashboardQuery {
    /// What the caller's own reseller sees first: its figures out of all modules, its downline's orders beside them, and its network.
    async fn dashboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days that figures of a period are of.", default_with = "Some(PeriodInput::default())")]
        period: Option<PeriodInput>,
    ) -> Result<Dashboard> {
        let sight = Sight::of(ctx)?;
        let period = period.unwrap_or_default().days(sight.loaders.services.clock.now())?;
        let node = sight.own;
        Ok(Dashboard { own: Reseller { sight, node }, period })
    }
}
