//! The second line behind the typed handle: a connection that reads each statement before it lets it through.
//!
//! The typed handle adds the owner's condition. This connection trusts nobody: it refuses raw statements, and every statement in which a
//! tenant-owned table stands without its condition `"table"."owner_tenant_id" = <this tenant>` (`guard/check.rs`).
#![expect(clippy::disallowed_methods, reason = "this is the connection behind the handles")]

mod check;
#[cfg(test)]
mod tests;
mod words;

use check::check;
use entity::TenantId;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, StatementBuilder,
};

/// A connection for one tenant's statements.
pub(super) struct Guarded<C> {
    connection: C,
    tenant: TenantId,
}

impl<C: ConnectionTrait> Guarded<C> {
    pub(super) fn new(connection: C, tenant: TenantId) -> Self {
        Self { connection, tenant }
    }

    fn admit(&self, statement: &impl StatementBuilder) -> Result<(), DbErr> {
        let statement = statement.build(&self.get_database_backend());
        check(&statement, self.tenant).map_err(|why| refused(why, &statement.sql))
    }
}

fn refused(why: &str, sql: &str) -> DbErr {
    DbErr::Custom(format!("the tenant guard refused a statement: {why}: {sql}"))
}

/// A transaction that somebody else ends.
pub struct InTransaction<'t>(pub(super) &'t DatabaseTransaction);

#[async_trait::async_trait]
impl ConnectionTrait for InTransaction<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.query_all_raw(statement).await
    }
}

const RAW: &str = "raw SQL";

#[async_trait::async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Guarded<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        Err(refused(RAW, &statement.sql))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        Err(refused(RAW, sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Err(refused(RAW, &statement.sql))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        Err(refused(RAW, &statement.sql))
    }

    async fn execute<S: StatementBuilder>(&self, statement: &S) -> Result<ExecResult, DbErr> {
        self.admit(statement)?;
        self.connection.execute(statement).await
    }

    async fn query_one<S: StatementBuilder>(&self, statement: &S) -> Result<Option<QueryResult>, DbErr> {
        self.admit(statement)?;
        self.connection.query_one(statement).await
    }

    async fn query_all<S: StatementBuilder>(&self, statement: &S) -> Result<Vec<QueryResult>, DbErr> {
        self.admit(statement)?;
        self.connection.query_all(statement).await
    }
}
