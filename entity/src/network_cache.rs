//! `network_cache`: what a module last answered about a company, for when it cannot.

use sea_orm::entity::prelude::*;

use crate::{TenantId, Timestamp, owned::owned};

/// A last known answer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "network_cache")]
pub struct Model {
    /// The company that the answer is about.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// The alias and its arguments.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// What the module answered.
    pub answer: Json,
    /// When.
    pub as_of: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
