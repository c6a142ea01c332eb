//! What tests stand on: a fresh, private, empty database each, of both kinds.

pub(crate) mod app;
pub(crate) mod books;
pub(crate) mod chain;
pub(crate) mod escapes;
pub(crate) mod faults;
pub(crate) mod generate;
pub(crate) mod market;
pub(crate) mod naive_catalog;
#[expect(dead_code, reason = "its random histories are for the topology's own tests")]
pub(crate) mod naive_chain;
mod postgres;
pub(crate) mod process;
pub(crate) mod same_chain;
pub(crate) mod socket;
mod sqlite;
pub(crate) mod statements;

use tempfile::TempDir;

/// The two databases that the program runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// An empty database of one test alone. A SQLite file goes when this is dropped; a PostgreSQL database goes with its
/// server when the test process ends.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    _guard: Option<TempDir>,
}

impl TestDatabase {
    pub(crate) async fn new(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let (url, directory) = sqlite::new_database();
                Self { url, _guard: Some(directory) }
            }
            Backend::Postgres => Self { url: postgres::new_database().await, _guard: None },
        }
    }

    /// A database that another process made, and that it keeps.
    pub(crate) fn existing(url: String) -> Self {
        Self { url, _guard: None }
    }

    /// Of which kind it is.
    pub(crate) fn backend(&self) -> Backend {
        if self.url.starts_with("sqlite:") { Backend::Sqlite } else { Backend::Postgres }
    }

    /// A database whose server waits for the disk on every commit, for tests that crash it. SQLite always does.
    pub(crate) async fn durable(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::new(backend).await,
            Backend::Postgres => Self { url: postgres::new_durable_database().await, _guard: None },
        }
    }
}

/// Makes the tests `name::sqlite` and `name::postgres` of each `async fn name(database: TestDatabase)`.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => { $(
        mod $test {
            use crate::support::{Backend, TestDatabase};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$test(TestDatabase::new(Backend::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$test(TestDatabase::new(Backend::Postgres).await).await;
            }
        }
    )+ };
}

pub(crate) use on_both_databases;
