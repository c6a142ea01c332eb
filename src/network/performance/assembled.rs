//! Answers put together from rows.

use std::collections::BTreeMap;

use entity::{Day, OrderStatus};

use super::Amounts;
use crate::bus::contract::orders::{OrderDay, OrderStats};
use crate::money::{Money, divide_half_even};
use crate::network::series::add;

/// The rows that answer a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Of each day or level, or of all together, and of each currency.
    pub(super) rows: Vec<Row>,
    /// Of each state of an order.
    pub(super) statuses: BTreeMap<OrderStatus, u64>,
}

/// Some orders of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The day or the level that they are of; 0 where they are of all.
    pub(super) at: i32,
    pub(super) orders: u64,
    pub(super) revenue: Money,
}

/// What was ordered in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Orders that were not cancelled.
    pub order_count: u64,
    /// What their placers pay for them.
    pub revenue: Money,
}

impl Total {
    /// The mean of the orders, rounded half to even.
    #[must_use]
    pub fn average_order(&self) -> Money {
        let orders = i128::from(self.order_count.max(1));
        let mean = divide_half_even(self.revenue.minor.into(), orders);
        Money::new(i64::try_from(mean).unwrap_or(i64::MAX), self.revenue.currency)
    }
}

/// What was ordered at one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Steps below the owner.
    pub level: u32,
    /// Companies that are there now.
    pub reseller_count: u64,
    /// Orders that were placed there and not cancelled.
    pub order_count: u64,
    /// What their placers pay for them; one amount for each currency, sorted by currency.
    pub revenue: Vec<Money>,
}

impl Figures {
    /// How many orders.
    #[must_use]
    pub fn order_count(&self) -> u64 {
        self.rows.iter().fold(0, |sum, row| sum.saturating_add(row.orders))
    }

    /// Of each currency, sorted by it.
    #[must_use]
    pub fn totals(&self) -> Vec<Total> {
        let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
        for row in &self.rows {
            let none = Total { order_count: 0, revenue: Money::new(0, row.revenue.currency) };
            let total = totals.entry(row.revenue.currency.code()).or_insert(none);
            total.order_count = total.order_count.saturating_add(row.orders);
            total.revenue.minor = total.revenue.minor.saturating_add(row.revenue.minor);
        }
        totals.into_values().collect()
    }

    /// The revenue in the currency of `other`: nothing of it is 0.
    #[must_use]
    pub fn revenue_in_currency_of(&self, other: Money) -> Money {
        let same = self.totals().into_iter().find(|total| total.revenue.currency == other.currency);
        same.map_or(Money::new(0, other.currency), |total| total.revenue)
    }

    /// The days on which something was ordered: of an answer by day.
    #[must_use]
    pub fn days(&self) -> Vec<OrderDay> {
        let day = |row: &Row| OrderDay { day: Day(row.at).date(), count: row.orders, revenue: row.revenue };
        self.rows.iter().map(day).collect()
    }

    /// The levels at which something was ordered, or where `companies` says that there are some now: of an answer by level.
    #[must_use]
    pub fn levels(&self, companies: &[usize]) -> Vec<Level> {
        let mut levels: BTreeMap<u32, (u64, Amounts)> = BTreeMap::new();
        for level in (0..).take(companies.len()) {
            levels.insert(level, Default::default());
        }
        for row in &self.rows {
            let (orders, revenue) = levels.entry(u32::try_from(row.at).unwrap_or_default()).or_default();
            *orders = orders.saturating_add(row.orders);
            add(revenue, row.revenue);
        }
        let level = |(level, (order_count, revenue)): (u32, (u64, Amounts))| Level {
            level,
            reseller_count: companies.get(level as usize).map_or(0, |&count| count as u64),
            order_count,
            revenue: revenue.into_values().collect(),
        };
        levels.into_iter().map(level).collect()
    }

    /// What Orders would tell of them, with the states that `statuses` has.
    #[must_use]
    pub fn order_stats(&self, statuses: &Self) -> OrderStats {
        let by_status = statuses.statuses.iter().map(|(status, count)| (*status, *count)).collect();
        let revenue = self.totals().into_iter().map(|total| total.revenue).collect();
        OrderStats { count: self.order_count(), revenue, by_status }
    }

    /// The same of all days or levels together.
    pub(super) fn added_up(&self) -> Self {
        let row = |total: Total| Row { at: 0, orders: total.order_count, revenue: total.revenue };
        Self { rows: self.totals().into_iter().map(row).collect(), statuses: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use iso_currency::Currency;

    use super::*;

    fn row(at: i32, orders: u64, minor: i64, currency: Currency) -> Row {
        Row { at, orders, revenue: Money::new(minor, currency) }
    }

    fn figures(rows: &[Row]) -> Figures {
        Figures { rows: rows.to_vec(), ..Figures::default() }
    }

    #[test]
    fn each_currency_has_its_own_total_and_mean() {
        let (usd, eur) = (Currency::USD, Currency::EUR);
        let figures = figures(&[row(0, 1, 25, usd), row(1, 3, 10, eur), row(1, 1, 0, usd)]);
        assert_eq!(figures.order_count(), 5);
        let total = |order_count, minor, currency| Total { order_count, revenue: Money::new(minor, currency) };
        assert_eq!(figures.totals(), [total(3, 10, eur), total(2, 25, usd)]);
        let means: Vec<_> = figures.totals().iter().map(|total| total.average_order().minor).collect();
        assert_eq!(means, [3, 12], "12.5 goes to the even 12");
        assert_eq!(figures.added_up().totals(), figures.totals());
        assert_eq!(figures.revenue_in_currency_of(Money::new(7, usd)).minor, 25);
        assert_eq!(figures.revenue_in_currency_of(Money::new(7, Currency::JPY)), Money::new(0, Currency::JPY));
    }

    #[test]
    fn a_level_is_shown_for_its_companies_of_now_and_for_its_orders_of_then() {
        let usd = Currency::USD;
        let levels = figures(&[row(0, 1, 100, usd), row(3, 2, 50, usd)]).levels(&[1, 4]);
        let shown: Vec<_> = levels.iter().map(|at| (at.level, at.reseller_count, at.order_count)).collect();
        assert_eq!(shown, [(0, 1, 1), (1, 4, 0), (3, 0, 2)]);
        assert_eq!(levels[2].revenue, [Money::new(50, usd)]);
        assert_eq!(levels[1].revenue, []);
    }
}
