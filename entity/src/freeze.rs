//! `freezes`: the causes of freezing, each on the company that it was put on, one for each placer.

use sea_orm::entity::prelude::*;

use crate::{FreezeId, TenantId, Timestamp, owned::owned};

/// One cause of freezing. It holds for its owner and the owner's whole downline.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "freezes")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FreezeId,
    /// The company that the freeze was put on.
    pub owner_tenant_id: TenantId,
    /// The company that put it there: a strict ancestor of the owner at that moment.
    pub placed_by_tenant_id: TenantId,
    /// Why, in the placer's words.
    pub reason: String,
    /// When it was put.
    pub frozen_at: Timestamp,
}

/// How a freeze relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
