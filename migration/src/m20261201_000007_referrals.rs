//! Referral codes, and who joined by them.

use sea_orm_migration::prelude::*;

use crate::column::{OWNER, id, index, key, number, owned, reference, small, text};

/// The tables of referral codes.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const CODES: &str = "referral_codes";
const REDEMPTIONS: &str = "referral_redemptions";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        codes(manager).await?;
        redemptions(manager).await
    }
}

async fn codes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let codes = owned(CODES)
        .col(id("id").primary_key())
        .col(ColumnDef::new(Alias::new("secret_hash")).binary().not_null())
        .col(text("last_four"))
        .col(ColumnDef::new(Alias::new("shown_at")).big_integer())
        .col(ColumnDef::new(Alias::new("max_uses")).integer())
        .col(small("uses"))
        .col(ColumnDef::new(Alias::new("expires_at")).big_integer())
        .col(ColumnDef::new(Alias::new("note")).text())
        .col(number("created_at"))
        .col(ColumnDef::new(Alias::new("revoked_at")).big_integer())
        .to_owned();
    manager.create_table(codes).await?;
    manager.create_index(index("referral_codes_of_owner", CODES, &[OWNER, "id"]).unique().to_owned()).await?;
    // A code is redeemed by whoever has it: whose it is, it tells.
    manager.create_index(index("referral_codes_by_secret", CODES, &["secret_hash"])).await
}

async fn redemptions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let redemptions = owned(REDEMPTIONS)
        .col(id("code_id"))
        .col(id("tenant_id"))
        .col(number("redeemed_at"))
        .primary_key(&mut key(&[OWNER, "code_id", "tenant_id"]))
        .foreign_key(&mut reference(REDEMPTIONS, "code_id", CODES))
        .foreign_key(&mut reference(REDEMPTIONS, "tenant_id", "tenants"))
        .to_owned();
    manager.create_table(redemptions).await
}
