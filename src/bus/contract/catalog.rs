//! Catalog: products, and what they cost whom.

use std::sync::Arc;

use entity::{ProductId, TenantId, Timestamp, UplineRequestId};
use serde::{Deserialize, Serialize};
use time::Date;

use super::{Listed, Page, Period, Question, Take, Worth, iso_day};
use crate::bus::alias::aliases;
use crate::money::{Money, Rate};

aliases! {
    /// What a company may sell, with what it pays and takes, by sku.
    GetAvailableCatalog = "catalog.getAvailableCatalog": cross_tenant Reads (CatalogQuery) -> CatalogPage;
    /// Those of these products that a company may sell, in the order asked for.
    GetItems = "catalog.getItems": cross_tenant Reads (Vec<ProductId>) -> Vec<Item>;
    /// How many items a company sells, since when, and at which margin.
    GetStats = "catalog.getStats": cross_tenant Reads (()) -> CatalogStats;
    /// Which categories the company's parent granted it.
    GetAccess = "catalog.getAccess": cross_tenant Reads (()) -> Access;
    /// What a company pays for one of each of these products; nothing for a sku that is not sold. In the order asked for.
    Quote = "catalog.quote": own_tenant Reads (Vec<String>) -> Vec<Option<Quoted>>;
    /// Adds a product of the root, or changes it.
    SaveProduct = "catalog.saveProduct": own_tenant Writes (NewProduct) -> ProductId;
    /// Sets the price that a company's children pay, in place of its margin; without a price, back to the margin.
    SetPriceOverride = "catalog.setPriceOverride": own_tenant Writes (PriceOverride) -> ProductId;
    /// Grants categories to a child; called in the child.
    SetAccess = "catalog.setAccess": cross_tenant Writes (Access) -> ();
    /// Grants one category more to a company; called in that company, by central code alone, once its upline has said yes.
    RequestAccess = "catalog.requestAccess": own_tenant Writes (GrantCategory) -> ();
}

/// Which items, and which part of the list of them. A place in the list is a sku.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogQuery {
    /// Part of the sku or the name, without regard to case.
    pub search: Option<String>,
    /// Of this category alone.
    pub category: Option<String>,
    /// Which part of the list.
    pub page: Page<String>,
}

impl Question for CatalogQuery {
    /// How a catalog begins is asked often. It is told as it is, or not at all.
    fn worth(&self, _today: Date) -> Worth {
        let begins =
            self.page.after.is_none() && self.page.before.is_none() && matches!(self.page.take, Take::First(_));
        let is_usual = begins && self.search.is_none() && self.category.is_none();
        if is_usual { Worth::WhileSure } else { Worth::Nothing }
    }
}

/// A part of a company's catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogPage {
    /// The items, by sku.
    pub list: Listed<Item>,
    /// How many items the whole list has.
    pub total: u64,
}

/// A product as one company sells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The product.
    pub product: ProductId,
    /// Its number in the trade. The same text serves all companies that sell the product.
    pub sku: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its category.
    pub category: Arc<str>,
    /// What the company pays for one: its parent's price, at the root the list price.
    pub cost: Money,
    /// What the company's children pay for one.
    pub price: Money,
    /// What the price is above the cost, as a share of the cost, rounded half to even to a hundredth of a percent. None where the cost is
    /// nothing, or in another currency.
    pub margin: Option<Rate>,
    /// When the product, or the company's own price of it, was last changed.
    pub updated_at: Timestamp,
}

/// A company's catalog in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogStats {
    /// Items that the company may sell now.
    pub item_count: u64,
    /// The same by the day on which they came, the first day first.
    pub came: Vec<Came>,
    /// The mean of the items' margins, rounded half to even to a hundredth of a percent. None where no item has one.
    pub average_margin: Option<Rate>,
    /// Items whose margin or price, as entered, is below the company's floor.
    pub below_floor_count: u64,
}

/// Items that came on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Came {
    /// The day (UTC).
    #[serde(with = "iso_day")]
    pub day: Date,
    /// How many came.
    pub item_count: u64,
}

impl CatalogStats {
    /// Items that came in `period`.
    #[must_use]
    pub fn new_item_count(&self, period: Period) -> u64 {
        let of_period = self.came.iter().filter(|came| (period.from..=period.to).contains(&came.day));
        of_period.map(|came| came.item_count).sum()
    }
}

/// Which categories a company may sell, as granted by its parent. Every level above cuts it further.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// Whether all categories are granted.
    pub all: bool,
    /// The granted categories otherwise, sorted.
    pub categories: Vec<String>,
}

impl Access {
    /// All categories, which is what a company may sell to which nothing was granted.
    #[must_use]
    pub fn all() -> Self {
        Self { all: true, categories: Vec::new() }
    }
}

/// A category that is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantCategory {
    /// Which, letter for letter.
    pub category: String,
    /// The company that grants it: the nearest active one above. Where another is by now, it is not granted.
    pub by: TenantId,
    /// The request that it is granted for: what was done for it once is not done again.
    pub request: UplineRequestId,
}

/// What one of a product costs a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quoted {
    /// The product's name.
    pub name: String,
    /// What the company pays for one.
    pub cost: Money,
    /// Whether the company may sell it.
    pub granted: bool,
}

/// A product, as the root enters it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewProduct {
    /// Its number in the trade: a product that has it is changed.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
    /// What the root pays for one.
    pub list_price: Money,
}

/// A price that a company sets by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceOverride {
    /// Of which product.
    pub sku: String,
    /// The price; none: back to the margin.
    pub price: Option<Money>,
}
