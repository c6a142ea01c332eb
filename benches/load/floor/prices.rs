//! What things cost whom, by the rules of the catalog: a company pays what its parent takes, the root the list price.

use std::collections::{BTreeSet, HashMap};

use reseller_network::bus::contract::network::Margins;
use reseller_network::money::{MAX_MINOR, Money, Rate, divide_half_even};
use uuid::Uuid;

/// A product of a page.
pub(super) struct Product {
    pub(super) id: Uuid,
    pub(super) sku: String,
    pub(super) name: String,
    pub(super) category: String,
    pub(super) list_price: Money,
}

/// Prices set by hand, by company and product.
pub(super) type Overrides = HashMap<(Uuid, Uuid), Money>;

/// What companies have set, by company; who is not in it has set nothing.
#[derive(Default)]
pub(super) struct Terms {
    pub(super) margins: HashMap<Uuid, Margins>,
    pub(super) grants: HashMap<Uuid, Grant>,
}

/// Categories that a company was granted; it counts only while the granter is above the company.
pub(super) struct Grant {
    pub(super) by: Uuid,
    /// None: all.
    pub(super) categories: Option<BTreeSet<String>>,
}

/// What one company pays and takes.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) cost: Money,
    pub(super) price: Money,
}

impl Offer {
    /// What the price is above the cost, rounded half to even to a hundredth of a percent.
    pub(super) fn margin(self) -> Option<Rate> {
        const HUNDREDTHS: i128 = 10_000;
        let comparable = self.cost.currency == self.price.currency && self.cost.minor > 0;
        let above = i128::from(self.price.minor - self.cost.minor);
        let share = comparable.then(|| divide_half_even(above * HUNDREDTHS, self.cost.minor.into()))?;
        Some(Rate(i64::try_from(share * 100).unwrap_or(i64::MAX)))
    }
}

impl Terms {
    /// What a company of `line`, which goes from the root down, may sell; none: everything.
    pub(super) fn granted(&self, line: impl IntoIterator<Item = Uuid>) -> Option<BTreeSet<String>> {
        let (mut granted, mut above): (Option<BTreeSet<String>>, Vec<Uuid>) = (None, Vec::new());
        for company in line {
            let grant = self.grants.get(&company).filter(|grant| above.contains(&grant.by));
            if let Some(some) = grant.and_then(|grant| grant.categories.as_ref()) {
                granted = Some(granted.map_or_else(|| some.clone(), |before| &before & some));
            }
            above.push(company);
        }
        granted
    }

    /// The tightest ceiling of `line`.
    pub(super) fn ceiling(&self, line: impl IntoIterator<Item = Uuid>) -> Option<Rate> {
        line.into_iter().filter_map(|company| self.margins.get(&company)?.ceiling).min()
    }

    /// What the last company of `line`, which goes from the root down, takes for `product`; of no company: the list price.
    pub(super) fn price_down(&self, line: &[Uuid], product: &Product, overrides: &Overrides) -> Money {
        let (mut price, mut ceiling) = (product.list_price, None);
        for company in line {
            ceiling = tighter(ceiling, self.ceiling([*company]));
            price = self.price(*company, ceiling, product, price, overrides);
        }
        price
    }

    /// What `company` takes for `product`, which costs it `cost`, where `ceiling` is the tightest of its line.
    pub(super) fn price(
        &self,
        company: Uuid,
        ceiling: Option<Rate>,
        product: &Product,
        cost: Money,
        overrides: &Overrides,
    ) -> Money {
        let margins = self.margins.get(&company);
        let rate = margins.map(|own| own.by_category.get(&product.category).copied().unwrap_or(own.default));
        let by_margin = || Money { minor: rate.unwrap_or_default().on_top_of(cost.minor), ..cost };
        // All companies of the data trade in one currency: a price in another than the cost's is not in force.
        let set = overrides.get(&(company, product.id)).filter(|set| set.currency == cost.currency);
        let entered = set.copied().unwrap_or_else(by_margin);
        let floor = margins.map(|own| own.floor).unwrap_or_default();
        let most = ceiling.map_or(MAX_MINOR, |ceiling| ceiling.on_top_of(cost.minor));
        Money { minor: entered.minor.max(floor.on_top_of(cost.minor)).min(most), ..cost }
    }
}

/// The lower of two ceilings.
pub(super) fn tighter(one: Option<Rate>, other: Option<Rate>) -> Option<Rate> {
    one.into_iter().chain(other).min()
}
