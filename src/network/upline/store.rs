//! The rows of upline requests, for what looks at several companies' at once. Who may see them is decided by `reading` and `deciding`.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: a request is its asker's, and seen by those who are asked"
)]

use entity::{TenantId, Timestamp, UplineRequestId, UplineRequestStatus, upline_hop, upline_request};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
};

use super::{Asked, Ended};
use crate::error::Fault;
use crate::tenancy::ROWS_A_STATEMENT;

/// The request of this id.
pub(super) async fn request(
    db: &impl ConnectionTrait,
    id: UplineRequestId,
) -> Result<Option<upline_request::Model>, DbErr> {
    upline_request::Entity::find_by_id(id).one(db).await
}

/// The same, which nobody else can change until the transaction ends.
pub(super) async fn locked(
    db: &impl ConnectionTrait,
    id: UplineRequestId,
) -> Result<Option<upline_request::Model>, DbErr> {
    upline_request::Entity::find_by_id(id).lock_exclusive().one(db).await
}

/// The requests of these ids, in no order.
pub(super) async fn requests(
    db: &impl ConnectionTrait,
    ids: &[UplineRequestId],
) -> Result<Vec<upline_request::Model>, DbErr> {
    upline_request::Entity::find().filter(upline_request::Column::Id.is_in(ids.iter().copied())).all(db).await
}

/// Who was asked about these requests: those of one request together, from the first upwards.
pub(super) async fn hops(db: &impl ConnectionTrait, ids: &[UplineRequestId]) -> Result<Vec<upline_hop::Model>, DbErr> {
    upline_hop::Entity::find()
        .filter(upline_hop::Column::RequestId.is_in(ids.iter().copied()))
        .order_by_asc(upline_hop::Column::RequestId)
        .order_by_asc(upline_hop::Column::Number)
        .all(db)
        .await
}

/// At most `limit` requests that are to be looked at by `now`, the longest waiting first.
pub(super) async fn due(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<UplineRequestId>, DbErr> {
    upline_request::Entity::find()
        .select_only()
        .column(upline_request::Column::Id)
        .filter(upline_request::Column::DueAt.lte(now))
        .order_by_asc(upline_request::Column::DueAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Has the program look `now` at what waits to be decided by any of `targets`.
pub(super) async fn look_now(db: &impl ConnectionTrait, targets: &[TenantId], now: Timestamp) -> Result<(), DbErr> {
    for targets in targets.chunks(ROWS_A_STATEMENT) {
        upline_request::Entity::update_many()
            .col_expr(upline_request::Column::DueAt, Expr::value(now))
            .filter(upline_request::Column::Status.eq(UplineRequestStatus::Pending))
            .filter(upline_request::Column::TargetTenantId.is_in(targets.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// How many of the requests that `asked` was asked about, and of which `condition` holds, each company made.
pub(super) async fn count_incoming(
    db: &impl ConnectionTrait,
    asked: TenantId,
    condition: Condition,
) -> Result<Vec<(TenantId, i64)>, DbErr> {
    upline_request::Entity::find()
        .select_only()
        .column(upline_request::Column::OwnerTenantId)
        .column_as(upline_request::Column::Id.count(), "requests")
        .filter(of_asked(asked))
        .filter(condition)
        .group_by(upline_request::Column::OwnerTenantId)
        .into_tuple()
        .all(db)
        .await
}

/// At most `limit` of them, sorted by `sort`.
pub(super) async fn incoming(
    db: &impl ConnectionTrait,
    asked: TenantId,
    condition: Condition,
    sort: Order,
    limit: u64,
) -> Result<Vec<upline_request::Model>, DbErr> {
    upline_request::Entity::find()
        .filter(of_asked(asked))
        .filter(condition)
        .order_by(upline_request::Column::Id, sort)
        .limit(limit)
        .all(db)
        .await
}

fn of_asked(asked: TenantId) -> Expr {
    let hops: SelectStatement = Query::select()
        .column((upline_hop::Entity, upline_hop::Column::RequestId))
        .from(upline_hop::Entity)
        .and_where(upline_hop::Column::TenantId.eq(asked))
        .to_owned();
    upline_request::Column::Id.in_subquery(hops)
}

/// What a request asks for.
pub(super) fn asked(row: &upline_request::Model) -> Result<Asked, Fault> {
    let of_request = |cause| Fault::Row(format!("what the upline request {} asks: {cause}", row.id));
    serde_json::from_value(row.payload.clone()).map_err(of_request)
}

/// How a request ended, where it was granted and has.
pub(super) fn ended(row: &upline_request::Model) -> Result<Option<Ended>, Fault> {
    let of_request = |cause| Fault::Row(format!("what came of the upline request {}: {cause}", row.id));
    row.result.clone().map(|ended| serde_json::from_value(ended).map_err(of_request)).transpose()
}
