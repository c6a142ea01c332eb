//! `event_types`: the types of events that are in somebody's feed, each with a number for the rows there.

use sea_orm::entity::prelude::*;

/// The number of a type of events; 0 where a row does not say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
pub struct TypeId(pub i32);

/// A type of events. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_types")]
pub struct Model {
    /// The number that stands for it.
    #[sea_orm(primary_key)]
    pub id: TypeId,
    /// CloudEvents `type`.
    pub name: String,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
