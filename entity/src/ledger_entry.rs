//! `ledger_entries`: one side of a posting. Entries are added and never changed; the two sides of a posting add up to nothing.

use sea_orm::entity::prelude::*;

use crate::words::stored_word;
use crate::{LedgerEntryId, OrderId, PostingId, TenantId, Timestamp, owned::owned};

/// One side of a posting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entries")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerEntryId,
    /// Whose ledger it is in.
    pub owner_tenant_id: TenantId,
    /// Its place in that ledger; the first is 1.
    pub number: i64,
    /// What both sides have in common; it stands in a ledger once.
    pub posting_id: PostingId,
    /// Whose ledger has the other side.
    pub counterparty_tenant_id: TenantId,
    /// ISO 4217.
    pub currency: String,
    /// What the owner gained (above zero) or came to owe (below): minor units.
    pub amount_minor: i64,
    /// The balance in this currency with this entry: minor units.
    pub balance_minor: i64,
    /// For what.
    pub kind: PostingKind,
    /// For which order, where it is for one.
    pub order_id: Option<OrderId>,
    /// What the order's placer calls the order, or the payer the payment.
    pub reference: Option<String>,
    /// When it was posted.
    pub posted_at: Timestamp,
}

stored_word!(
    /// What a posting is for.
    PostingKind {
        /// One leg of a delivered order.
        Order = "ORDER",
        /// What a child paid its parent.
        Payment = "PAYMENT",
        /// The delivered orders of one import on one leg, together.
        Import = "IMPORT",
    }
);

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
