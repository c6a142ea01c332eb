//! The second line behind the typed handle: a connection that reads each statement before it lets it through.
//!
//! The typed handle adds the owner's condition. This connection trusts nobody: it refuses raw statements, and every statement in which a
//! tenant-owned table stands more often than its condition `"table"."owner_tenant_id" = <this tenant>`.
#![expect(clippy::disallowed_methods, reason = "this is the connection behind the handles")]

use entity::{OWNER_COLUMN, TenantId, owned_tables};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, StatementBuilder, Value,
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

/// Says why `statement` may not run for `tenant`, if it may not.
fn check(statement: &Statement, tenant: TenantId) -> Result<(), &'static str> {
    let sql = statement.sql.as_str();
    let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
    for table in owned_tables() {
        let references = table_references(sql, table)?;
        if references == 0 {
            continue;
        }
        if sql.starts_with("INSERT") {
            check_insert(sql, values, tenant)?;
        } else if conditions(sql, values, table, tenant) < references {
            return Err("an owned table without its owner's condition");
        }
        if sql.starts_with("UPDATE") && sets_owner(sql) {
            return Err("an update that would set another owner");
        }
    }
    Ok(())
}

/// How often `table` itself, and not a column of it, stands in `sql`. sea-query quotes every name; an unquoted one was written by hand.
fn table_references(sql: &str, table: &str) -> Result<usize, &'static str> {
    let quoted = format!("\"{table}\"");
    let references = sql.match_indices(&quoted).filter(|(at, _)| !sql[at + quoted.len()..].starts_with('.')).count();
    let mentions = sql.match_indices(table).filter(|(at, _)| is_whole_word(sql, *at, table.len())).count();
    if mentions == sql.matches(&quoted).count() { Ok(references) } else { Err("a table's name written by hand") }
}

fn is_whole_word(sql: &str, at: usize, length: usize) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    !sql[..at].ends_with(part_of_a_word) && !sql[at + length..].starts_with(part_of_a_word)
}

/// How many conditions bind the owner of `table` to `tenant`.
fn conditions(sql: &str, values: &[Value], table: &str, tenant: TenantId) -> usize {
    let condition = format!("\"{table}\".\"{OWNER_COLUMN}\" = ");
    let binds_tenant = |at: usize| value_at(sql, at + condition.len(), values) == Some(&tenant.into());
    sql.match_indices(&condition).filter(|(at, _)| binds_tenant(*at)).count()
}

/// The value bound to the placeholder at `at`: `?` counts up, `$n` names its number.
fn value_at<'v>(sql: &str, at: usize, values: &'v [Value]) -> Option<&'v Value> {
    let placeholder = &sql[at..];
    if let Some(number) = placeholder.strip_prefix('$') {
        let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        return number[..digits].parse::<usize>().ok()?.checked_sub(1).and_then(|index| values.get(index));
    }
    placeholder.starts_with('?').then(|| values.get(unquoted(&sql[..at], '?'))).flatten()
}

/// How often `wanted` stands in `sql` outside strings and quoted names.
fn unquoted(sql: &str, wanted: char) -> usize {
    let mut quote = None;
    let mut count = 0;
    for c in sql.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == wanted => count += 1,
            _ => {}
        }
    }
    count
}

/// An INSERT is admitted when each of its rows has `tenant` as owner, and a conflict is looked for among the owner's rows alone.
fn check_insert(sql: &str, values: &[Value], tenant: TenantId) -> Result<(), &'static str> {
    const NO_OWNER: &str = "an INSERT without its owner";
    let (head, rows) = sql.split_once(" VALUES ").ok_or(NO_OWNER)?;
    let columns: Vec<&str> = head.split_once('(').ok_or(NO_OWNER)?.1.trim_end_matches(')').split(", ").collect();
    let owner = columns.iter().position(|column| column.trim_matches('"') == OWNER_COLUMN).ok_or(NO_OWNER)?;
    let bound = unquoted(rows, '?') + unquoted(rows, '$');
    // Each value of each row is bound, so that the owner's value is found by counting.
    if bound != values.len() || bound == 0 || !bound.is_multiple_of(columns.len()) {
        return Err(NO_OWNER);
    }
    if values.chunks(columns.len()).any(|row| row[owner] != tenant.into()) {
        return Err("an INSERT for another owner");
    }
    match sql.split_once("ON CONFLICT") {
        Some((_, target)) if !target.trim_start().starts_with(&format!("(\"{OWNER_COLUMN}\"")) => {
            Err("a conflict that is not the owner's own")
        }
        _ => Ok(()),
    }
}

fn sets_owner(sql: &str) -> bool {
    let assignments = sql.split(" WHERE ").next().unwrap_or(sql);
    assignments.contains(&format!("\"{OWNER_COLUMN}\" ="))
}

/// A transaction that somebody else ends.
pub(crate) struct InTransaction<'t>(pub(super) &'t DatabaseTransaction);

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
