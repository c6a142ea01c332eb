//! A company's figures out of all modules. Each field asks its own module and no other, so that one that cannot answer takes nothing else with it.

use std::sync::Arc;

use async_graphql::{Interface, Object, Result, SimpleObject};

use super::Reseller;
use super::change::Change;
use super::money::{Decimal, Money, amounts};
use super::order_figures::{OrdersOf, Whose};
use super::order_status::OrderStatus;
use super::period::Period;
use super::plain::{MayBePlain, Plain, PlainField, Written};
use super::series::{SeriesPoint, SeriesStep};
use super::user_error::not_answered;
use crate::bus::contract::network::Known;
use crate::bus::contract::{self, catalog, finance, orders};
use crate::graphql::json;
use crate::graphql::loaders::batch::Loaded;
use crate::graphql::raw::Below;
use crate::graphql::scalars::DateTime;

/// What a module told. Where it cannot answer now, it is what it told last.
#[derive(Interface)]
#[graphql(
    field(name = "stale", ty = "bool", desc = "Whether it is from before, because the module can't answer now."),
    field(name = "as_of", ty = "DateTime", desc = "When the module told it.")
)]
pub enum ModuleResult {
    /// Of Orders.
    OrderStats(OrderStats),
    /// Of Finance.
    FinanceStats(FinanceStats),
    /// Of Catalog.
    CatalogStats(CatalogStats),
}

/// A reseller's figures out of all modules.
pub struct ResellerSummary {
    /// The reseller.
    pub reseller: Reseller,
    /// The period that the figures are of.
    pub period: contract::Period,
}

/// A reseller's figures out of all modules. A module that can't answer costs only its own field: that is what it told last, marked as stale, or
/// null with the error `MODULE_UNAVAILABLE`.
#[Object]
impl ResellerSummary {
    /// The reseller.
    async fn reseller(&self) -> Reseller {
        self.reseller.clone()
    }

    /// The period that the figures are of.
    async fn period(&self) -> Period {
        self.period.into()
    }

    /// What it ordered in the period.
    async fn orders(&self) -> Option<Result<OrderStats>> {
        OrderStats::of(&self.reseller, self.period).await
    }

    /// What it owes and is owed now, whatever the period.
    async fn finance(&self) -> Option<Result<FinanceStats>> {
        FinanceStats::of(&self.reseller).await
    }

    /// What it sells now.
    async fn catalog(&self) -> Option<Result<CatalogStats>> {
        CatalogStats::of(&self.reseller, self.period).await
    }
}

/// What was loaded, as a field that may be null. Nothing where the company is out of reach by now.
fn told<V, T>(loaded: Loaded<V>, shown: impl FnOnce(V) -> T) -> Option<Result<T>> {
    loaded.map_err(|error| not_answered(&error)).transpose().map(|told| told.map(shown))
}

/// What was ordered in a period.
pub struct OrderStats {
    known: Known<Arc<orders::OrderStats>>,
    of: OrdersOf,
}

impl OrderStats {
    /// What `known` says of the orders `of`.
    pub fn new(known: Known<Arc<orders::OrderStats>>, of: OrdersOf) -> Self {
        Self { known, of }
    }

    /// What Orders tells of the reseller's own orders.
    pub async fn of(reseller: &Reseller, period: contract::Period) -> Option<Result<Self>> {
        let of = OrdersOf { reseller: reseller.clone(), period, whose: Whose::Own };
        let loaded = reseller.sight.loaders.order_stats.load((reseller.tenant(), period)).await;
        told(loaded, |known| Self { known, of })
    }
}

/// What a reseller ordered in a period, or what everyone below it did, by the day on which the orders were placed.
#[Object]
impl OrderStats {
    /// Whether it is from before, because the module can't answer now.
    pub async fn stale(&self) -> bool {
        self.known.stale
    }

    /// When the module told it.
    pub async fn as_of(&self) -> DateTime {
        DateTime(self.known.as_of)
    }

    /// Orders that were not cancelled.
    async fn count(&self) -> u64 {
        self.known.value.count
    }

    /// How their number differs from the period before. Null where the module can't answer.
    async fn count_change(&self) -> Option<Result<Change>> {
        let before = self.of.count_before().await;
        Some(before.map(|before| Change::of_counts(before, self.known.value.count)))
    }

    /// What their placers pay for them: one amount for each currency, sorted by currency.
    async fn revenue(&self) -> Vec<Money> {
        amounts(&self.known.value.revenue)
    }

    /// All orders, by how far they are; states without an order are left out.
    async fn by_status(&self) -> Written<OrderStatusCount> {
        Written(self.known.value.by_status.iter().copied().map(OrderStatusCount::from).collect())
    }

    /// Orders that were not cancelled by day, week or month. Null where the module can't answer.
    async fn series(
        &self,
        #[graphql(desc = "By what they are added up.", default_with = "SeriesStep::Day")] group_by: SeriesStep,
    ) -> Option<Result<Written<SeriesPoint>>> {
        Some(self.of.series(group_by).await)
    }
}

/// How many orders are so far.
#[derive(SimpleObject)]
pub struct OrderStatusCount {
    /// How far they are.
    status: OrderStatus,
    /// How many they are.
    count: u64,
}

impl From<(entity::OrderStatus, u64)> for OrderStatusCount {
    fn from((status, count): (entity::OrderStatus, u64)) -> Self {
        Self { status: status.into(), count }
    }
}

impl Plain for OrderStatusCount {
    const TYPE: &'static str = "OrderStatusCount";

    fn write<F: MayBePlain>(&self, out: &mut Vec<u8>, field: PlainField, _: Below<'_, F>) {
        match field {
            PlainField::Status => json::write_str(out, entity::OrderStatus::from(self.status).as_str()),
            PlainField::Count => json::write(out, &self.count),
            _ => json::write_null(out),
        }
    }
}

/// What a reseller owes and is owed.
pub struct FinanceStats {
    known: Known<Arc<finance::FinanceSummary>>,
    reseller: Reseller,
}

impl FinanceStats {
    /// What Finance tells of the reseller.
    pub async fn of(reseller: &Reseller) -> Option<Result<Self>> {
        let loaded = reseller.sight.loaders.finance_stats.load((reseller.tenant(), ())).await;
        told(loaded, |known| Self { known, reseller: reseller.clone() })
    }
}

/// What a reseller owes and is owed.
#[Object]
impl FinanceStats {
    /// Whether it is from before, because the module can't answer now.
    pub async fn stale(&self) -> bool {
        self.known.stale
    }

    /// When the module told it.
    pub async fn as_of(&self) -> DateTime {
        DateTime(self.known.as_of)
    }

    /// What it is owed less what it owes: one amount for each currency of its ledger, sorted by currency.
    async fn balances(&self) -> Vec<Money> {
        amounts(&self.known.value.balances)
    }

    /// What it owes for what it bought and has not paid, sorted by currency. A currency in which it owes nothing is left out.
    async fn outstanding(&self) -> Vec<Money> {
        amounts(&self.known.value.outstanding)
    }

    /// What it may owe its upline: one amount for each currency in which that granted it some, sorted by currency.
    async fn credit_limits(&self) -> Vec<Money> {
        let Reseller { sight, node } = &self.reseller;
        let counts =
            |granter| sight.chain.find(granter).is_some_and(|granter| sight.chain.is_at_or_above(granter, *node));
        let limits = self.known.value.credit_limits.iter().filter(|limit| counts(limit.granted_by));
        limits.map(|limit| limit.limit.into()).collect()
    }
}

/// A reseller's catalog in figures.
pub struct CatalogStats {
    known: Known<Arc<catalog::CatalogStats>>,
    period: contract::Period,
}

impl CatalogStats {
    /// What Catalog tells of the reseller.
    pub async fn of(reseller: &Reseller, period: contract::Period) -> Option<Result<Self>> {
        let loaded = reseller.sight.loaders.catalog_stats.load((reseller.tenant(), ())).await;
        told(loaded, |known| Self { known, period })
    }
}

/// A reseller's catalog in figures.
#[Object]
impl CatalogStats {
    /// Whether it is from before, because the module can't answer now.
    pub async fn stale(&self) -> bool {
        self.known.stale
    }

    /// When the module told it.
    pub async fn as_of(&self) -> DateTime {
        DateTime(self.known.as_of)
    }

    /// Items that it may sell now.
    async fn item_count(&self) -> u64 {
        self.known.value.item_count
    }

    /// Those of them that came in the period.
    async fn new_item_count(&self) -> u64 {
        self.known.value.new_item_count(self.period)
    }

    /// The mean of the items' margins, as a percentage. Null where no item has one.
    async fn average_margin_percent(&self) -> Option<Decimal> {
        self.known.value.average_margin.map(Decimal::from)
    }

    /// Items whose margin or price, as entered, is below its floor.
    async fn below_floor_count(&self) -> u64 {
        self.known.value.below_floor_count
    }
}
