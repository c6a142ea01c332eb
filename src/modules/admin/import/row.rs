//! What one line of `resellers.csv` says.

use time::{Date, Duration, Month};

use super::RESELLERS;
use super::error::{BadLine, Column, shown};
use super::records::Record;
use crate::modules::admin::names;
use crate::names::{check_identifier, check_name};

pub(super) const ID: Column = Column { number: 1, name: "id" };
pub(super) const PARENT_ID: Column = Column { number: 2, name: "parent_id" };
pub(super) const NAME: Column = Column { number: 3, name: "name" };
pub(super) const JOINED_ON: Column = Column { number: 4, name: "joined_on" };
pub(super) const CURRENCY: Column = Column { number: 5, name: "currency" };

/// The columns, in their order.
pub(super) const COLUMNS: [Column; 5] = [ID, PARENT_ID, NAME, JOINED_ON, CURRENCY];

/// A company as the file has it. Each field may be; whether they fit together is another question.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) id: String,
    /// None at the root.
    pub(super) parent_id: Option<String>,
    pub(super) name: String,
    /// Shifted already.
    pub(super) joined_on: Date,
    pub(super) currency: String,
}

/// Which day a date of the file is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// Whole days that all dates are shifted by.
    pub(super) shift: Duration,
    pub(super) today: Date,
}

impl Row {
    pub(super) fn parse(record: &Record<'_>, calendar: Calendar) -> Result<Self, BadLine> {
        if record.len() != COLUMNS.len() {
            return Err(record.bad_line(format!("expected {} fields, found {}", COLUMNS.len(), record.len())));
        }
        let checked = |column, check: fn(&str) -> Result<(), String>| {
            let field = record.field(column)?;
            check(field).map_err(|reason| record.bad(column, reason))?;
            Ok(field)
        };
        let id = checked(ID, check_identifier)?;
        let parent_id = match record.field(PARENT_ID)? {
            "" => None,
            parent_id if parent_id == id => return Err(record.bad(PARENT_ID, "a company is not its own parent")),
            _ => Some(checked(PARENT_ID, check_identifier)?),
        };
        let name = checked(NAME, check_name)?;
        let joined_on = date(record, JOINED_ON)?;
        let joined_on = calendar.day(joined_on).map_err(|reason| record.bad(JOINED_ON, reason))?;
        let currency = checked(CURRENCY, check_currency)?;
        Ok(Self {
            line: record.line,
            id: id.to_owned(),
            parent_id: parent_id.map(str::to_owned),
            name: name.to_owned(),
            joined_on,
            currency: currency.to_owned(),
        })
    }

    pub(super) fn bad(&self, column: Column, reason: impl Into<String>) -> BadLine {
        BadLine { file: RESELLERS, line: self.line, column: Some(column), reason: reason.into() }
    }
}

impl Calendar {
    /// The day that `date` of the file becomes, which nobody has yet to wait for.
    fn day(self, date: Date) -> Result<Date, String> {
        let day = date.checked_add(self.shift).unwrap_or(Date::MAX);
        let today = self.today;
        match (day <= today, self.shift.is_zero()) {
            (true, _) => Ok(day),
            (false, true) => Err(format!("expected no day after today ({today}), found {date}")),
            (false, false) => Err(format!(
                "expected no day after today ({today}), found {date}, which the shift of all dates makes {day}"
            )),
        }
    }
}

/// The date in `column`, as written.
pub(super) fn date(record: &Record<'_>, column: Column) -> Result<Date, BadLine> {
    let field = record.field(column)?;
    match parse_date(field) {
        Some(date) if (1970..=9999).contains(&date.year()) => Ok(date),
        Some(_) => {
            Err(record.bad(column, format!("expected a date of the years 1970 to 9999, found {}", shown(field))))
        }
        None => Err(record.bad(column, format!("expected a date YYYY-MM-DD, found {}", shown(field)))),
    }
}

/// A day of the calendar (ISO 8601, the extended format alone).
fn parse_date(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))
    };
    let month = Month::try_from(u8::try_from(number(&[m1, m2])?).ok()?).ok()?;
    Date::from_calendar_date(number(&[y1, y2, y3, y4])?, month, u8::try_from(number(&[d1, d2])?).ok()?).ok()
}

fn check_currency(code: &str) -> Result<(), String> {
    if names::is_currency(code) {
        Ok(())
    } else {
        Err(format!("expected a currency of ISO 4217 such as USD, found {}", shown(code)))
    }
}
