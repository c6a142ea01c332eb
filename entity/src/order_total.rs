//! `order_totals`: what all orders of a currency together come to that are not cancelled.

use sea_orm::entity::prelude::*;

/// The amounts of all `order_facts` of one currency that are not cancelled. While they fit into one number, so does every sum of some of them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_totals")]
pub struct Model {
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// Minor units.
    pub amount_minor: i64,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
