//! What is looked for in a feed: events of a type, and those that are near.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::column::{OWNER, index, small, text};

/// Rows of the feed have the type of their event, and indexes by it and by distance.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const FEED: &str = "network_activity_feed";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let types = Table::create()
            .table(Alias::new("event_types"))
            .col(small("id").primary_key().auto_increment())
            .col(text("name").unique_key())
            .to_owned();
        manager.create_table(types).await?;
        // 0 is what a program before this change writes: a type that is not known.
        let mut of_type = small("type_id").default(0).to_owned();
        let feed = Table::alter().table(Alias::new(FEED)).add_column(&mut of_type).to_owned();
        manager.alter_table(feed).await?;
        name_types_of_rows(manager).await?;
        // The distance is not in it, so that a page of all types is read by the primary key, in its order.
        manager.create_index(index("network_activity_feed_by_type", FEED, &[OWNER, "type_id", "position"])).await?;
        let near = Expr::col(Alias::new("distance")).lte(1);
        let near =
            index("network_activity_feed_near", FEED, &[OWNER, "distance", "position"]).and_where(near).to_owned();
        manager.create_index(near).await
    }
}

/// Gives the rows that are there the types of their events.
async fn name_types_of_rows(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let types = "INSERT INTO event_types (name) SELECT DISTINCT type FROM events WHERE subject_tenant_id IS NOT NULL ORDER BY type";
    db.execute_unprepared(types).await?;
    let rows = "UPDATE network_activity_feed SET type_id = event_types.id FROM events, event_types \
        WHERE events.position = network_activity_feed.position AND event_types.name = events.type";
    db.execute_unprepared(rows).await.map(drop)
}
