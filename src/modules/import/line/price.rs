//! What one line of `prices.csv` says.

use std::borrow::Cow;

use super::super::error::{BadLine, Column, shown};
use super::super::fields::Calendar;
use super::super::records::Record;
use super::super::{Line, PRICES};
use crate::modules::admin::names;

pub(crate) const RESELLER_ID: Column = Column { number: 1, name: "reseller_id" };
pub(crate) const SKU: Column = Column { number: 2, name: "sku" };
const PRICE: Column = Column { number: 3, name: "price_minor" };
const CURRENCY: Column = Column { number: 4, name: "currency" };

/// A price that a company set by hand, as the file has it.
#[derive(Debug)]
pub(crate) struct Price {
    line: u64,
    pub(crate) reseller_id: String,
    pub(crate) sku: String,
    pub(crate) minor: i64,
    pub(crate) currency: &'static str,
}

impl Line for Price {
    const FILE: &'static str = PRICES;
    const COLUMNS: &'static [Column] = &[RESELLER_ID, SKU, PRICE, CURRENCY];

    fn parse(record: &Record<'_>, _: Calendar) -> Result<Self, BadLine> {
        Ok(Self {
            line: record.line,
            reseller_id: record.field(RESELLER_ID)?.to_owned(),
            sku: record.field(SKU)?.to_owned(),
            minor: record.number(PRICE, 0)?,
            currency: record.currency(CURRENCY)?.code(),
        })
    }

    fn line(&self) -> u64 {
        self.line
    }

    /// By slug: a company may be called by its external id in one line and by its slug in another.
    fn key(&self) -> Option<(Cow<'_, str>, &str)> {
        Some((Cow::Owned(names::imported_slug(&self.reseller_id)), &self.sku))
    }

    fn again(&self, first: u64) -> BadLine {
        let (reseller, sku) = (shown(&self.reseller_id), shown(&self.sku));
        self.bad_line(format!("the price of {sku} at {reseller} stands in line {first} already"))
    }
}
