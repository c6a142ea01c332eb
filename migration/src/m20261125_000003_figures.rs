//! Figures by day, what is known of each order, the feed, and events that were kept apart.

use sea_orm_migration::prelude::*;

use crate::column::{OWNER, id, index, key, number, reference, small, text};

/// The tables that are made from the log.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        index_log_by_time(manager).await?;
        create_order_facts(manager).await?;
        create_daily_figures(manager).await?;
        create_feed(manager).await?;
        create_parked_events(manager).await?;
        cover_orders_by_day(manager).await
    }
}

/// The latest instant of the log is looked up by each move: what was recorded before it counts for the chain before it.
async fn index_log_by_time(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_index(index("events_recorded_at", "events", &["recorded_at"])).await
}

/// A table whose rows are made from the log, and belong to a tenant that the log knows. They are many, and a foreign key would look that tenant up for
/// each of them.
fn derived(table: &str) -> TableCreateStatement {
    Table::create().table(Alias::new(table)).col(id(OWNER)).to_owned()
}

async fn create_order_facts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let facts = Table::create()
        .table(Alias::new("order_facts"))
        .col(text("source"))
        .col(text("order_id"))
        .col(id("placer_tenant_id"))
        .col(number("placed_at"))
        .col(small("day"))
        .col(text("currency"))
        .col(number("amount_minor"))
        .col(text("status"))
        .col(number("status_at"))
        .primary_key(&mut key(&["source", "order_id"]))
        .foreign_key(&mut reference("order_facts", "placer_tenant_id", "tenants"))
        .to_owned();
    manager.create_table(facts).await?;
    manager.create_index(index("order_facts_placed", "order_facts", &["placer_tenant_id", "day"])).await?;
    // Those that are still on their way: late ones are looked for among few.
    let open = Expr::col(Alias::new("status")).is_not_in(["DELIVERED", "CANCELLED"]);
    let on_their_way = index("order_facts_open", "order_facts", &["placed_at"]).and_where(open).to_owned();
    manager.create_index(on_their_way).await?;

    let totals = Table::create()
        .table(Alias::new("order_totals"))
        .col(text("currency").primary_key())
        .col(number("amount_minor"))
        .to_owned();
    manager.create_table(totals).await
}

async fn create_daily_figures(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let figures = derived("daily_figures")
        .col(small("day"))
        .col(small("level"))
        .col(text("currency"))
        .col(number("order_count"))
        .col(number("revenue_minor"))
        .primary_key(&mut key(&[OWNER, "day", "level", "currency"]))
        .to_owned();
    manager.create_table(figures).await?;
    // Whoever sold most on some days: by each company's own orders.
    let own = Expr::col(Alias::new("level")).eq(0);
    manager.create_index(index("daily_figures_own", "daily_figures", &["day"]).and_where(own).to_owned()).await?;

    let statuses = derived("daily_statuses")
        .col(small("day"))
        .col(text("status"))
        .col(number("order_count"))
        .primary_key(&mut key(&[OWNER, "day", "status"]))
        .to_owned();
    manager.create_table(statuses).await
}

async fn create_feed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let feed = derived("network_activity_feed")
        .col(number("position"))
        .col(small("distance"))
        .primary_key(&mut key(&[OWNER, "position"]))
        .to_owned();
    manager.create_table(feed).await
}

async fn create_parked_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let parked = Table::create()
        .table(Alias::new("parked_events"))
        .col(text("consumer"))
        .col(number("position"))
        .col(text("reason"))
        .col(number("parked_at"))
        .primary_key(&mut key(&["consumer", "position"]))
        .to_owned();
    manager.create_table(parked).await
}

/// What companies ordered in a period is read from the index alone.
async fn cover_orders_by_day(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut by_day = index("orders_by_day", "orders", &[OWNER, "placed_at"]);
    for column in ["status", "currency", "amount_minor"] {
        // SQLite has no columns beside the key.
        match manager.get_database_backend() {
            sea_orm_migration::sea_orm::DbBackend::Postgres => by_day.include(Alias::new(column)),
            _ => by_day.col(Alias::new(column)),
        };
    }
    manager.create_index(by_day).await
}
