//! What companies ordered in a period.

use std::collections::{BTreeMap, HashMap};

use entity::{OrderStatus, TenantId};

use super::Orders;
use super::sight::currency;
use super::store::{self, Count};
use crate::bus::contract::Period;
use crate::bus::contract::orders::{OrderDay, OrderStats};
use crate::error::Fault;
use crate::money::Money;

impl Orders {
    /// What each of `placers` ordered in `period`, in their order.
    pub(super) async fn stats(&self, placers: &[TenantId], period: Period) -> Result<Vec<OrderStats>, Fault> {
        let mut counts: HashMap<TenantId, Vec<Count>> = HashMap::new();
        for count in store::counts(self.central.reader(), placers, period).await? {
            counts.entry(count.owner_tenant_id).or_default().push(count);
        }
        placers.iter().map(|placer| stats(counts.get(placer).map(Vec::as_slice).unwrap_or_default())).collect()
    }

    /// What each of `placers` ordered on each day of `period`, in their order.
    pub(super) async fn series(&self, placers: &[TenantId], period: Period) -> Result<Vec<Vec<OrderDay>>, Fault> {
        let mut days: HashMap<TenantId, Vec<OrderDay>> = HashMap::new();
        for count in store::daily_counts(self.central.reader(), placers, period).await? {
            let revenue = Money::new(count.amount_minor, currency(&count.currency)?);
            let day = OrderDay { day: count.day.date(), count: count.orders.unsigned_abs(), revenue };
            days.entry(count.owner_tenant_id).or_default().push(day);
        }
        Ok(placers.iter().map(|placer| days.get(placer).cloned().unwrap_or_default()).collect())
    }
}

/// The figures of one company.
fn stats(counts: &[Count]) -> Result<OrderStats, Fault> {
    let mut stats = OrderStats::default();
    let mut revenue: BTreeMap<&str, i64> = BTreeMap::new();
    let mut by_status: BTreeMap<OrderStatus, u64> = BTreeMap::new();
    for count in counts {
        let orders = u64::try_from(count.orders).unwrap_or_default();
        *by_status.entry(count.status).or_default() += orders;
        if count.status != OrderStatus::Cancelled {
            stats.count += orders;
            let sum = revenue.entry(&count.currency).or_default();
            *sum = sum.saturating_add(count.amount_minor);
        }
    }
    for (code, minor) in revenue {
        stats.revenue.push(Money::new(minor, currency(code)?));
    }
    stats.by_status = by_status.into_iter().collect();
    Ok(stats)
}
