//! The rows of `resellers.csv`, and what they say together: no id and no root stands twice.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::error::{BadLine, ImportError, shown};
use super::records::{Record, Records};
use super::row::{COLUMNS, Calendar, ID, PARENT_ID, Row};
use super::source::Input;
use super::{Progress, RESELLERS, Source, Step};

/// The rows of the file, in order.
pub(super) struct Rows<'a> {
    source: Source<'a>,
    records: Records<'a>,
    calendar: Calendar,
    /// Hashes of the ids so far: eight bytes for each row is all that is kept of it.
    seen: HashSet<u64>,
    hasher: RandomState,
    root_line: Option<u64>,
    done: u64,
}

/// Rows that come together.
pub(super) struct Batch {
    pub(super) rows: Vec<Row>,
    /// Why there are no more: the file is at its end, or the line after the rows is bad.
    pub(super) end: Option<Result<(), ImportError>>,
}

impl<'a> Rows<'a> {
    /// The rows of `input`, the file as `source` has it. Its header is read at once.
    pub(super) fn read(source: Source<'a>, input: Input<'a>, calendar: Calendar) -> Result<Self, ImportError> {
        let mut records = Records::new(input);
        read_header(&mut records)?;
        let (seen, hasher) = (HashSet::new(), RandomState::new());
        Ok(Self { source, records, calendar, seen, hasher, root_line: None, done: 0 })
    }

    /// At most `limit` further rows.
    pub(super) fn next_batch(&mut self, limit: usize) -> Batch {
        let mut rows = Vec::with_capacity(limit);
        while rows.len() < limit {
            match self.next() {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => return Batch { rows, end: Some(Ok(())) },
                Err(error) => return Batch { rows, end: Some(Err(error)) },
            }
        }
        Batch { rows, end: None }
    }

    /// How far the rows are read.
    pub(super) fn progress(&self) -> Progress {
        let (bytes, total_bytes) = self.records.bytes();
        Progress { step: Step::Importing, file: RESELLERS, rows: self.done, bytes, total_bytes }
    }

    fn next(&mut self) -> Result<Option<Row>, ImportError> {
        let Some(record) = self.records.next()? else { return Ok(None) };
        let row = Row::parse(&record, self.calendar)?;
        self.check_id(&row)?;
        self.check_root(&row)?;
        self.done += 1;
        Ok(Some(row))
    }

    fn check_id(&mut self, row: &Row) -> Result<(), ImportError> {
        if self.seen.insert(self.hasher.hash_one(&row.id)) {
            return Ok(());
        }
        // The same hash is no proof: that comes from the file itself, read once more.
        match self.first_line_of(row)? {
            Some(line) => Err(row.bad(ID, format!("{} stands in line {line} already", shown(&row.id))).into()),
            None => Ok(()),
        }
    }

    fn first_line_of(&self, row: &Row) -> Result<Option<u64>, ImportError> {
        let mut records = Records::new(self.source.open(RESELLERS)?);
        while let Some(record) = records.next()? {
            if record.line >= row.line {
                break;
            }
            if record.field(ID)? == row.id {
                return Ok(Some(record.line));
            }
        }
        Ok(None)
    }

    fn check_root(&mut self, row: &Row) -> Result<(), BadLine> {
        match (&row.parent_id, self.root_line) {
            (Some(_), _) => Ok(()),
            (None, None) => {
                self.root_line = Some(row.line);
                Ok(())
            }
            (None, Some(line)) => {
                Err(row.bad(PARENT_ID, format!("expected a parent, for the root is the company of line {line}")))
            }
        }
    }
}

fn read_header(records: &mut Records<'_>) -> Result<(), ImportError> {
    if let Some(header) = records.next()? {
        return Ok(check_header(&header)?);
    }
    let reason = format!("expected the header {}, found nothing", names().join(","));
    Err(BadLine { file: RESELLERS, line: 1, column: None, reason }.into())
}

fn check_header(header: &Record<'_>) -> Result<(), BadLine> {
    let expected = names();
    let found = header.fields()?;
    if found == expected {
        return Ok(());
    }
    let reason = if let Some(unknown) = found.iter().find(|name| !expected.contains(name)) {
        format!("unknown column {}", shown(unknown))
    } else if let Some(missing) = expected.iter().find(|name| !found.contains(name)) {
        format!("the column {} is missing", shown(missing))
    } else {
        "the columns stand in another order".to_owned()
    };
    Err(header.bad_line(format!("{reason}: expected the header {}", expected.join(","))))
}

fn names() -> [&'static str; COLUMNS.len()] {
    COLUMNS.map(|column| column.name)
}
