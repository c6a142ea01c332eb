//! What things cost whom: computed from what each company of a line has set, without database or clock.
//!
//! A company pays what its parent takes; the root pays the list price. It takes what it entered for the product, in the currency that it pays in or its
//! own, or else its margin on top of what it pays: a price in another currency, which was one of these when it was entered, would stand there with nothing to
//! bind it. Where both are of one currency, its floor and then the tightest ceiling of the line bind that.

use std::collections::BTreeSet;
use std::sync::Arc;

use entity::{ProductId, TenantId, Timestamp};
use iso_currency::Currency;

use super::products::Product;
use crate::bus::contract::catalog::Access;
use crate::bus::contract::network::Margins;
use crate::money::{MAX_MINOR, Money, Rate, divide_half_even};

/// What one company has set, and what was granted to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    /// The currency that it trades in, where that is known.
    pub(super) currency: Option<Currency>,
    /// How it makes its prices.
    pub(super) margins: Margins,
    /// What it was granted; none: everything.
    pub(super) grant: Option<Grant>,
    /// Its prices set by hand, by product.
    pub(super) overrides: Vec<Override>,
}

/// Categories that a company was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    /// By whom: it counts only while that one is above the company.
    pub(super) by: TenantId,
    /// What.
    pub(super) access: Access,
}

/// A price that a company set by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Override {
    /// Of which product.
    pub(super) product: ProductId,
    /// As it was entered.
    pub(super) price: Money,
    /// When it was set.
    pub(super) updated_at: Timestamp,
}

impl Terms {
    /// The price that was set by hand for `product`.
    pub(super) fn override_of(&self, product: ProductId) -> Option<&Override> {
        let place = self.overrides.binary_search_by_key(&product, |set| set.product).ok()?;
        self.overrides.get(place)
    }

    /// The same with `price` as the price set by hand for `product`, or with none.
    pub(super) fn with_override(&self, product: ProductId, price: Option<Override>) -> Self {
        let others = self.overrides.iter().filter(|set| set.product != product).copied();
        let mut overrides: Vec<_> = others.chain(price).collect();
        overrides.sort_unstable_by_key(|set| set.product);
        Self { overrides, ..self.clone() }
    }

    /// The same where it is in force for a company that pays in `cost`.
    fn override_in_force(&self, product: ProductId, cost: Currency) -> Option<&Override> {
        let counts = |set: &&Override| set.price.currency == cost || Some(set.price.currency) == self.currency;
        self.override_of(product).filter(counts)
    }

    fn margin_of(&self, product: &Product) -> Rate {
        let Margins { by_category, default, .. } = &self.margins;
        by_category.get(&*product.category).copied().unwrap_or(*default)
    }

    /// What it takes for `product`, which costs it `cost`, before floor and ceiling.
    fn price_as_entered(&self, product: &Product, cost: Money) -> Money {
        let by_margin = || Money { minor: self.margin_of(product).on_top_of(cost.minor), ..cost };
        self.override_in_force(product.id, cost.currency).map_or_else(by_margin, |set| set.price)
    }

    /// What it takes for `product`, which costs it `cost`, where no price of its line may be more than `ceiling` above the cost.
    pub(super) fn price(&self, ceiling: Option<Rate>, product: &Product, cost: Money) -> Money {
        let entered = self.price_as_entered(product, cost);
        if entered.currency != cost.currency {
            return entered;
        }
        let least = self.margins.floor.on_top_of(cost.minor);
        let most = ceiling.map_or(MAX_MINOR, |ceiling| ceiling.on_top_of(cost.minor));
        Money { minor: entered.minor.max(least).min(most), ..cost }
    }

    /// Whether its margin or price, as entered, is below its own floor. A price in another currency than the cost is not compared.
    pub(super) fn is_below_floor(&self, product: &Product, cost: Money) -> bool {
        let floor = self.margins.floor;
        match self.override_in_force(product.id, cost.currency) {
            None => self.margin_of(product) < floor,
            Some(set) => set.price.currency == cost.currency && set.price.minor < floor.on_top_of(cost.minor),
        }
    }
}

/// What holds for a company because of itself and of all above it.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// What it may sell.
    pub(super) categories: Categories,
    /// The tightest ceiling of its line.
    pub(super) ceiling: Option<Rate>,
}

impl Standing {
    /// The root's, which has set `terms`.
    pub(super) fn of_root(terms: &Terms) -> Self {
        Self { categories: Categories::All, ceiling: terms.margins.ceiling }
    }

    /// That of a company directly below, which has set `terms`; `is_above` says whether a company is above it.
    pub(super) fn below(&self, terms: &Terms, is_above: impl FnOnce(TenantId) -> bool) -> Self {
        let grant = terms.grant.as_ref().filter(|grant| !grant.access.all).filter(|grant| is_above(grant.by));
        Self {
            categories: grant.map_or_else(|| self.categories.clone(), |grant| self.categories.cut(&grant.access)),
            ceiling: [self.ceiling, terms.margins.ceiling].into_iter().flatten().min(),
        }
    }
}

/// Categories that may be sold.
#[derive(Clone, Debug)]
pub(super) enum Categories {
    /// All that there are.
    All,
    /// These.
    Only(Arc<BTreeSet<String>>),
}

impl Categories {
    /// Whether `category` is one of them.
    pub(super) fn contain(&self, category: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(some) => some.contains(category),
        }
    }

    /// Those of them that are granted too.
    fn cut(&self, granted: &Access) -> Self {
        let both = granted.categories.iter().filter(|category| self.contain(category));
        Self::Only(Arc::new(both.cloned().collect()))
    }
}

/// What `price` is above `cost`, as a share of it, rounded half to even to a hundredth of a percent. None where the cost is nothing, or in
/// another currency.
pub(super) fn margin(cost: Money, price: Money) -> Option<Rate> {
    let comparable = cost.currency == price.currency && cost.minor > 0;
    let share = || divide_half_even(i128::from(price.minor - cost.minor) * HUNDREDTHS, cost.minor.into());
    comparable.then(|| in_hundredths(share()))
}

/// The mean of `margins`, rounded half to even to a hundredth of a percent.
pub(super) fn mean(margins: impl IntoIterator<Item = Rate>) -> Option<Rate> {
    let (mut sum, mut count) = (0_i128, 0_i128);
    for margin in margins {
        sum += i128::from(margin.0);
        count += 1;
    }
    (count > 0).then(|| in_hundredths(divide_half_even(sum, count * PARTS)))
}

/// Hundredths of a percent of the whole.
const HUNDREDTHS: i128 = 10_000;

/// Parts per million of a hundredth of a percent.
const PARTS: i128 = Rate::ONE as i128 / HUNDREDTHS;

/// The rate of so many hundredths of a percent; the most that there is, where it is more.
fn in_hundredths(hundredths: i128) -> Rate {
    Rate(i64::try_from(hundredths * PARTS).unwrap_or(i64::MAX))
}
