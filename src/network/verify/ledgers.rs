//! Ledgers: accounts follow from entries, and entries from one another.

use std::collections::BTreeMap;

use entity::{PostingKind, TenantId, ledger_entry};
use sea_orm::DatabaseTransaction;

use super::figures::name;
use super::{Check, Watch, store};
use crate::error::Fault;
use crate::events::tail::end_of_log;
use crate::tenancy::topology::Snapshot;
use crate::tenancy::topology::store::load_from;

/// Where an account stands: minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) balance: i128,
    pub(super) outstanding: i128,
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a balance of {} and {} outstanding, minor units", self.balance, self.outstanding)
    }
}

/// One company's ledger, as far as it was read.
struct Ledger {
    owner: TenantId,
    entries: i64,
    accounts: BTreeMap<String, Account>,
}

/// What is stored of accounts, as far as their ledgers have not been read.
#[derive(Default)]
struct Stored {
    accounts: BTreeMap<(TenantId, String), Account>,
    /// The last company whose accounts were read.
    last: Option<TenantId>,
}

impl Stored {
    /// Reads on, up to the accounts of `to`, or of all.
    async fn read(&mut self, db: &DatabaseTransaction, to: Option<TenantId>) -> Result<(), Fault> {
        if to.is_none() || to > self.last {
            self.accounts.extend(store::accounts_between(db, self.last, to).await?);
            self.last = to;
        }
        Ok(())
    }
}

impl<W: Watch> Check<'_, W> {
    /// Recounts accounts from entries, and entries from those before them.
    pub(super) async fn ledgers(&mut self) -> Result<(), Fault> {
        let db = self.snapshot().await?;
        let chain = load_from(&db, end_of_log(&db).await?).await?;
        let total = store::entry_count(&db).await?;
        let (mut last, mut done, mut ledger): (_, u64, Option<Ledger>) = (None, 0, None);
        let mut stored = Stored::default();
        loop {
            let page = store::entries_after(&db, last).await?;
            let Some(entry) = page.last() else { break };
            last = Some((entry.owner_tenant_id, entry.number));
            stored.read(&db, Some(entry.owner_tenant_id)).await?;
            done += page.len() as u64;
            for entry in page {
                let owner = entry.owner_tenant_id;
                if let Some(read) = ledger.take_if(|ledger| ledger.owner != owner) {
                    self.close(&chain, read, &mut stored);
                }
                let ledger = ledger.get_or_insert_with(|| Ledger { owner, entries: 0, accounts: BTreeMap::new() });
                self.enter(&chain, ledger, &entry);
            }
            self.progress("ledgers", done, total);
        }
        stored.read(&db, None).await?;
        if let Some(read) = ledger {
            self.close(&chain, read, &mut stored);
        }
        for ((owner, currency), account) in stored.accounts {
            self.account(&chain, owner, &currency, Some(account), Account::default());
        }
        for posting in store::unbalanced(&db).await? {
            let stored = format!("{} entries, together {}", posting.entries, posting.sum);
            let right = "2 entries, together 0, in one currency";
            self.differs(format!("posting {}", posting.posting_id), Some(stored), Some(right));
        }
        Ok(())
    }

    /// Compares an entry with those before it.
    fn enter(&mut self, chain: &Snapshot, ledger: &mut Ledger, entry: &ledger_entry::Model) {
        let what = || format!("entry {} of {}", entry.number, name(chain, entry.owner_tenant_id));
        let number = ledger.entries + 1;
        if entry.number != number {
            self.differs(what(), Some(format!("number {}", entry.number)), Some(format!("number {number}")));
        }
        ledger.entries = entry.number;
        let account = ledger.accounts.entry(entry.currency.clone()).or_default();
        let amount = i128::from(entry.amount_minor);
        account.balance += amount;
        account.outstanding += match entry.kind {
            PostingKind::Order | PostingKind::Import => -amount.min(0),
            PostingKind::Payment => -amount.max(0),
        };
        let stored = i128::from(entry.balance_minor);
        if stored != account.balance {
            let balance = |minor: i128| format!("a balance of {minor} minor units");
            self.differs(what(), Some(balance(stored)), Some(balance(account.balance)));
        }
    }

    /// Compares the accounts of a ledger that was read to its end.
    fn close(&mut self, chain: &Snapshot, ledger: Ledger, stored: &mut Stored) {
        for (currency, recounted) in ledger.accounts {
            let account = stored.accounts.remove(&(ledger.owner, currency.clone()));
            self.account(chain, ledger.owner, &currency, account, recounted);
        }
    }

    fn account(
        &mut self,
        chain: &Snapshot,
        owner: TenantId,
        currency: &str,
        stored: Option<Account>,
        recounted: Account,
    ) {
        if stored.unwrap_or_default() != recounted {
            self.differs(format!("account of {} in {currency}", name(chain, owner)), stored, Some(recounted));
        }
    }
}
