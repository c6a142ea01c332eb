//! `parked_events`: events that a consumer could do nothing with, kept apart for the operator.

use sea_orm::entity::prelude::*;

use crate::{Position, Timestamp};

/// An event that was kept apart.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "parked_events")]
pub struct Model {
    /// By which consumer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub consumer: String,
    /// Which event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: Position,
    /// Why, for the operator.
    pub reason: String,
    /// When.
    pub parked_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
