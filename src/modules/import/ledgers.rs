//! What delivered orders come to in the ledgers: one posting for each company, who sold to it and each currency, over all orders of the import together.
//!
//! An order costs the same on every leg of its way, which is the upline of the day on which it was placed. So the orders are added up where they were placed,
//! and the sums on the way up: where nobody was ever moved it costs as much as there are companies, however many orders there are and however deep the chain is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{LedgerEntryId, PostingId, PostingKind, TenantId, Timestamp, ledger_account, ledger_entry};
use iso_currency::Currency;
use sea_orm::{ActiveModelTrait, DbErr, IntoActiveModel};
use serde_json::json;

use super::{ImportError, store};
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::topology::{NodeIndex, Snapshot};
use crate::tenancy::{ROWS_A_STATEMENT, insert_rows};

/// What the delivered orders of each company cost, by the stretch of time between two moves in which they were placed, and by currency: within
/// a stretch nobody's upline changes.
pub(super) struct Delivered<'i> {
    chain: &'i Snapshot,
    /// The instants at which a stretch ends and the next one begins.
    moves: Vec<Timestamp>,
    sums: HashMap<(usize, NodeIndex, Currency), i128>,
}

/// What is bought over each leg: by buyer, seller and currency.
type Bought = HashMap<(NodeIndex, NodeIndex, Currency), i128>;

/// What one company owes another for delivered orders of its own and of its downline.
struct Leg {
    buyer: TenantId,
    seller: TenantId,
    currency: Currency,
    amount_minor: i64,
}

impl<'i> Delivered<'i> {
    /// None yet, of companies of `chain`.
    pub(super) fn new(chain: &'i Snapshot) -> Self {
        Self { chain, moves: chain.moves(), sums: HashMap::new() }
    }

    /// Counts an order that `placer` placed at `placed_at`.
    pub(super) fn add(&mut self, placer: NodeIndex, placed_at: Timestamp, currency: Currency, amount_minor: i64) {
        let stretch = self.moves.partition_point(|moved| *moved <= placed_at);
        *self.sums.entry((stretch, placer, currency)).or_default() += i128::from(amount_minor);
    }

    /// The legs of all orders together, from the bottom of the chain to its top, each order's along the upline of its day.
    fn legs(self) -> Result<Vec<Leg>, ImportError> {
        let Self { chain, moves, sums } = self;
        let mut bought = Bought::new();
        let mut since_the_last_move = HashMap::new();
        for ((stretch, placer, currency), sum) in sums {
            match moves.get(stretch) {
                None => drop(since_the_last_move.insert((placer, currency), sum)),
                Some(end) => buy_before(chain, *end, placer, currency, sum, &mut bought),
            }
        }
        buy_now(chain, since_the_last_move, &mut bought);
        let mut bought: Vec<_> = bought.into_iter().filter(|(_, sum)| *sum != 0).collect();
        bought.sort_unstable_by_key(|((buyer, seller, currency), _)| {
            (Reverse(chain.depth(*buyer)), *buyer, *seller, currency.code())
        });
        let leg = |((buyer, seller, currency), sum): ((NodeIndex, NodeIndex, Currency), i128)| {
            let amount_minor = i64::try_from(sum).map_err(|_| ImportError::TooMuch(currency))?;
            Ok(Leg { buyer: chain.id(buyer), seller: chain.id(seller), currency, amount_minor })
        };
        bought.into_iter().map(leg).collect()
    }
}

/// Adds what was bought for orders of `placer` that cost `sum` together, along the upline that it had just before `end`.
fn buy_before(chain: &Snapshot, end: Timestamp, placer: NodeIndex, currency: Currency, sum: i128, bought: &mut Bought) {
    let mut buyer = placer;
    for seller in chain.ancestors_at(placer, Timestamp(end.0 - 1)) {
        *bought.entry((buyer, seller, currency)).or_default() += sum;
        buyer = seller;
    }
}

/// Adds what was bought for orders that cost `sums`, along the upline of now: each sum once, with all from below.
fn buy_now(chain: &Snapshot, mut sums: HashMap<(NodeIndex, Currency), i128>, bought: &mut Bought) {
    let currencies: BTreeMap<&str, Currency> = sums.keys().map(|(_, currency)| (currency.code(), *currency)).collect();
    for (buyer, _) in chain.root().into_iter().flat_map(|root| chain.preorder_reversed(root, None)) {
        let Some(seller) = chain.parent(buyer) else { continue };
        for &currency in currencies.values() {
            let Some(sum) = sums.remove(&(buyer, currency)) else { continue };
            *sums.entry((seller, currency)).or_default() += sum;
            *bought.entry((buyer, seller, currency)).or_default() += sum;
        }
    }
}

/// Posts what was delivered, on both sides of each leg. The lock of the ledgers is held. Answers how many postings there are.
pub(super) async fn post(change: &mut Transaction, delivered: Delivered<'_>) -> Result<u64, ImportError> {
    let legs = delivered.legs()?;
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
        for (.., at) in &last {
            change.happens_at_or_after(*at);
        }
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
