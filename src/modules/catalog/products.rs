//! What the chain sells: the root's products, as memory holds them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use entity::{ProductId, Timestamp, product};
use iso_currency::Currency;

use crate::error::Fault;
use crate::money::Money;
use crate::tenancy::topology::fold;

/// A product of the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) id: ProductId,
    pub(super) sku: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) category: Arc<str>,
    pub(super) list_price: Money,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl TryFrom<product::Model> for Product {
    type Error = Fault;

    fn try_from(row: product::Model) -> Result<Self, Fault> {
        let list_price = money(row.list_price_minor, &row.currency)?;
        let product::Model { id, sku, name, category, created_at, updated_at, .. } = row;
        let (sku, name, category) = (sku.into(), name.into(), category.into());
        Ok(Self { id, sku, name, category, list_price, created_at, updated_at })
    }
}

/// The amount in a row.
pub(super) fn money(minor: i64, currency: &str) -> Result<Money, Fault> {
    let known = Currency::from_code(currency);
    let currency = known.ok_or_else(|| Fault::Row(format!("{currency:?} is no currency")))?;
    Ok(Money::new(minor, currency))
}

/// All products, by sku. Each has a place in this list, from 0.
#[derive(Debug, Default)]
pub(super) struct Products {
    all: Vec<Product>,
    /// Sku and name of each without regard to case, with a NUL between them.
    search_texts: Vec<String>,
    by_id: HashMap<ProductId, usize>,
    /// The category of each, as a place in the list of categories.
    category_of: Vec<usize>,
    categories: Vec<String>,
}

impl Products {
    /// The list of `products`, which come in any order.
    pub(super) fn new(products: impl IntoIterator<Item = Product>) -> Self {
        let mut all: Vec<_> = products.into_iter().collect();
        // Databases differ in how they sort texts.
        all.sort_unstable_by(|one, other| one.sku.cmp(&other.sku));
        let mut categories: BTreeMap<&str, usize> = all.iter().map(|product| (&*product.category, 0)).collect();
        categories.values_mut().enumerate().for_each(|(at, place)| *place = at);
        Self {
            search_texts: all
                .iter()
                .map(|product| format!("{}\0{}", fold(&product.sku), fold(&product.name)))
                .collect(),
            by_id: all.iter().enumerate().map(|(place, product)| (product.id, place)).collect(),
            category_of: all.iter().map(|product| categories[&*product.category]).collect(),
            categories: categories.keys().map(|&category| category.to_owned()).collect(),
            all,
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The product at `place`.
    pub(super) fn at(&self, place: usize) -> &Product {
        &self.all[place]
    }

    /// Where the product with this sku is.
    pub(super) fn with_sku(&self, sku: &str) -> Option<usize> {
        self.all.binary_search_by(|product| (*product.sku).cmp(sku)).ok()
    }

    /// Where the product of this id is.
    pub(super) fn with_id(&self, id: ProductId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// Sku and name of the product at `place`, without regard to case.
    pub(super) fn search_text(&self, place: usize) -> &str {
        &self.search_texts[place]
    }

    /// The category of the product at `place`, as a place in the list of [categories](Self::categories).
    pub(super) fn category_of(&self, place: usize) -> usize {
        self.category_of[place]
    }

    /// All categories that products have, sorted.
    pub(super) fn categories(&self) -> &[String] {
        &self.categories
    }
}
