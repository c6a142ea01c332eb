//! Who sold most: each company of a downline with what it ordered itself.
//!
//! An order counts where the root was above its placer, or was the placer, when it was placed. Who was not moved since, and nobody above it,
//! is where it was; for the others each piece of the span between two moves is looked at by itself, and on the days of moves each order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use entity::{Day, TenantId, Timestamp};
use iso_currency::Currency;

use super::own::{OwnFigure, orders_on, own_figures};
use super::segments::Segments;
use super::{Amounts, Performances};
use crate::bus::contract::Period;
use crate::error::Fault;
use crate::money::Money;
use crate::network::series::add;
use crate::tenancy::topology::{NodeIndex, Snapshot};
use crate::tenancy::{Scope, access};

/// The figures of so few companies are read by their ids. Of more, those of the whole chain are read.
const FEW: usize = 2_000;

/// Whose downline, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeadersQuestion {
    /// The company at the top; it counts, too.
    pub root: TenantId,
    /// Orders that were placed on these days.
    pub period: Period,
    /// In this currency alone.
    pub currency: Option<Currency>,
    /// Whether those of the period before are asked for, too.
    pub with_before: bool,
}

/// A company, and what it ordered for the root's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// The company.
    pub company: TenantId,
    /// Its orders that were not cancelled.
    pub order_count: u64,
    /// What it pays for them; by currency.
    revenue: Amounts,
    /// The same of the period before.
    revenue_before: Amounts,
}

/// By what companies are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// What they pay for their orders.
    Revenue,
    /// How many orders they placed.
    Orders,
    /// By how much their revenue is more than in the period before.
    Growth,
}

impl Leader {
    /// What it pays for its orders; one amount for each currency, sorted by currency.
    #[must_use]
    pub fn revenue(&self) -> Vec<Money> {
        self.revenue.values().copied().collect()
    }

    fn new(company: TenantId) -> Self {
        Self { company, order_count: 0, revenue: Amounts::new(), revenue_before: Amounts::new() }
    }

    fn add(&mut self, before: bool, orders: u64, revenue: Money) {
        if before {
            add(&mut self.revenue_before, revenue);
        } else {
            self.order_count = self.order_count.saturating_add(orders);
            add(&mut self.revenue, revenue);
        }
    }

    /// By what it is compared; nothing where it has no part in that.
    fn value(&self, by: Metric, currency: Currency) -> Option<i64> {
        let of = |amounts: &Amounts| amounts.get(currency.code()).map(|amount| amount.minor);
        let (now, before) = (of(&self.revenue), of(&self.revenue_before));
        match by {
            Metric::Revenue => now,
            Metric::Orders => (self.order_count > 0).then(|| i64::try_from(self.order_count).unwrap_or(i64::MAX)),
            Metric::Growth => {
                now.or(before)?;
                Some(now.unwrap_or_default().saturating_sub(before.unwrap_or_default()))
            }
        }
    }
}

/// The first of `leaders` with their ranks: the greatest first, those that are equal on one rank and by their ids. Amounts are compared in
/// `currency` alone: who has none in it has no rank.
#[must_use]
pub fn ranked(leaders: &[Leader], by: Metric, currency: Currency, first: usize) -> Vec<(usize, &Leader)> {
    let valued = leaders.iter().filter_map(|leader| Some((leader.value(by, currency)?, leader)));
    let mut valued: Vec<_> = valued.collect();
    valued.sort_unstable_by_key(|(value, leader)| (Reverse(*value), leader.company));
    let mut ranked: Vec<(usize, &Leader)> = Vec::with_capacity(first.min(valued.len()));
    let mut last = None;
    for (place, (value, leader)) in valued.into_iter().take(first).enumerate() {
        let equal = last.filter(|(of_last, _)| *of_last == value);
        let rank = equal.map_or(place + 1, |(_, rank)| rank);
        last = Some((value, rank));
        ranked.push((rank, leader));
    }
    ranked
}

impl Performances {
    /// Each company that ordered something for the figures of the question's root, in no order. Nothing where the root is out of reach.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn leaders(
        &self,
        chain: &Arc<Snapshot>,
        scope: Scope,
        question: LeadersQuestion,
    ) -> Result<Option<Vec<Leader>>, Fault> {
        let Some(root) = access::reach(chain, scope, question.root) else { return Ok(None) };
        let LeadersQuestion { period, currency, with_before, .. } = question;
        let (from, _) = if with_before { period.before() } else { period }.instants();
        let moved = Moved::since(chain, from);
        let segments = Segments::new(period, with_before, moved.at.iter().copied());
        let owners = owners(chain, root, &moved);
        let figures = own_figures(self.central.reader(), owners.as_deref(), &segments, currency).await?;
        let place = Place { chain: chain.clone(), root, moved, segments };
        let counted = tokio::task::spawn_blocking(move || place.count(&figures)).await??;
        let Counted { place, mut leaders, uncertain } = counted;
        let (placers, days) = uncertain;
        for order in orders_on(self.central.reader(), &placers, &days, currency).await? {
            let placer = order.placer_tenant_id;
            let counts = chain.find(placer).is_some_and(|node| chain.was_at_or_above(root, node, order.placed_at));
            if counts {
                let before = place.segments.is_before(order.day);
                leaders.entry(placer).or_insert_with(|| Leader::new(placer)).add(before, 1, order.amount()?);
            }
        }
        Ok(Some(leaders.into_values().collect()))
    }
}

/// How many companies' figures are looked at to answer `question`, at most: where somebody was moved since, all of them may have been below the root.
#[must_use]
pub fn visits(chain: &Snapshot, root: NodeIndex, question: &LeadersQuestion) -> usize {
    let LeadersQuestion { period, with_before, .. } = *question;
    let (from, _) = if with_before { period.before() } else { period }.instants();
    if chain.moves_after(from).next().is_some() { chain.len() } else { chain.descendant_count(root) + 1 }
}

/// Companies whose upline is not what it was, and when it changed.
struct Moved {
    at: Vec<Timestamp>,
    companies: HashSet<NodeIndex>,
}

impl Moved {
    /// All that were moved after `from`, themselves or with a company above them.
    fn since(chain: &Snapshot, from: Timestamp) -> Self {
        let moves: BTreeMap<NodeIndex, Vec<Timestamp>> =
            chain.moves_after(from).fold(BTreeMap::new(), |mut moves, (node, at)| {
                moves.entry(node).or_insert_with(Vec::new).push(at);
                moves
            });
        let mut companies = HashSet::new();
        for &node in moves.keys() {
            if !companies.contains(&node) {
                companies.extend(chain.preorder(node, None).map(|(node, _)| node));
            }
        }
        Self { at: moves.into_values().flatten().collect(), companies }
    }
}

/// Whose own figures are to be read; nothing where those of all are.
fn owners(chain: &Snapshot, root: NodeIndex, moved: &Moved) -> Option<Vec<TenantId>> {
    if chain.descendant_count(root) + moved.companies.len() > FEW {
        return None;
    }
    let below: HashSet<_> = chain.preorder(root, None).map(|(node, _)| node).collect();
    Some(below.union(&moved.companies).map(|&node| chain.id(node)).collect())
}

/// Where to count.
struct Place {
    chain: Arc<Snapshot>,
    root: NodeIndex,
    moved: Moved,
    segments: Segments,
}

struct Counted {
    place: Place,
    leaders: HashMap<TenantId, Leader>,
    /// Who placed orders on days of moves, and these days: each order is to be looked at.
    uncertain: (Vec<TenantId>, Vec<Day>),
}

impl Place {
    fn count(self, figures: &[OwnFigure]) -> Result<Counted, Fault> {
        let mut leaders: HashMap<TenantId, Leader> = HashMap::new();
        let (mut placers, mut days) = (HashSet::new(), HashSet::new());
        for figure in figures.iter().filter(|figure| figure.order_count != 0) {
            let company = figure.owner_tenant_id;
            let Some(node) = self.chain.find(company) else { continue };
            let segment = self.segments.segment(figure.segment);
            let was_moved = self.moved.companies.contains(&node);
            if was_moved && segment.of_moves {
                placers.insert(company);
                days.insert(segment.first);
                continue;
            }
            let counts = if was_moved {
                let at = Timestamp::start_of(segment.first.date());
                self.chain.was_at_or_above(self.root, node, at)
            } else {
                self.chain.is_at_or_above(self.root, node)
            };
            if counts {
                let leader = leaders.entry(company).or_insert_with(|| Leader::new(company));
                leader.add(segment.before, figure.order_count.unsigned_abs(), figure.revenue()?);
            }
        }
        let uncertain = (placers.into_iter().collect(), days.into_iter().collect());
        Ok(Counted { place: self, leaders, uncertain })
    }
}

#[cfg(test)]
mod tests {
    use entity::TenantId;
    use uuid::Uuid;

    use super::*;

    fn leader(number: u128, orders: u64, revenue: &[(i64, Currency)], before: &[(i64, Currency)]) -> Leader {
        let mut leader = Leader::new(TenantId(Uuid::from_u128(number)));
        leader.order_count = orders;
        for (minor, currency) in revenue {
            add(&mut leader.revenue, Money::new(*minor, *currency));
        }
        for (minor, currency) in before {
            add(&mut leader.revenue_before, Money::new(*minor, *currency));
        }
        leader
    }

    #[test]
    fn equal_ones_share_a_rank_and_amounts_are_compared_in_one_currency() {
        let (usd, eur) = (Currency::USD, Currency::EUR);
        let leaders = [
            leader(4, 1, &[(500, usd)], &[]),
            leader(1, 2, &[(700, usd), (1, eur)], &[(900, usd)]),
            leader(3, 9, &[(9_999, eur)], &[]),
            leader(2, 1, &[(500, usd)], &[(100, usd)]),
            leader(5, 0, &[], &[(50, usd)]),
        ];
        let order = |by, currency, first| -> Vec<(usize, u128)> {
            let ranked = ranked(&leaders, by, currency, first).into_iter();
            ranked.map(|(rank, leader)| (rank, leader.company.0.as_u128())).collect()
        };
        assert_eq!(order(Metric::Revenue, usd, 10), [(1, 1), (2, 2), (2, 4)]);
        assert_eq!(order(Metric::Revenue, eur, 10), [(1, 3), (2, 1)]);
        assert_eq!(order(Metric::Orders, usd, 3), [(1, 3), (2, 1), (3, 2)]);
        assert_eq!(order(Metric::Growth, usd, 10), [(1, 4), (2, 2), (3, 5), (4, 1)]);
        assert_eq!(order(Metric::Revenue, Currency::JPY, 10), []);
    }
}
