//! `products`: what the chain sells. Products belong to the root.

use sea_orm::entity::prelude::*;

use crate::{ProductId, TenantId, Timestamp, owned::owned};

/// A product of the root.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    /// The root.
    pub owner_tenant_id: TenantId,
    /// Its number in the trade, unique in the chain; never changes.
    pub sku: String,
    /// Its name as people write it.
    pub name: String,
    /// What access is granted by, and margins are set by.
    pub category: String,
    /// A finer category, for people alone; empty where there is none.
    pub subcategory: String,
    /// What the root pays for one: minor units.
    pub list_price_minor: i64,
    /// Of the list price (ISO 4217).
    pub currency: String,
    /// Since when it is sold.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
