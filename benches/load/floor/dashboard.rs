//! What the root of a chain sees first.

use std::collections::BTreeMap;

use entity::{Day, OrderStatus};
use reseller_network::bus::contract::Period;
use reseller_network::money::{self, Rate, divide_half_even};
use serde::Serialize;
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::Outcome;
use super::Asked;
use super::figures::{Amounts, Orders, Point, series};
use super::json::{Money, Percent, Whole, currency};
use super::pool::Connection;
use super::prices::{Offer, Overrides, Product, Terms};

/// The statement behind it.
pub(super) const SQL: &str = include_str!("sql/dashboard.sql");

#[derive(Serialize)]
struct Data {
    data: Fields,
}

#[derive(Serialize)]
struct Fields {
    dashboard: Dashboard,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dashboard {
    catalog: Catalog,
    orders: OwnOrders,
    finance: Finance,
    downline_orders: DownlineOrders,
    network: Network,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Catalog {
    item_count: i64,
    average_margin_percent: Option<Percent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnOrders {
    count: i64,
    revenue: Vec<Money>,
    by_status: Vec<StatusCount>,
    series: Vec<Point>,
}

#[derive(Serialize)]
struct Finance {
    balances: Vec<Money>,
    outstanding: Vec<Money>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DownlineOrders {
    count: i64,
    count_change: Change,
    revenue: Vec<Money>,
    by_status: Vec<StatusCount>,
}

#[derive(Serialize)]
struct Change {
    previous: Whole,
    absolute: Whole,
    percent: Option<Percent>,
}

#[derive(Serialize)]
struct StatusCount {
    status: OrderStatus,
    count: i64,
}

#[derive(Clone, Copy, Default, Serialize)]
struct Network {
    #[serde(rename = "childCount")]
    children: i64,
    #[serde(rename = "descendantCount")]
    descendants: i64,
    #[serde(rename = "activeCount")]
    active: i64,
    #[serde(rename = "frozenCount")]
    frozen: i64,
    #[serde(rename = "newCount")]
    newcomers: i64,
}

/// What the rows say, by what they are about.
#[derive(Default)]
struct Found {
    /// All products, and those of them that cost something.
    products: (i64, i64),
    /// Those for which the root may take more than its cost.
    priced: Vec<Product>,
    overrides: Overrides,
    terms: Terms,
    own_statuses: BTreeMap<OrderStatus, i64>,
    own_days: BTreeMap<i32, Orders>,
    balances: Amounts,
    outstanding: Amounts,
    downline: Orders,
    downline_before: i64,
    downline_statuses: BTreeMap<OrderStatus, i64>,
    network: Network,
}

/// The answer for the root of a chain.
pub(super) async fn write(connection: &Connection, asked: &Asked) -> Outcome<Vec<u8>> {
    let Asked { company, period } = *asked;
    let (from, to) = (Day::from(period.from).0, Day::from(period.to).0);
    let mut found = Found::default();
    for row in &connection.client.query(&connection.dashboard, &[&company, &from, &to]).await? {
        found.take(company, row)?;
    }
    Ok(serde_json::to_vec(&Data { data: Fields { dashboard: found.written(company, period) } })?)
}

impl Found {
    fn take(&mut self, company: Uuid, row: &Row) -> Outcome<()> {
        let kind: i32 = row.try_get(0)?;
        let number = row.try_get::<_, Option<i64>>(5)?.unwrap_or_default();
        let amount = row.try_get::<_, Option<i64>>(6)?;
        let second = amount.unwrap_or_default();
        let money = |minor| -> Outcome<money::Money> { Ok(money::Money::new(minor, currency(row.try_get(3)?)?)) };
        match kind {
            0 => self.products = (number, second),
            1 => self.take_product(company, row, money(number)?, amount)?,
            2 => {
                self.terms.margins.insert(company, serde_json::from_str(row.try_get(2)?)?);
            }
            3 => {
                let status = status(row)?;
                *self.own_statuses.entry(status).or_default() += number;
                if status != OrderStatus::Cancelled {
                    self.own_days.entry(row.try_get(4)?).or_default().add(number, money(second)?);
                }
            }
            4 => {
                self.balances.add(money(number)?);
                if second > 0 {
                    self.outstanding.add(money(second)?);
                }
            }
            5 if number > 0 => self.downline.add(number, money(second)?),
            6 if number > 0 => {
                self.downline_statuses.insert(status(row)?, number);
            }
            5 | 6 => {}
            7 => (self.network.children, self.network.descendants) = (number, second),
            8 => (self.network.active, self.network.frozen) = (number, second),
            9 => self.network.newcomers = number,
            10 => self.downline_before = number,
            _ => return Err(format!("a row of no known kind: {kind}").into()),
        }
        Ok(())
    }

    fn take_product(&mut self, company: Uuid, row: &Row, list_price: money::Money, set: Option<i64>) -> Outcome<()> {
        let (id, category) = (row.try_get(1)?, row.try_get(2)?);
        self.priced.push(Product { id, sku: String::new(), name: String::new(), category, list_price });
        if let Some(minor) = set {
            self.overrides.insert((company, id), money::Money { minor, ..list_price });
        }
        Ok(())
    }

    fn written(&self, company: Uuid, period: Period) -> Dashboard {
        let mut revenue = Amounts::default();
        for amount in self.own_days.values().flat_map(|orders| orders.revenue.each()) {
            revenue.add(amount);
        }
        Dashboard {
            catalog: Catalog {
                item_count: self.products.0,
                average_margin_percent: self.average_margin(company).map(Percent),
            },
            orders: OwnOrders {
                count: self.own_days.values().map(|orders| orders.count).sum(),
                revenue: revenue.written(),
                by_status: by_status(&self.own_statuses),
                series: series(period, &self.own_days),
            },
            finance: Finance { balances: self.balances.written(), outstanding: self.outstanding.written() },
            downline_orders: DownlineOrders {
                count: self.downline.count,
                count_change: Change::between(self.downline_before, self.downline.count),
                revenue: self.downline.revenue.written(),
                by_status: by_status(&self.downline_statuses),
            },
            network: self.network,
        }
    }

    /// The mean of all margins, rounded half to even to a hundredth of a percent.
    fn average_margin(&self, company: Uuid) -> Option<Rate> {
        const HUNDREDTH: i128 = 100;
        let ceiling = self.terms.ceiling([company]);
        let margin = |product: &Product| {
            let cost = product.list_price;
            Offer { cost, price: self.terms.price(company, ceiling, product, cost, &self.overrides) }.margin()
        };
        let sum: i128 = self.priced.iter().filter_map(margin).map(|margin| i128::from(margin.0)).sum();
        let count = i128::from(self.products.1);
        let mean = (count > 0).then(|| divide_half_even(sum, count * HUNDREDTH) * HUNDREDTH)?;
        Some(Rate(i64::try_from(mean).unwrap_or(i64::MAX)))
    }
}

impl Change {
    fn between(before: i64, now: i64) -> Self {
        let percent = Rate::of_change(before, now).map(Percent);
        Self { previous: Whole(before), absolute: Whole(now - before), percent }
    }
}

fn by_status(counts: &BTreeMap<OrderStatus, i64>) -> Vec<StatusCount> {
    counts.iter().map(|(status, count)| StatusCount { status: *status, count: *count }).collect()
}

fn status(row: &Row) -> Outcome<OrderStatus> {
    Ok(row.try_get::<_, &str>(2)?.parse().map_err(|_| "not the state of an order")?)
}
