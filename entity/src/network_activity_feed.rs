//! `network_activity_feed`: which company may see which event of the log. What there is to see stands in the log, once.

use sea_orm::entity::prelude::*;

use crate::{Position, TenantId, TypeId, owned::owned};

/// An event in a company's feed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "network_activity_feed")]
pub struct Model {
    /// In whose feed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// Which event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: Position,
    /// How many steps the event's subject was below the owner: 0 for its own, -1 for one of its parent's that concerns it.
    pub distance: i32,
    /// Of which type the event is.
    pub type_id: TypeId,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
