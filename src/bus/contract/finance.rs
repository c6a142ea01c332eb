//! Finance: balances, ledgers, payments.

use entity::{LedgerEntryId, OrderId, PostingKind, TenantId, Timestamp, UplineRequestId};
use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::{Listed, Page};
use crate::bus::alias::aliases;
use crate::money::Money;

aliases! {
    /// What a company owes and is owed, by currency.
    GetSummary = "finance.getSummary": cross_tenant Reads (()) -> FinanceSummary;
    /// A company's ledger, newest entry first.
    ListEntries = "finance.listEntries": own_tenant Reads (EntriesQuery) -> Listed<Entry>;
    /// Those of these entries that are in the company's ledger, in the order asked for.
    GetEntries = "finance.getEntries": own_tenant Reads (Vec<LedgerEntryId>) -> Vec<Entry>;
    /// Records what a child has paid, or a company further down that owed something.
    RecordPayment = "finance.recordPayment": own_tenant Writes (Payment) -> LedgerEntryId;
    /// Lets a company owe so much; called in that company, by central code alone, once its upline has said yes. Answers the limit.
    RequestCredit = "finance.requestCredit": own_tenant Writes (GrantCredit) -> Money;
}

/// What a company owes and is owed; one amount for each currency that its ledger has, sorted by currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FinanceSummary {
    /// What it is owed less what it owes.
    pub balances: Vec<Money>,
    /// What it owes for what it bought, and has not paid. A currency in which it owes nothing is left out.
    pub outstanding: Vec<Money>,
    /// What it may owe.
    #[serde(default)]
    pub credit_limits: Vec<CreditLimit>,
}

/// What a company may owe in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditLimit {
    /// How much.
    pub limit: Money,
    /// By whom it was granted: it counts only while that one is above the company.
    pub granted_by: TenantId,
}

/// Credit that is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantCredit {
    /// How much may be owed in this currency, in place of what might be before; above zero.
    pub amount: Money,
    /// The company that grants it: the nearest active one above. Where another is by now, it is not granted.
    pub by: TenantId,
    /// The request that it is granted for: what was done for it once is not done again.
    pub request: UplineRequestId,
}

/// Which entries, and which part of the list of them. A place in the list is an entry's number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntriesQuery {
    /// In this currency alone.
    pub currency: Option<Currency>,
    /// Which part of the list.
    pub page: Page<i64>,
}

/// An entry in a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its id.
    pub id: LedgerEntryId,
    /// Its place in the ledger.
    pub number: i64,
    /// When it was posted.
    pub at: Timestamp,
    /// What the company gained (above zero) or came to owe (below).
    pub amount: Money,
    /// The balance in this currency with this entry.
    pub balance: Money,
    /// Whose ledger has the other side.
    pub counterparty: TenantId,
    /// For what.
    pub kind: PostingKind,
    /// For which order, where it is for one.
    pub order: Option<OrderId>,
    /// What the order's placer calls the order, or the payer the payment.
    pub reference: Option<String>,
}

/// A payment, as the company that got it records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Who paid: a child, or a company further down that owes the one that got it something in this currency.
    pub from: TenantId,
    /// What it paid; above zero.
    pub amount: Money,
    /// What the payer calls it.
    pub reference: Option<String>,
    /// The caller's key for this payment.
    pub idempotency_key: String,
}
