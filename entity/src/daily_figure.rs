//! `daily_figures`: what a company and its downline ordered on a day, by how far below it.

use sea_orm::entity::prelude::*;

use crate::{Day, TenantId, owned::owned};

/// The orders of one day, level and currency that were not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_figures")]
pub struct Model {
    /// For whom they count.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// On which day (UTC) they were placed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Day,
    /// How many steps below the owner they were placed: its own are at 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// How many they are.
    pub order_count: i64,
    /// What their placers pay for them: minor units.
    pub revenue_minor: i64,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
