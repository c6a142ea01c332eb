//! Figures and feed so simple that they are plainly right: the whole log is gone through for each question.

use std::collections::BTreeMap;

use entity::{Day, OrderStatus, Position, TenantId, Timestamp, event, order_fact};
use iso_currency::Currency;
use reseller_network::events::kinds;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Tables;

/// Who is whose child, and who was moved when, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    pub(super) parents: BTreeMap<TenantId, Option<TenantId>>,
    /// When the first event told of each.
    pub(super) came: BTreeMap<TenantId, Position>,
    pub(super) moves: Vec<(Timestamp, TenantId, TenantId)>,
}

impl Lines {
    /// The parents of an instant: all later moves undone, the last first.
    fn parents_at(&self, at: Timestamp) -> BTreeMap<TenantId, Option<TenantId>> {
        let mut parents = self.parents.clone();
        for (_, who, before) in self.moves.iter().rev().filter(|(when, ..)| *when > at) {
            parents.insert(*who, Some(*before));
        }
        parents
    }

    /// From the parent of that instant up to the root.
    pub(super) fn above(&self, company: TenantId, at: Timestamp) -> Vec<TenantId> {
        let parents = self.parents_at(at);
        std::iter::successors(parents[&company], |above| parents[above]).collect()
    }

    fn below(&self, company: TenantId, at: Timestamp, position: Position) -> Vec<TenantId> {
        let children = self.parents_at(at).into_iter().filter(|(_, parent)| *parent == Some(company));
        children.map(|(child, _)| child).filter(|child| self.came[child] < position).collect()
    }
}

/// What the tables must say after `log`.
pub(super) fn recount(lines: &Lines, log: &[event::Model]) -> Tables {
    let mut tables = Tables::default();
    for event in log {
        if [kinds::ORDER_STATUS_CHANGED, kinds::ORDER_DELIVERED].contains(&event.event_type.as_str())
            && tell(&mut tables, lines, event).is_none()
        {
            tables.parked.push(event.position);
        }
        show(&mut tables, lines, event);
    }
    for fact in tables.facts.values() {
        for (company, level) in std::iter::once(fact.placer_tenant_id)
            .chain(lines.above(fact.placer_tenant_id, fact.placed_at))
            .zip(0_i32..)
        {
            if fact.status != OrderStatus::Cancelled {
                let key = (company, fact.day, level, fact.currency.clone());
                let (orders, revenue) = tables.figures.entry(key).or_default();
                (*orders, *revenue) = (*orders + 1, *revenue + fact.amount_minor);
            }
            if level > 0 {
                *tables.statuses.entry((company, fact.day, fact.status)).or_default() += 1;
            }
        }
    }
    tables
}

/// Takes in what an event tells of an order; none where it is to be kept apart.
fn tell(tables: &mut Tables, lines: &Lines, event: &event::Model) -> Option<()> {
    let text = |field: &str| event.data.get(field)?.as_str();
    let placer = event.subject_tenant_id.filter(|subject| lines.parents.contains_key(subject))?;
    let amount =
        event.data.get("amountMinor")?.as_i64().filter(|amount| (0..=1_000_000_000_000_000).contains(amount))?;
    let currency = text("currency").filter(|code| Currency::from_code(code).is_some())?;
    let placed_at: Timestamp = OffsetDateTime::parse(text("placedAt")?, &Rfc3339).ok()?.into();
    let status: OrderStatus = match event.event_type.as_str() {
        kinds::ORDER_DELIVERED => OrderStatus::Delivered,
        _ => text("to")?.parse().ok()?,
    };
    let key = (event.source.clone(), text("orderId").filter(|id| !id.is_empty())?.to_owned());
    let first = order_fact::Model {
        source: key.0.clone(),
        order_id: key.1.clone(),
        placer_tenant_id: placer,
        placed_at: placed_at.min(event.recorded_at),
        day: Day::from(placed_at.min(event.recorded_at)),
        currency: currency.to_owned(),
        amount_minor: amount,
        status,
        status_at: event.occurred_at,
    };
    let fact = tables.facts.entry(key).or_insert(first);
    if (fact.placer_tenant_id, &*fact.currency, fact.amount_minor) != (placer, currency, amount) {
        return None;
    }
    let strength = |status| (status == OrderStatus::Cancelled, status == OrderStatus::Delivered);
    let told = (strength(status), event.occurred_at, status);
    if told > (strength(fact.status), fact.status_at, fact.status) {
        (fact.status, fact.status_at) = (status, event.occurred_at);
    }
    Some(())
}

/// Puts an event into the feeds of those who see it.
fn show(tables: &mut Tables, lines: &Lines, event: &event::Model) {
    let Some(subject) = event.subject_tenant_id.filter(|subject| lines.parents.contains_key(subject)) else { return };
    let at = event.occurred_at.min(event.recorded_at);
    let mut show = |owner, distance| {
        tables.feed.entry((owner, event.position)).or_insert(distance);
    };
    show(subject, 0);
    let trade = ["ResellerAdmin.reseller.", "ResellerCatalog.", "ResellerOrders."];
    if !trade.iter().any(|prefix| event.event_type.starts_with(prefix)) {
        return;
    }
    let moved = event.event_type == kinds::RESELLER_MOVED;
    for (above, distance) in lines.above(subject, if moved { event.occurred_at } else { at }).into_iter().zip(1..) {
        show(above, distance);
    }
    if moved {
        let before = Timestamp(event.occurred_at.0 - 1);
        for (above, distance) in lines.above(subject, before).into_iter().zip(1..) {
            show(above, distance);
        }
    }
    if event.event_type == kinds::PRICING_UPDATED {
        for child in lines.below(subject, at, event.position) {
            show(child, -1);
        }
    }
}
