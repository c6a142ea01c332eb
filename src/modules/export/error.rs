//! Why nothing was exported: one sentence each, for the operator.

use std::io;
use std::path::PathBuf;

use sea_orm::DbErr;

use crate::error::Fault;

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There are files that would be written over.
    #[error("there is {files} in {} already: --force replaces it", .directory.display())]
    Occupied {
        /// Their names.
        files: String,
        /// Where they are.
        directory: PathBuf,
    },
    /// A file, or the directory, cannot be written.
    #[error("{} cannot be written: {cause}", .what.display())]
    Unwritable {
        /// What cannot be written.
        what: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The rows of the chain contradict one another.
    #[error("the chain cannot be read: {0}")]
    Chain(#[from] Fault),
    /// The database could not do its part.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
}
