//! Recording payments.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::LedgerEntry;
use crate::bus::contract::finance::{Payment, RecordPayment};
use crate::graphql::context::RequestContext;
use crate::graphql::id::parse;
use crate::graphql::types::money::MoneyInput;
use crate::graphql::types::user_error::{IntoOutcome, UserError};

/// A payment, as the reseller that got it records it.
#[derive(InputObject)]
pub(super) struct RecordPaymentInput {
    /// Who paid: a child of the caller's own reseller; or one further down that owes it something in this currency, as where an order went past a
    /// parent that was switched off. One that was moved out of the downline cannot be named any more.
    from: ID,
    /// What it paid: above zero.
    amount: MoneyInput,
    /// What the payer calls it, in at most 100 characters.
    reference: Option<String>,
    /// A key of the caller's, new for each payment: sent again with the same input, it answers with the entry that there is.
    idempotency_key: String,
}

/// What became of a payment.
#[derive(SimpleObject)]
pub(super) struct RecordPaymentPayload {
    /// The entry in the ledger of the caller's own reseller. Null where nothing was recorded.
    entry: Option<Result<LedgerEntry>>,
    /// Why nothing was recorded; empty where it was.
    user_errors: Vec<UserError>,
}

/// Changes of ledgers.
#[derive(Default)]
pub struct LedgerMutation;

#[Object]
impl LedgerMutation {
    /// Records what a child has paid, or a reseller further down that owed something, in its ledger and in the caller's own. For an ADMIN.
    async fn record_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who paid, and how much.")] input: RecordPaymentInput,
    ) -> Result<RecordPaymentPayload> {
        let from = parse("input.from", &input.from)?;
        let context = RequestContext::of(ctx)?;
        let sight = context.sight()?;
        let recorded = match input.amount.read("amount") {
            Ok(amount) => {
                let RecordPaymentInput { reference, idempotency_key, .. } = input;
                let payment = Payment { from, amount, reference, idempotency_key };
                sight.loaders.services.bus.call::<RecordPayment>(sight.loaders.actor, payment).await
            }
            Err(refusal) => Err(refusal.into()),
        };
        match recorded.outcome()? {
            Ok(id) => {
                context.look_again();
                let entry = LedgerEntry::find(&context.sight()?, id).await.transpose();
                Ok(RecordPaymentPayload { entry, user_errors: Vec::new() })
            }
            Err(error) => Ok(RecordPaymentPayload { entry: None, user_errors: vec![error] }),
        }
    }
}
