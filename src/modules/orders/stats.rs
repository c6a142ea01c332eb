//! What companies ordered in a period.

use std::collections::{BTreeMap, HashMap};

use entity::{OrderStatus, TenantId};

use super::Orders;
use super::counts::{Count, counts, daily_counts};
use super::sight::currency;
use crate::bus::contract::Period;
use crate::bus::contract::orders::{OrderDay, OrderStats};
use crate::error::Fault;
use crate::money::Money;

impl Orders {
    /// What each of `placers` ordered in `period`, in their order.
    pub(super) async fn stats(&self, placers: &[TenantId], period: Period) -> Result<Vec<OrderStats>, Fault> {
        let mut of_placer: HashMap<TenantId, Vec<Count>> = HashMap::with_capacity(placers.len());
        for count in counts(self.central.steady_reader(), placers, period).await? {
            of_placer.entry(count.placer).or_default().push(count);
        }
        placers.iter().map(|placer| stats(of_placer.get(placer).map(Vec::as_slice).unwrap_or_default())).collect()
    }

    /// What each of `placers` ordered on each day of `period`, in their order.
    pub(super) async fn series(&self, placers: &[TenantId], period: Period) -> Result<Vec<Vec<OrderDay>>, Fault> {
        let mut days: HashMap<TenantId, Vec<OrderDay>> = HashMap::new();
        for count in daily_counts(self.central.reader(), placers, period).await? {
            let minor = i64::try_from(count.amount_minor).unwrap_or(i64::MAX);
            let revenue = Money::new(minor, currency(&count.currency)?);
            let day = OrderDay { day: count.day.date(), count: count.orders, revenue };
            days.entry(count.placer).or_default().push(day);
        }
        Ok(placers.iter().map(|placer| days.get(placer).cloned().unwrap_or_default()).collect())
    }
}

/// The figures of one company.
fn stats(counts: &[Count]) -> Result<OrderStats, Fault> {
    let mut stats = OrderStats::default();
    let mut revenue: BTreeMap<&str, i128> = BTreeMap::new();
    let mut by_status: BTreeMap<OrderStatus, u64> = BTreeMap::new();
    for count in counts {
        *by_status.entry(count.status).or_default() += count.orders;
        if count.status != OrderStatus::Cancelled {
            stats.count += count.orders;
            *revenue.entry(&count.currency).or_default() += count.amount_minor;
        }
    }
    for (code, minor) in revenue {
        let minor = i64::try_from(minor).unwrap_or(i64::MAX);
        stats.revenue.push(Money::new(minor, currency(code)?));
    }
    stats.by_status = by_status.into_iter().collect();
    Ok(stats)
}
