//! The schema of the database, one file per change, the same for SQLite and PostgreSQL.
//!
//! Changes run forward only, and in one transaction: a database is wholly at a version or was not touched.
//! While several versions of the program run on one database, a change expands; moving and contracting come in later ones.

mod column;
mod m20261122_000001_chain;
mod m20261122_000002_modules;
mod m20261125_000003_figures;
mod m20261127_000004_activity;
mod m20261127_000005_intake;
mod m20261201_000006_upline;
mod m20261201_000007_referrals;

use std::collections::HashSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbErr, EntityTrait, QueryOrder};
use sea_orm_migration::seaql_migrations;

/// All changes, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_chain::Migration),
            Box::new(m20261122_000002_modules::Migration),
            Box::new(m20261125_000003_figures::Migration),
            Box::new(m20261127_000004_activity::Migration),
            Box::new(m20261127_000005_intake::Migration),
            Box::new(m20261201_000006_upline::Migration),
            Box::new(m20261201_000007_referrals::Migration),
        ]
    }
}

/// How a database's schema stands to this program's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaState {
    /// Changes that the database has.
    pub applied: Vec<String>,
    /// Changes that it still lacks.
    pub pending: Vec<String>,
    /// Changes that it has and this program does not know: a newer program made them.
    pub unknown: Vec<String>,
}

/// Compares the database's schema with this program's; writes nothing.
pub async fn state<C: sea_orm_migration::sea_orm::ConnectionTrait>(db: &C) -> Result<SchemaState, DbErr>
where
    for<'a> &'a C: IntoSchemaManagerConnection<'a>,
{
    let known: Vec<String> = Migrator::migrations().iter().map(|change| change.name().to_owned()).collect();
    let applied = applied(db).await?;
    let (names, had) = (known.iter().collect::<HashSet<_>>(), applied.iter().collect::<HashSet<_>>());
    Ok(SchemaState {
        pending: known.iter().filter(|name| !had.contains(name)).cloned().collect(),
        unknown: applied.iter().filter(|name| !names.contains(name)).cloned().collect(),
        applied: applied.clone(),
    })
}

async fn applied<C: sea_orm_migration::sea_orm::ConnectionTrait>(db: &C) -> Result<Vec<String>, DbErr>
where
    for<'a> &'a C: IntoSchemaManagerConnection<'a>,
{
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let rows = seaql_migrations::Entity::find().order_by_asc(seaql_migrations::Column::Version).all(db).await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// Applies what is pending. Run it in a transaction.
pub async fn up(transaction: &sea_orm_migration::sea_orm::DatabaseTransaction) -> Result<(), DbErr> {
    Migrator::up(transaction, None).await
}
