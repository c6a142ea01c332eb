//! `persons`: the people of whom a membership speaks.

use sea_orm::entity::prelude::*;

use crate::{PersonId, Timestamp};

/// A person, who is (`iss`, `sub`) of their token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "persons")]
pub struct Model {
    /// Computed from issuer and subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// Who vouches for the person: `iss`.
    pub issuer: String,
    /// What the issuer calls the person: `sub`.
    pub subject: String,
    /// Their address, where it is known.
    pub email: Option<String>,
    /// When this row was written.
    pub created_at: Timestamp,
}

/// How a person relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
