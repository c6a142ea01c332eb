//! What companies ordered in a period.

use std::collections::HashMap;

use entity::{OrderStatus, TenantId};
use iso_currency::Currency;

use super::Orders;
use super::counts::{Count, counts, daily_counts};
use crate::bus::contract::Period;
use crate::bus::contract::orders::{OrderDay, OrderStats};
use crate::error::Fault;
use crate::money::Money;

impl Orders {
    /// What each of `placers` ordered in `period`, in their order.
    pub(super) async fn stats(&self, placers: &[TenantId], period: Period) -> Result<Vec<OrderStats>, Fault> {
        let mut tallies: HashMap<TenantId, Tally> = HashMap::with_capacity(placers.len());
        for count in counts(self.central.steady_reader(), placers, period).await? {
            tallies.entry(count.placer).or_default().add(&count);
        }
        Ok(placers.iter().map(|placer| tallies.get(placer).map(Tally::stats).unwrap_or_default()).collect())
    }

    /// What each of `placers` ordered on each day of `period`, in their order.
    pub(super) async fn series(&self, placers: &[TenantId], period: Period) -> Result<Vec<Vec<OrderDay>>, Fault> {
        let mut days: HashMap<TenantId, Vec<OrderDay>> = HashMap::new();
        for count in daily_counts(self.central.steady_reader(), placers, period).await? {
            let revenue = money(count.currency, count.amount_minor);
            let day = OrderDay { day: count.day.date(), count: count.orders, revenue };
            days.entry(count.placer).or_default().push(day);
        }
        Ok(placers.iter().map(|placer| days.get(placer).cloned().unwrap_or_default()).collect())
    }
}

/// The orders of one company, as they are counted.
#[derive(Default)]
struct Tally {
    /// In the order of [`OrderStatus::ALL`].
    by_status: [u64; OrderStatus::ALL.len()],
    /// Minor units of what was not cancelled.
    revenue: Vec<(Currency, i128)>,
}

impl Tally {
    fn add(&mut self, count: &Count) {
        self.by_status[count.status as usize] += count.orders;
        if count.status == OrderStatus::Cancelled {
            return;
        }
        match self.revenue.iter_mut().find(|(currency, _)| *currency == count.currency) {
            Some((_, sum)) => *sum += count.amount_minor,
            None => self.revenue.push((count.currency, count.amount_minor)),
        }
    }

    fn stats(&self) -> OrderStats {
        let by_status = OrderStatus::ALL.into_iter().zip(self.by_status).filter(|(_, orders)| *orders > 0);
        let by_status: Vec<_> = by_status.collect();
        let placed = by_status.iter().filter(|(status, _)| *status != OrderStatus::Cancelled);
        let mut revenue: Vec<Money> = self.revenue.iter().map(|(currency, minor)| money(*currency, *minor)).collect();
        revenue.sort_unstable_by_key(|amount| amount.currency.code());
        OrderStats { count: placed.map(|(_, orders)| orders).sum(), revenue, by_status }
    }
}

/// So many minor units; the most that there can be, where they are more.
fn money(currency: Currency, minor: i128) -> Money {
    Money::new(i64::try_from(minor).unwrap_or(i64::MAX), currency)
}
