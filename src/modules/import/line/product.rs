//! What one line of `products.csv` says.

use std::borrow::Cow;

use super::super::error::{BadLine, Column, shown};
use super::super::fields::{self, Calendar};
use super::super::records::Record;
use super::super::{Line, PRODUCTS};
use crate::names;

const SKU: Column = Column { number: 1, name: "sku" };
const NAME: Column = Column { number: 2, name: "name" };
const CATEGORY: Column = Column { number: 3, name: "category" };
const SUBCATEGORY: Column = Column { number: 4, name: "subcategory" };
const LIST_PRICE: Column = Column { number: 5, name: "list_price_minor" };
const CURRENCY: Column = Column { number: 6, name: "currency" };

/// A product as the file has it.
#[derive(Debug)]
pub(crate) struct Product {
    line: u64,
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) category: String,
    /// Empty where there is none.
    pub(crate) subcategory: String,
    pub(crate) list_price_minor: i64,
    pub(crate) currency: &'static str,
}

impl Line for Product {
    const FILE: &'static str = PRODUCTS;
    const COLUMNS: &'static [Column] = &[SKU, NAME, CATEGORY, SUBCATEGORY, LIST_PRICE, CURRENCY];

    fn parse(record: &Record<'_>, _: Calendar) -> Result<Self, BadLine> {
        Ok(Self {
            line: record.line,
            sku: record.checked(SKU, names::check_name)?.to_owned(),
            name: record.checked(NAME, fields::check_product_name)?.to_owned(),
            category: record.checked(CATEGORY, names::check_name)?.to_owned(),
            subcategory: record.checked(SUBCATEGORY, fields::check_optional_name)?.to_owned(),
            list_price_minor: record.number(LIST_PRICE, 0)?,
            currency: record.currency(CURRENCY)?.code(),
        })
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn key(&self) -> Option<(Cow<'_, str>, &str)> {
        Some((Cow::Borrowed(&self.sku), ""))
    }

    fn again(&self, first: u64) -> BadLine {
        self.bad(SKU, format!("{} stands in line {first} already", shown(&self.sku)))
    }
}
