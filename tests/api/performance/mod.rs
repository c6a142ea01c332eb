//! What a downline ordered, asked as a client asks, against a recount of everything that was placed.

mod api;
mod constant;
pub(crate) mod history;
mod recount;
mod superstore;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::{TenantId, Timestamp};
use reseller_network::clock::Clock;
use serde_json::{Value, json};
use time::Date;

use crate::support::TestDatabase;
use crate::support::app::{Answer, id};
use crate::support::market::Market;

pub(crate) const DAY: i64 = 86_400_000_000;

/// Everything that can be asked of a performance.
pub(crate) const PERFORMANCE: &str = "query ($id: ID!, $period: PeriodInput, $currency: Currency) {
    performance(rootId: $id, period: $period, currency: $currency) { ...Everything } }
    fragment Everything on Performance {
      root { id } period { from to } orderCount orderCountChange { ...Difference } activeResellerCount
      totals { revenue { ...Amount } revenueChange { ...Difference } orderCount averageOrder { ...Amount } }
      days: series { ...Point } weeks: series(groupBy: WEEK) { ...Point } months: series(groupBy: MONTH) { ...Point }
      byLevel { level resellerCount orderCount revenue { ...Amount } }
      byRevenue: topResellers(first: 5) { ...Leader }
      byOrders: topResellers(by: ORDERS, first: 5) { ...Leader }
      byGrowth: topResellers(by: GROWTH, first: 5) { ...Leader } }
    fragment Amount on Money { amount currency }
    fragment Difference on Change { previous absolute percent }
    fragment Point on SeriesPoint { start orderCount revenue { ...Amount } }
    fragment Leader on ResellerPerformance { rank subject { resellerId } reseller { id } orderCount revenue { ...Amount } }";

/// A market with a clock that goes when it is told to.
pub(crate) struct World {
    pub(crate) market: Market,
    now: Arc<AtomicI64>,
}

impl std::ops::Deref for World {
    type Target = Market;

    fn deref(&self) -> &Market {
        &self.market
    }
}

impl World {
    /// Opens at midnight of `day`.
    pub(crate) async fn open(database: TestDatabase, day: Date) -> Self {
        let now = Arc::new(AtomicI64::new(Timestamp::start_of(day).0));
        Self { market: Market::open_at(database, clock_of(&now)).await, now }
    }

    /// Its clock.
    pub(crate) fn clock(&self) -> Clock {
        clock_of(&self.now)
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    /// From now on it is this instant; never one before.
    pub(crate) fn set(&self, now: Timestamp) {
        self.now.fetch_max(now.0, Ordering::SeqCst);
    }

    /// Everything of a performance, as a member of `viewer` sees it.
    pub(crate) async fn performance(&self, viewer: TenantId, root: TenantId, period: Value, currency: Value) -> Value {
        self.ask_performance(viewer, root, period, currency).await.at("/performance")
    }

    pub(crate) async fn ask_performance(
        &self,
        viewer: TenantId,
        root: TenantId,
        period: Value,
        currency: Value,
    ) -> Answer {
        let variables = json!({ "id": id(root), "period": period, "currency": currency });
        self.ask_as(viewer, PERFORMANCE, variables).await
    }
}

fn clock_of(now: &Arc<AtomicI64>) -> Clock {
    let now = now.clone();
    Clock::reading(move || Timestamp(now.load(Ordering::SeqCst)))
}

/// A period as an argument.
pub(crate) fn range(from: Date, to: Date) -> Value {
    json!({ "range": { "from": from.to_string(), "to": to.to_string() } })
}
