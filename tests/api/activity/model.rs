//! A feed so simple that it is plainly right: the whole log is gone through for each question. Of chains in which nobody has moved.

use entity::{Position, TenantId, Timestamp};
use reseller_network::events::kinds;

use crate::support::market::Market;

/// An event in somebody's feed.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) position: Position,
    pub(super) kind: String,
    pub(super) subject: TenantId,
    pub(super) distance: i32,
    pub(super) recorded_at: Timestamp,
}

/// The log, and who is below whom.
pub(super) struct Model {
    events: Vec<entity::event::Model>,
    /// Each company with those above it, nearest first.
    above: Vec<(TenantId, Vec<TenantId>)>,
}

impl Model {
    pub(super) async fn of(market: &Market) -> Self {
        market.is_caught_up().await;
        let (chain, events) = (market.snapshot(), market.events().await);
        let mut companies: Vec<TenantId> = events.iter().filter_map(|event| event.subject_tenant_id).collect();
        companies.sort_unstable();
        companies.dedup();
        let above = companies.into_iter().filter_map(|company| {
            let node = chain.find(company)?;
            Some((company, chain.ancestors(node).map(|node| chain.id(node)).collect()))
        });
        Self { above: above.collect(), events }
    }

    /// What `viewer` sees, newest first.
    pub(super) fn feed(&self, viewer: TenantId) -> Vec<Seen> {
        let seen = self.events.iter().rev().filter_map(|event| {
            let subject = event.subject_tenant_id?;
            let distance = self.distance(viewer, subject, &event.event_type)?;
            let (kind, recorded_at) = (event.event_type.clone(), event.recorded_at);
            Some(Seen { position: event.position, kind, subject, distance, recorded_at })
        });
        seen.collect()
    }

    fn distance(&self, viewer: TenantId, subject: TenantId, kind: &str) -> Option<i32> {
        if viewer == subject {
            return Some(0);
        }
        let above = |company| self.above.iter().find(|(one, _)| *one == company).map(|(_, above)| above);
        if kind == kinds::PRICING_UPDATED && above(viewer)?.first() == Some(&subject) {
            return Some(-1);
        }
        let about_trade = ["ResellerAdmin.reseller.", "ResellerCatalog.", "ResellerOrders."];
        let steps = above(subject)?.iter().position(|company| *company == viewer)?;
        let is_about_trade = about_trade.iter().any(|prefix| kind.starts_with(prefix));
        is_about_trade.then(|| i32::try_from(steps).expect("a short chain") + 1)
    }
}
