//! What the orders and the upline requests of all companies say of their health.
#![expect(clippy::disallowed_methods, reason = "central store: those of the whole chain are looked at once for all")]

use entity::{Day, TenantId, Timestamp, UplineRequestStatus, order_fact, tenant, upline_request};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

/// Who has placed an order on `day` or later; also one that was cancelled.
pub(super) async fn placers_since(db: &impl ConnectionTrait, day: Day) -> Result<Vec<TenantId>, DbErr> {
    use order_fact::Column;
    // One look at an index for each company, not at all orders of these days.
    let mut orders = Query::select();
    orders
        .expr(Expr::cust("1"))
        .from(order_fact::Entity)
        .and_where(Column::PlacerTenantId.into_expr().equals((tenant::Entity, tenant::Column::Id)))
        .and_where(Column::Day.gte(day));
    let placers = tenant::Entity::find().select_only().column(tenant::Column::Id).filter(Expr::exists(orders));
    placers.into_tuple().all(db).await
}

/// How many orders of each company were placed before `instant` and are still on their way.
pub(super) async fn late(db: &impl ConnectionTrait, instant: Timestamp) -> Result<Vec<(TenantId, u64)>, DbErr> {
    use order_fact::Column;
    // States in the text, so that the index on open orders is known to have them all.
    let done = ["'DELIVERED'", "'CANCELLED'"].map(Expr::cust);
    let late = order_fact::Entity::find()
        .select_only()
        .column(Column::PlacerTenantId)
        .column_as(Column::OrderId.count(), "order_count")
        .filter(Column::Status.into_expr().is_not_in(done))
        .filter(Column::PlacedAt.lt(instant))
        .group_by(Column::PlacerTenantId);
    let late: Vec<(TenantId, i64)> = late.into_tuple().all(db).await?;
    Ok(late.into_iter().map(|(placer, orders)| (placer, orders.unsigned_abs())).collect())
}

/// How many requests of each company are in this state, and came there in this time: the first instant of it is in it, the last is not.
pub(super) async fn requests(
    db: &impl ConnectionTrait,
    status: UplineRequestStatus,
    (since, before): (Timestamp, Timestamp),
) -> Result<Vec<(TenantId, u64)>, DbErr> {
    use upline_request::Column;
    let requests = upline_request::Entity::find()
        .select_only()
        .column(Column::OwnerTenantId)
        .column_as(Column::Id.count(), "requests")
        .filter(Column::Status.eq(status))
        .filter(Column::UpdatedAt.gte(since))
        .filter(Column::UpdatedAt.lt(before))
        .group_by(Column::OwnerTenantId);
    let requests: Vec<(TenantId, i64)> = requests.into_tuple().all(db).await?;
    Ok(requests.into_iter().map(|(asking, requests)| (asking, requests.unsigned_abs())).collect())
}
