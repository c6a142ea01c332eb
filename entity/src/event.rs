//! `events`: the log. A fact is written once, in the transaction of the change that made it, and never changed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{PersonId, TenantId, Timestamp};

/// A place in the log's one order, which is the order of commits. The first event has 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
)]
#[serde(transparent)]
pub struct Position(pub i64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
}

/// A fact: the attributes of a CloudEvent (version 1.0) and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Its place in the log.
    #[sea_orm(primary_key)]
    pub position: Position,
    /// CloudEvents `source`: the instance that published it.
    pub source: String,
    /// CloudEvents `id`; unique together with `source`.
    pub event_id: String,
    /// CloudEvents `type`, such as `ResellerAdmin.reseller.approved`.
    #[sea_orm(column_name = "type")]
    pub event_type: String,
    /// CloudEvents `subject`: the company that the event is about.
    pub subject_tenant_id: Option<TenantId>,
    /// On behalf of which company it was done; none where the operator or the program itself did it.
    pub actor_tenant_id: Option<TenantId>,
    /// Who did it.
    pub actor_person_id: Option<PersonId>,
    /// CloudEvents `time`: when it happened.
    pub occurred_at: Timestamp,
    /// When it was written here.
    pub recorded_at: Timestamp,
    /// CloudEvents `data`.
    pub data: Json,
}

/// How an event relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
