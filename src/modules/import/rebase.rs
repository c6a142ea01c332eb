//! By how many days all dates are shifted, so that the last one is today.

use time::{Date, Duration};

use super::error::{Column, ImportError};
use super::line::order::PLACED_ON;
use super::line::reseller::JOINED_ON;
use super::records::Records;
use super::source::Input;
use super::{ORDERS, Progress, RESELLERS, Source, Step};

/// Rows between two reports.
const ROWS_A_REPORT: u64 = 10_000;

/// The shift that makes the last date `today`: the latest day of an order, or without an order the latest day on which a company joined.
pub(super) fn shift(
    source: Source<'_>,
    today: Date,
    progress: &mut impl FnMut(Progress),
) -> Result<Duration, ImportError> {
    let last = match last_order(source, progress)? {
        Some(last) => Some(last),
        None => latest(source.open(RESELLERS)?, JOINED_ON.name, progress)?,
    };
    Ok(last.map_or(Duration::ZERO, |last| today - last))
}

fn last_order(source: Source<'_>, progress: &mut impl FnMut(Progress)) -> Result<Option<Date>, ImportError> {
    match source.open_if_there(ORDERS)? {
        Some(orders) => latest(orders, PLACED_ON.name, progress),
        None => Ok(None),
    }
}

/// The latest date in the column `name` of `input`.
fn latest(
    input: Input<'_>,
    name: &'static str,
    progress: &mut impl FnMut(Progress),
) -> Result<Option<Date>, ImportError> {
    let mut records = Records::new(input);
    let Some(column) = column(&mut records, name)? else { return Ok(None) };
    let (mut latest, mut rows) = (None, 0);
    while let Some(record) = records.next()? {
        latest = latest.max(Some(record.date(column)?));
        rows += 1;
        if rows % ROWS_A_REPORT == 0 {
            progress(progress_of(&records, rows));
        }
    }
    progress(progress_of(&records, rows));
    Ok(latest)
}

/// The column `name`; none in an empty file.
fn column(records: &mut Records<'_>, name: &'static str) -> Result<Option<Column>, ImportError> {
    let Some(header) = records.next()? else { return Ok(None) };
    match header.fields()?.iter().position(|found| *found == name) {
        Some(place) => Ok(Some(Column { number: place + 1, name })),
        None => Err(header.bad_line(format!("the column {name:?} is missing")).into()),
    }
}

fn progress_of(records: &Records<'_>, rows: u64) -> Progress {
    let (bytes, total_bytes) = records.bytes();
    Progress { step: Step::FindingLastDate, file: records.file(), rows, bytes, total_bytes }
}
