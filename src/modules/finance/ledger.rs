//! Adding to the ledgers: what goes down in one goes up in another.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{LedgerEntryId, OrderId, PostingId, PostingKind, TenantId, Timestamp, ledger_account, ledger_entry};
use serde_json::json;

use super::store;
use crate::error::Fault;
use crate::events::{Fact, Transaction, kinds};
use crate::money::Money;

/// What is to be entered on both sides.
#[derive(Clone, Debug)]
pub(super) struct Posting {
    /// What both entries have in common; it is posted once.
    pub(super) id: PostingId,
    /// For what.
    pub(super) kind: PostingKind,
    /// Whose balance goes down.
    pub(super) debited: TenantId,
    /// Whose balance goes up.
    pub(super) credited: TenantId,
    /// By how much.
    pub(super) amount: Money,
    /// For which order, where it is for one.
    pub(super) order: Option<OrderId>,
    /// What the order's placer calls the order, or the payer the payment.
    pub(super) reference: Option<String>,
    /// The id of the entry of the one whose balance goes down.
    pub(super) debit: LedgerEntryId,
}

/// One side of a posting.
struct Side<'p> {
    posting: &'p Posting,
    id: LedgerEntryId,
    owner: TenantId,
    counterparty: TenantId,
    /// What the balance changes by.
    amount: i64,
    /// What the owner's debts for what it bought change by.
    outstanding: i64,
}

impl Posting {
    fn sides(&self) -> [Side<'_>; 2] {
        let amount = self.amount.minor;
        let (bought, paid) = match self.kind {
            PostingKind::Order | PostingKind::Import => (amount, 0),
            PostingKind::Payment => (0, amount),
        };
        let (down, up) = (self.debited, self.credited);
        let credit = LedgerEntryId::generate();
        [
            Side { posting: self, id: self.debit, owner: down, counterparty: up, amount: -amount, outstanding: bought },
            Side { posting: self, id: credit, owner: up, counterparty: down, amount, outstanding: -paid },
        ]
    }
}

/// Adds those of `postings` that are not in the ledgers yet, in their order, with a fact for each entry. Nobody else adds to any ledger
/// until the transaction ends, so that numbers have no gaps, balances follow from one another, and no entry is from before the last one.
pub(super) async fn post(change: &mut Transaction, postings: Vec<Posting>) -> Result<(), Fault> {
    change.lock_ledgers().await?;
    let postings = unposted(change, postings).await?;
    if postings.is_empty() {
        return Ok(());
    }
    let owners: BTreeSet<_> = postings.iter().flat_map(|posting| [posting.debited, posting.credited]).collect();
    let mut books = Books::open(change, &owners.into_iter().collect::<Vec<_>>()).await?;
    let sides = postings.iter().flat_map(Posting::sides);
    let entries = sides.map(|side| books.enter(&side)).collect::<Result<Vec<_>, _>>()?;
    for entry in &entries {
        change.record(posted(entry));
    }
    store::insert(change.db(), entries).await?;
    store::save(change.db(), books.entered.into_values().collect()).await?;
    Ok(())
}

/// Those that are in no ledger yet, each once.
async fn unposted(change: &Transaction, mut postings: Vec<Posting>) -> Result<Vec<Posting>, Fault> {
    let sides: Vec<_> = postings.iter().map(|posting| (posting.debited, posting.id)).collect();
    let mut known = store::posted(change.db(), &sides).await?;
    postings.retain(|posting| known.insert(posting.id));
    Ok(postings)
}

/// The ledgers of some companies, as far as they are needed to add to them.
struct Books {
    at: Timestamp,
    /// The number of the last entry.
    numbers: HashMap<TenantId, i64>,
    /// Accounts as they were before.
    before: BTreeMap<(TenantId, String), ledger_account::Model>,
    /// Accounts with what was entered.
    entered: BTreeMap<(TenantId, String), ledger_account::Model>,
}

impl Books {
    async fn open(change: &mut Transaction, owners: &[TenantId]) -> Result<Self, Fault> {
        let accounts = store::accounts(change.db(), owners).await?;
        let key = |account: &ledger_account::Model| (account.owner_tenant_id, account.currency.clone());
        let last = store::last_entries(change.db(), owners).await?;
        for last in &last {
            change.happens_at_or_after(last.posted_at);
        }
        Ok(Self {
            at: change.now(),
            numbers: last.into_iter().map(|last| (last.owner_tenant_id, last.number)).collect(),
            before: accounts.into_iter().map(|account| (key(&account), account)).collect(),
            entered: BTreeMap::new(),
        })
    }

    fn enter(&mut self, side: &Side<'_>) -> Result<ledger_entry::Model, Fault> {
        let posting = side.posting;
        let currency = posting.amount.currency.code().to_owned();
        let key = (side.owner, currency.clone());
        let before = self.before.remove(&key);
        let account = self.entered.entry(key).or_insert_with(|| {
            let none = ledger_account::Model {
                owner_tenant_id: side.owner,
                currency: currency.clone(),
                balance_minor: 0,
                outstanding_minor: 0,
            };
            before.unwrap_or(none)
        });
        account.balance_minor = add(account.balance_minor, side.amount)?;
        account.outstanding_minor = add(account.outstanding_minor, side.outstanding)?;
        let number = self.numbers.entry(side.owner).or_default();
        *number += 1;
        Ok(ledger_entry::Model {
            id: side.id,
            owner_tenant_id: side.owner,
            number: *number,
            posting_id: posting.id,
            counterparty_tenant_id: side.counterparty,
            currency,
            amount_minor: side.amount,
            balance_minor: account.balance_minor,
            kind: posting.kind,
            order_id: posting.order,
            reference: posting.reference.clone(),
            posted_at: self.at,
        })
    }
}

fn add(balance: i64, change: i64) -> Result<i64, Fault> {
    balance.checked_add(change).ok_or_else(|| Fault::Row("a balance beyond what an account holds".to_owned()))
}

/// The fact that `entry` is in its ledger.
fn posted(entry: &ledger_entry::Model) -> Fact {
    let mut data = json!({
        "entryId": entry.id,
        "amountMinor": entry.amount_minor,
        "currency": entry.currency,
        "kind": entry.kind,
    });
    if let Some(order) = entry.order_id {
        data["orderId"] = json!(order);
    }
    Fact { kind: kinds::LEDGER_POSTED, subject: entry.owner_tenant_id, data }
}
