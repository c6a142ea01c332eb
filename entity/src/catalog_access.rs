//! `catalog_access`: which categories a company may sell, as its parent granted it. No row: all.

use sea_orm::entity::prelude::*;

use crate::{TenantId, Timestamp, owned::owned};

/// What a company may sell.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog_access")]
pub struct Model {
    /// The company that may sell.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// The company that granted it. It counts only while that one is above the owner.
    pub granted_by_tenant_id: TenantId,
    /// Whether all categories are granted.
    pub all_categories: bool,
    /// The granted categories otherwise: an array of names.
    pub categories: Json,
    /// When it was granted.
    pub updated_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
