//! What one line of a file says. Each field may be; whether lines fit together, and with the database, is another question.

pub(crate) mod order;
pub(crate) mod order_line;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod reseller;

use std::borrow::Cow;

use super::error::{BadLine, Column};
use super::fields::Calendar;
use super::records::Record;

/// A line of one of the files.
pub(crate) trait Line: Sized {
    /// The file's name.
    const FILE: &'static str;
    /// The columns, in their order.
    const COLUMNS: &'static [Column];

    /// What `record` says.
    fn parse(record: &Record<'_>, calendar: Calendar) -> Result<Self, BadLine>;

    /// The line on which it begins; the first is 1.
    fn line(&self) -> u64;

    /// What no other line of the file may have in common with it; none where lines may repeat.
    fn key(&self) -> Option<(Cow<'_, str>, &str)> {
        None
    }

    /// The sentence about a line whose key stands in the line `first` already.
    fn again(&self, first: u64) -> BadLine {
        self.bad_line(format!("the same stands in line {first} already"))
    }

    /// What is wrong with one of its columns.
    fn bad(&self, column: Column, reason: impl Into<String>) -> BadLine {
        BadLine { column: Some(column), ..self.bad_line(reason) }
    }

    /// What is wrong with all of it.
    fn bad_line(&self, reason: impl Into<String>) -> BadLine {
        BadLine { file: Self::FILE, line: self.line(), column: None, reason: reason.into() }
    }
}
