//! The database: SQLite in a file, or PostgreSQL. It owns its connections and lends them to the handles of this folder alone.
#![expect(clippy::disallowed_methods, reason = "this is where connections and transactions are opened")]

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use entity::TenantId;
use migration::SchemaState;
use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel, SqliteTransactionMode,
    SqlxPostgresConnector, SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tracing::log::LevelFilter;

use super::central::CentralDb;
use super::handle::TenantHandle;

/// Sees every statement with its values, before which nobody is told of it: for tests and metrics.
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
    /// On SQLite many readers that cannot write, and one writer; on PostgreSQL the same pool twice.
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens the database at `url` as it is, whatever its schema.
    pub async fn open(url: &str, options: OpenOptions) -> Result<Self, OpenError> {
        let (mut reader, mut writer) = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => open_sqlite(url, options.create).await?,
            Some("postgres" | "postgresql") => open_postgres(url).await?,
            _ => return Err(OpenError::Url { url: without_password(url) }),
        };
        if let Some(observer) = options.observer {
            for connection in [&mut reader, &mut writer] {
                let observer = observer.clone();
                connection.set_metric_callback(move |info| observer(info.statement));
            }
        }
        Ok(Self { reader, writer })
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
        let state = migration::state(&self.reader).await?;
        if state.unknown.is_empty() { Ok(state) } else { Err(OpenError::Newer(state.unknown.join(", "))) }
    }

    /// Brings the schema up to date, wholly or not at all; two programs that do so at once do it once. Answers what was pending.
    pub async fn migrate(&self) -> Result<Vec<String>, OpenError> {
        self.schema().await?;
        let transaction = begin_write(&self.writer).await?;
        super::central::lock(&transaction, super::central::Lock::Schema).await?;
        let pending = migration::state(&transaction).await?.pending;
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
        TenantHandle::new(self.reader.clone(), tenant)
    }

    pub(super) fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A transaction that may write. On SQLite it waits for its turn at once (IMMEDIATE), so that it never fails half-way.
    pub(super) async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        begin_write(&self.writer).await
    }

    /// A transaction in which all reads see one state of the database.
    pub(super) async fn begin_snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let postgres = self.reader.get_database_backend() == sea_orm::DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
            access_mode: postgres.then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: None,
        };
        self.reader.begin_with_options(options).await
    }
}

async fn begin_write(writer: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    writer.begin_with_options(options).await
}

/// How long a statement waits for SQLite's one writer, also one in another process.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);

async fn open_sqlite(url: &str, create: bool) -> Result<(DatabaseConnection, DatabaseConnection), OpenError> {
    let unreachable = |cause| OpenError::Unreachable { url: url.to_owned(), cause };
    let options = SqliteConnectOptions::from_str(url).map_err(unreachable)?;
    let file = options.get_filename().to_owned();
    if !create && !file.exists() {
        return Err(OpenError::Missing(file));
    }
    let options = options.foreign_keys(true).busy_timeout(BUSY_TIMEOUT).log_statements(LevelFilter::Trace);
    let writer = options
        .clone()
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // In KiB, as a negative number: the indexes of a million names stay in memory during an import.
        .pragma("cache_size", "-65536");
    // A lone connection that lives as long as the program: SQLite has one writer, whom the others wait for in order.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(BUSY_TIMEOUT)
        .connect_with(writer)
        .await
        .map_err(unreachable)?;
    let reader = options.read_only(true).create_if_missing(false);
    let reader = SqlitePoolOptions::new().max_connections(4).connect_with(reader).await.map_err(unreachable)?;
    let connections =
        (SqlxSqliteConnector::from_sqlx_sqlite_pool(reader), SqlxSqliteConnector::from_sqlx_sqlite_pool(writer));
    Ok(connections)
}

async fn open_postgres(url: &str) -> Result<(DatabaseConnection, DatabaseConnection), OpenError> {
    let unreachable = |cause| OpenError::Unreachable { url: without_password(url), cause };
    let options = PgConnectOptions::from_str(url)
        .map_err(unreachable)?
        .application_name("reseller-network")
        .log_statements(LevelFilter::Trace)
        // A generic plan, made for no value in particular, can be several times slower than one for the value at hand.
        .options([("plan_cache_mode", "force_custom_plan"), ("idle_in_transaction_session_timeout", "60s")]);
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options)
        .await
        .map_err(unreachable)?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok((connection.clone(), connection))
}

/// A URL as it may be shown.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(host)) if scheme + 3 <= host => {
            let user = url[scheme + 3..host].split(':').next().unwrap_or_default();
            format!("{}{user}{}", &url[..scheme + 3], &url[host..])
        }
        _ => url.to_owned(),
    }
}
