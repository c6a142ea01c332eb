//! Events from outside that wait for a company, or for the operator.

use sea_orm_migration::prelude::*;

use crate::column::{index, json, number, text};

/// The table of what waits.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let waiting = Table::create()
            .table(Alias::new("waiting_events"))
            .col(number("id").auto_increment().primary_key())
            .col(text("source"))
            .col(text("event_id"))
            .col(text("type"))
            .col(text("subject"))
            .col(ColumnDef::new(Alias::new("occurred_at")).big_integer())
            .col(json("data"))
            .col(ColumnDef::new(Alias::new("waits_for")).text())
            .col(text("reason"))
            .col(number("received_at"))
            .to_owned();
        manager.create_table(waiting).await?;
        let once = index("waiting_events_source_id", "waiting_events", &["source", "event_id"]).unique().to_owned();
        manager.create_index(once).await?;
        manager.create_index(index("waiting_events_waits_for", "waiting_events", &["waits_for"])).await
    }
}
