//! The rows of a file, in order, and what they say together: no key stands twice.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;

use super::error::{BadLine, Column, ImportError, shown};
use super::fields::Calendar;
use super::line::Line;
use super::records::{Record, Records};
use super::source::Input;
use super::{Progress, Source, Step};

/// The rows of a file, in order.
pub(super) struct Rows<'a, L> {
    source: Source<'a>,
    records: Records<'a>,
    calendar: Calendar,
    /// Hashes of the keys so far: eight bytes for each row is all that is kept of it.
    seen: HashSet<u64>,
    hasher: RandomState,
    done: u64,
    lines: PhantomData<L>,
}

/// Rows that come together.
pub(super) struct Batch<L> {
    pub(super) rows: Vec<L>,
    /// How far the file is read with them.
    pub(super) progress: Progress,
    /// Why there are no more: the file is at its end, or the line after the rows is bad.
    pub(super) end: Option<Result<(), ImportError>>,
}

impl<'a, L: Line> Rows<'a, L> {
    /// The rows of `input`, the file as `source` has it. Its header is read at once.
    pub(super) fn read(source: Source<'a>, input: Input<'a>, calendar: Calendar) -> Result<Self, ImportError> {
        let mut records = Records::new(input);
        read_header::<L>(&mut records)?;
        let (seen, hasher) = (HashSet::new(), RandomState::new());
        Ok(Self { source, records, calendar, seen, hasher, done: 0, lines: PhantomData })
    }

    /// At most `limit` further rows.
    pub(super) fn next_batch(&mut self, limit: usize) -> Batch<L> {
        let mut rows = Vec::with_capacity(limit);
        let mut end = None;
        while rows.len() < limit && end.is_none() {
            match self.next() {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => end = Some(Ok(())),
                Err(error) => end = Some(Err(error)),
            }
        }
        Batch { rows, progress: self.progress(), end }
    }

    fn progress(&self) -> Progress {
        let (bytes, total_bytes) = self.records.bytes();
        Progress { step: Step::Importing, file: L::FILE, rows: self.done, bytes, total_bytes }
    }

    fn next(&mut self) -> Result<Option<L>, ImportError> {
        let Some(record) = self.records.next()? else { return Ok(None) };
        let row = parsed::<L>(&record, self.calendar)?;
        self.check_key(&row)?;
        self.done += 1;
        Ok(Some(row))
    }

    fn check_key(&mut self, row: &L) -> Result<(), ImportError> {
        let Some(key) = row.key() else { return Ok(()) };
        if self.seen.insert(self.hasher.hash_one(&key)) {
            return Ok(());
        }
        // The same hash is no proof: that comes from the file itself, read once more.
        match self.first_line_of(row)? {
            Some(first) => Err(row.again(first).into()),
            None => Ok(()),
        }
    }

    fn first_line_of(&self, row: &L) -> Result<Option<u64>, ImportError> {
        let mut records = Records::new(self.source.open(L::FILE)?);
        records.next()?;
        while let Some(record) = records.next()? {
            if record.line >= row.line() {
                break;
            }
            if parsed::<L>(&record, self.calendar)?.key() == row.key() {
                return Ok(Some(record.line));
            }
        }
        Ok(None)
    }
}

fn parsed<L: Line>(record: &Record<'_>, calendar: Calendar) -> Result<L, BadLine> {
    record.check_length(L::COLUMNS)?;
    L::parse(record, calendar)
}

fn read_header<L: Line>(records: &mut Records<'_>) -> Result<(), ImportError> {
    if let Some(header) = records.next()? {
        return Ok(check_header(&header, L::COLUMNS)?);
    }
    let reason = format!("expected the header {}, found nothing", header(L::COLUMNS));
    Err(BadLine { file: L::FILE, line: 1, column: None, reason }.into())
}

fn check_header(found: &Record<'_>, columns: &[Column]) -> Result<(), BadLine> {
    let names = || columns.iter().map(|column| column.name);
    let fields = found.fields()?;
    if fields.iter().copied().eq(names()) {
        return Ok(());
    }
    let reason = if let Some(unknown) = fields.iter().find(|field| !names().any(|name| name == **field)) {
        format!("unknown column {}", shown(unknown))
    } else if let Some(missing) = names().find(|name| !fields.contains(name)) {
        format!("the column {} is missing", shown(missing))
    } else {
        "the columns stand in another order".to_owned()
    };
    Err(found.bad_line(format!("{reason}: expected the header {}", header(columns))))
}

/// The first line of a file with these columns.
fn header(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",")
}
