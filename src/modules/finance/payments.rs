//! Payments: a parent records what a child has paid, and a company further up what one below it owed.
//!
//! An order goes past a parent that was switched off, and a company that bought there may have been moved down since: so who sold to a company is not
//! always its parent. A former parent that is not above the company any more does not reach it (rule 2 of the design): the two settle outside
//! of this program, or are first moved below each other again.

use entity::{LedgerEntryId, PostingId, PostingKind, Role, TenantId, ledger_entry};
use iso_currency::Currency;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult};

use super::ledger::{self, Posting};
use super::{Finance, store};
use crate::bus::contract::finance::Payment;
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::money::MAX_MINOR;
use crate::tenancy::{Actor, Line, may_act, sums_of, whole_sum};

/// The longest reference, in characters.
const MAX_REFERENCE: usize = 100;

/// How far payments may bring a balance from zero, in minor units: well below what an account holds, so that orders can still be posted.
const MOST_BALANCE: u64 = 1_000_000_000_000_000_000;

impl Finance {
    /// Records `payment` in the ledgers of `payee`, who got it, and of the payer below it. Answers the payee's entry.
    ///
    /// # Errors
    /// `INVALID`; `NOT_FOUND` for a company out of reach, `NOT_ALLOWED` for one that is no child and owes nothing; `FROZEN`; `CONFLICT` for a
    /// key that was used for another payment.
    pub(super) async fn record_payment(
        &self,
        actor: Actor,
        payee: TenantId,
        payment: Payment,
    ) -> Result<LedgerEntryId, ServiceError> {
        check(&payment)?;
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        may_act(change.db(), actor, Role::Admin).await?;
        let Payment { from, amount, reference, idempotency_key } = payment;
        let debit = LedgerEntryId::generate();
        let input = (from, amount, &reference);
        if let Some(made) = change.once(payee, "recordPayment", &idempotency_key, &input, debit.0).await? {
            return Ok(LedgerEntryId(made));
        }
        may_receive(&mut change, payee, from, amount.currency).await?;
        let (id, kind) = (PostingId::generate(), PostingKind::Payment);
        // The payee is owed less, and so the payer owes less.
        let posting = Posting { id, kind, debited: payee, credited: from, amount, order: None, reference, debit };
        ledger::post(&mut change, vec![posting]).await?;
        leaves_room(&change, &[payee, from]).await?;
        change.commit_and_show().await?;
        Ok(debit)
    }
}

fn check(payment: &Payment) -> Result<(), Refusal> {
    if !(1..=MAX_MINOR).contains(&payment.amount.minor) {
        return Err(Refusal::new(RefusalCode::Invalid, "amount", "Expected an amount above zero."));
    }
    match &payment.reference {
        Some(reference) if !is_reference(reference) => {
            let message = format!("Expected 1 to {MAX_REFERENCE} characters, or none.");
            Err(Refusal::new(RefusalCode::Invalid, "reference", message))
        }
        _ => Ok(()),
    }
}

fn is_reference(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_REFERENCE && !text.contains(char::is_control)
}

/// Refuses what would bring a balance near the end of what an account holds, where nothing more could be posted.
async fn leaves_room(change: &Transaction, companies: &[TenantId]) -> Result<(), ServiceError> {
    let is_full = |minor: i64| minor.unsigned_abs() > MOST_BALANCE;
    let accounts = store::accounts(change.db(), companies).await?;
    if accounts.iter().any(|account| is_full(account.balance_minor) || is_full(account.outstanding_minor)) {
        let message = "This is more than the accounts of the two companies can hold.";
        return Err(ServiceError::refused(RefusalCode::Invalid, "amount", message));
    }
    Ok(())
}

/// Refuses a payment to a company that is neither the parent of `from` nor, above it, owed something by it in this currency.
async fn may_receive(
    change: &mut Transaction,
    payee: TenantId,
    from: TenantId,
    currency: Currency,
) -> Result<(), ServiceError> {
    let line = Line::of(change.db(), from).await?.filter(|line| line.has_at_or_above(payee));
    let Some(line) = line else {
        let message = "There is no such reseller in your downline.";
        return Err(ServiceError::refused(RefusalCode::NotFound, "from", message));
    };
    if line.own().parent_id == Some(payee) {
        return Ok(());
    }
    change.lock_ledgers().await?;
    if payee != from && balance_with(change, from, payee, currency).await? < 0 {
        return Ok(());
    }
    let message = "Only what a reseller directly below you has paid is yours to record, or one further down that owes you in this currency.";
    Err(ServiceError::refused(RefusalCode::NotAllowed, "from", message))
}

/// What `company` is owed by `other` less what it owes it, by its own ledger: minor units of `currency`.
async fn balance_with(
    change: &Transaction,
    company: TenantId,
    other: TenantId,
    currency: Currency,
) -> Result<i128, DbErr> {
    #[derive(Default, FromQueryResult)]
    struct Sums {
        parts: Option<i64>,
        rest: Option<i64>,
    }
    let own = change.in_tenant(company);
    let between = ledger_entry::Column::CounterpartyTenantId.eq(other);
    let in_currency = ledger_entry::Column::Currency.eq(currency.code());
    let [parts, rest] = sums_of(change.db().get_database_backend(), ledger_entry::Column::AmountMinor);
    let entries = own.find::<ledger_entry::Entity>().filter(between).filter(in_currency);
    let sums: Sums = entries.aggregate([(parts, "parts"), (rest, "rest")]).await?.unwrap_or_default();
    Ok(whole_sum(sums.parts.unwrap_or_default(), sums.rest.unwrap_or_default()))
}
