//! `consumers`: how far each consumer of the log is, in the transaction of what it did.

use sea_orm::entity::prelude::*;

use crate::Position;

/// A consumer of the log.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consumers")]
pub struct Model {
    /// Its name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The last event that it has dealt with.
    pub position: Position,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
