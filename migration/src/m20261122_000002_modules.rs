//! Catalog, Orders, Finance, settings, the cache of their answers, and what makes a repetition do a thing once.

use sea_orm_migration::prelude::*;

use crate::column::{OWNER, id, index, json, key, number, owned, reference, text};

/// The tables of the modules.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_catalog(manager).await?;
        create_orders(manager).await?;
        create_finance(manager).await?;
        create_network(manager).await
    }
}

async fn create_catalog(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let products = owned("products")
        .col(id("id").primary_key())
        .col(text("sku"))
        .col(text("name"))
        .col(text("category"))
        .col(text("subcategory"))
        .col(number("list_price_minor"))
        .col(text("currency"))
        .col(number("created_at"))
        .col(number("updated_at"))
        .to_owned();
    manager.create_table(products).await?;
    manager.create_index(index("products_owner_sku", "products", &[OWNER, "sku"]).unique().to_owned()).await?;

    let overrides = owned("price_overrides")
        .col(id("product_id"))
        .col(number("price_minor"))
        .col(text("currency"))
        .col(number("updated_at"))
        .primary_key(&mut key(&[OWNER, "product_id"]))
        .foreign_key(&mut reference("price_overrides", "product_id", "products"))
        .to_owned();
    manager.create_table(overrides).await?;

    let access = owned("catalog_access")
        .col(id("granted_by_tenant_id"))
        .col(ColumnDef::new(Alias::new("all_categories")).boolean().not_null())
        .col(json("categories"))
        .col(number("updated_at"))
        .primary_key(&mut key(&[OWNER]))
        .foreign_key(&mut reference("catalog_access", "granted_by_tenant_id", "tenants"))
        .to_owned();
    manager.create_table(access).await
}

async fn create_orders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let orders = owned("orders")
        .col(id("id").primary_key())
        .col(text("reference"))
        .col(ColumnDef::new(Alias::new("imported")).boolean().not_null())
        .col(text("status"))
        .col(id("holder_tenant_id"))
        .col(text("currency"))
        .col(number("amount_minor"))
        .col(number("placed_at"))
        .col(ColumnDef::new(Alias::new("delivered_at")).big_integer())
        .col(number("updated_at"))
        .foreign_key(&mut reference("orders", "holder_tenant_id", "tenants"))
        .to_owned();
    manager.create_table(orders).await?;
    let one_name = index("orders_owner_reference", "orders", &[OWNER, "reference"]).unique().to_owned();
    manager.create_index(one_name).await?;
    // A company's list: what it placed, and what it holds, newest first.
    manager.create_index(index("orders_placed", "orders", &[OWNER, "placed_at", "id"])).await?;
    manager.create_index(index("orders_held", "orders", &["holder_tenant_id", "placed_at", "id"])).await?;

    let lines = owned("order_lines")
        .col(id("order_id"))
        .col(ColumnDef::new(Alias::new("number")).integer().not_null())
        .col(text("sku"))
        .col(text("name"))
        .col(number("quantity"))
        .col(number("amount_minor"))
        .primary_key(&mut key(&[OWNER, "order_id", "number"]))
        .foreign_key(&mut reference("order_lines", "order_id", "orders"))
        .to_owned();
    manager.create_table(lines).await?;

    let legs = owned("order_legs")
        .col(id("order_id"))
        .col(ColumnDef::new(Alias::new("hop")).integer().not_null())
        .col(id("buyer_tenant_id"))
        .col(id("seller_tenant_id"))
        .col(text("status"))
        .col(text("currency"))
        .col(number("amount_minor"))
        .col(json("unit_prices_minor"))
        .col(number("placed_at"))
        .primary_key(&mut key(&[OWNER, "order_id", "hop"]))
        .foreign_key(&mut reference("order_legs", "order_id", "orders"))
        .to_owned();
    manager.create_table(legs).await
}

async fn create_finance(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let accounts = owned("ledger_accounts")
        .col(text("currency"))
        .col(number("balance_minor"))
        .col(number("outstanding_minor"))
        .primary_key(&mut key(&[OWNER, "currency"]))
        .to_owned();
    manager.create_table(accounts).await?;

    let entries = owned("ledger_entries")
        .col(id("id").primary_key())
        .col(number("number"))
        .col(id("posting_id"))
        .col(id("counterparty_tenant_id"))
        .col(text("currency"))
        .col(number("amount_minor"))
        .col(number("balance_minor"))
        .col(text("kind"))
        .col(ColumnDef::new(Alias::new("order_id")).uuid())
        .col(ColumnDef::new(Alias::new("reference")).text())
        .col(number("posted_at"))
        .foreign_key(&mut reference("ledger_entries", "counterparty_tenant_id", "tenants"))
        .to_owned();
    manager.create_table(entries).await?;
    let in_order = index("ledger_entries_owner_number", "ledger_entries", &[OWNER, "number"]).unique().to_owned();
    manager.create_index(in_order).await?;
    let once = index("ledger_entries_owner_posting", "ledger_entries", &[OWNER, "posting_id"]).unique().to_owned();
    manager.create_index(once).await
}

async fn create_network(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let settings = owned("network_settings")
        .col(number("version"))
        .col(json("margins"))
        .col(number("updated_at"))
        .primary_key(&mut key(&[OWNER]))
        .to_owned();
    manager.create_table(settings).await?;

    let cache = owned("network_cache")
        .col(text("key"))
        .col(json("answer"))
        .col(number("as_of"))
        .primary_key(&mut key(&[OWNER, "key"]))
        .to_owned();
    manager.create_table(cache).await?;
    manager.create_index(index("network_cache_age", "network_cache", &["as_of"])).await?;

    let keys = owned("idempotency_keys")
        .col(id("person_id"))
        .col(text("operation"))
        .col(text("key"))
        .col(ColumnDef::new(Alias::new("input_hash")).binary().not_null())
        .col(id("result_id"))
        .col(number("created_at"))
        .primary_key(&mut key(&[OWNER, "person_id", "operation", "key"]))
        .to_owned();
    manager.create_table(keys).await?;
    manager.create_index(index("idempotency_keys_owner_age", "idempotency_keys", &[OWNER, "created_at"])).await?;

    let consumers = Table::create()
        .table(Alias::new("consumers"))
        .col(text("name").primary_key())
        .col(number("position"))
        .to_owned();
    manager.create_table(consumers).await
}
