//! The rows of orders, for what looks at several companies' at once. Who may see them is decided by `sight`.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: an order is its placer's, and seen by others on its way"
)]

use std::collections::BTreeMap;

use entity::{OrderId, TenantId, order, order_leg, order_line};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
};

use crate::tenancy::ROWS_A_STATEMENT;

/// Orders whose rows are looked up by one statement: SQLite takes no expression of more than 1,000 levels.
const ORDERS_A_STATEMENT: usize = 400;

/// The orders of these ids, in no order.
pub(super) async fn orders(db: &impl ConnectionTrait, ids: &[OrderId]) -> Result<Vec<order::Model>, DbErr> {
    let mut orders = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ROWS_A_STATEMENT) {
        orders.extend(order::Entity::find().filter(order::Column::Id.is_in(ids.iter().copied())).all(db).await?);
    }
    Ok(orders)
}

/// The order of this id, which nobody else can change until the transaction ends.
pub(super) async fn locked(db: &impl ConnectionTrait, id: OrderId) -> Result<Option<order::Model>, DbErr> {
    order::Entity::find_by_id(id).lock_exclusive().one(db).await
}

/// At most `limit` orders that `holder` holds and others placed, sorted by `sort`.
pub(super) async fn held(
    db: &impl ConnectionTrait,
    holder: TenantId,
    condition: Condition,
    sort: Order,
    limit: u64,
) -> Result<Vec<order::Model>, DbErr> {
    order::Entity::find()
        .filter(order::Column::HolderTenantId.eq(holder))
        .filter(order::Column::OwnerTenantId.ne(holder))
        .filter(condition)
        .order_by(order::Column::PlacedAt, sort.clone())
        .order_by(order::Column::Id, sort)
        .limit(limit)
        .all(db)
        .await
}

/// The lines of `orders`, those of one order together and in its order.
pub(super) async fn lines(db: &impl ConnectionTrait, orders: &[order::Model]) -> Result<Vec<order_line::Model>, DbErr> {
    let mut lines = Vec::new();
    for orders in orders.chunks(ORDERS_A_STATEMENT) {
        let some = order_line::Entity::find()
            .filter(of_orders(orders, order_line::Column::OwnerTenantId, order_line::Column::OrderId))
            .order_by_asc(order_line::Column::OrderId)
            .order_by_asc(order_line::Column::Number);
        lines.extend(some.all(db).await?);
    }
    Ok(lines)
}

/// The stored legs of `orders`, those of one order together and from the placer upwards; of `party` alone where one is given.
pub(super) async fn legs(
    db: &impl ConnectionTrait,
    orders: &[order::Model],
    party: Option<TenantId>,
) -> Result<Vec<order_leg::Model>, DbErr> {
    let of_party = party.map(|party| {
        let seller = order_leg::Column::SellerTenantId.eq(party);
        Condition::any().add(order_leg::Column::BuyerTenantId.eq(party)).add(seller)
    });
    let mut legs = Vec::new();
    for orders in orders.chunks(ORDERS_A_STATEMENT) {
        let some = order_leg::Entity::find()
            .filter(of_orders(orders, order_leg::Column::OwnerTenantId, order_leg::Column::OrderId))
            .filter(Condition::all().add_option(of_party.clone()))
            .order_by_asc(order_leg::Column::OrderId)
            .order_by_asc(order_leg::Column::Hop);
        legs.extend(some.all(db).await?);
    }
    Ok(legs)
}

/// Picks the rows of `orders`, of which the columns say whose they are and of which order.
fn of_orders<C: ColumnTrait>(orders: &[order::Model], owner: C, id: C) -> Condition {
    let mut by_owner: BTreeMap<TenantId, Vec<OrderId>> = BTreeMap::new();
    for order in orders {
        by_owner.entry(order.owner_tenant_id).or_default().push(order.id);
    }
    by_owner
        .into_iter()
        .fold(Condition::any(), |any, (placer, ids)| any.add(Condition::all().add(owner.eq(placer)).add(id.is_in(ids))))
}
