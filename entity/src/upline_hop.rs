//! `upline_hops`: who is or was asked to decide an upline request, one row for each company on its way up. They belong to the company that asked.

use sea_orm::entity::prelude::*;

use crate::words::stored_word;
use crate::{PersonId, TenantId, Timestamp, UplineRequestId, owned::owned};

/// A company that is or was asked to decide.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upline_hops")]
pub struct Model {
    /// The company that asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// What it asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: UplineRequestId,
    /// Its place on the way up; the first is 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Who decides.
    pub tenant_id: TenantId,
    /// What was decided.
    pub decision: UplineDecision,
    /// When it was decided; none while it was not.
    pub decided_at: Option<Timestamp>,
    /// The person who decided; none where the company's settings did.
    pub person_id: Option<PersonId>,
    /// What there was to say of it.
    pub note: Option<String>,
}

stored_word!(
    /// What a company decided about a request.
    UplineDecision {
        /// Nothing yet.
        Waiting = "WAITING",
        /// Yes, by its settings.
        Auto = "AUTO",
        /// Yes, by a person.
        Approved = "APPROVED",
        /// No.
        Rejected = "REJECTED",
        /// Its own upline is to decide.
        Forwarded = "FORWARDED",
    }
);

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
