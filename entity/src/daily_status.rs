//! `daily_statuses`: how far the orders of a company's downline are, by the day on which they were placed.

use sea_orm::entity::prelude::*;

use crate::{Day, OrderStatus, TenantId, owned::owned};

/// The orders of one day and state that were placed below the owner. Its own are not counted: Orders knows these.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_statuses")]
pub struct Model {
    /// For whom they count.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// On which day (UTC) they were placed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Day,
    /// How far they are.
    #[sea_orm(primary_key, auto_increment = false)]
    pub status: OrderStatus,
    /// How many they are.
    pub order_count: i64,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
