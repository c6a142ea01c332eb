//! Payments: a parent records what a child has paid.

use entity::{LedgerEntryId, PostingId, PostingKind, Role, TenantId};

use super::ledger::{self, Posting};
use super::{Finance, store};
use crate::bus::contract::finance::Payment;
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::money::MAX_MINOR;
use crate::tenancy::{Actor, Line, may_act};

/// The longest reference, in characters.
const MAX_REFERENCE: usize = 100;

/// How far payments may bring a balance from zero, in minor units: well below what an account holds, so that orders can still be posted.
const MOST_BALANCE: u64 = 1_000_000_000_000_000_000;

impl Finance {
    /// Records `payment` in the ledgers of `parent`, who got it, and of the child. Answers the parent's entry.
    ///
    /// # Errors
    /// `INVALID`; `NOT_FOUND` for a company out of reach, `NOT_ALLOWED` for one that is no child; `FROZEN`; `CONFLICT` for a key that was used
    /// for another payment.
    pub(super) async fn record_payment(
        &self,
        actor: Actor,
        parent: TenantId,
        payment: Payment,
    ) -> Result<LedgerEntryId, ServiceError> {
        check(&payment)?;
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        may_act(change.db(), actor, Role::Admin).await?;
        let Payment { from, amount, reference, idempotency_key } = payment;
        let debit = LedgerEntryId::generate();
        let input = (from, amount, &reference);
        if let Some(made) = change.once(parent, "recordPayment", &idempotency_key, &input, debit.0).await? {
            return Ok(LedgerEntryId(made));
        }
        is_child(&change, parent, from).await?;
        let (id, kind) = (PostingId::generate(), PostingKind::Payment);
        // The parent is owed less, and so the child owes less.
        let posting = Posting { id, kind, debited: parent, credited: from, amount, order: None, reference, debit };
        ledger::post(&mut change, vec![posting]).await?;
        leaves_room(&change, &[parent, from]).await?;
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

async fn is_child(change: &Transaction, parent: TenantId, from: TenantId) -> Result<(), ServiceError> {
    let line = Line::of(change.db(), from).await?.filter(|line| line.has_at_or_above(parent));
    let Some(line) = line else {
        let message = "There is no such reseller in your downline.";
        return Err(ServiceError::refused(RefusalCode::NotFound, "from", message));
    };
    if line.own().parent_id == Some(parent) {
        return Ok(());
    }
    let message = "Only what a reseller directly below you has paid is yours to record.";
    Err(ServiceError::refused(RefusalCode::NotAllowed, "from", message))
}
