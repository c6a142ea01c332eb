//! CSV (RFC 4180) record by record, in a fixed amount of memory.
//!
//! On the parser alone of the `csv` crate, which also counts lines: of the whole crate a stray quotation mark could make the rest of a
//! file one record in memory, and it takes the line before for the first of a record where lines end with CR LF.

use std::io::{BufRead, BufReader, Read};

use csv_core::ReadRecordResult;

use super::error::{BadLine, Column, ImportError};
use super::source::Input;

/// The longest record, in bytes without its quotation marks.
const MAX_BYTES: usize = 64 * 1024;
/// The most fields of a record.
const MAX_FIELDS: usize = 256;

/// The records of a file, in order.
pub(super) struct Records<'a> {
    file: &'static str,
    length: u64,
    input: BufReader<Box<dyn Read + Send + 'a>>,
    parser: csv_core::Reader,
    text: Box<[u8]>,
    ends: Box<[usize]>,
    bytes: u64,
}

/// A record: the fields of one line, or of several where a quoted field has line ends in it.
pub(crate) struct Record<'r> {
    pub(super) file: &'static str,
    /// The line on which it begins; the first is 1.
    pub(super) line: u64,
    text: &'r [u8],
    ends: &'r [usize],
}

impl<'a> Records<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self {
            file: input.file,
            length: input.length,
            input: BufReader::with_capacity(64 * 1024, input.bytes),
            parser: csv_core::Reader::new(),
            text: vec![0; MAX_BYTES].into(),
            ends: vec![0; MAX_FIELDS].into(),
            bytes: 0,
        }
    }

    pub(super) fn file(&self) -> &'static str {
        self.file
    }

    /// How many bytes were read so far, and how many there are.
    pub(super) fn bytes(&self) -> (u64, u64) {
        // A file may grow while it is read.
        (self.bytes, self.length.max(self.bytes))
    }

    /// The next record; empty lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, ImportError> {
        self.skip_line_ends()?;
        let line = self.parser.line();
        let file = self.file;
        let bad = |reason: String| Err(BadLine { file, line, column: None, reason }.into());
        let (mut text, mut ends, mut quotes) = (0, 0, 0);
        loop {
            let input = self.input.fill_buf().map_err(|cause| ImportError::unreadable(file, cause))?;
            let (result, read, written, ended) =
                self.parser.read_record(input, &mut self.text[text..], &mut self.ends[ends..]);
            quotes += memchr::memchr_iter(b'"', &input[..read]).count();
            self.input.consume(read);
            self.bytes += read as u64;
            text += written;
            ends += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record if quotes % 2 == 1 => return bad("a quotation mark is not closed".to_owned()),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::OutputEndsFull => return bad(format!("more than {MAX_FIELDS} fields")),
                ReadRecordResult::OutputFull => {
                    return bad(format!("longer than {MAX_BYTES} bytes; perhaps a quotation mark is not closed"));
                }
            }
        }
        Ok(Some(Record { file, line, text: &self.text[..text], ends: &self.ends[..ends] }))
    }

    /// Passes over what is left of the line before, and over empty lines: a record begins where its first character stands.
    fn skip_line_ends(&mut self) -> Result<(), ImportError> {
        loop {
            let input = self.input.fill_buf().map_err(|cause| ImportError::unreadable(self.file, cause))?;
            let passed = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let lines = memchr::memchr_iter(b'\n', &input[..passed]).count();
            let done = passed < input.len() || input.is_empty();
            self.input.consume(passed);
            self.bytes += passed as u64;
            self.parser.set_line(self.parser.line() + lines as u64);
            if done {
                return Ok(());
            }
        }
    }
}

impl<'r> Record<'r> {
    /// How many fields it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field of `column`; empty beyond the last.
    pub(super) fn field(&self, column: Column) -> Result<&'r str, BadLine> {
        let end_of = |number: usize| self.ends.get(number).copied().unwrap_or(self.text.len());
        let start = column.number.checked_sub(2).map_or(0, end_of);
        let field = &self.text[start..end_of(column.number - 1)];
        str::from_utf8(field).map_err(|_| self.bad(column, "this is not UTF-8"))
    }

    /// All fields, where all are UTF-8.
    pub(super) fn fields(&self) -> Result<Vec<&'r str>, BadLine> {
        (1..=self.len()).map(|number| self.field(Column { number, name: "header" })).collect()
    }

    pub(super) fn bad(&self, column: Column, reason: impl Into<String>) -> BadLine {
        BadLine { file: self.file, line: self.line, column: Some(column), reason: reason.into() }
    }

    pub(super) fn bad_line(&self, reason: impl Into<String>) -> BadLine {
        BadLine { file: self.file, line: self.line, column: None, reason: reason.into() }
    }
}
