//! The catalog as its rules say it, computed anew for each question, as simply as can be.

use std::collections::{BTreeMap, BTreeSet};

use entity::TenantId;
use iso_currency::Currency;
use reseller_network::money::MAX_MINOR;

/// What the chain sells, and what each company has set.
#[derive(Debug, Default)]
pub(crate) struct NaiveCatalog {
    pub(crate) products: BTreeMap<String, NaiveProduct>,
    pub(crate) companies: BTreeMap<TenantId, NaiveCompany>,
}

#[derive(Clone, Debug)]
pub(crate) struct NaiveProduct {
    pub(crate) category: String,
    pub(crate) list_price: NaivePrice,
}

/// Minor units, and their currency.
pub(crate) type NaivePrice = (i64, Currency);

/// Rates are parts per million.
#[derive(Debug)]
pub(crate) struct NaiveCompany {
    pub(crate) parent: Option<TenantId>,
    pub(crate) currency: Currency,
    pub(crate) default: i64,
    pub(crate) floor: i64,
    pub(crate) ceiling: Option<i64>,
    pub(crate) by_category: BTreeMap<String, i64>,
    pub(crate) overrides: BTreeMap<String, NaivePrice>,
    /// By whom, and which categories; none: all.
    pub(crate) grant: Option<(TenantId, Option<BTreeSet<String>>)>,
}

impl NaiveCompany {
    /// One that has set nothing.
    pub(crate) fn new(parent: Option<TenantId>, currency: Currency) -> Self {
        let (by_category, overrides) = (BTreeMap::new(), BTreeMap::new());
        Self { parent, currency, default: 0, floor: 0, ceiling: None, by_category, overrides, grant: None }
    }
}

impl NaiveCatalog {
    /// The company, then its parent, and so on up to the root.
    pub(crate) fn upwards(&self, company: TenantId) -> Vec<TenantId> {
        let mut line = vec![company];
        while let Some(parent) = self.companies[line.last().expect("the company")].parent {
            line.push(parent);
        }
        line
    }

    /// What the company pays.
    pub(crate) fn cost(&self, company: TenantId, sku: &str) -> NaivePrice {
        match self.companies[&company].parent {
            Some(parent) => self.price(parent, sku),
            None => self.products[sku].list_price,
        }
    }

    /// What the company takes.
    pub(crate) fn price(&self, company: TenantId, sku: &str) -> NaivePrice {
        let (cost, currency) = self.cost(company, sku);
        let own = &self.companies[&company];
        let rate = own.by_category.get(&self.products[sku].category).unwrap_or(&own.default);
        let by_margin = (with(cost, *rate), currency);
        let in_force = own.overrides.get(sku).filter(|(_, of)| *of == currency || *of == own.currency);
        let (mut price, of) = *in_force.unwrap_or(&by_margin);
        if of == currency {
            if price < with(cost, own.floor) {
                price = with(cost, own.floor);
            }
            for ceiling in self.upwards(company).iter().filter_map(|above| self.companies[above].ceiling) {
                if price > with(cost, ceiling) {
                    price = with(cost, ceiling);
                }
            }
        }
        (price, of)
    }

    /// Whether the company may sell it: every company of its line below the root was granted the category, by one that is above it still.
    pub(crate) fn may_sell(&self, company: TenantId, sku: &str) -> bool {
        let category = &self.products[sku].category;
        let line = self.upwards(company);
        line.iter().enumerate().all(|(at, member)| {
            let grant = self.companies[member].grant.as_ref().filter(|(by, _)| line[at + 1..].contains(by));
            grant.and_then(|(_, granted)| granted.as_ref()).is_none_or(|granted| granted.contains(category))
        })
    }

    /// All that the company may sell, by sku.
    pub(crate) fn sold_by(&self, company: TenantId) -> Vec<&str> {
        self.products.keys().map(String::as_str).filter(|sku| self.may_sell(company, sku)).collect()
    }
}

/// `amount` with `rate` on top: the nearest whole number, of two as near the even one.
fn with(amount: i64, rate: i64) -> i64 {
    let exact = i128::from(amount) * (1_000_000 + i128::from(rate));
    let below = exact.div_euclid(1_000_000);
    let nearest =
        [below, below + 1].into_iter().min_by_key(|whole| ((whole * 1_000_000 - exact).abs(), whole % 2 != 0));
    nearest.and_then(|nearest| i64::try_from(nearest).ok()).map_or(MAX_MINOR, |nearest| nearest.min(MAX_MINOR))
}
