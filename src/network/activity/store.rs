//! The rows of the feed, of many companies at once.

use entity::network_activity_feed;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, IntoActiveModel};

use super::rows::Row;
use crate::tenancy::insert_rows;

/// Rows that are sent together.
const ROWS_A_STATEMENT: usize = 50_000;

/// Writes new rows. One that is there is left.
pub(super) async fn insert(db: &DatabaseTransaction, rows: Vec<Row>) -> Result<(), DbErr> {
    use network_activity_feed::{Column, Entity, Model};
    let there = OnConflict::columns([Column::OwnerTenantId, Column::Position]).do_nothing().to_owned();
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        let rows = rows.iter().map(|(owner_tenant_id, position, distance)| {
            let row = Model { owner_tenant_id: *owner_tenant_id, position: *position, distance: *distance };
            row.into_active_model().reset_all()
        });
        insert_rows::<Entity>(db, rows.collect(), Some(there.clone())).await?;
    }
    Ok(())
}
