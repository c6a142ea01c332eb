//! Fifty children with their figures and the beginning of their catalogs.

mod answer;

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::OrderStatus;
use reseller_network::money;
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::Outcome;
use super::Asked;
use super::json::{Id, Money, currency};
use super::pool::Connection;
use super::prices::{Grant, Offer, Overrides, Product, Terms, tighter};
use answer::{CatalogStats, Child, Data, Finance, Item, Nodes, Orders, StatusCount, Summary};

/// The statement that reads everything.
pub(super) const SQL: &str = include_str!("../sql/children.sql");

/// The one that reads the page of those who may not sell everything.
pub(super) const GRANTED_SQL: &str = include_str!("../sql/granted.sql");

/// What the rows of the statement say, by what they are about.
#[derive(Default)]
struct Found {
    children: Vec<(i64, Uuid, String)>,
    figures: HashMap<Uuid, Figures>,
    /// From the company upwards, each with its step.
    line: Vec<(i64, Uuid)>,
    terms: Terms,
    page: Page,
}

#[derive(Default)]
struct Figures {
    by_status: BTreeMap<OrderStatus, i64>,
    revenue: BTreeMap<&'static str, money::Money>,
    accounts: BTreeMap<&'static str, (money::Money, i64)>,
}

/// The first products of those who may sell the same.
#[derive(Default)]
struct Page {
    products: Vec<Product>,
    overrides: Overrides,
    item_count: i64,
}

/// The answer with the children of the company, and what they ordered in the period.
pub(super) async fn write(connection: &Connection, asked: &Asked) -> Outcome<Vec<u8>> {
    let Asked { company, period } = *asked;
    let (from, until) = period.instants();
    let rows = connection.client.query(&connection.children, &[&company, &from.0, &until.0]).await?;
    let mut found = Found::default();
    for row in &rows {
        found.take(row)?;
    }
    found.children.sort_unstable_by_key(|(place, ..)| *place);
    found.line.sort_unstable_by_key(|(step, _)| -step);
    let line: Vec<Uuid> = found.line.iter().map(|(_, company)| *company).collect();
    let pages = found.other_pages(connection, &line).await?;
    Ok(serde_json::to_vec(&Data::of(found.children(&line, &pages)))?)
}

impl Found {
    fn take(&mut self, row: &Row) -> Outcome<()> {
        let (kind, number, amount): (i32, i64, i64) = (row.try_get(0)?, row.try_get(7)?, row.try_get(8)?);
        match kind {
            0 => self.children.push((number, row.try_get(1)?, row.try_get(3)?)),
            1 => {
                let status = row.try_get::<_, &str>(3)?.parse().map_err(|_| "not the state of an order")?;
                let sum = money::Money::new(amount, currency(row.try_get(6)?)?);
                self.figures.entry(row.try_get(1)?).or_default().add_orders(status, number, sum);
            }
            2 => {
                let balance = money::Money::new(number, currency(row.try_get(6)?)?);
                let figures = self.figures.entry(row.try_get(1)?).or_default();
                figures.accounts.insert(balance.currency.code(), (balance, amount));
            }
            3 => self.line.push((number, row.try_get(1)?)),
            6 => {
                self.terms.margins.insert(row.try_get(1)?, serde_json::from_str(row.try_get(3)?)?);
            }
            7 => {
                let categories: BTreeSet<String> = serde_json::from_str(row.try_get(3)?)?;
                let grant = Grant { by: row.try_get(2)?, categories: (number == 0).then_some(categories) };
                self.terms.grants.insert(row.try_get(1)?, grant);
            }
            _ => self.page.take(row)?,
        }
        Ok(())
    }

    /// The pages of those children who may not sell everything, by what they may sell.
    async fn other_pages(&self, connection: &Connection, line: &[Uuid]) -> Outcome<HashMap<BTreeSet<String>, Page>> {
        let mut pages = HashMap::new();
        if self.terms.grants.is_empty() {
            return Ok(pages);
        }
        let children = self.children.iter().map(|(_, child, _)| *child);
        let owners: Vec<Uuid> = line.iter().copied().chain(children.clone()).collect();
        for child in children {
            let Some(granted) = self.granted(line, child) else { continue };
            let Entry::Vacant(unread) = pages.entry(granted) else { continue };
            let categories: Vec<&str> = unread.key().iter().map(String::as_str).collect();
            let rows = connection.client.query(&connection.granted, &[&categories, &owners]).await?;
            let mut page = Page::default();
            rows.iter().try_for_each(|row| page.take(row))?;
            unread.insert(page);
        }
        Ok(pages)
    }

    fn granted(&self, line: &[Uuid], child: Uuid) -> Option<BTreeSet<String>> {
        if self.terms.grants.is_empty() { None } else { self.terms.granted(line.iter().copied().chain([child])) }
    }

    fn children<'a>(&'a self, line: &[Uuid], pages: &'a HashMap<BTreeSet<String>, Page>) -> Vec<Child<'a>> {
        let above = self.terms.ceiling(line.iter().copied());
        let costs = self.costs(line, &self.page);
        let child = |(_, id, name): &'a (i64, Uuid, String)| {
            let ceiling = tighter(above, self.terms.ceiling([*id]));
            let (page, costs) = match self.granted(line, *id).and_then(|granted| pages.get(&granted)) {
                Some(page) => (page, Cow::Owned(self.costs(line, page))),
                None => (&self.page, Cow::Borrowed(&costs)),
            };
            let offer = |(product, &cost): (&'a Product, &money::Money)| {
                Item::of(product, Offer { cost, price: self.terms.price(*id, ceiling, product, cost, &page.overrides) })
            };
            let nodes = page.products.iter().zip(costs.iter()).map(offer).collect();
            let (orders, finance) = self.figures.get(id).map(Figures::written).unwrap_or_default();
            let summary = Summary { orders, finance, catalog: CatalogStats { item_count: page.item_count } };
            Child { id: Id(*id), name, summary, available_catalog: Nodes { nodes } }
        };
        self.children.iter().map(child).collect()
    }

    /// What the children of the last company of `line` pay for the products of `page`.
    fn costs(&self, line: &[Uuid], page: &Page) -> Vec<money::Money> {
        page.products.iter().map(|product| self.terms.price_down(line, product, &page.overrides)).collect()
    }
}

impl Page {
    fn take(&mut self, row: &Row) -> Outcome<()> {
        let (kind, number): (i32, i64) = (row.try_get(0)?, row.try_get(7)?);
        match kind {
            4 => self.products.push(Product {
                id: row.try_get(1)?,
                sku: row.try_get(3)?,
                category: row.try_get(4)?,
                name: row.try_get(5)?,
                list_price: money::Money::new(number, currency(row.try_get(6)?)?),
            }),
            5 => {
                let price = money::Money::new(number, currency(row.try_get(6)?)?);
                self.overrides.insert((row.try_get(1)?, row.try_get(2)?), price);
            }
            8 => self.item_count = number,
            _ => return Err(format!("a row of no known kind: {kind}").into()),
        }
        Ok(())
    }
}

impl Figures {
    fn add_orders(&mut self, status: OrderStatus, orders: i64, sum: money::Money) {
        *self.by_status.entry(status).or_default() += orders;
        if status != OrderStatus::Cancelled {
            self.revenue.entry(sum.currency.code()).or_insert(money::Money { minor: 0, ..sum }).minor += sum.minor;
        }
    }

    fn written(&self) -> (Orders, Finance) {
        let placed = self.by_status.iter().filter(|(status, _)| **status != OrderStatus::Cancelled);
        let count = |(status, count): (&OrderStatus, &i64)| StatusCount { status: *status, count: *count };
        let orders = Orders {
            count: placed.map(|(_, count)| count).sum(),
            revenue: self.revenue.values().copied().map(Money).collect(),
            by_status: self.by_status.iter().map(count).collect(),
        };
        let owed = self.accounts.values().filter(|(_, outstanding)| *outstanding > 0);
        let finance = Finance {
            balances: self.accounts.values().map(|(balance, _)| Money(*balance)).collect(),
            outstanding: owed.map(|(balance, minor)| Money(money::Money { minor: *minor, ..*balance })).collect(),
        };
        (orders, finance)
    }
}
