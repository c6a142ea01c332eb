//! `order_facts`: what the log has told of each order, kept for ever. It is counted once, for the chain of the moment at which it was placed.

use sea_orm::entity::prelude::*;

use crate::{Day, OrderStatus, TenantId, Timestamp};

/// An order, as the events about it tell.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_facts")]
pub struct Model {
    /// CloudEvents `source` of those events. Together with the id it is the identity of the order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The order, as its source calls it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: String,
    /// The company that placed it.
    pub placer_tenant_id: TenantId,
    /// When it was placed; when it was first recorded, where that would be in the future.
    pub placed_at: Timestamp,
    /// The day (UTC) of that instant: what it is counted on.
    pub day: Day,
    /// What the placer pays in (ISO 4217).
    pub currency: String,
    /// What the placer pays: minor units.
    pub amount_minor: i64,
    /// How far it is.
    pub status: OrderStatus,
    /// When it came there.
    pub status_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
