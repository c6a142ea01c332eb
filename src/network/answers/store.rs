//! The table `network_cache`: the modules' last known answers, for when memory has none.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: the answers about many companies, read and written at once"
)]

use std::collections::BTreeSet;

use entity::{TenantId, Timestamp, network_cache};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};

use crate::tenancy::{CentralDb, ROWS_A_STATEMENT};

/// How many rows are removed with one statement, so that nobody who writes waits long.
const REMOVED_AT_ONCE: u64 = 500;

/// The last known answers to `question` about `owners`, whom the caller may reach.
pub(super) async fn last_known(
    central: &CentralDb,
    question: &str,
    owners: &[TenantId],
) -> Result<Vec<network_cache::Model>, DbErr> {
    let mut rows = Vec::new();
    for some in owners.chunks(ROWS_A_STATEMENT) {
        let of_owners = network_cache::Column::OwnerTenantId.is_in(some.iter().copied());
        let found = network_cache::Entity::find().filter(of_owners).filter(network_cache::Column::Key.eq(question));
        rows.extend(found.all(central.reader()).await?);
    }
    Ok(rows)
}

/// How many answers about one company are kept: the newest. What is asked about a period has a key of its own for each period.
const ROWS_AN_OWNER: usize = 64;

/// Writes `rows`, each in the place of an older one of the same owner and key; of too many of one owner the oldest go.
pub(super) async fn write(central: &CentralDb, rows: Vec<network_cache::Model>) -> Result<(), DbErr> {
    let is_newer = Expr::col((Alias::new("excluded"), network_cache::Column::AsOf))
        .gt(Expr::col((network_cache::Entity, network_cache::Column::AsOf)));
    let older_there = OnConflict::columns([network_cache::Column::OwnerTenantId, network_cache::Column::Key])
        .update_columns([network_cache::Column::Answer, network_cache::Column::AsOf])
        .action_and_where(is_newer)
        .to_owned();
    let owners: BTreeSet<TenantId> = rows.iter().map(|row| row.owner_tenant_id).collect();
    let change = central.begin().await?;
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    network_cache::Entity::insert_many(rows).on_conflict(older_there).exec_without_returning(&change).await?;
    forget_beyond(&change, owners).await?;
    change.commit().await
}

/// Removes all but the newest answers about each of `owners`.
async fn forget_beyond(change: &DatabaseTransaction, owners: BTreeSet<TenantId>) -> Result<(), DbErr> {
    let ids = (1..=owners.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let oldest = format!(
        "DELETE FROM \"network_cache\" WHERE \"network_cache\".\"owner_tenant_id\" IN ({ids}) AND (owner_tenant_id, key) IN ( \
           SELECT owner_tenant_id, key FROM ( \
             SELECT owner_tenant_id, key, row_number() OVER (PARTITION BY owner_tenant_id ORDER BY as_of DESC, key) AS place \
             FROM \"network_cache\" WHERE \"network_cache\".\"owner_tenant_id\" IN ({ids}) \
           ) AS placed WHERE place > {ROWS_AN_OWNER})"
    );
    let owners = owners.into_iter().map(Into::into);
    let oldest = Statement::from_sql_and_values(change.get_database_backend(), oldest, owners);
    change.execute_raw(oldest).await.map(drop)
}

/// Removes all answers from before `before`.
pub(super) async fn forget(central: &CentralDb, before: Timestamp) -> Result<(), DbErr> {
    loop {
        let oldest = network_cache::Entity::find().filter(network_cache::Column::AsOf.lt(before));
        let oldest = oldest.order_by_asc(network_cache::Column::AsOf).select_only().column(network_cache::Column::AsOf);
        let oldest: Vec<Timestamp> = oldest.limit(REMOVED_AT_ONCE).into_tuple().all(central.reader()).await?;
        let Some(last) = oldest.last() else { return Ok(()) };
        let change = central.begin().await?;
        let these = network_cache::Column::AsOf.lte(*last);
        network_cache::Entity::delete_many().filter(these).exec(&change).await?;
        change.commit().await?;
    }
}
