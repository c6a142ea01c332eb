//! `waiting_events`: events from outside that are in nobody's feed yet: they wait for a company that is not known, or for the operator.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// An event that waits, with the attributes of a CloudEvent (version 1.0).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "waiting_events")]
pub struct Model {
    /// In the order in which they came.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `id`; unique together with `source`, here and in the log.
    pub event_id: String,
    /// CloudEvents `type`.
    #[sea_orm(column_name = "type")]
    pub event_type: String,
    /// CloudEvents `subject`, as it came.
    pub subject: String,
    /// CloudEvents `time`; none where it had none.
    pub occurred_at: Option<Timestamp>,
    /// CloudEvents `data`.
    pub data: Json,
    /// The name of the company that it waits for; none where it waits for the operator.
    pub waits_for: Option<String>,
    /// Why it waits, for the operator.
    pub reason: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
