//! `order_legs`: the hops of an order that was placed here, each with its own prices and state. They belong to the order's placer, as the
//! order does; what a company sees of them are those that it buys or sells on.

use sea_orm::entity::prelude::*;

use crate::{OrderId, OrderStatus, TenantId, Timestamp, owned::owned};

/// One hop of an order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_legs")]
pub struct Model {
    /// The company that placed the order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// Its place on the way; the first is 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hop: i32,
    /// Who buys.
    pub buyer_tenant_id: TenantId,
    /// Who sells.
    pub seller_tenant_id: TenantId,
    /// How far it is.
    pub status: OrderStatus,
    /// ISO 4217.
    pub currency: String,
    /// What the buyer pays the seller: minor units.
    pub amount_minor: i64,
    /// The price of one, for each line of the order in its order: an array of minor units.
    pub unit_prices_minor: Json,
    /// When it was made.
    pub placed_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
