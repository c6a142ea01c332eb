//! Ledgers, and what was paid.

mod connection;
mod payment;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{LedgerEntryId, PostingKind};

pub use self::connection::LedgerEntryConnection;
pub use self::payment::LedgerMutation;
use super::ResellerReference;
use super::money::Money;
use super::order::Order;
use super::paging::Paging;
use super::user_error::not_answered;
use crate::bus::contract::finance::Entry;
use crate::graphql::context::Sight;
use crate::graphql::id::global;
use crate::graphql::scalars::{Currency, DateTime};

/// An entry in the ledger of the caller's company.
#[derive(Clone)]
pub struct LedgerEntry {
    sight: Sight,
    entry: Arc<Entry>,
}

impl LedgerEntry {
    /// The entry of this id, if it is in the ledger of the caller's company.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`.
    pub async fn find(sight: &Sight, id: LedgerEntryId) -> Result<Option<Self>> {
        let entry = sight.loaders.entries.load(id).await.map_err(|error| not_answered(&error))?;
        Ok(entry.map(|entry| Self { sight: sight.clone(), entry }))
    }
}

/// An entry in the ledger of the caller's own reseller. It is never changed; the other side of it is in the ledger of the counterparty.
#[Object]
impl LedgerEntry {
    /// The entry's id.
    pub async fn id(&self) -> ID {
        global(self.entry.id)
    }

    /// When it was posted.
    async fn at(&self) -> DateTime {
        DateTime(self.entry.at)
    }

    /// What the reseller gained (above zero) or came to owe (below).
    async fn amount(&self) -> Money {
        self.entry.amount.into()
    }

    /// The balance in this currency with this entry.
    async fn balance(&self) -> Money {
        self.entry.balance.into()
    }

    /// Whose ledger has the other side.
    async fn counterparty(&self) -> Option<ResellerReference> {
        ResellerReference::to_party(&self.sight, self.entry.counterparty)
    }

    /// What it is for, in words.
    async fn reason(&self) -> String {
        let named = |what: &str| self.entry.reference.as_ref().map_or(what.to_owned(), |name| format!("{what} {name}"));
        match self.entry.kind {
            PostingKind::Order => format!("{} delivered", named("Order")),
            PostingKind::Payment => named("Payment"),
            PostingKind::Import => "Imported orders".to_owned(),
        }
    }

    /// The order that it is for. Null where it is for none, and where the module cannot answer.
    async fn order(&self) -> Option<Result<Order>> {
        Order::find(&self.sight, self.entry.order?).await.transpose()
    }
}

/// Root fields about ledgers.
#[derive(Default)]
pub struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// The ledger of the caller's own reseller, newest entry first. Null where the module cannot answer.
    async fn ledger_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this currency alone.")] currency: Option<Currency>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<LedgerEntryConnection>> {
        let paging = Paging { first, after, last, before };
        match Sight::of(ctx) {
            Ok(sight) => LedgerEntryConnection::of(&sight, currency, paging).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }
}
