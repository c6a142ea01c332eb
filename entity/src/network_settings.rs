//! `network_settings`: how a company wants to trade, one record each. No row: nothing was set yet.

use sea_orm::entity::prelude::*;

use crate::{TenantId, Timestamp, owned::owned};

/// A company's settings.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "network_settings")]
pub struct Model {
    /// Whose settings they are.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// Counts the changes; the first is 1.
    pub version: i64,
    /// The margins, in parts per million.
    pub margins: Json,
    /// What it sends up by itself, and what it does with what its downline asks; none where nothing was set.
    pub auto_forwarding: Option<Json>,
    /// When they were last changed.
    pub updated_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
