//! `former_parents`: who was whose parent before a move, and until when.

use sea_orm::entity::prelude::*;

use crate::{TenantId, Timestamp};

/// A parent that a company had until it was moved away.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "former_parents")]
pub struct Model {
    /// The company that was moved.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// The instant of the move: from then on another parent counts. Two moves of one company are never at the same instant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub until: Timestamp,
    /// Its parent up to that instant.
    pub parent_id: TenantId,
}

/// How a former parent relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
