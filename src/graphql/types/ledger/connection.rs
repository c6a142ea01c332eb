//! Pages of a ledger.

use std::sync::Arc;

use async_graphql::{Object, Result, SimpleObject};

use super::LedgerEntry;
use crate::bus::contract::Listed;
use crate::bus::contract::finance::{EntriesQuery, Entry};
use crate::graphql::context::Sight;
use crate::graphql::scalars::Currency;
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::graphql::types::user_error::not_answered;

/// Says of a cursor that it is one of a ledger.
const KIND: u8 = b'l';

fn cursor(entry: &Entry) -> String {
    paging::cursor(KIND, &entry.number.to_be_bytes())
}

fn number(bytes: &[u8]) -> Option<i64> {
    bytes.try_into().ok().map(i64::from_be_bytes)
}

/// A page of a ledger.
pub struct LedgerEntryConnection {
    sight: Sight,
    page: Arc<Listed<Entry>>,
}

impl LedgerEntryConnection {
    /// The part of the ledger of the caller's company that is asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`; `MODULE_UNAVAILABLE`.
    pub async fn of(sight: &Sight, currency: Option<Currency>, paging: Paging) -> Result<Option<Self>> {
        let query =
            EntriesQuery { currency: currency.map(|currency| currency.0), page: paging.of_module(KIND, number)? };
        let page = sight.loaders.entry_lists.load((sight.seat.tenant, query)).await;
        let page = page.map_err(|error| not_answered(&error))?;
        Ok(page.map(|page| Self { sight: sight.clone(), page }))
    }

    fn entry(&self, entry: &Entry) -> LedgerEntry {
        LedgerEntry { sight: self.sight.clone(), entry: Arc::new(entry.clone()) }
    }
}

/// A page of a ledger.
#[Object]
impl LedgerEntryConnection {
    /// The entries of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<LedgerEntryEdge>> {
        self.sight.spend(self.page.entries.len())?;
        let edge = |entry: &Entry| LedgerEntryEdge { node: self.entry(entry), cursor: cursor(entry) };
        Ok(self.page.entries.iter().map(edge).collect())
    }

    /// The entries of the page.
    async fn nodes(&self) -> Result<Vec<LedgerEntry>> {
        self.sight.spend(self.page.entries.len())?;
        Ok(self.page.entries.iter().map(|entry| self.entry(entry)).collect())
    }

    /// Where the page lies in the ledger.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, cursor)
    }
}

/// An entry in a list.
#[derive(SimpleObject)]
pub(super) struct LedgerEntryEdge {
    /// The entry.
    node: LedgerEntry,
    /// Its place in the ledger, for `after` and `before`.
    cursor: String,
}
