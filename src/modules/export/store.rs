//! What the export reads of the rows of many owners at once.
#![expect(clippy::disallowed_methods, reason = "central store: the export reads rows of the whole chain")]

use std::collections::HashMap;

use entity::{OrderId, ProductId, TenantId, Timestamp, order, order_line, price_override, product};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::tenancy::ROWS_A_STATEMENT;

/// The products of `root`, in no order.
pub(super) async fn products(db: &DatabaseTransaction, root: TenantId) -> Result<Vec<product::Model>, DbErr> {
    let mut products: Vec<product::Model> = Vec::new();
    loop {
        let last: Option<ProductId> = products.last().map(|product| product.id);
        let page = product::Entity::find()
            .filter(product::Column::OwnerTenantId.eq(root))
            .apply_if(last, |page, last| page.filter(product::Column::Id.gt(last)))
            .order_by_asc(product::Column::Id)
            .limit(ROWS_A_STATEMENT as u64);
        let page = page.all(db).await?;
        let is_last = page.len() < ROWS_A_STATEMENT;
        products.extend(page);
        if is_last {
            return Ok(products);
        }
    }
}

/// How many prices each company has set that has set any.
pub(super) async fn price_counts(db: &DatabaseTransaction) -> Result<HashMap<TenantId, u64>, DbErr> {
    counts(price_override::Entity::find(), price_override::Column::OwnerTenantId, db).await
}

/// The prices that `owners` set, in no order.
pub(super) async fn prices(
    db: &DatabaseTransaction,
    owners: Vec<TenantId>,
) -> Result<Vec<price_override::Model>, DbErr> {
    price_override::Entity::find().filter(price_override::Column::OwnerTenantId.is_in(owners)).all(db).await
}

/// How many orders each company has placed that has placed any.
pub(super) async fn order_counts(db: &DatabaseTransaction) -> Result<HashMap<TenantId, u64>, DbErr> {
    counts(order::Entity::find(), order::Column::OwnerTenantId, db).await
}

/// The orders that `owners` placed, in no order.
pub(super) async fn orders(db: &DatabaseTransaction, owners: Vec<TenantId>) -> Result<Vec<order::Model>, DbErr> {
    order::Entity::find().filter(order::Column::OwnerTenantId.is_in(owners)).all(db).await
}

/// Orders that `owner` placed, by time and id: those that come after `last`.
pub(super) async fn orders_after(
    db: &DatabaseTransaction,
    owner: TenantId,
    last: Option<(Timestamp, OrderId)>,
) -> Result<Vec<order::Model>, DbErr> {
    let place = Expr::tuple([
        Expr::col((order::Entity, order::Column::PlacedAt)),
        Expr::col((order::Entity, order::Column::Id)),
    ]);
    order::Entity::find()
        .filter(order::Column::OwnerTenantId.eq(owner))
        .apply_if(last, |orders, (at, id)| orders.filter(place.gt(Expr::tuple([Expr::val(at), Expr::val(id)]))))
        .order_by_asc(order::Column::PlacedAt)
        .order_by_asc(order::Column::Id)
        .limit(ROWS_A_STATEMENT as u64)
        .all(db)
        .await
}

/// The lines of the orders that `owners` placed, in no order.
pub(super) async fn lines(db: &DatabaseTransaction, owners: Vec<TenantId>) -> Result<Vec<order_line::Model>, DbErr> {
    order_line::Entity::find().filter(order_line::Column::OwnerTenantId.is_in(owners)).all(db).await
}

/// The lines of `orders`, which `owner` placed, in no order.
pub(super) async fn lines_of_orders(
    db: &DatabaseTransaction,
    owner: TenantId,
    orders: impl Iterator<Item = OrderId>,
) -> Result<Vec<order_line::Model>, DbErr> {
    order_line::Entity::find()
        .filter(order_line::Column::OwnerTenantId.eq(owner))
        .filter(order_line::Column::OrderId.is_in(orders))
        .all(db)
        .await
}

async fn counts<E: EntityTrait>(
    rows: Select<E>,
    owner: E::Column,
    db: &DatabaseTransaction,
) -> Result<HashMap<TenantId, u64>, DbErr> {
    let counted = rows.select_only().column(owner).column_as(owner.count(), "rows").group_by(owner);
    let counted: Vec<(TenantId, i64)> = counted.into_tuple().all(db).await?;
    Ok(counted.into_iter().map(|(owner, rows)| (owner, rows.unsigned_abs())).collect())
}
