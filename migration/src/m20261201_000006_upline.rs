//! What companies ask of their upline, who decided what about it, and the credit that companies grant.

use sea_orm_migration::prelude::*;

use crate::column::{OWNER, id, index, json, key, number, owned, reference, small, text};

/// The tables of upline requests, the rules of who decides by itself, and credit limits.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const REQUESTS: &str = "upline_requests";
const HOPS: &str = "upline_hops";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        requests(manager).await?;
        hops(manager).await?;
        credit_limits(manager).await?;
        // Null is what a program before this change writes: nothing was set.
        let mut rules = ColumnDef::new(Alias::new("auto_forwarding")).json_binary().to_owned();
        manager
            .alter_table(Table::alter().table(Alias::new("network_settings")).add_column(&mut rules).to_owned())
            .await
    }
}

async fn requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let requests = owned(REQUESTS)
        .col(id("id").primary_key())
        .col(ColumnDef::new(Alias::new("person_id")).uuid())
        .col(text("action"))
        .col(json("payload"))
        .col(ColumnDef::new(Alias::new("order_id")).uuid())
        .col(text("status"))
        .col(id("target_tenant_id"))
        .col(ColumnDef::new(Alias::new("result")).json_binary())
        .col(number("created_at"))
        .col(number("updated_at"))
        .col(number("expires_at"))
        .col(ColumnDef::new(Alias::new("due_at")).big_integer())
        .foreign_key(&mut reference(REQUESTS, "target_tenant_id", "tenants"))
        .to_owned();
    manager.create_table(requests).await?;
    let of_owner = index("upline_requests_of_owner", REQUESTS, &[OWNER, "id"]).unique().to_owned();
    manager.create_index(of_owner).await?;
    manager.create_index(index("upline_requests_by_status", REQUESTS, &["status", "updated_at"])).await?;
    // An order is asked for once at a time.
    let open = Expr::cust("order_id IS NOT NULL AND status IN ('PENDING', 'PROCESSING')");
    let of_order = index("upline_requests_open_order", REQUESTS, &[OWNER, "order_id"]).unique().to_owned();
    manager.create_index(of_order.clone().and_where(open).to_owned()).await?;
    let due = Expr::col(Alias::new("due_at")).is_not_null();
    manager.create_index(index("upline_requests_due", REQUESTS, &["due_at"]).and_where(due).to_owned()).await
}

async fn hops(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let hops = owned(HOPS)
        .col(id("request_id"))
        .col(small("number"))
        .col(id("tenant_id"))
        .col(text("decision"))
        .col(ColumnDef::new(Alias::new("decided_at")).big_integer())
        .col(ColumnDef::new(Alias::new("person_id")).uuid())
        .col(ColumnDef::new(Alias::new("note")).text())
        .primary_key(&mut key(&[OWNER, "request_id", "number"]))
        .foreign_key(&mut reference(HOPS, "request_id", REQUESTS))
        .foreign_key(&mut reference(HOPS, "tenant_id", "tenants"))
        .to_owned();
    manager.create_table(hops).await?;
    manager.create_index(index("upline_hops_of_request", HOPS, &["request_id"])).await?;
    manager.create_index(index("upline_hops_of_tenant", HOPS, &["tenant_id", "request_id"])).await
}

async fn credit_limits(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let limits = owned("credit_limits")
        .col(text("currency"))
        .col(number("limit_minor"))
        .col(id("granted_by_tenant_id"))
        .col(number("granted_at"))
        .primary_key(&mut key(&[OWNER, "currency"]))
        .foreign_key(&mut reference("credit_limits", "granted_by_tenant_id", "tenants"))
        .to_owned();
    manager.create_table(limits).await
}
