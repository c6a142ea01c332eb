//! How many orders companies have in each state, and what they cost: counted by the database, for many companies at once.
#![expect(clippy::disallowed_methods, reason = "central store: what several companies ordered, by company")]

use entity::{OrderStatus, TenantId, order};
use iso_currency::Currency;
use sea_orm::sea_query::{ArrayType, Asterisk, Expr, ExprTrait, Func, Value, extension::postgres::PgFunc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect};

use super::sight::currency;
use crate::bus::contract::Period;
use crate::error::Fault;
use crate::tenancy::{ROWS_A_STATEMENT, sums_of, whole_sum};

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
            .filter(placed_by(backend, placers))
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

/// Picks the orders of `placers`. PostgreSQL takes them as one value: however many they are, it is the same statement.
fn placed_by(backend: DbBackend, placers: &[TenantId]) -> Expr {
    let owner = order::Column::OwnerTenantId;
    if backend == DbBackend::Postgres {
        let placers = placers.iter().map(|placer| Value::from(*placer)).collect();
        return owner.into_expr().eq(PgFunc::any(Expr::val(Value::Array(ArrayType::Uuid, Some(Box::new(placers))))));
    }
    owner.is_in(placers.iter().copied())
}
