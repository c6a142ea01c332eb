//! What one line of `order_lines.csv` says.

use entity::OrderId;

use super::super::error::{BadLine, Column};
use super::super::fields::Calendar;
use super::super::records::Record;
use super::super::{Line, ORDER_LINES};

pub(crate) const ORDER_REF: Column = Column { number: 1, name: "order_ref" };
pub(crate) const SKU: Column = Column { number: 2, name: "sku" };
const QUANTITY: Column = Column { number: 3, name: "quantity" };
const AMOUNT: Column = Column { number: 4, name: "amount_minor" };

/// A line of an order as the file has it. The same product may stand in several lines of one order.
#[derive(Debug)]
pub(crate) struct OrderLine {
    line: u64,
    pub(crate) order: OrderId,
    pub(crate) reference: String,
    pub(crate) sku: String,
    pub(crate) quantity: i64,
    pub(crate) amount_minor: i64,
}

impl Line for OrderLine {
    const FILE: &'static str = ORDER_LINES;
    const COLUMNS: &'static [Column] = &[ORDER_REF, SKU, QUANTITY, AMOUNT];

    fn parse(record: &Record<'_>, _: Calendar) -> Result<Self, BadLine> {
        let reference = record.field(ORDER_REF)?;
        Ok(Self {
            line: record.line,
            order: OrderId::imported(reference),
            reference: reference.to_owned(),
            sku: record.field(SKU)?.to_owned(),
            quantity: record.number(QUANTITY, 1)?,
            amount_minor: record.number(AMOUNT, 0)?,
        })
    }

    fn line(&self) -> u64 {
        self.line
    }
}
