//! What one field of a line says.

use iso_currency::Currency;
use time::{Date, Duration, Month};

use super::error::{BadLine, Column, shown};
use super::records::Record;
use crate::modules::admin;
use crate::money::MAX_MINOR;
use crate::names;

/// The longest name of an order, in characters: an export puts the names of its placer before it, where two placers call their orders the same.
const MAX_REFERENCE: usize = 600;

/// Which day a date of the file is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar {
    /// Whole days that all dates are shifted by.
    pub(super) shift: Duration,
    pub(super) today: Date,
}

impl Calendar {
    /// The day that `date` of the file becomes, which nobody has yet to wait for.
    pub(super) fn day(self, date: Date) -> Result<Date, String> {
        let (day, today) = (self.shifted(date), self.today);
        match (day <= today, self.shift.is_zero()) {
            (true, _) => Ok(day),
            (false, true) => Err(format!("expected no day after today ({today}), found {date}")),
            (false, false) => Err(format!(
                "expected no day after today ({today}), found {date}, which the shift of all dates makes {day}"
            )),
        }
    }

    /// The day that `date` becomes. None where only the shift of all dates makes it one to wait for.
    pub(super) fn day_if_come(self, date: Date) -> Result<Option<Date>, String> {
        if !self.shift.is_zero() && self.shifted(date) > self.today { Ok(None) } else { self.day(date).map(Some) }
    }

    fn shifted(self, date: Date) -> Date {
        date.checked_add(self.shift).unwrap_or(Date::MAX)
    }
}

impl<'r> Record<'r> {
    /// Refuses a record that has more or fewer fields than `columns`.
    pub(super) fn check_length(&self, columns: &[Column]) -> Result<(), BadLine> {
        if self.len() == columns.len() {
            return Ok(());
        }
        Err(self.bad_line(format!("expected {} fields, found {}", columns.len(), self.len())))
    }

    /// The field of `column`, if `check` has nothing against it.
    pub(super) fn checked(&self, column: Column, check: fn(&str) -> Result<(), String>) -> Result<&'r str, BadLine> {
        let field = self.field(column)?;
        check(field).map_err(|reason| self.bad(column, reason))?;
        Ok(field)
    }

    /// The date in `column`, as written.
    pub(super) fn date(&self, column: Column) -> Result<Date, BadLine> {
        let field = self.field(column)?;
        match parse_date(field) {
            Some(date) if (1970..=9999).contains(&date.year()) => Ok(date),
            Some(_) => {
                Err(self.bad(column, format!("expected a date of the years 1970 to 9999, found {}", shown(field))))
            }
            None => Err(self.bad(column, format!("expected a date YYYY-MM-DD, found {}", shown(field)))),
        }
    }

    /// The currency in `column`.
    pub(super) fn currency(&self, column: Column) -> Result<Currency, BadLine> {
        let code = self.field(column)?;
        let currency = admin::names::is_currency(code).then(|| Currency::from_code(code)).flatten();
        currency.ok_or_else(|| {
            self.bad(column, format!("expected a currency of ISO 4217 such as USD, found {}", shown(code)))
        })
    }

    /// The whole number in `column`, from `least` to the most that an amount may be.
    pub(super) fn number(&self, column: Column, least: i64) -> Result<i64, BadLine> {
        let field = self.field(column)?;
        let number = field.bytes().all(|byte| byte.is_ascii_digit()).then(|| field.parse().ok()).flatten();
        number.filter(|number| (least..=MAX_MINOR).contains(number)).ok_or_else(|| {
            self.bad(column, format!("expected a whole number from {least} to {MAX_MINOR}, found {}", shown(field)))
        })
    }
}

/// A name that may begin or end with a space, as names of products do.
pub(super) fn check_product_name(name: &str) -> Result<(), String> {
    names::check_name(name.trim())?;
    check_length(name, names::MAX_LENGTH)
}

/// A name that need not be there.
pub(super) fn check_optional_name(name: &str) -> Result<(), String> {
    if name.is_empty() { Ok(()) } else { names::check_name(name) }
}

/// What a placer calls an order: any text that both databases can keep.
pub(super) fn check_reference(reference: &str) -> Result<(), String> {
    if reference.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if reference.contains('\0') {
        return Err("must not contain a NUL".to_owned());
    }
    check_length(reference, MAX_REFERENCE)
}

fn check_length(text: &str, longest: usize) -> Result<(), String> {
    if text.chars().count() <= longest { Ok(()) } else { Err(format!("must have at most {longest} characters")) }
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
