//! Any chain: whatever its companies are called, and however their orders are, goes through files and back.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{
    OrderId, OrderStatus, ProductId, TenantId, TenantStatus, Timestamp, order, order_line, price_override, product,
    tenant, tenant_name,
};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use reseller_network::modules::admin::names;
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel};
use time::macros::date;

use super::{other_kind, texts};
use crate::import::Network;
use crate::support::{Backend, TestDatabase};

const DAY: i64 = 86_400_000_000;

/// What companies may be called; siblings may be called the same.
const NAMES: [&str; 6] = ["A", "a", "Ä & Co", "Smith, \"Sons\"", "東京", "b"];

/// What orders may be called: some as an export calls those of which another company has the reference.
const REFERENCES: [&str; 9] = ["1", "2", "c/1/1", "c/1/2", "c/1/c/1/1", " 1", "a, \"b\"", "two\nlines", "ü\r"];

const CURRENCIES: [&str; 3] = ["USD", "EUR", "JPY"];

/// A company: above it, its name, whether it has an external id, since when, its currency.
type Company = (Index, Index, bool, i64, Index);
/// A price: whose, of which product, how much, in which currency.
type Price = (Index, Index, i64, Index);
/// An order: whose, its name, its status, when, in which currency, and its lines: product, quantity, amount.
type Order = (Index, Index, Index, i64, Index, Vec<(Index, i64, i64)>);

#[derive(Clone, Debug)]
struct AnyChain {
    companies: Vec<Company>,
    products: usize,
    prices: Vec<Price>,
    orders: Vec<Order>,
}

fn any_chain() -> impl Strategy<Value = AnyChain> {
    let index = any::<Index>;
    let company = (index(), index(), any::<bool>(), 0..4_000 * DAY, index());
    let price = (index(), index(), 0..1_000_i64, index());
    let line = (index(), 1..9_i64, 0..500_i64);
    let order = (index(), index(), index(), 0..4 * DAY, index(), prop::collection::vec(line, 0..4));
    let companies = prop::collection::vec(company, 1..9);
    let prices = prop::collection::vec(price, 0..12);
    let orders = prop::collection::vec(order, 0..30);
    (companies, 0..5_usize, prices, orders).prop_map(|(companies, products, prices, orders)| AnyChain {
        companies,
        products,
        prices,
        orders,
    })
}

#[test]
fn any_chain_goes_through_files_and_back() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (backend, cases) in [(Backend::Sqlite, 12), (Backend::Postgres, 12)] {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&any_chain(), |chain| {
            runtime.block_on(goes_through_files_and_back(&chain, backend));
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("{backend:?}: {failure}"));
    }
}

async fn goes_through_files_and_back(chain: &AnyChain, backend: Backend) {
    let database = TestDatabase::new(backend).await;
    let network = Network::new(&database).await;
    chain.write(&network.outside).await;
    let (folder, report) = network.export().await;
    let first = texts(&folder);
    let there = Trade::of(&network).await;
    assert_eq!((report.resellers, report.products), (chain.companies.len() as u64, chain.products as u64));
    assert_eq!((report.prices, report.orders), (there.prices.len() as u64, there.orders.len() as u64));

    let other = Network::new(&other_kind(&database).await).await;
    other.import_directory(folder.path()).await;
    assert_eq!(Trade::of(&other).await, there);
    let (folder, _) = other.export().await;
    assert_eq!(texts(&folder), first);

    let third = Network::new(&TestDatabase::new(backend).await).await;
    third.import_directory(folder.path()).await;
    let (folder, _) = third.export().await;
    assert_eq!(texts(&folder), first);
}

/// What a file can tell of a chain's trade, by what companies are called and not by ids.
#[derive(Debug, PartialEq)]
struct Trade {
    products: BTreeMap<String, (String, String, i64, String)>,
    prices: BTreeMap<(String, String), (i64, String)>,
    /// Placer, day, day of delivery, status, amount, currency and lines of each order, written out and sorted.
    orders: Vec<String>,
}

impl Trade {
    async fn of(network: &Network) -> Self {
        let (chain, db) = (network.chain().await, &network.outside);
        let name = |id: TenantId| {
            let node = chain.find(id).expect("a company");
            chain.slug(node).to_owned()
        };
        let products = product::Entity::find().all(db).await.expect("products");
        let skus: HashMap<ProductId, String> = products.iter().map(|row| (row.id, row.sku.clone())).collect();
        let prices = price_override::Entity::find().all(db).await.expect("prices");
        let mut lines: HashMap<OrderId, Vec<order_line::Model>> = HashMap::new();
        for line in order_line::Entity::find().all(db).await.expect("lines") {
            lines.entry(line.order_id).or_default().push(line);
        }
        let mut orders = Vec::new();
        for order in order::Entity::find().all(db).await.expect("orders") {
            let mut lines = lines.remove(&order.id).unwrap_or_default();
            lines.sort_by_key(|line| line.number);
            let day = |at: Timestamp| at.to_utc().date();
            let lines: Vec<_> = lines.into_iter().map(|line| (line.sku, line.quantity, line.amount_minor)).collect();
            let told = (
                name(order.owner_tenant_id),
                day(order.placed_at),
                order.delivered_at.map(day),
                order.status,
                order.amount_minor,
                order.currency,
                lines,
            );
            orders.push(format!("{told:?}"));
        }
        orders.sort();
        let products =
            products.into_iter().map(|row| (row.sku, (row.name, row.category, row.list_price_minor, row.currency)));
        let prices = prices
            .into_iter()
            .map(|row| ((name(row.owner_tenant_id), skus[&row.product_id].clone()), (row.price_minor, row.currency)));
        Self { products: products.collect(), prices: prices.collect(), orders }
    }
}

impl AnyChain {
    /// Writes the rows as the program does, which never saw a file.
    async fn write(&self, db: &DatabaseConnection) {
        let companies = self.write_companies(db).await;
        let mut products = Vec::new();
        for number in 0..self.products {
            let product = product::Model {
                id: ProductId::generate(),
                owner_tenant_id: companies[0],
                // The order of bytes, and that of people, is another.
                sku: ["b", "B", "a-1", "A 2", "ä"][number].to_owned(),
                name: NAMES[number].to_owned(),
                category: "Office".to_owned(),
                subcategory: String::new(),
                list_price_minor: 100,
                currency: "USD".to_owned(),
                created_at: Timestamp(0),
                updated_at: Timestamp(0),
            };
            products.push((product.id, product.sku.clone()));
            insert(db, product).await;
        }
        if !products.is_empty() {
            self.write_prices(&companies, &products, db).await;
        }
        if companies.len() > 1 {
            self.write_orders(&companies[1..], &products, db).await;
        }
    }

    async fn write_companies(&self, db: &DatabaseConnection) -> Vec<TenantId> {
        let mut ids: Vec<TenantId> = Vec::new();
        for (number, (parent, name, external, joined_at, currency)) in self.companies.iter().enumerate() {
            let name = name.get(&NAMES).to_owned();
            let external_id = external.then(|| format!("c/{number}"));
            let slug = external_id.as_deref().map_or_else(|| names::joined_slug(name), names::imported_slug);
            let company = tenant::Model {
                id: TenantId::generate(),
                parent_id: (number > 0).then(|| *parent.get(&ids)),
                name: name.to_owned(),
                slug: slug.clone(),
                external_id: external_id.clone(),
                status: TenantStatus::Active,
                currency: currency.get(&CURRENCIES).to_owned().to_owned(),
                joined_at: Timestamp(*joined_at),
                created_at: Timestamp(0),
            };
            let tenant_id = company.id;
            ids.push(tenant_id);
            insert(db, company).await;
            for name in std::iter::once(slug).chain(external_id) {
                insert(db, tenant_name::Model { name, tenant_id }).await;
            }
        }
        ids
    }

    async fn write_prices(&self, companies: &[TenantId], products: &[(ProductId, String)], db: &DatabaseConnection) {
        let mut there = HashSet::new();
        for (owner, product, price_minor, currency) in &self.prices {
            let price = price_override::Model {
                owner_tenant_id: *owner.get(companies),
                product_id: product.get(products).0,
                price_minor: *price_minor,
                currency: currency.get(&CURRENCIES).to_owned().to_owned(),
                updated_at: Timestamp(0),
            };
            if there.insert((price.owner_tenant_id, price.product_id)) {
                insert(db, price).await;
            }
        }
    }

    async fn write_orders(&self, placers: &[TenantId], products: &[(ProductId, String)], db: &DatabaseConnection) {
        let mut there = HashSet::new();
        for (placer, reference, status, at, currency, lines) in &self.orders {
            let (placer, reference) = (*placer.get(placers), *reference.get(&REFERENCES));
            if !there.insert((placer, reference)) {
                continue;
            }
            let status = *status.get(&OrderStatus::ALL);
            let placed_at = Timestamp(Timestamp::start_of(date!(2020 - 02 - 28)).0 + at);
            let lines = if products.is_empty() { &[] } else { lines.as_slice() };
            let order = order::Model {
                id: OrderId::generate(),
                owner_tenant_id: placer,
                reference: reference.to_owned(),
                imported: false,
                status,
                holder_tenant_id: placer,
                currency: currency.get(&CURRENCIES).to_owned().to_owned(),
                amount_minor: lines.iter().map(|(_, _, amount)| amount).sum(),
                placed_at,
                delivered_at: (status == OrderStatus::Delivered).then_some(Timestamp(placed_at.0 + DAY / 2)),
                updated_at: placed_at,
            };
            let order_id = order.id;
            insert(db, order).await;
            for (number, (product, quantity, amount_minor)) in (1..).zip(lines) {
                let (sku, quantity, amount_minor) = (product.get(products).1.clone(), *quantity, *amount_minor);
                let name = sku.clone();
                let owner_tenant_id = placer;
                insert(db, order_line::Model { owner_tenant_id, order_id, number, sku, name, quantity, amount_minor })
                    .await;
            }
        }
    }
}

async fn insert<M, A>(db: &DatabaseConnection, row: M)
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    A::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(db).await.expect("a row");
}
