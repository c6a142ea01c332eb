//! Central scope: the handle of platform code, which runs on nobody's behalf.
//!
//! It lends its connection to the central stores of this crate. There is no way to it from a tenant's handle.

use entity::TenantId;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement};

use super::database::Database;

/// The database in nobody's scope.
#[derive(Clone)]
pub struct CentralDb {
    database: Database,
}

impl CentralDb {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    /// A connection for a single read.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        self.database.reader()
    }

    /// A connection for a single read whose best plan is the same for any values. PostgreSQL plans it once, without looking at them: not for what
    /// reads much for some values and little for others.
    pub(crate) fn steady_reader(&self) -> &DatabaseConnection {
        self.database.steady_reader()
    }

    /// A transaction that may write.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.database.begin_write().await
    }

    /// A transaction in which all reads see one state of the database.
    pub(crate) async fn begin_snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        self.database.begin_snapshot().await
    }

    /// Whether the database is embedded in this process: no other server shares it.
    pub(crate) fn is_embedded(&self) -> bool {
        self.database.reader().get_database_backend() == DbBackend::Sqlite
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> bool {
        self.database.reader().ping().await.is_ok()
    }

    /// Leaves central scope for one call: `work` sees `tenant`'s rows and no others.
    pub async fn run_in_tenant<T>(&self, tenant: TenantId, work: impl AsyncFnOnce(super::TenantDb) -> T) -> T {
        work(self.database.in_tenant(tenant)).await
    }
}

/// How many rows a statement writes or looks up: well below the 32,766 parameters that SQLite takes.
pub(crate) const ROWS_A_STATEMENT: usize = 1_000;

/// What only one transaction at a time may do, in the order in which they must be taken: the log's lock comes last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock {
    /// Change the schema.
    Schema = 1,
    /// Change the chain: who is whose parent, and who is frozen by whom.
    Chain = 2,
    /// Add to the ledgers.
    Ledger = 4,
    /// Append to the log: held until the commit is visible, so that the order of positions is the order of commits.
    Log = 3,
}

/// "Rese" in ASCII, so that our locks meet nobody else's in the same PostgreSQL database.
const LOCK_SPACE: i32 = 0x5265_7365;

/// Waits for `lock` and holds it until the transaction ends. On SQLite a writing transaction holds all of them from its beginning.
pub(crate) async fn lock(transaction: &DatabaseTransaction, lock: Lock) -> Result<(), DbErr> {
    take(transaction, "SELECT pg_advisory_xact_lock($1, $2)", lock).await
}

/// The same beside others that share it: who holds it alone waits for all of them, and they for it.
pub(crate) async fn share(transaction: &DatabaseTransaction, lock: Lock) -> Result<(), DbErr> {
    take(transaction, "SELECT pg_advisory_xact_lock_shared($1, $2)", lock).await
}

async fn take(transaction: &DatabaseTransaction, sql: &str, lock: Lock) -> Result<(), DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let key = [LOCK_SPACE.into(), (lock as i32).into()];
    #[expect(clippy::disallowed_methods, reason = "sea-query has no advisory locks; the statement touches no table")]
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, key);
    #[expect(clippy::disallowed_methods, reason = "as above")]
    transaction.execute_raw(statement).await.map(drop)
}
