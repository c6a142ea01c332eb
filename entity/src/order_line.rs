//! `order_lines`: what an order is for. A line belongs to the order's placer, as the order does.

use sea_orm::entity::prelude::*;

use crate::{OrderId, TenantId, owned::owned};

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    /// The company that placed the order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// Its place in the order; the first is 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The product, as it was called when the order was placed.
    pub sku: String,
    /// Its name at that time.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// What the placer pays for all of them: minor units of the order's currency.
    pub amount_minor: i64,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
