//! A fresh SQLite file. Not `:memory:`, which knows no WAL and vanishes with its last connection.

use tempfile::TempDir;

/// The URL of a database in a directory of its own; the file is made by the first connection.
pub(super) fn new_database() -> (String, TempDir) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("network.db");
    (format!("sqlite://{}?mode=rwc", file.display()), directory)
}
