//! How many orders companies have in each state, and what they cost: counted by the database, for many companies at once.
#![expect(clippy::disallowed_methods, reason = "central store: what several companies ordered, by company")]

use entity::{Day, OrderStatus, TenantId, order};
use iso_currency::Currency;
use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::sight::currency;
use crate::bus::contract::Period;
use crate::error::Fault;
use crate::tenancy::{ROWS_A_STATEMENT, one_of, sums_of, whole_sum};

/// How many orders a company has in one state and currency, and what they cost together.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) placer: TenantId,
    pub(super) status: OrderStatus,
    pub(super) currency: Currency,
    pub(super) orders: u64,
    /// Minor units. Together they may be more than a number of the database holds.
    pub(super) amount_minor: i128,
}

/// What `placers` placed in `period`, by company, state and currency. All of it is read from the index `orders_by_day`.
pub(super) async fn counts(
    db: &impl ConnectionTrait,
    placers: &[TenantId],
    period: Period,
) -> Result<Vec<Count>, Fault> {
    let (from, until) = period.instants();
    let key = [order::Column::OwnerTenantId, order::Column::Status, order::Column::Currency];
    let backend = db.get_database_backend();
    let [parts, rest] = sums_of(backend, order::Column::AmountMinor);
    let mut counts = Vec::new();
    for placers in placers.chunks(ROWS_A_STATEMENT) {
        let some = order::Entity::find()
            .filter(placed_by(backend, placers)?)
            .filter(order::Column::PlacedAt.gte(from))
            .filter(order::Column::PlacedAt.lt(until))
            .select_only()
            .columns(key)
            .expr_as(Func::count(Expr::col(Asterisk)), "orders")
            .expr_as(parts.clone(), "parts")
            .expr_as(rest.clone(), "rest");
        let some = key.into_iter().fold(some, QuerySelect::group_by);
        let rows: Vec<(TenantId, OrderStatus, String, i64, i64, i64)> = some.into_tuple().all(db).await?;
        counts.reserve(rows.len());
        for (placer, status, code, orders, parts, rest) in rows {
            let (orders, amount_minor) = (u64::try_from(orders).unwrap_or_default(), whole_sum(parts, rest));
            counts.push(Count { placer, status, currency: currency(&code)?, orders, amount_minor });
        }
    }
    Ok(counts)
}

/// How many orders a company placed on one day in one currency and did not cancel, and what they cost together.
#[derive(Debug)]
pub(super) struct DailyCount {
    pub(super) placer: TenantId,
    pub(super) day: Day,
    pub(super) currency: Currency,
    pub(super) orders: u64,
    /// Minor units, as in [`Count`].
    pub(super) amount_minor: i128,
}

/// The microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// What `placers` placed on each day of `period` and did not cancel, by company; of each company by day, then by currency. Read as
/// [`counts`] are.
pub(super) async fn daily_counts(
    db: &impl ConnectionTrait,
    placers: &[TenantId],
    period: Period,
) -> Result<Vec<DailyCount>, Fault> {
    let (from, until) = period.instants();
    let backend = db.get_database_backend();
    let [parts, rest] = sums_of(backend, order::Column::AmountMinor);
    // Days from the period's first: no division of what is below zero.
    let day = || Expr::col(Alias::new("day"));
    let since = order::Column::PlacedAt.into_expr().sub(from.0);
    let since = Func::cast_as(since.div(DAY), "integer");
    let mut counts = Vec::new();
    for placers in placers.chunks(ROWS_A_STATEMENT) {
        let some = order::Entity::find()
            .filter(placed_by(backend, placers)?)
            .filter(order::Column::PlacedAt.gte(from))
            .filter(order::Column::PlacedAt.lt(until))
            .filter(order::Column::Status.ne(OrderStatus::Cancelled))
            .select_only()
            .column(order::Column::OwnerTenantId)
            .expr_as(since.clone(), "day")
            .column(order::Column::Currency)
            .expr_as(Func::count(Expr::col(Asterisk)), "orders")
            .expr_as(parts.clone(), "parts")
            .expr_as(rest.clone(), "rest")
            .group_by(order::Column::OwnerTenantId)
            .group_by(day())
            .group_by(order::Column::Currency)
            .order_by_asc(day())
            .order_by_asc(order::Column::Currency);
        let rows: Vec<(TenantId, i32, String, i64, i64, i64)> = some.into_tuple().all(db).await?;
        for (placer, day, code, orders, parts, rest) in rows {
            let (orders, amount_minor) = (u64::try_from(orders).unwrap_or_default(), whole_sum(parts, rest));
            let day = Day(Day::from(period.from).0 + day);
            counts.push(DailyCount { placer, day, currency: currency(&code)?, orders, amount_minor });
        }
    }
    Ok(counts)
}

/// Picks the orders of `placers`.
fn placed_by(backend: DbBackend, placers: &[TenantId]) -> Result<Expr, DbErr> {
    one_of(backend, order::Column::OwnerTenantId, placers.iter().map(|placer| (*placer).into()).collect())
}
