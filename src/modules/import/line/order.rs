//! What one line of `orders.csv` says.

use std::borrow::Cow;

use entity::{OrderId, OrderStatus, Timestamp};
use iso_currency::Currency;
use time::Date;

use super::super::error::{BadLine, Column, shown};
use super::super::fields::{self, Calendar};
use super::super::records::Record;
use super::super::{Line, ORDERS};

pub(crate) const ORDER_REF: Column = Column { number: 1, name: "order_ref" };
pub(crate) const RESELLER_ID: Column = Column { number: 2, name: "reseller_id" };
pub(crate) const PLACED_ON: Column = Column { number: 3, name: "placed_on" };
const DELIVERED_ON: Column = Column { number: 4, name: "delivered_on" };
const STATUS: Column = Column { number: 5, name: "status" };
pub(crate) const AMOUNT: Column = Column { number: 6, name: "amount_minor" };
const CURRENCY: Column = Column { number: 7, name: "currency" };

/// An order as the file has it.
#[derive(Debug)]
pub(crate) struct Order {
    line: u64,
    pub(crate) id: OrderId,
    pub(crate) reference: String,
    pub(crate) reseller_id: String,
    /// Shifted already, as the day below.
    pub(crate) placed_on: Date,
    /// Where it was delivered, when.
    pub(crate) delivered_on: Option<Date>,
    pub(crate) status: OrderStatus,
    pub(crate) amount_minor: i64,
    pub(crate) currency: Currency,
}

impl Order {
    /// When it was placed: the beginning of its day.
    pub(crate) fn placed_at(&self) -> Timestamp {
        Timestamp::start_of(self.placed_on)
    }
}

impl Line for Order {
    const FILE: &'static str = ORDERS;
    const COLUMNS: &'static [Column] = &[ORDER_REF, RESELLER_ID, PLACED_ON, DELIVERED_ON, STATUS, AMOUNT, CURRENCY];

    fn parse(record: &Record<'_>, calendar: Calendar) -> Result<Self, BadLine> {
        let reference = record.checked(ORDER_REF, fields::check_reference)?;
        let reseller_id = record.field(RESELLER_ID)?;
        let placed_on = record.date(PLACED_ON)?;
        let placed_day = calendar.day(placed_on).map_err(|reason| record.bad(PLACED_ON, reason))?;
        let (status, delivered_on) = way(record, placed_on, calendar)?;
        Ok(Self {
            line: record.line,
            id: OrderId::imported(reference),
            reference: reference.to_owned(),
            reseller_id: reseller_id.to_owned(),
            placed_on: placed_day,
            delivered_on,
            status,
            amount_minor: record.number(AMOUNT, 0)?,
            currency: record.currency(CURRENCY)?,
        })
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn key(&self) -> Option<(Cow<'_, str>, &str)> {
        Some((Cow::Borrowed(&self.reference), ""))
    }

    fn again(&self, first: u64) -> BadLine {
        self.bad(ORDER_REF, format!("{} stands in line {first} already", shown(&self.reference)))
    }
}

/// How far the order is, and when it was delivered. One whose day of delivery is yet to come by the shift of all dates is on its way.
fn way(record: &Record<'_>, placed_on: Date, calendar: Calendar) -> Result<(OrderStatus, Option<Date>), BadLine> {
    let status = status(record)?;
    match (status, record.field(DELIVERED_ON)?) {
        (OrderStatus::Delivered, "") => {
            Err(record.bad(DELIVERED_ON, "expected a date YYYY-MM-DD, for the order is DELIVERED, found nothing"))
        }
        (OrderStatus::Delivered, _) => {
            let date = record.date(DELIVERED_ON)?;
            if date < placed_on {
                let expected = format!("expected no day before the order was placed ({placed_on}), found {date}");
                return Err(record.bad(DELIVERED_ON, expected));
            }
            let day = calendar.day_if_come(date).map_err(|reason| record.bad(DELIVERED_ON, reason))?;
            Ok(day.map_or((OrderStatus::Shipped, None), |day| (status, Some(day))))
        }
        (_, "") => Ok((status, None)),
        (_, found) => {
            Err(record
                .bad(DELIVERED_ON, format!("expected nothing, for the order is {status}, found {}", shown(found))))
        }
    }
}

fn status(record: &Record<'_>) -> Result<OrderStatus, BadLine> {
    let word = record.field(STATUS)?;
    word.parse().map_err(|_| {
        let all = OrderStatus::ALL.map(|status| status.to_string()).join(", ");
        record.bad(STATUS, format!("expected one of {all}, found {}", shown(word)))
    })
}
