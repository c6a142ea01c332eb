//! What delivered orders come to in the ledgers: one posting for each company, its parent and each currency, over all orders of the import together.
//!
//! An order costs the same on every leg of its way. So the orders are added up where they were placed, and the sums on the way up: it costs as much as
//! there are companies, however many orders there are and however deep the chain is.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{LedgerEntryId, PostingId, PostingKind, TenantId, Timestamp, ledger_account, ledger_entry};
use iso_currency::Currency;
use sea_orm::{ActiveModelTrait, DbErr, IntoActiveModel};
use serde_json::json;

use super::{ImportError, store};
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::topology::{NodeIndex, Snapshot};
use crate::tenancy::{ROWS_A_STATEMENT, insert_rows};

/// What the delivered orders of each company cost, by currency.
#[derive(Default)]
pub(super) struct Delivered(HashMap<(NodeIndex, Currency), i128>);

/// What one company owes its parent for delivered orders of its own and of its downline.
struct Leg {
    buyer: TenantId,
    seller: TenantId,
    currency: Currency,
    amount_minor: i64,
}

impl Delivered {
    /// Counts an order that `placer` placed.
    pub(super) fn add(&mut self, placer: NodeIndex, currency: Currency, amount_minor: i64) {
        *self.0.entry((placer, currency)).or_default() += i128::from(amount_minor);
    }

    /// The legs of all orders together, from the bottom of `chain` to its top.
    fn legs(mut self, chain: &Snapshot) -> Result<Vec<Leg>, ImportError> {
        let currencies: BTreeMap<&str, Currency> =
            self.0.keys().map(|(_, currency)| (currency.code(), *currency)).collect();
        let mut legs = Vec::new();
        let upwards = chain.root().into_iter().flat_map(|root| chain.preorder_reversed(root, None));
        for (buyer, _) in upwards {
            let Some(seller) = chain.parent(buyer) else { continue };
            for &currency in currencies.values() {
                let Some(sum) = self.0.remove(&(buyer, currency)).filter(|sum| *sum != 0) else { continue };
                *self.0.entry((seller, currency)).or_default() += sum;
                let amount_minor = i64::try_from(sum).map_err(|_| ImportError::TooMuch(currency))?;
                let (buyer, seller) = (chain.id(buyer), chain.id(seller));
                legs.push(Leg { buyer, seller, currency, amount_minor });
            }
        }
        Ok(legs)
    }
}

/// Posts what was delivered, on both sides of each leg. The lock of the ledgers is held. Answers how many postings there are.
pub(super) async fn post(change: &mut Transaction, chain: &Snapshot, delivered: Delivered) -> Result<u64, ImportError> {
    let legs = delivered.legs(chain)?;
    let mut ledgers = Ledgers::read(change, &legs).await?;
    for legs in legs.chunks(ROWS_A_STATEMENT / 2) {
        let entries = legs.iter().map(|leg| ledgers.post(leg)).collect::<Result<Vec<_>, _>>()?;
        let entries = entries.into_iter().flatten();
        let entries: Vec<_> = entries.inspect(|entry| change.record(posted(entry))).collect();
        let entries = entries.into_iter().map(|entry| entry.into_active_model().reset_all()).collect();
        insert_rows::<ledger_entry::Entity>(change.db(), entries, None).await?;
        change.append_recorded().await?;
    }
    ledgers.write_accounts(change).await?;
    Ok(legs.len() as u64)
}

fn posted(entry: &ledger_entry::Model) -> Fact {
    let data = json!({
        "entryId": entry.id,
        "amountMinor": entry.amount_minor,
        "currency": entry.currency,
        "kind": entry.kind,
    });
    Fact { kind: kinds::LEDGER_POSTED, subject: entry.owner_tenant_id, data }
}

/// How the ledgers stand of those who take part in the legs.
struct Ledgers {
    at: Timestamp,
    last_numbers: HashMap<TenantId, i64>,
    accounts: HashMap<(TenantId, Currency), Account>,
}

#[derive(Clone, Copy, Default)]
struct Account {
    balance_minor: i64,
    outstanding_minor: i64,
}

impl Ledgers {
    async fn read(change: &mut Transaction, legs: &[Leg]) -> Result<Self, DbErr> {
        let owners: HashSet<TenantId> = legs.iter().flat_map(|leg| [leg.buyer, leg.seller]).collect();
        let owners: Vec<TenantId> = owners.into_iter().collect();
        let last = store::last_entries(change.db(), &owners).await?;
        last.iter().for_each(|(.., at)| change.happens_at_or_after(*at));
        let accounts = store::accounts(change.db(), &owners).await?.into_iter().filter_map(|row| {
            let account = Account { balance_minor: row.balance_minor, outstanding_minor: row.outstanding_minor };
            Some(((row.owner_tenant_id, Currency::from_code(&row.currency)?), account))
        });
        let last_numbers = last.into_iter().map(|(owner, number, _)| (owner, number)).collect();
        Ok(Self { at: change.now(), last_numbers, accounts: accounts.collect() })
    }

    /// Both sides of `leg`.
    fn post(&mut self, leg: &Leg) -> Result<[ledger_entry::Model; 2], ImportError> {
        let (posting, amount) = (PostingId::generate(), leg.amount_minor);
        let bought = self.enter(posting, leg.buyer, leg.seller, leg.currency, -amount)?;
        let sold = self.enter(posting, leg.seller, leg.buyer, leg.currency, amount)?;
        Ok([bought, sold])
    }

    /// One side of a posting: what `owner` gained, or came to owe.
    fn enter(
        &mut self,
        posting: PostingId,
        owner: TenantId,
        counterparty: TenantId,
        currency: Currency,
        amount_minor: i64,
    ) -> Result<ledger_entry::Model, ImportError> {
        let too_much = || ImportError::TooMuch(currency);
        let account = self.accounts.entry((owner, currency)).or_default();
        account.balance_minor = account.balance_minor.checked_add(amount_minor).ok_or_else(too_much)?;
        let owed = amount_minor.min(0);
        account.outstanding_minor = account.outstanding_minor.checked_sub(owed).ok_or_else(too_much)?;
        let number = self.last_numbers.entry(owner).or_default();
        *number += 1;
        Ok(ledger_entry::Model {
            id: LedgerEntryId::generate(),
            owner_tenant_id: owner,
            number: *number,
            posting_id: posting,
            counterparty_tenant_id: counterparty,
            currency: currency.code().to_owned(),
            amount_minor,
            balance_minor: account.balance_minor,
            kind: PostingKind::Import,
            order_id: None,
            reference: None,
            posted_at: self.at,
        })
    }

    async fn write_accounts(self, change: &Transaction) -> Result<(), DbErr> {
        let accounts = self.accounts.into_iter().map(|((owner, currency), account)| ledger_account::Model {
            owner_tenant_id: owner,
            currency: currency.code().to_owned(),
            balance_minor: account.balance_minor,
            outstanding_minor: account.outstanding_minor,
        });
        let mut accounts: Vec<_> = accounts.map(|account| account.into_active_model().reset_all()).collect();
        while !accounts.is_empty() {
            let some = accounts.split_off(accounts.len().saturating_sub(ROWS_A_STATEMENT));
            insert_rows::<ledger_account::Entity>(change.db(), some, Some(store::take_over_account())).await?;
        }
        Ok(())
    }
}
