//! `tenants`: one company of the chain a row.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{TenantId, Timestamp};

/// A company of the chain.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    /// Its id, for ever.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TenantId,
    /// The company one step up; none at the root.
    pub parent_id: Option<TenantId>,
    /// Its name as people write it.
    pub name: String,
    /// Its short name, unique in the chain together with external ids; never changes.
    pub slug: String,
    /// Its name in the system that it came from; never changes.
    pub external_id: Option<String>,
    /// Where it stands in its life.
    pub status: TenantStatus,
    /// The currency it trades in (ISO 4217).
    pub currency: String,
    /// When it joined the chain.
    pub joined_at: Timestamp,
    /// When this row was written.
    pub created_at: Timestamp,
}

/// Where a company stands in its life: `PENDING → ACTIVE → DEACTIVATED`, and back to `ACTIVE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TenantStatus {
    /// It has applied and waits for approval.
    Pending,
    /// It trades.
    Active,
    /// It was switched off: nobody signs in to it, and its descendants work on.
    Deactivated,
}

impl TenantStatus {
    /// The word that the database and the API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
            Self::Deactivated => "DEACTIVATED",
        }
    }
}

impl std::fmt::Display for TenantStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for TenantStatus {
    type Err = sea_orm::sea_query::ValueTypeErr;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "PENDING" => Ok(Self::Pending),
            "ACTIVE" => Ok(Self::Active),
            "DEACTIVATED" => Ok(Self::Deactivated),
            _ => Err(sea_orm::sea_query::ValueTypeErr),
        }
    }
}

/// How a company relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
