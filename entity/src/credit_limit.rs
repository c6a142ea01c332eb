//! `credit_limits`: how much a company may owe, one row for each currency in which its upline granted it something.

use sea_orm::entity::prelude::*;

use crate::{TenantId, Timestamp, owned::owned};

/// How much a company may owe.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_limits")]
pub struct Model {
    /// Who may owe it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// Minor units.
    pub limit_minor: i64,
    /// The company that granted it: the one directly above the owner then.
    pub granted_by_tenant_id: TenantId,
    /// When it was granted.
    pub granted_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
