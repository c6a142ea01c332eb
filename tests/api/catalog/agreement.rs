//! Random chains that trade: what the program says of every item of every company, and what a naive recomputation says.

use std::collections::BTreeMap;

use entity::{TenantId, TenantStatus, Timestamp};
use iso_currency::Currency;
use proptest::{prelude::*, test_runner::TestRunner};
use reseller_network::bus::CallError;
use reseller_network::bus::contract::catalog::{
    Access, CatalogQuery, GetAvailableCatalog, GetItems, NewProduct, PriceOverride, Quote, SaveProduct, SetAccess,
    SetPriceOverride,
};
use reseller_network::bus::contract::{Page, Take};
use reseller_network::error::RefusalCode;
use reseller_network::modules::admin::NewReseller;
use reseller_network::money::{MAX_MINOR, Money, Rate};
use reseller_network::network::settings::{MarginsUpdate, SettingsUpdate};
use reseller_network::tenancy::{Actor, Scope};

use crate::support::app::TestApp;
use crate::support::chain::owner;
use crate::support::naive_catalog::{NaiveCatalog, NaiveCompany, NaivePrice, NaiveProduct};
use crate::support::{Backend, TestDatabase};

#[test]
fn prices_equal_a_naive_recomputation_sqlite() {
    agree(Backend::Sqlite, 48);
}

#[test]
fn prices_equal_a_naive_recomputation_postgres() {
    agree(Backend::Postgres, 16);
}

fn agree(backend: Backend, cases: u32) {
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let history = (prop::collection::vec(joining(), 4..10), prop::collection::vec(change(), 5..30));
    let outcome = TestRunner::new(config).run(&history, |(joining, changes)| {
        runtime.block_on(follow(backend, &joining, &changes));
        Ok(())
    });
    outcome.expect("agreement");
}

const SKUS: [&str; 4] = ["a-1", "A-2", "b", "c"];
const CATEGORIES: [&str; 3] = ["Chairs", "Tables", "Lamps"];

/// The deepest company is this many steps below the root.
const DEPTH: usize = 6;

/// A company that joins: below the last one, or below any; trading in a currency.
#[derive(Clone, Debug)]
struct Joining {
    below: Option<u16>,
    currency: Currency,
}

/// What is done. The numbers choose among the companies that there are.
#[derive(Clone, Debug)]
enum Change {
    Save { sku: &'static str, category: &'static str, list_price: NaivePrice },
    Margins { who: u16, default: i64, floor: i64, ceiling: Option<i64>, by_category: BTreeMap<&'static str, i64> },
    Override { who: u16, sku: &'static str, price: Option<NaivePrice> },
    Grant { to: u16, categories: Option<Vec<&'static str>> },
    Move { who: u16, to: u16 },
}

fn joining() -> impl Strategy<Value = Joining> {
    (prop::option::of(any::<u16>()), currency()).prop_map(|(below, currency)| Joining { below, currency })
}

fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![4 => Just(Currency::USD), 1 => Just(Currency::EUR)]
}

/// Small amounts show rounding, and large ones the bounds.
fn price() -> impl Strategy<Value = NaivePrice> {
    (prop_oneof![4 => 0..200_i64, 2 => 0..100_000_i64, 1 => Just(MAX_MINOR)], currency())
}

/// From -100 to 1,000 percent; mostly a few.
fn rate() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -20..50_i64, 1 => -100..1_001_i64].prop_flat_map(|percent| {
        prop_oneof![Just(percent * 10_000), Just((percent * 10_000 + 2_500).clamp(-1_000_000, 10_000_000))]
    })
}

fn change() -> impl Strategy<Value = Change> {
    let sku = || prop::sample::select(&SKUS[..]);
    let category = || prop::sample::select(&CATEGORIES[..]);
    let of_categories = prop::collection::btree_map(category(), rate(), 0..2);
    let who = any::<u16>;
    prop_oneof![
        2 => (sku(), category(), price())
            .prop_map(|(sku, category, list_price)| Change::Save { sku, category, list_price }),
        4 => (who(), rate(), rate(), prop::option::weighted(0.4, rate()), of_categories).prop_map(
            |(who, default, floor, ceiling, by_category)| Change::Margins { who, default, floor, ceiling, by_category }
        ),
        4 => (who(), sku(), prop::option::weighted(0.8, price()))
            .prop_map(|(who, sku, price)| Change::Override { who, sku, price }),
        2 => (who(), prop::option::weighted(0.8, prop::sample::subsequence(&CATEGORIES[..], 0..3)))
            .prop_map(|(to, categories)| Change::Grant { to, categories }),
        2 => (who(), who()).prop_map(|(who, to)| Change::Move { who, to }),
    ]
}

async fn follow(backend: Backend, joining: &[Joining], changes: &[Change]) {
    let mut world = World::new(TestDatabase::new(backend).await).await;
    for new in joining {
        world.join(new).await;
    }
    for change in changes {
        world.change(change).await;
        world.agrees().await;
    }
}

/// The program, and what it must say.
struct World {
    app: TestApp,
    model: NaiveCatalog,
    /// The root first.
    companies: Vec<TenantId>,
}

impl World {
    /// A root that sells one of each.
    async fn new(database: TestDatabase) -> Self {
        let mut world =
            Self { app: TestApp::start(database).await, model: NaiveCatalog::default(), companies: Vec::new() };
        world.join(&Joining { below: None, currency: Currency::USD }).await;
        for (sku, category) in SKUS.into_iter().zip(CATEGORIES.into_iter().cycle()) {
            world.change(&Change::Save { sku, category, list_price: (1_005, Currency::USD) }).await;
        }
        world
    }

    fn company(&self, number: u16) -> TenantId {
        self.companies[usize::from(number) % self.companies.len()]
    }

    async fn join(&mut self, Joining { below, currency }: &Joining) {
        let parent = below.map_or_else(|| self.companies.last().copied(), |number| Some(self.company(number)));
        if parent.is_some_and(|parent| self.model.upwards(parent).len() > DEPTH) {
            return;
        }
        let new = NewReseller {
            parent,
            name: "Company".to_owned(),
            external_id: None,
            currency: currency.code().to_owned(),
            status: TenantStatus::Active,
            joined_at: Timestamp(0),
        };
        let id = self.app.chain.create(Actor::central(), new).await.expect("a company");
        self.model.companies.insert(id, NaiveCompany::new(parent, *currency));
        self.companies.push(id);
    }

    async fn change(&mut self, change: &Change) {
        match change {
            Change::Save { sku, category, list_price: (minor, currency) } => {
                let [sku, category] = [sku, category].map(|&text| text.to_owned());
                let list_price = Money::new(*minor, *currency);
                let new = NewProduct { sku: sku.clone(), name: sku.clone(), category: category.clone(), list_price };
                self.app.bus().call::<SaveProduct>(owner(self.companies[0]), new).await.expect("a product");
                self.model.products.insert(sku, NaiveProduct { category, list_price: (*minor, *currency) });
            }
            Change::Margins { who, default, floor, ceiling, by_category } => {
                let who = self.company(*who);
                let version = self.app.settings().of(who).await.expect("settings").version;
                let of_categories = by_category.iter().map(|(category, rate)| ((*category).to_owned(), Rate(*rate)));
                let margins = MarginsUpdate {
                    default: Some(Rate(*default)),
                    floor: Some(Rate(*floor)),
                    ceiling: Some(ceiling.map(Rate)),
                    by_category: Some(of_categories.collect()),
                };
                let update = SettingsUpdate { version, margins: Some(margins), ..SettingsUpdate::default() };
                self.app.settings().update(owner(who), update).await.expect("settings that can be");
                let by_category = by_category.iter().map(|(category, rate)| ((*category).to_owned(), *rate)).collect();
                let company = self.model.companies.get_mut(&who).expect("a company");
                (company.default, company.floor, company.ceiling) = (*default, *floor, *ceiling);
                company.by_category = by_category;
            }
            Change::Override { who, sku, price } => self.set_override(self.company(*who), sku, *price).await,
            Change::Grant { to, categories } => {
                let to = self.company(*to);
                let Some(parent) = self.model.companies[&to].parent else { return };
                let some = || categories.iter().flatten().map(|&category| category.to_owned());
                let access = Access { all: categories.is_none(), categories: some().collect() };
                self.app.bus().call_in_tenant::<SetAccess>(owner(parent), to, access).await.expect("a parent grants");
                let granted = categories.is_some().then(|| some().collect());
                self.model.companies.get_mut(&to).expect("a company").grant = Some((parent, granted));
            }
            Change::Move { who, to } => {
                let (who, to) = (self.company(*who), self.company(*to));
                if self.app.chain.move_reseller(Actor::central(), who, to).await.is_ok() {
                    self.model.companies.get_mut(&who).expect("a company").parent = Some(to);
                }
            }
        }
    }

    async fn set_override(&mut self, who: TenantId, sku: &str, price: Option<NaivePrice>) {
        let entered = price.map(|(minor, currency)| Money::new(minor, currency));
        let set = PriceOverride { sku: sku.to_owned(), price: entered };
        let outcome = self.app.bus().call::<SetPriceOverride>(owner(who), set).await;
        let may = [self.model.cost(who, sku).1, self.model.companies[&who].currency];
        let expected = if !self.model.may_sell(who, sku) {
            Err(RefusalCode::NotFound)
        } else if price.is_some_and(|(_, currency)| !may.contains(&currency)) {
            Err(RefusalCode::Invalid)
        } else {
            Ok(())
        };
        match (outcome, expected) {
            (Ok(_), Ok(())) => {
                let overrides = &mut self.model.companies.get_mut(&who).expect("a company").overrides;
                match price {
                    Some(price) => drop(overrides.insert(sku.to_owned(), price)),
                    None => drop(overrides.remove(sku)),
                }
            }
            (Err(CallError::Refused(refusal)), Err(code)) if refusal.code == code => {}
            (outcome, expected) => panic!("the module says {outcome:?}, the rules say {expected:?}"),
        }
    }

    /// Asserts that the program says what the model says, of each item of each company.
    async fn agrees(&self) {
        let page = Page { take: Take::First(100), after: None, before: None };
        let all = CatalogQuery { search: None, category: None, page };
        let bus = self.app.bus();
        let told = bus.call_in_tenants::<GetAvailableCatalog>(Scope::Central, &self.companies, all).await;
        let skus = SKUS.map(str::to_owned).to_vec();
        let quoted = bus.call_in_tenants::<Quote>(Scope::Central, &self.companies, skus).await.expect("quotes");
        for ((company, page), quotes) in self.companies.iter().zip(told.expect("catalogs")).zip(quoted) {
            let model = &self.model;
            let items = page.list.entries.iter();
            let told: Vec<_> = items.map(|item| (&*item.sku, naive(item.cost), naive(item.price))).collect();
            let item = |sku| (sku, model.cost(*company, sku), model.price(*company, sku));
            let expected: Vec<_> = model.sold_by(*company).into_iter().map(item).collect();
            assert_eq!((page.total, told), (expected.len() as u64, expected), "{company} in {model:?}");
            for (sku, quote) in SKUS.into_iter().zip(quotes) {
                let quote = quote.expect("a product that there is");
                assert_eq!(
                    (naive(quote.cost), quote.granted),
                    (model.cost(*company, sku), model.may_sell(*company, sku))
                );
            }
            let ids = page.list.entries.iter().map(|item| item.product).collect();
            let again = bus.call::<GetItems>(owner(*company), ids).await.expect("items");
            assert_eq!(again, page.list.entries);
        }
    }
}

fn naive(money: Money) -> NaivePrice {
    (money.minor, money.currency)
}
