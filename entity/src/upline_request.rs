//! `upline_requests`: what companies ask of their upline, and what became of it. A request belongs to the company that asked.

use sea_orm::entity::prelude::*;

use crate::words::stored_word;
use crate::{OrderId, PersonId, TenantId, Timestamp, UplineRequestId, owned::owned};

/// Something that a company asks of its upline.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upline_requests")]
pub struct Model {
    /// The company that asks.
    pub owner_tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UplineRequestId,
    /// The person who asked; none where the company's settings did.
    pub person_id: Option<PersonId>,
    /// What is asked for.
    pub action: UplineAction,
    /// The particulars of that: an object for each action.
    pub payload: Json,
    /// The order that it is about, where it is about one: no other request about it may be open.
    pub order_id: Option<OrderId>,
    /// How far it is.
    pub status: UplineRequestStatus,
    /// The company that is to decide it, or that did.
    pub target_tenant_id: TenantId,
    /// What came of it: what was granted, or why it was not; none before that.
    pub result: Option<Json>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Until when it can be decided.
    pub expires_at: Timestamp,
    /// When the program looks at it next, of its own accord; never, where it is at its end.
    pub due_at: Option<Timestamp>,
}

stored_word!(
    /// What a company can ask of its upline.
    UplineAction {
        /// To take over an order that the company holds.
        ForwardOrder = "FORWARD_ORDER",
        /// To grant a category of products.
        RequestCatalogAccess = "REQUEST_CATALOG_ACCESS",
        /// To set how much the company may owe.
        RequestCredit = "REQUEST_CREDIT",
        /// To make a code by which companies join below the company; super_admin alone is asked.
        GenerateReferralCode = "GENERATE_REFERRAL_CODE",
    }
);

stored_word!(
    /// How far a request is.
    UplineRequestStatus {
        /// It waits to be decided.
        Pending = "PENDING",
        /// It was granted, and is being done.
        Processing = "PROCESSING",
        /// It was done.
        Completed = "COMPLETED",
        /// It was granted, and could not be done.
        Failed = "FAILED",
        /// It was not granted.
        Rejected = "REJECTED",
        /// Who asked took it back.
        Cancelled = "CANCELLED",
        /// Nobody decided it in time.
        Expired = "EXPIRED",
    }
);

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
