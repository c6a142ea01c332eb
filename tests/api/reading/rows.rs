//! Companies and freezes written straight into a database, which is the fastest way to a large chain.

use entity::{FreezeId, TenantId, TenantStatus, Timestamp, freeze, tenant};
use reseller_network::modules::admin::NewReseller;
use reseller_network::tenancy::{Database, OpenOptions};
use sea_orm::{ActiveModelTrait, EntityTrait};

use crate::support::TestDatabase;
use crate::support::app::NOW;

/// An active company.
pub(super) fn row(parent: Option<TenantId>, name: &str) -> tenant::Model {
    NewReseller {
        parent,
        name: name.to_owned(),
        external_id: Some(name.to_owned()),
        currency: "USD".to_owned(),
        status: TenantStatus::Active,
        joined_at: Timestamp(0),
    }
    .into_row(NOW)
}

/// So many companies, each below the one before.
pub(super) fn line(length: usize) -> Vec<tenant::Model> {
    let first = row(None, "0000");
    let mut parent = first.id;
    let below = (1..length).map(|number| {
        let row = row(Some(parent), &format!("{number:04}"));
        parent = row.id;
        row
    });
    std::iter::once(first).chain(below.collect::<Vec<_>>()).collect()
}

/// A freeze of `placer` on `company`.
pub(super) fn freeze_row(placer: TenantId, company: TenantId) -> freeze::Model {
    freeze::Model {
        id: FreezeId::generate(),
        owner_tenant_id: company,
        placed_by_tenant_id: placer,
        reason: "late payments".to_owned(),
        frozen_at: NOW,
    }
}

/// Writes them into a new database.
pub(super) async fn load(database: &TestDatabase, companies: &[tenant::Model], freezes: &[freeze::Model]) {
    let options = OpenOptions { create: true, ..OpenOptions::default() };
    Database::open(&database.url, options).await.unwrap().migrate().await.unwrap();
    let connection = sea_orm::Database::connect(&database.url).await.unwrap();
    for rows in companies.chunks(500) {
        let rows = rows.iter().cloned().map(|row| tenant::ActiveModel::from(row).reset_all());
        tenant::Entity::insert_many(rows).exec_without_returning(&connection).await.unwrap();
    }
    for rows in freezes.chunks(500) {
        let rows = rows.iter().cloned().map(|row| freeze::ActiveModel::from(row).reset_all());
        freeze::Entity::insert_many(rows).exec_without_returning(&connection).await.unwrap();
    }
}
