//! What a company sees first: its network in figures, and what its downline ordered.

use std::sync::Arc;

use entity::TenantId;

use super::performance::{Part, Performances, Question};
use crate::bus::contract::Period;
use crate::bus::contract::orders::OrderStats;
use crate::error::Fault;
use crate::tenancy::Scope;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// A company's downline in figures, itself not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkCounts {
    /// Companies directly below it.
    pub children: usize,
    /// Companies below it.
    pub descendants: usize,
    /// Those of them that are active.
    pub active: usize,
    /// Those of them that have a freeze, or have one above them.
    pub frozen: usize,
}

impl NetworkCounts {
    /// Those of `node`. They are at hand, whatever the size of the downline.
    #[must_use]
    pub fn of(chain: &Snapshot, node: NodeIndex) -> Self {
        Self {
            children: chain.child_count(node),
            descendants: chain.descendant_count(node),
            active: chain.active_descendant_count(node),
            frozen: chain.frozen_count(node),
        }
    }
}

/// How many companies below `node` joined in `period`.
///
/// # Errors
/// Where the computation was cut off.
pub async fn newcomers(chain: &Arc<Snapshot>, node: NodeIndex, period: Period) -> Result<usize, Fault> {
    let (from, until) = period.instants();
    if !chain.takes_a_census(node) {
        return Ok(chain.joined_count(node, from, until));
    }
    let chain = chain.clone();
    Ok(tokio::task::spawn_blocking(move || chain.joined_count(node, from, until)).await?)
}

/// What everyone below each of `owners`, whom the caller reaches, ordered in `period`.
///
/// # Errors
/// Where the database cannot answer.
pub async fn downline_orders(
    performances: &Performances,
    chain: &Snapshot,
    owners: &[TenantId],
    period: Period,
) -> Result<Vec<OrderStats>, Fault> {
    let question = |owner: TenantId, part| Question { owner, period, currency: None, part };
    let parts = [Part::Below, Part::BelowStatuses];
    let questions: Vec<_> = owners.iter().flat_map(|owner| parts.map(|part| question(*owner, part))).collect();
    let figures = performances.figures(chain, Scope::Central, &questions).await?;
    let stats = owners.iter().filter_map(|owner| {
        let [orders, statuses] = parts.map(|part| figures.get(&question(*owner, part)));
        Some(orders?.order_stats(statuses?))
    });
    Ok(stats.collect())
}
