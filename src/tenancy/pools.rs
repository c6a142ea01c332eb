//! The connections to the database, by what they are for.
#![expect(clippy::disallowed_methods, reason = "this is where connections are opened")]

use std::str::FromStr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor};
use tracing::log::LevelFilter;

use super::database::{OpenError, without_password};

/// The connections. On SQLite many readers that cannot write, and one writer; on PostgreSQL a pool for each.
#[derive(Clone)]
pub(super) struct Pools {
    pub(super) reader: DatabaseConnection,
    /// For statements whose best plan is the same for any values: PostgreSQL plans each of them once.
    pub(super) steady_reader: DatabaseConnection,
    pub(super) writer: DatabaseConnection,
}

/// Where it stands what a statement may have to undo.
#[derive(Clone, Copy, Debug)]
pub(super) enum UndoFrom {
    Memory,
    File,
}

/// How long a writer waits for another one, also one in another process, before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);

impl Pools {
    pub(super) async fn open_sqlite(url: &str, create: bool) -> Result<Self, OpenError> {
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
            .pragma("temp_store", "MEMORY")
            // In KiB, as a negative number: the indexes of a million names stay in memory during an import.
            .pragma("cache_size", "-65536");
        // A lone connection that lives as long as the program: SQLite has one writer, whom the others wait for in order.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(BUSY_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(writer)
            .await
            .map_err(unreachable)?;
        let reader_options = options.read_only(true).create_if_missing(false);
        // An open file goes nowhere: asking whether it is there would cost as much as many a read.
        let reader = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
        let reader = reader.connect_with(reader_options).await.map_err(unreachable)?;
        let [reader, writer] = [reader, writer].map(SqlxSqliteConnector::from_sqlx_sqlite_pool);
        // SQLite makes one plan for all values anyway.
        Ok(Self { steady_reader: reader.clone(), reader, writer })
    }

    /// Where the writer keeps what a statement may have to undo. It does so in memory: else each statement that touches some more pages makes a file and
    /// removes it. A migration may touch all pages there are.
    pub(super) async fn undo_from(&self, place: UndoFrom) -> Result<(), DbErr> {
        if self.writer.get_database_backend() != DbBackend::Sqlite {
            return Ok(());
        }
        let pragma = match place {
            UndoFrom::Memory => "PRAGMA temp_store = MEMORY",
            UndoFrom::File => "PRAGMA temp_store = FILE",
        };
        self.writer.execute_unprepared(pragma).await.map(drop)
    }

    pub(super) async fn open_postgres(url: &str) -> Result<Self, OpenError> {
        let unreachable = |cause| OpenError::Unreachable { url: without_password(url), cause };
        let options = PgConnectOptions::from_str(url)
            .map_err(unreachable)?
            .application_name("reseller-network")
            .log_statements(LevelFilter::Trace)
            .options([("idle_in_transaction_session_timeout", "60s")]);
        let planned = |mode: &str| options.clone().options([("plan_cache_mode", mode)]);
        // A generic plan, made for no value in particular, can be several times slower than one for the value at hand.
        let (custom, generic) = (planned("force_custom_plan"), planned("force_generic_plan"));
        let timeout = BUSY_TIMEOUT.as_millis().to_string();
        let writer = custom.clone().options([("lock_timeout", timeout.as_str())]);
        // Apart, so that writers who wait for one another never keep a reader waiting.
        let reader = pool(12).connect_with(custom).await.map_err(unreachable)?;
        // Such statements are short: other processes would take longer to begin than to help.
        let steady_reader = pool(8).connect_lazy_with(generic.options([("max_parallel_workers_per_gather", "0")]));
        let writer = pool(8).acquire_timeout(BUSY_TIMEOUT).after_connect(read_committed).connect_lazy_with(writer);
        let [reader, steady_reader, writer] =
            [reader, steady_reader, writer].map(SqlxPostgresConnector::from_sqlx_postgres_pool);
        Ok(Self { reader, steady_reader, writer })
    }
}

/// A connection that was used a moment ago is there still: only after a longer rest it is asked whether it is.
const SURELY_THERE: Duration = Duration::from_secs(1);

fn pool(size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .before_acquire(is_there)
}

/// Under REPEATABLE READ, which may be the server's default, a transaction that waited for a lock would see what was before it. Said once for a
/// connection, and not by an option, which a pooler in between may drop.
fn read_committed(connection: &mut PgConnection, _: PoolConnectionMetadata) -> BoxFuture<'_, sqlx::Result<()>> {
    let set = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED";
    Box::pin(async move { connection.execute(set).await.map(drop) })
}

fn is_there(
    connection: &mut PgConnection,
    PoolConnectionMetadata { idle_for, .. }: PoolConnectionMetadata,
) -> BoxFuture<'_, sqlx::Result<bool>> {
    Box::pin(async move {
        if idle_for > SURELY_THERE {
            connection.ping().await?;
        }
        Ok(true)
    })
}
