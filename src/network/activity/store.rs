//! The rows of the feed, of many companies at once.
#![expect(clippy::disallowed_methods, reason = "central store: old rows of all companies are removed")]

use entity::{Position, TenantId, network_activity_feed};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use super::rows::{Row, Seen};
use crate::tenancy::{insert_rows, one_of};

/// Rows that are sent together.
const ROWS_A_STATEMENT: usize = 50_000;

/// The row of the table.
pub(in crate::network) fn model((owner_tenant_id, position, seen): Row) -> network_activity_feed::Model {
    let Seen { distance, type_id } = seen;
    network_activity_feed::Model { owner_tenant_id, position, distance, type_id }
}

/// Writes rows, and answers how many. One that is there is left; where all are said to be new it is a fault.
pub(super) async fn insert(db: &DatabaseTransaction, rows: Vec<Row>, are_new: bool) -> Result<u64, DbErr> {
    use network_activity_feed::{Column, Entity};
    let there = || OnConflict::columns([Column::OwnerTenantId, Column::Position]).do_nothing().to_owned();
    let mut written = 0;
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        let rows = rows.iter().map(|row| model(*row).into_active_model().reset_all());
        written += insert_rows::<Entity>(db, rows.collect(), (!are_new).then(there)).await?;
    }
    Ok(written)
}

/// Removes the rows that `owners` have of events before `position`.
pub(super) async fn remove_before(
    db: &DatabaseTransaction,
    owners: &[TenantId],
    position: Position,
) -> Result<(), DbErr> {
    use network_activity_feed::{Column, Entity};
    let owners = owners.iter().map(|owner| (*owner).into()).collect();
    let of_owners = one_of(db.get_database_backend(), Column::OwnerTenantId, owners)?;
    Entity::delete_many().filter(of_owners).filter(Column::Position.lt(position)).exec(db).await.map(drop)
}
