//! The database: SQLite in a file, or PostgreSQL. It owns its connections and lends them to the handles of this folder.
#![expect(clippy::disallowed_methods, reason = "this is where connections and transactions are opened")]

use std::path::PathBuf;
use std::sync::Arc;

use entity::TenantId;
use migration::SchemaState;
use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};

use super::central::CentralDb;
use super::handle::TenantHandle;
use super::pools::{Pools, UndoFrom};

/// Sees every statement that sea-orm sends, with its values: for tests and metrics.
pub type Observer = Arc<dyn Fn(&Statement) + Send + Sync>;

/// How to open a database.
#[derive(Clone, Default)]
pub struct OpenOptions {
    /// Whether an SQLite file that is not there is made. PostgreSQL's databases are made by its own tools.
    pub create: bool,
    /// Who sees the statements, if anyone.
    pub observer: Option<Observer>,
}

/// Why a database could not be opened: one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no database that this program knows.
    #[error("DATABASE_URL {url:?} is not understood: expected sqlite://PATH or postgres://USER@HOST/NAME")]
    Url {
        /// The URL without its password.
        url: String,
    },
    /// There is no such file.
    #[error("there is no database at {}: create it with `reseller-network migrate up`", .0.display())]
    Missing(PathBuf),
    /// The server did not answer, or the file is no database.
    #[error("the database at {url} cannot be opened: {cause}")]
    Unreachable {
        /// Where it was looked for, without its password.
        url: String,
        /// What its driver said.
        cause: sqlx::Error,
    },
    /// Changes of the schema are missing.
    #[error("the database's schema is {0} change(s) behind this program: run `reseller-network migrate up`")]
    Behind(usize),
    /// A newer program has changed the schema.
    #[error("the database is newer than this program (it has {0}): use the newer program")]
    Newer(String),
    /// The schema could not be read or changed.
    #[error("the database's schema cannot be read or changed: {0}")]
    Schema(#[from] DbErr),
}

/// The open database.
#[derive(Clone)]
pub struct Database {
    pools: Pools,
}

impl Database {
    /// Opens the database at `url` as it is, whatever its schema.
    pub async fn open(url: &str, options: OpenOptions) -> Result<Self, OpenError> {
        let mut pools = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Pools::open_sqlite(url, options.create).await?,
            Some("postgres" | "postgresql") => Pools::open_postgres(url).await?,
            _ => return Err(OpenError::Url { url: without_password(url) }),
        };
        if let Some(observer) = options.observer {
            for connection in [&mut pools.reader, &mut pools.steady_reader, &mut pools.writer] {
                let observer = observer.clone();
                connection.set_metric_callback(move |info| observer(info.statement));
            }
        }
        Ok(Self { pools })
    }

    /// Opens the database at `url` for work: its schema must be this program's.
    pub async fn open_current(url: &str, options: OpenOptions) -> Result<Self, OpenError> {
        let database = Self::open(url, options).await?;
        let state = database.schema().await?;
        if state.pending.is_empty() { Ok(database) } else { Err(OpenError::Behind(state.pending.len())) }
    }

    /// How the database's schema stands to this program's.
    ///
    /// # Errors
    /// [`OpenError::Newer`] where a newer program has changed it.
    pub async fn schema(&self) -> Result<SchemaState, OpenError> {
        let state = migration::state(&self.pools.reader).await?;
        if state.unknown.is_empty() { Ok(state) } else { Err(OpenError::Newer(state.unknown.join(", "))) }
    }

    /// Brings the schema up to date, wholly or not at all; two programs that do so at once do it once. Answers what was pending.
    pub async fn migrate(&self) -> Result<Vec<String>, OpenError> {
        self.schema().await?;
        self.pools.undo_from(UndoFrom::File).await?;
        let migrated = self.migrate_in_one().await;
        if let Err(error) = self.pools.undo_from(UndoFrom::Memory).await {
            tracing::warn!(%error, "the writer goes on with files for what may have to be undone");
        }
        migrated
    }

    async fn migrate_in_one(&self) -> Result<Vec<String>, OpenError> {
        let transaction = begin_write(&self.pools.writer).await?;
        super::central::lock(&transaction, super::central::Lock::Schema).await?;
        let SchemaState { pending, unknown, .. } = migration::state(&transaction).await?;
        if !unknown.is_empty() {
            return Err(OpenError::Newer(unknown.join(", ")));
        }
        migration::up(&transaction).await?;
        transaction.commit().await?;
        Ok(pending)
    }

    /// The handle of nobody's scope: for platform code, and never for a request.
    pub fn in_central(&self) -> CentralDb {
        CentralDb::new(self.clone())
    }

    /// The handle of a tenant's scope, for reading.
    pub fn in_tenant(&self, tenant: TenantId) -> super::TenantDb {
        TenantHandle::new(self.pools.reader.clone(), tenant)
    }

    pub(super) fn reader(&self) -> &DatabaseConnection {
        &self.pools.reader
    }

    /// For statements whose best plan is the same for any values.
    pub(super) fn steady_reader(&self) -> &DatabaseConnection {
        &self.pools.steady_reader
    }

    /// A transaction that may write. On SQLite it waits for its turn at once (IMMEDIATE), so that it never fails half-way.
    pub(super) async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        begin_write(&self.pools.writer).await
    }

    /// A transaction in which all reads see one state of the database.
    pub(super) async fn begin_snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let postgres = is_postgres(&self.pools.reader);
        let options = TransactionOptions {
            isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
            access_mode: postgres.then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: None,
        };
        self.pools.reader.begin_with_options(options).await
    }
}

fn is_postgres(connection: &DatabaseConnection) -> bool {
    connection.get_database_backend() == DbBackend::Postgres
}

async fn begin_write(writer: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { isolation_level: None, access_mode: None, sqlite_transaction_mode };
    writer.begin_with_options(options).await
}

/// A URL as it may be shown: without password and parameters, which could hold one.
pub(super) fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or(url);
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(host)) if scheme + 3 <= host => {
            let user = url[scheme + 3..host].split(':').next().unwrap_or_default();
            format!("{}{user}{}", &url[..scheme + 3], &url[host..])
        }
        _ => url.to_owned(),
    }
}
