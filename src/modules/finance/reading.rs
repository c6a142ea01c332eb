//! What is asked of ledgers.

use std::collections::HashMap;

use entity::{LedgerEntryId, TenantId, ledger_entry};
use iso_currency::Currency;
use sea_orm::{ColumnTrait, Condition, Order as Sort};

use super::{Finance, store};
use crate::bus::contract::Listed;
use crate::bus::contract::finance::{CreditLimit, EntriesQuery, Entry, FinanceSummary};
use crate::error::Fault;
use crate::money::Money;
use crate::tenancy::{ROWS_A_STATEMENT, TenantDb};

impl Finance {
    /// What each of `companies` owes and is owed, in their order.
    pub(super) async fn summaries(&self, companies: &[TenantId]) -> Result<Vec<FinanceSummary>, Fault> {
        let db = self.central.reader();
        let mut summaries: HashMap<TenantId, FinanceSummary> = HashMap::new();
        for account in store::accounts(db, companies).await? {
            let summary = summaries.entry(account.owner_tenant_id).or_default();
            let currency = currency(&account.currency)?;
            summary.balances.push(Money::new(account.balance_minor, currency));
            if account.outstanding_minor > 0 {
                summary.outstanding.push(Money::new(account.outstanding_minor, currency));
            }
        }
        for limit in store::credit_limits(db, companies).await? {
            let granted_by = limit.granted_by_tenant_id;
            let limit_of = Money::new(limit.limit_minor, currency(&limit.currency)?);
            let limits = &mut summaries.entry(limit.owner_tenant_id).or_default().credit_limits;
            limits.push(CreditLimit { limit: limit_of, granted_by });
        }
        Ok(companies.iter().map(|company| summaries.get(company).cloned().unwrap_or_default()).collect())
    }

    /// The part of `company`'s ledger that `query` asks for, newest entry first.
    pub(super) async fn entries(&self, company: TenantId, query: EntriesQuery) -> Result<Listed<Entry>, Fault> {
        let page = query.page;
        let currency = query.currency.map(|currency| ledger_entry::Column::Currency.eq(currency.code()));
        let condition = Condition::all()
            .add_option(currency)
            .add_option(page.after.map(|number| ledger_entry::Column::Number.lt(number)))
            .add_option(page.before.map(|number| ledger_entry::Column::Number.gt(number)));
        let sort = if page.is_from_the_end() { Sort::Asc } else { Sort::Desc };
        let limit = page.rows_to_read();
        let find = async |own: TenantDb| {
            let entries = own.find::<ledger_entry::Entity>().filter(condition);
            entries.order_by(ledger_entry::Column::Number, sort).limit(limit).all().await
        };
        let rows = self.central.run_in_tenant(company, find).await?;
        let Listed { entries, has_next, has_previous } = page.listed(rows);
        Ok(Listed { entries: entries.into_iter().map(entry).collect::<Result<_, _>>()?, has_next, has_previous })
    }

    /// Those of the entries `ids` that are in `company`'s ledger, in this order.
    pub(super) async fn entries_of_ids(&self, company: TenantId, ids: &[LedgerEntryId]) -> Result<Vec<Entry>, Fault> {
        let mut found = HashMap::new();
        for ids in ids.chunks(ROWS_A_STATEMENT) {
            let some = ledger_entry::Column::Id.is_in(ids.iter().copied());
            let find = async |own: TenantDb| own.find::<ledger_entry::Entity>().filter(some).all().await;
            for row in self.central.run_in_tenant(company, find).await? {
                found.insert(row.id, entry(row)?);
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }
}

fn entry(row: ledger_entry::Model) -> Result<Entry, Fault> {
    let currency = currency(&row.currency)?;
    Ok(Entry {
        id: row.id,
        number: row.number,
        at: row.posted_at,
        amount: Money::new(row.amount_minor, currency),
        balance: Money::new(row.balance_minor, currency),
        counterparty: row.counterparty_tenant_id,
        kind: row.kind,
        order: row.order_id,
        reference: row.reference,
    })
}

fn currency(code: &str) -> Result<Currency, Fault> {
    Currency::from_code(code).ok_or_else(|| Fault::Row(format!("{code:?} is no currency")))
}
