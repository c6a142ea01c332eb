//! `idempotency_keys`: what was done for a key of the caller's, so that a repetition does it once.

use sea_orm::entity::prelude::*;

use crate::{PersonId, TenantId, Timestamp, owned::owned};

/// A key that was used.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// On whose behalf.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// By whom.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// For which mutation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation: String,
    /// The key, as the caller chose it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the input that came with it.
    pub input_hash: Vec<u8>,
    /// The id of what was made.
    pub result_id: Uuid,
    /// When it was first used.
    pub created_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
