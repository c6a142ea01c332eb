//! `price_overrides`: prices that a company set by hand, in place of its margin.

use sea_orm::entity::prelude::*;

use crate::{ProductId, TenantId, Timestamp, owned::owned};

/// A price that a company set for its children.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_overrides")]
pub struct Model {
    /// Whose price it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// Of which product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// For one, as entered: minor units. Floor and ceiling clamp it where it is used.
    pub price_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// When it was set.
    pub updated_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
