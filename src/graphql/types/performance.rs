//! What a whole downline ordered: in all, over time, by level, and who led.
//!
//! Each field reads what it needs and no more; what the fields of one answer need is read together, with one statement.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::TenantStatus;

use super::Reseller;
use super::change::Change;
use super::money::{Money, amounts};
use super::period::{Period, PeriodInput};
use super::plain::{MayBePlain, Plain, PlainField, Written, write_each};
use super::series::{SeriesPoint, SeriesStep};
use super::user_error::not_answered;
use crate::bus::contract;
use crate::graphql::context::Sight;
use crate::graphql::error::internal;
use crate::graphql::id::parse;
use crate::graphql::json;
use crate::graphql::raw::Below;
use crate::graphql::scalars::Currency;
use crate::network::performance::{self as figures, Figures, Part, Question};

mod leaders;

pub use leaders::{LeaderboardMetric, ResellerPerformance};

/// What is asked: of whom, when, and in which currency.
#[derive(Clone)]
pub struct Performance {
    root: Reseller,
    period: contract::Period,
    currency: Option<iso_currency::Currency>,
}

/// What a reseller and its whole downline ordered in a period; the reseller itself is level 0. Cancelled orders do not count. An order counts for those that were above its placer when it
/// was placed: who is moved takes its future along, and leaves its past where it was earned.
#[Object]
impl Performance {
    /// The reseller at the top.
    async fn root(&self) -> Reseller {
        self.root.clone()
    }

    /// The days (UTC) on which the orders were placed.
    async fn period(&self) -> Period {
        self.period.into()
    }

    /// How many orders.
    async fn order_count(&self) -> Result<u64> {
        Ok(self.load(Part::Totals).await?.order_count())
    }

    /// How that differs from the period before.
    async fn order_count_change(&self) -> Result<Change> {
        let (now, before) = tokio::try_join!(self.load(Part::Totals), self.load_before())?;
        Ok(Change::of_counts(before.order_count(), now.order_count()))
    }

    /// How many of the resellers, the one at the top included, are ACTIVE now, whatever the period.
    async fn active_reseller_count(&self) -> usize {
        let Reseller { sight, node } = &self.root;
        let own = sight.chain.status(*node) == TenantStatus::Active;
        sight.chain.active_descendant_count(*node) + usize::from(own)
    }

    /// One for each currency in which something was ordered in the period, sorted by currency.
    async fn totals(&self, ctx: &Context<'_>) -> Result<Vec<PerformanceTotal>> {
        let compares = ctx.look_ahead().field("revenueChange").exists();
        let before = async { if compares { self.load_before().await.map(drop) } else { Ok(()) } };
        // Read together with the totals, and held for the field that asks for it.
        let (totals, ()) = tokio::try_join!(self.load(Part::Totals), before)?;
        let total = |total| PerformanceTotal { of: self.clone(), total };
        Ok(totals.totals().into_iter().map(total).collect())
    }

    /// By day, week or month.
    async fn series(
        &self,
        #[graphql(desc = "By what it is added up.", default_with = "SeriesStep::Day")] group_by: SeriesStep,
    ) -> Result<Written<SeriesPoint>> {
        SeriesPoint::spend(&self.root.sight, self.period, group_by)?;
        let days = self.load(Part::Days).await?.days();
        Ok(SeriesPoint::all(self.period, group_by, &days))
    }

    /// By how many steps below the top the orders were placed, at that time. Each level at which there are resellers now, or orders were placed.
    async fn by_level(&self) -> Result<Written<LevelPerformance>> {
        let Reseller { sight, node } = &self.root;
        let (chain, node) = (sight.chain.clone(), *node);
        let counting = async {
            if !chain.takes_a_census(node) {
                return Ok(chain.level_counts(node));
            }
            Ok(tokio::task::spawn_blocking(move || chain.level_counts(node)).await?)
        };
        let (levels, companies) = tokio::try_join!(self.load(Part::Levels), counting)?;
        let levels = levels.levels(&companies);
        sight.spend(levels.len())?;
        Ok(Written(levels.into_iter().map(LevelPerformance).collect()))
    }

    /// The resellers that ordered most themselves, the one at the top included: with their own orders alone, not those of their downlines.
    ///
    /// Amounts are compared in one currency: the one that `currency` names, otherwise that of the reseller at the top. By REVENUE and by GROWTH,
    /// who ordered nothing in it is left out.
    async fn top_resellers(
        &self,
        #[graphql(desc = "By what they are compared.", default_with = "LeaderboardMetric::Revenue")]
        by: LeaderboardMetric,
        #[graphql(desc = "At most so many: 1 to 100.", default = 10)] first: i32,
    ) -> Result<Vec<ResellerPerformance>> {
        leaders::top(self, by, first).await
    }
}

impl Performance {
    /// Of `root`, for the arguments of the API's fields.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a range that ends before it begins; `FORBIDDEN` for who waits for approval.
    pub fn of(root: Reseller, period: Option<PeriodInput>, currency: Option<Currency>) -> Result<Self> {
        root.sight.approved()?;
        let period = period.unwrap_or_default().days(root.sight.loaders.services.clock.now())?;
        Ok(Self { root, period, currency: currency.map(|currency| currency.0) })
    }

    async fn load(&self, part: Part) -> Result<Arc<Figures>> {
        self.load_of(self.period, part).await
    }

    /// The totals of the period before.
    async fn load_before(&self) -> Result<Arc<Figures>> {
        self.load_of(self.period.before(), Part::Totals).await
    }

    async fn load_of(&self, period: contract::Period, part: Part) -> Result<Arc<Figures>> {
        let question = Question { owner: self.root.tenant(), period, currency: self.currency, part };
        let loaded = self.root.sight.loaders.figures.load(question).await;
        loaded.map_err(|error| not_answered(&error))?.ok_or_else(|| internal("a company in sight is out of reach"))
    }
}

/// What was ordered in one currency.
pub struct PerformanceTotal {
    of: Performance,
    total: figures::Total,
}

/// What was ordered in one currency.
#[Object]
impl PerformanceTotal {
    /// What the placers pay for their orders.
    async fn revenue(&self) -> Money {
        self.total.revenue.into()
    }

    /// How that differs from the period before.
    async fn revenue_change(&self) -> Result<Change> {
        let before = self.of.load_before().await?.revenue_in_currency_of(self.total.revenue);
        Ok(Change::of_money(before, self.total.revenue))
    }

    /// How many orders.
    async fn order_count(&self) -> u64 {
        self.total.order_count
    }

    /// The revenue by the number of orders, rounded half to even.
    async fn average_order(&self) -> Money {
        self.total.average_order().into()
    }
}

/// What was ordered at one level of a downline.
pub struct LevelPerformance(figures::Level);

/// What was ordered at one level of a downline.
#[Object]
impl LevelPerformance {
    /// How many steps below the top; the top itself is at 0.
    async fn level(&self) -> u32 {
        self.0.level
    }

    /// How many resellers are there now, in any status.
    async fn reseller_count(&self) -> u64 {
        self.0.reseller_count
    }

    /// Orders that were placed there and not cancelled.
    async fn order_count(&self) -> u64 {
        self.0.order_count
    }

    /// What their placers pay for them: one amount for each currency, sorted by currency.
    async fn revenue(&self) -> Vec<Money> {
        amounts(&self.0.revenue)
    }
}

impl Plain for LevelPerformance {
    const TYPE: &'static str = "LevelPerformance";

    fn write<F: MayBePlain>(&self, out: &mut Vec<u8>, field: PlainField, below: Below<'_, F>) {
        match field {
            PlainField::Level => json::write_int(out, self.0.level.into()),
            PlainField::ResellerCount => json::write(out, &self.0.reseller_count),
            PlainField::OrderCount => json::write(out, &self.0.order_count),
            PlainField::Revenue => write_each(out, &self.0.revenue, below),
            _ => json::write_null(out),
        }
    }
}

/// Root fields about what a downline ordered.
#[derive(Default)]
pub struct PerformanceQuery;

#[Object]
impl PerformanceQuery {
    /// What a reseller and its whole downline ordered in a period. Null where the caller may not see that reseller, as for an id that was never
    /// issued.
    async fn performance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reseller at the top; without it the caller's own.")] root_id: Option<ID>,
        #[graphql(desc = "The days on which the orders were placed.", default_with = "Some(PeriodInput::default())")]
        period: Option<PeriodInput>,
        #[graphql(desc = "Only what was ordered in this currency, in every field.")] currency: Option<Currency>,
    ) -> Option<Result<Performance>> {
        performance(ctx, root_id.as_ref(), period, currency).transpose()
    }
}

fn performance(
    ctx: &Context<'_>,
    root_id: Option<&ID>,
    period: Option<PeriodInput>,
    currency: Option<Currency>,
) -> Result<Option<Performance>> {
    let root_id = root_id.map(|id| parse("rootId", id)).transpose()?;
    let sight = Sight::of(ctx)?;
    let Some(node) = root_id.map_or(Some(sight.own), |id| sight.find(id)) else { return Ok(None) };
    Performance::of(Reseller { sight, node }, period, currency).map(Some)
}
