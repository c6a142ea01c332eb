//! The program from outside: its real router, its real commands, over real databases.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that can not be set up has failed")]
#![expect(clippy::disallowed_methods, reason = "tests look into the database from outside, past the tenant filter")]

mod activity;
mod agreement;
mod bus;
mod catalog;
mod chain;
mod cli;
mod consumer;
mod dashboard;
mod export;
mod import;
mod intake;
mod live;
mod log;
mod odd_texts;
mod orders;
mod owned_tables;
mod races;
#[path = "../support/mod.rs"]
mod support;
mod tenant_filter;
mod trade;

mod architecture;
mod family;
mod faults;
mod figures;
mod finance;
mod health;
mod http;
mod isolation;
mod members;
mod performance;
mod reading;
mod referrals;
mod schema;
mod settings;
mod sign_in;
mod summary;
mod upline;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use support::{Backend, TestDatabase, on_both_databases};

on_both_databases!(a_fresh_private_database_answers);

async fn a_fresh_private_database_answers(database: TestDatabase) {
    let connection = connect(&database.url).await;
    connection.execute_unprepared("CREATE TABLE notes (word TEXT)").await.expect("an empty database");
    connection.execute_unprepared("INSERT INTO notes VALUES ('hello')").await.expect("a writable database");
    assert_eq!(read(&connection, "SELECT word FROM notes").await, "hello");
}

#[tokio::test]
async fn a_server_waits_for_the_disk_only_where_a_test_asks_for_it() {
    for (database, fsync) in
        [(TestDatabase::new(Backend::Postgres).await, "off"), (TestDatabase::durable(Backend::Postgres).await, "on")]
    {
        assert_eq!(read(&connect(&database.url).await, "SHOW fsync").await, fsync);
    }
}

/// A connection past the program, as an operator has one.
async fn connect(url: &str) -> DatabaseConnection {
    Database::connect(url).await.expect("a connection")
}

/// The texts that the query finds.
async fn texts(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.expect("an answer");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

/// The one text that the query finds.
async fn read(connection: &DatabaseConnection, sql: &str) -> String {
    texts(connection, sql).await.into_iter().next().expect("a row")
}
