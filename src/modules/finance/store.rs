//! The rows of several companies' ledgers: a posting is in two of them.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: a posting is in two companies' ledgers, a batch of them in many"
)]

use std::collections::{BTreeMap, HashSet};

use entity::{PostingId, TenantId, Timestamp, credit_limit, ledger_account, ledger_entry};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Statement,
};

use crate::tenancy::{ROWS_A_STATEMENT, insert_rows};

/// Postings that are looked up by one statement: SQLite takes no expression of more than 1,000 levels.
const POSTINGS_A_STATEMENT: usize = 400;

/// Which of these postings are in the ledger of the company that stands beside them.
pub(super) async fn posted(
    db: &impl ConnectionTrait,
    postings: &[(TenantId, PostingId)],
) -> Result<HashSet<PostingId>, DbErr> {
    let mut posted = HashSet::new();
    for postings in postings.chunks(POSTINGS_A_STATEMENT) {
        let mut by_owner: BTreeMap<TenantId, Vec<PostingId>> = BTreeMap::new();
        for (owner, posting) in postings {
            by_owner.entry(*owner).or_default().push(*posting);
        }
        let any = by_owner.into_iter().fold(Condition::any(), |any, (owner, postings)| {
            let of_owner = Condition::all().add(ledger_entry::Column::OwnerTenantId.eq(owner));
            any.add(of_owner.add(ledger_entry::Column::PostingId.is_in(postings)))
        });
        let found = ledger_entry::Entity::find().filter(any).select_only().column(ledger_entry::Column::PostingId);
        posted.extend(found.into_tuple::<PostingId>().all(db).await?);
    }
    Ok(posted)
}

/// The end of a company's ledger.
#[derive(FromQueryResult)]
pub(super) struct Last {
    pub(super) owner_tenant_id: TenantId,
    pub(super) number: i64,
    pub(super) posted_at: Timestamp,
}

/// The last entry in the ledger of each of `owners`; one without entries has none.
pub(super) async fn last_entries(db: &impl ConnectionTrait, owners: &[TenantId]) -> Result<Vec<Last>, DbErr> {
    let mut all = Vec::new();
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        // One look at the end of an index each; a grouping would read all entries of a company.
        let ids = (1..=owners.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
        let last = format!(
            "SELECT owner_tenant_id, number, posted_at FROM tenants JOIN \"ledger_entries\" ON owner_tenant_id = tenants.id \
             WHERE tenants.id IN ({ids}) \
             AND number = (SELECT max(number) FROM \"ledger_entries\" WHERE owner_tenant_id = tenants.id)"
        );
        let last =
            Statement::from_sql_and_values(db.get_database_backend(), last, owners.iter().map(|id| (*id).into()));
        all.extend(Last::find_by_statement(last).all(db).await?);
    }
    Ok(all)
}

/// The accounts of `owners`, each company's by currency.
pub(super) async fn accounts(
    db: &impl ConnectionTrait,
    owners: &[TenantId],
) -> Result<Vec<ledger_account::Model>, DbErr> {
    let mut accounts = Vec::new();
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        let some = ledger_account::Entity::find()
            .filter(ledger_account::Column::OwnerTenantId.is_in(owners.iter().copied()))
            .order_by_asc(ledger_account::Column::OwnerTenantId)
            .order_by_asc(ledger_account::Column::Currency);
        accounts.extend(some.all(db).await?);
    }
    Ok(accounts)
}

/// What `owners` may owe, each company's by currency.
pub(super) async fn credit_limits(
    db: &impl ConnectionTrait,
    owners: &[TenantId],
) -> Result<Vec<credit_limit::Model>, DbErr> {
    let mut limits = Vec::new();
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        let some = credit_limit::Entity::find()
            .filter(credit_limit::Column::OwnerTenantId.is_in(owners.iter().copied()))
            .order_by_asc(credit_limit::Column::OwnerTenantId)
            .order_by_asc(credit_limit::Column::Currency);
        limits.extend(some.all(db).await?);
    }
    Ok(limits)
}

/// Adds new entries.
pub(super) async fn insert(db: &DatabaseTransaction, entries: Vec<ledger_entry::Model>) -> Result<(), DbErr> {
    let entries = entries.into_iter().map(|entry| entry.into_active_model().reset_all()).collect();
    insert_rows::<ledger_entry::Entity>(db, entries, None).await.map(drop)
}

/// Writes where accounts stand now.
pub(super) async fn save(db: &DatabaseTransaction, accounts: Vec<ledger_account::Model>) -> Result<(), DbErr> {
    use ledger_account::Column;
    let there = OnConflict::columns([Column::OwnerTenantId, Column::Currency])
        .update_columns([Column::BalanceMinor, Column::OutstandingMinor])
        .to_owned();
    let accounts = accounts.into_iter().map(|account| account.into_active_model().reset_all()).collect();
    insert_rows::<ledger_account::Entity>(db, accounts, Some(there)).await.map(drop)
}
