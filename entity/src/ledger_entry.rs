//! `ledger_entries`: one side of a posting. Entries are added and never changed; the two sides of a posting add up to nothing.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

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

/// What a posting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PostingKind {
    /// One leg of a delivered order.
    Order,
    /// What a child paid its parent.
    Payment,
    /// The delivered orders of one import on one leg, together.
    Import,
}

impl PostingKind {
    /// The word that the database uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "ORDER",
            Self::Payment => "PAYMENT",
            Self::Import => "IMPORT",
        }
    }
}

impl std::fmt::Display for PostingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for PostingKind {
    type Err = sea_orm::sea_query::ValueTypeErr;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "ORDER" => Ok(Self::Order),
            "PAYMENT" => Ok(Self::Payment),
            "IMPORT" => Ok(Self::Import),
            _ => Err(sea_orm::sea_query::ValueTypeErr),
        }
    }
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
