//! What a company and its whole downline ordered: in all, by day and by level.

use std::collections::BTreeMap;

use entity::Day;
use reseller_network::bus::contract::Period;
use reseller_network::money::{self, divide_half_even};
use serde::Serialize;
use tokio_postgres::{Row, Statement};

use super::super::Outcome;
use super::Asked;
use super::figures::{Orders, Point, series};
use super::json::{Money, currency};
use super::pool::Connection;

/// The statement that reads the figures that are kept.
pub(super) const SQL: &str = include_str!("sql/performance.sql");

/// The one that reads the orders themselves, for who has most of the chain below.
pub(super) const WHOLE_SQL: &str = include_str!("sql/performance_whole.sql");

/// The same, for who has few below.
pub(super) const FEW_SQL: &str = include_str!("sql/performance_few.sql");

#[derive(Serialize)]
struct Data {
    data: Fields,
}

#[derive(Serialize)]
struct Fields {
    performance: Performance,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Performance {
    order_count: i64,
    totals: Vec<Total>,
    series: Vec<Point>,
    by_level: Vec<AtLevel>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    revenue: Money,
    order_count: i64,
    average_order: Money,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AtLevel {
    level: i32,
    reseller_count: i64,
    order_count: i64,
    revenue: Vec<Money>,
}

/// What the rows say.
#[derive(Default)]
struct Found {
    totals: BTreeMap<&'static str, (i64, money::Money)>,
    days: BTreeMap<i32, Orders>,
    /// With the number of companies.
    levels: BTreeMap<i32, (i64, Orders)>,
}

/// The answer, by one of the statements.
pub(super) async fn write(connection: &Connection, statement: &Statement, asked: &Asked) -> Outcome<Vec<u8>> {
    let Asked { company, period } = *asked;
    let (from, to) = (Day::from(period.from).0, Day::from(period.to).0);
    let mut found = Found::default();
    for row in &connection.client.query(statement, &[&company, &from, &to]).await? {
        found.take(row)?;
    }
    Ok(serde_json::to_vec(&Data { data: Fields { performance: found.written(period) } })?)
}

impl Found {
    /// A row of a level, of a day, or of both.
    fn take(&mut self, row: &Row) -> Outcome<()> {
        let (level, day): (Option<i32>, Option<i32>) = (row.try_get(0)?, row.try_get(1)?);
        let count: i64 = row.try_get(3)?;
        let Some(code) = row.try_get(2)? else {
            self.levels.entry(level.unwrap_or_default()).or_default().0 = count;
            return Ok(());
        };
        if count == 0 {
            // All that there was has been cancelled.
            return Ok(());
        }
        let revenue = money::Money::new(row.try_get(4)?, currency(code)?);
        if let Some(level) = level {
            self.levels.entry(level).or_default().1.add(count, revenue);
        }
        if let Some(day) = day {
            self.days.entry(day).or_default().add(count, revenue);
            let nothing = (0, money::Money { minor: 0, ..revenue });
            let total = self.totals.entry(revenue.currency.code()).or_insert(nothing);
            total.0 += count;
            total.1.minor += revenue.minor;
        }
        Ok(())
    }

    fn written(&self, period: Period) -> Performance {
        let total = |&(order_count, revenue): &(i64, money::Money)| {
            let mean = divide_half_even(revenue.minor.into(), order_count.into());
            let average = money::Money { minor: i64::try_from(mean).unwrap_or(i64::MAX), ..revenue };
            Total { revenue: Money(revenue), order_count, average_order: Money(average) }
        };
        let level = |(&level, (reseller_count, orders)): (&i32, &(i64, Orders))| AtLevel {
            level,
            reseller_count: *reseller_count,
            order_count: orders.count,
            revenue: orders.revenue.written(),
        };
        Performance {
            order_count: self.totals.values().map(|(count, _)| count).sum(),
            totals: self.totals.values().map(total).collect(),
            series: series(period, &self.days),
            by_level: self.levels.iter().map(level).collect(),
        }
    }
}
