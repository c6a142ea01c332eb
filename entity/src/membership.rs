//! `memberships`: who may act for a company, and in which role.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MembershipId, PersonId, TenantId, Timestamp, owned::owned};

/// A person's membership of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    /// The company.
    pub owner_tenant_id: TenantId,
    /// The person.
    pub person_id: PersonId,
    /// What the person may do there.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a member may do in a tenant; a later role may do all that an earlier one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also acts.
    Admin,
    /// Also manages members, webhooks and deactivation.
    Owner,
}

impl Role {
    /// The word that the database and the API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "VIEWER",
            Self::Admin => "ADMIN",
            Self::Owner => "OWNER",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = sea_orm::sea_query::ValueTypeErr;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "VIEWER" => Ok(Self::Viewer),
            "ADMIN" => Ok(Self::Admin),
            "OWNER" => Ok(Self::Owner),
            _ => Err(sea_orm::sea_query::ValueTypeErr),
        }
    }
}

/// How a membership relates to other tables.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The person.
    #[sea_orm(belongs_to = "super::person::Entity", from = "Column::PersonId", to = "super::person::Column::Id")]
    Person,
}

impl Related<super::person::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Person.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
