//! The ten companies of a chain that ordered most themselves.

use entity::Day;
use reseller_network::money;
use serde::Serialize;
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::Outcome;
use super::Asked;
use super::figures::Orders;
use super::json::{Id, Money, currency};
use super::pool::Connection;

/// The statement behind it.
pub(super) const SQL: &str = include_str!("sql/leaders.sql");

#[derive(Serialize)]
struct Data<'a> {
    data: Fields<'a>,
}

#[derive(Serialize)]
struct Fields<'a> {
    performance: Performance<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Performance<'a> {
    top_resellers: Vec<Ranked<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ranked<'a> {
    rank: usize,
    reseller: Reseller<'a>,
    order_count: i64,
    revenue: Vec<Money>,
}

#[derive(Serialize)]
struct Reseller<'a> {
    id: Id,
    name: &'a str,
}

/// A company, and what it ordered.
struct Leader<'a> {
    id: Uuid,
    name: &'a str,
    /// By which it is compared.
    value: i64,
    orders: Orders,
}

/// The answer for the root of a chain.
pub(super) async fn write(connection: &Connection, asked: &Asked) -> Outcome<Vec<u8>> {
    let Asked { company, period } = *asked;
    let (from, to) = (Day::from(period.from).0, Day::from(period.to).0);
    let rows = connection.client.query(&connection.leaders, &[&company, &from, &to]).await?;
    let top_resellers = ranked(&leaders(&rows)?);
    Ok(serde_json::to_vec(&Data { data: Fields { performance: Performance { top_resellers } } })?)
}

/// The leaders that `rows` tell of, each in one row for each currency.
fn leaders(rows: &[Row]) -> Outcome<Vec<Leader<'_>>> {
    let mut leaders: Vec<Leader<'_>> = Vec::new();
    for row in rows {
        let id = row.try_get(0)?;
        if leaders.last().is_none_or(|last| last.id != id) {
            leaders.push(Leader { id, name: row.try_get(1)?, value: row.try_get(2)?, orders: Orders::default() });
        }
        let revenue = money::Money::new(row.try_get(5)?, currency(row.try_get(3)?)?);
        if let Some(leader) = leaders.last_mut() {
            leader.orders.add(row.try_get(4)?, revenue);
        }
    }
    Ok(leaders)
}

/// Equal ones have the same rank.
fn ranked<'a>(leaders: &[Leader<'a>]) -> Vec<Ranked<'a>> {
    let ranked = |leader: &Leader<'a>| Ranked {
        rank: leaders.iter().filter(|other| other.value > leader.value).count() + 1,
        reseller: Reseller { id: Id(leader.id), name: leader.name },
        order_count: leader.orders.count,
        revenue: leader.orders.revenue.written(),
    };
    leaders.iter().map(ranked).collect()
}
