//! What one line of `resellers.csv` says.

use std::borrow::Cow;

use time::Date;

use super::super::error::{BadLine, Column, shown};
use super::super::fields::Calendar;
use super::super::records::Record;
use super::super::{Line, RESELLERS};
use crate::names;

pub(crate) const ID: Column = Column { number: 1, name: "id" };
pub(crate) const PARENT_ID: Column = Column { number: 2, name: "parent_id" };
const NAME: Column = Column { number: 3, name: "name" };
pub(crate) const JOINED_ON: Column = Column { number: 4, name: "joined_on" };
const CURRENCY: Column = Column { number: 5, name: "currency" };

/// A company as the file has it.
#[derive(Debug)]
pub(crate) struct Reseller {
    line: u64,
    pub(crate) id: String,
    /// None at the root.
    pub(crate) parent_id: Option<String>,
    pub(crate) name: String,
    /// Shifted already.
    pub(crate) joined_on: Date,
    pub(crate) currency: &'static str,
}

impl Line for Reseller {
    const FILE: &'static str = RESELLERS;
    const COLUMNS: &'static [Column] = &[ID, PARENT_ID, NAME, JOINED_ON, CURRENCY];

    fn parse(record: &Record<'_>, calendar: Calendar) -> Result<Self, BadLine> {
        let id = record.checked(ID, names::check_identifier)?;
        let parent_id = match record.field(PARENT_ID)? {
            "" => None,
            parent_id if parent_id == id => return Err(record.bad(PARENT_ID, "a company is not its own parent")),
            _ => Some(record.checked(PARENT_ID, names::check_identifier)?),
        };
        let name = record.checked(NAME, names::check_name)?;
        let joined_on = record.date(JOINED_ON)?;
        let joined_on = calendar.day(joined_on).map_err(|reason| record.bad(JOINED_ON, reason))?;
        let currency = record.currency(CURRENCY)?;
        Ok(Self {
            line: record.line,
            id: id.to_owned(),
            parent_id: parent_id.map(str::to_owned),
            name: name.to_owned(),
            joined_on,
            currency: currency.code(),
        })
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn key(&self) -> Option<(Cow<'_, str>, &str)> {
        Some((Cow::Borrowed(&self.id), ""))
    }

    fn again(&self, first: u64) -> BadLine {
        self.bad(ID, format!("{} stands in line {first} already", shown(&self.id)))
    }
}
