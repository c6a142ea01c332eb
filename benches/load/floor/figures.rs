//! Orders added up, by currency and by day.

use std::collections::BTreeMap;

use entity::Day;
use reseller_network::bus::contract::Period;
use reseller_network::money;
use serde::Serialize;

use super::json::{self, Money};

/// One amount for each currency, sorted by it.
#[derive(Default)]
pub(super) struct Amounts(BTreeMap<&'static str, money::Money>);

impl Amounts {
    pub(super) fn add(&mut self, amount: money::Money) {
        self.0.entry(amount.currency.code()).or_insert(money::Money { minor: 0, ..amount }).minor += amount.minor;
    }

    pub(super) fn each(&self) -> impl Iterator<Item = money::Money> + '_ {
        self.0.values().copied()
    }

    pub(super) fn written(&self) -> Vec<Money> {
        self.each().map(Money).collect()
    }
}

/// How many orders, and what their placers pay for them.
#[derive(Default)]
pub(super) struct Orders {
    pub(super) count: i64,
    pub(super) revenue: Amounts,
}

impl Orders {
    pub(super) fn add(&mut self, orders: i64, revenue: money::Money) {
        self.count += orders;
        self.revenue.add(revenue);
    }
}

/// A day of a series.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Point {
    start: json::Day,
    order_count: i64,
    revenue: Vec<Money>,
}

/// Each day of `period`, with what there was on it.
pub(super) fn series(period: Period, days: &BTreeMap<i32, Orders>) -> Vec<Point> {
    let point = |day: i32| {
        let orders = days.get(&day);
        Point {
            start: json::Day(Day(day).date()),
            order_count: orders.map_or(0, |orders| orders.count),
            revenue: orders.map(|orders| orders.revenue.written()).unwrap_or_default(),
        }
    };
    (Day::from(period.from).0..=Day::from(period.to).0).map(point).collect()
}
