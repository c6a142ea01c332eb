//! Why nothing was imported: one sentence each, for the operator.

use std::fmt;
use std::io;
use std::path::PathBuf;

use iso_currency::Currency;
use sea_orm::DbErr;

use crate::error::Fault;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The directory is not there.
    #[error("there is no directory {}", .0.display())]
    NoDirectory(PathBuf),
    /// It is something else.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// The file is not there.
    #[error("there is no {file} in {place}")]
    Missing {
        /// Its name.
        file: &'static str,
        /// Where it was looked for.
        place: String,
    },
    /// The file, or the directory, cannot be read.
    #[error("{what} cannot be read: {cause}")]
    Unreadable {
        /// What cannot be read.
        what: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A line is wrong.
    #[error(transparent)]
    BadLine(#[from] BadLine),
    /// Sums of delivered orders are beyond what a ledger can hold.
    #[error("the delivered orders in {} add up to more than a ledger can hold", .0.code())]
    TooMuch(Currency),
    /// The chain that the rows make up contradicts itself.
    #[error("the chain cannot be read, and nothing was imported: {0}")]
    Chain(#[from] Fault),
    /// The database could not do its part.
    #[error("the database failed, and nothing was imported: {0}")]
    Database(#[from] DbErr),
}

impl ImportError {
    pub(super) fn unreadable(what: impl Into<String>, cause: io::Error) -> Self {
        Self::Unreadable { what: what.into(), cause }
    }
}

/// A line that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadLine {
    /// The file's name.
    pub file: &'static str,
    /// The line on which the record begins; the first is 1.
    pub line: u64,
    /// The column at fault, if it is one alone.
    pub column: Option<Column>,
    /// What is wrong.
    pub reason: String,
}

/// A column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its place; the first is 1.
    pub number: usize,
    /// Its name in the header.
    pub name: &'static str,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)?;
        if let Some(Column { number, name }) = self.column {
            write!(f, ", column {number} ({name})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// A text of the file as a sentence shows it: in quotation marks, control characters written out, and not too long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
