//! The resellers that led.

use async_graphql::{Enum, Result, SimpleObject};

use super::Performance;
use crate::graphql::error::bad_user_input;
use crate::graphql::types::money::Money;
use crate::graphql::types::paging::MAX_PAGE;
use crate::graphql::types::user_error::not_answered;
use crate::graphql::types::{Reseller, ResellerReference};
use crate::network::performance::{Leader, LeadersQuestion, Metric, ranked, visits};

/// By what resellers are compared.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::network::performance::Metric")]
pub enum LeaderboardMetric {
    /// By what they pay for their orders.
    Revenue,
    /// By how many orders they placed.
    Orders,
    /// By how much their revenue is more than in the period before, which has the same length.
    Growth,
}

/// A reseller among those that led.
#[derive(SimpleObject)]
pub struct ResellerPerformance {
    /// Its place, from 1. Equal ones have the same, and the next one is as many further.
    rank: usize,
    /// The reseller, by name.
    subject: ResellerReference,
    /// The reseller itself. Null where it is out of the caller's sight by now, as after a move.
    reseller: Option<Reseller>,
    /// Orders that it placed itself, below the top, and did not cancel.
    order_count: u64,
    /// What it pays for them: one amount for each currency, sorted by currency.
    revenue: Vec<Money>,
}

/// The first of those that led.
pub(super) async fn top(of: &Performance, by: LeaderboardMetric, first: i32) -> Result<Vec<ResellerPerformance>> {
    let size = usize::try_from(first).ok().filter(|size| (1..=MAX_PAGE).contains(size));
    let size = size.ok_or_else(|| bad_user_input("first", format_args!("a number from 1 to {MAX_PAGE}")))?;
    let Reseller { sight, node } = &of.root;
    let metric = Metric::from(by);
    let question = LeadersQuestion {
        root: of.root.tenant(),
        period: of.period,
        currency: of.currency,
        with_before: metric == Metric::Growth,
    };
    sight.visit(visits(&sight.chain, *node, &question))?;
    let leaders = sight.loaders.leaders.load(question).await.map_err(|error| not_answered(&error))?;
    let currency = of.currency.unwrap_or_else(|| sight.chain.currency(*node));
    let shown = |(rank, leader): (usize, &Leader)| {
        let company = sight.chain.find(leader.company)?;
        let reseller = sight.sees(company).then(|| Reseller { sight: sight.clone(), node: company });
        Some(ResellerPerformance {
            rank,
            subject: ResellerReference::to(&sight.chain, company),
            reseller,
            order_count: leader.order_count,
            revenue: leader.revenue().into_iter().map(Money::from).collect(),
        })
    };
    let leaders = leaders.unwrap_or_default();
    let first: Vec<_> = ranked(&leaders, metric, currency, size).into_iter().filter_map(shown).collect();
    sight.spend(first.len())?;
    Ok(first)
}
