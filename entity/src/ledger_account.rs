//! `ledger_accounts`: where a ledger stands, one row for each company and currency. What it says follows from the entries.

use sea_orm::entity::prelude::*;

use crate::{TenantId, owned::owned};

/// A company's account in one currency.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_accounts")]
pub struct Model {
    /// Whose account it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// What it is owed less what it owes: minor units.
    pub balance_minor: i64,
    /// What it owes for what it bought: minor units; below zero where it paid ahead.
    pub outstanding_minor: i64,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
