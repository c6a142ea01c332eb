//! Several companies with all above them: what their lines share is looked at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::TenantId;

use super::pricing::{Standing, Terms};
use super::products::{Product, Products};
use crate::money::Money;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// A company, and the one directly above it.
pub(super) type Link = (TenantId, Option<TenantId>);

/// Companies with all above them. Each has a place in it, from 0.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// From the top down: who is above another comes before it.
    companies: Vec<Company>,
    places: HashMap<TenantId, usize>,
}

#[derive(Debug)]
struct Company {
    above: Option<usize>,
    terms: Arc<Terms>,
    standing: Standing,
}

/// `nodes` and all above them, from the top down, each once.
pub(super) fn links(chain: &Snapshot, nodes: &[NodeIndex]) -> Vec<Link> {
    let mut seen = HashSet::new();
    for &node in nodes {
        for at in std::iter::once(node).chain(chain.ancestors(node)) {
            if !seen.insert(at) {
                break;
            }
        }
    }
    let mut all: Vec<_> = seen.into_iter().collect();
    all.sort_unstable_by_key(|&node| (chain.depth(node), node));
    all.into_iter().map(|node| (chain.id(node), chain.parent(node).map(|parent| chain.id(parent)))).collect()
}

/// The company and all above it, where `upwards` has them from the company up to the root.
pub(super) fn links_of(upwards: &[TenantId]) -> Vec<Link> {
    let parents = upwards.iter().copied().skip(1).map(Some).chain(std::iter::once(None));
    let mut links: Vec<_> = upwards.iter().copied().zip(parents).collect();
    links.reverse();
    links
}

impl Lines {
    /// The companies of `links`, which go from the top down. Who has no `terms` has set nothing.
    pub(super) fn new(links: &[Link], terms: &HashMap<TenantId, Arc<Terms>>) -> Self {
        let mut lines = Self::default();
        for (tenant, parent) in links {
            let above = parent.and_then(|parent| lines.place(parent));
            let terms = terms.get(tenant).cloned().unwrap_or_default();
            let standing = match above {
                None => Standing::of_root(&terms),
                Some(above) => {
                    let is_above = |granter| lines.upwards(above).any(|at| lines.places.get(&granter) == Some(&at));
                    lines.companies[above].standing.below(&terms, is_above)
                }
            };
            lines.places.insert(*tenant, lines.companies.len());
            lines.companies.push(Company { above, terms, standing });
        }
        lines
    }

    /// Where `tenant` is.
    pub(super) fn place(&self, tenant: TenantId) -> Option<usize> {
        self.places.get(&tenant).copied()
    }

    /// What the company at `place` has set.
    pub(super) fn terms(&self, place: usize) -> &Arc<Terms> {
        &self.companies[place].terms
    }

    /// What holds for the company at `place`.
    pub(super) fn standing(&self, place: usize) -> &Standing {
        &self.companies[place].standing
    }

    /// The company at `place` and all above it.
    fn upwards(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(place), |&at| self.companies[at].above)
    }

    /// What the company at `place` takes for `product`, which costs it `cost`.
    fn price(&self, place: usize, product: &Product, cost: Money) -> Money {
        let Company { terms, standing, .. } = &self.companies[place];
        terms.price(standing.ceiling, product, cost)
    }
}

/// What some products cost the companies of some lines. A company's prices are computed once, however many are below it.
pub(super) struct Prices<'a> {
    lines: &'a Lines,
    products: &'a Products,
    /// The places of the products whose prices are computed.
    priced: Vec<usize>,
    /// Where each product is among these, by its place.
    column: Vec<usize>,
    /// The prices that the company at each place takes, as soon as they are known.
    of_companies: Vec<Option<Box<[Money]>>>,
}

/// What one product costs a company, and what the company takes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// What the company pays.
    pub(super) cost: Money,
    /// What its children pay.
    pub(super) price: Money,
}

impl<'a> Prices<'a> {
    /// The prices of those of `products` that are at `places`; no others can be asked for.
    pub(super) fn of(lines: &'a Lines, products: &'a Products, places: impl IntoIterator<Item = usize>) -> Self {
        let (mut priced, mut column) = (Vec::new(), vec![usize::MAX; products.len()]);
        for place in places {
            if column[place] == usize::MAX {
                column[place] = priced.len();
                priced.push(place);
            }
        }
        let of_companies = lines.companies.iter().map(|_| None).collect();
        Self { lines, products, priced, column, of_companies }
    }

    /// The offer of `company`, by its place on the lines, for the product at `place`.
    pub(super) fn offer(&mut self, company: usize, place: usize) -> Offer {
        let column = self.column[place];
        let product = self.products.at(place);
        let cost = match self.lines.companies[company].above {
            None => product.list_price,
            Some(above) => self.prices_of(above)[column],
        };
        Offer { cost, price: self.lines.price(company, product, cost) }
    }

    /// All prices of `company`: those of the nearest one above it whose are known, brought down step by step.
    fn prices_of(&mut self, company: usize) -> &[Money] {
        let unknown: Vec<_> = self.lines.upwards(company).take_while(|&at| self.of_companies[at].is_none()).collect();
        for at in unknown.into_iter().rev() {
            let above = self.lines.companies[at].above.and_then(|above| self.of_companies[above].as_deref());
            let price = |(column, place): (usize, &usize)| {
                let product = self.products.at(*place);
                self.lines.price(at, product, above.map_or(product.list_price, |prices| prices[column]))
            };
            self.of_companies[at] = Some(self.priced.iter().enumerate().map(price).collect());
        }
        self.of_companies[company].as_deref().unwrap_or_default()
    }
}
