//! Random trade: orders, steps, cancellations and payments in a chain that changes meanwhile. What the modules answer, what every company
//! sees of every order, and all ledgers are what a naive model says; and what is posted again is posted once.

mod model;

use std::collections::BTreeMap;

use entity::OrderStatus::{self, AwaitingForward, Cancelled, Confirmed, Delivered, Forwarded, Shipped};
use entity::{PostingKind, TenantId};
use iso_currency::Currency;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use reseller_network::bus::CallError;
use reseller_network::bus::contract::finance::Payment;
use reseller_network::bus::contract::orders::GetOrders;
use reseller_network::error::RefusalCode;
use reseller_network::money::Money;
use reseller_network::tenancy::Actor;
use sea_orm::ConnectionTrait;

use self::model::{Leg, Model};
use crate::support::market::{Market, PRODUCTS, admin, dollars, key, order};
use crate::support::{Backend, TestDatabase};
use crate::{connect, texts};

#[test]
fn orders_and_ledgers_are_what_a_naive_model_says_sqlite() {
    agree(Backend::Sqlite, 24);
}

#[test]
fn orders_and_ledgers_are_what_a_naive_model_says_postgres() {
    agree(Backend::Postgres, 8);
}

fn agree(backend: Backend, cases: u32) {
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    // Below the one before, so that chains get deep; or below any.
    let below = prop_oneof![2 => Just(None), 1 => any::<u16>().prop_map(Some)];
    let history = (prop::collection::vec(below, 3..8), prop::collection::vec(operation(), 20..80));
    let outcome = TestRunner::new(config).run(&history, |(parents, history)| {
        runtime.block_on(follow(backend, &parents, &history));
        Ok(())
    });
    outcome.expect("agreement");
}

/// What happens. The numbers choose among the companies and orders that there are.
#[derive(Clone, Debug)]
enum Operation {
    Place {
        who: u16,
        quantities: [i64; 3],
    },
    Advance {
        which: u16,
        who: Who,
        to: OrderStatus,
    },
    /// As far as it goes.
    Deliver {
        which: u16,
    },
    Pay {
        parent: u16,
        from: Payer,
        minor: i64,
    },
    Ask {
        who: u16,
        product: usize,
        price: Money,
    },
    Move {
        who: u16,
        to: u16,
    },
    /// Off, or on again.
    Switch {
        who: u16,
    },
    /// Frozen, or thawed.
    Freeze {
        who: u16,
    },
}

#[derive(Clone, Debug)]
enum Who {
    Holder,
    AboveHolder,
    Placer,
    Anyone(u16),
}

#[derive(Clone, Debug)]
enum Payer {
    Child(u16),
    Anyone(u16),
}

fn operation() -> impl Strategy<Value = Operation> {
    let who = any::<u16>;
    let to = prop::sample::select(vec![AwaitingForward, Forwarded, Confirmed, Shipped, Delivered, Cancelled]);
    let doer = prop_oneof![
        5 => Just(Who::Holder),
        2 => Just(Who::AboveHolder),
        1 => Just(Who::Placer),
        1 => who().prop_map(Who::Anyone),
    ];
    let payer = prop_oneof![3 => who().prop_map(Payer::Child), 1 => who().prop_map(Payer::Anyone)];
    let currency = prop::sample::select(vec![Currency::USD, Currency::USD, Currency::USD, Currency::EUR]);
    let price = (0..3_000_i64, currency).prop_map(|(minor, currency)| Money::new(minor, currency));
    prop_oneof![
        6 => (who(), 1..50_i64, 0..3_i64, prop_oneof![4 => Just(0), 1 => 1..3_i64])
            .prop_map(|(who, mugs, pens, books)| Operation::Place { who, quantities: [mugs, pens, books] }),
        1 => who().prop_map(|who| Operation::Place { who, quantities: [0, 0, 1] }),
        14 => (who(), doer, to).prop_map(|(which, who, to)| Operation::Advance { which, who, to }),
        5 => who().prop_map(|which| Operation::Deliver { which }),
        4 => (who(), payer, 1..1_000_i64).prop_map(|(parent, from, minor)| Operation::Pay { parent, from, minor }),
        3 => (who(), 0..3_usize, price).prop_map(|(who, product, price)| Operation::Ask { who, product, price }),
        2 => (who(), who()).prop_map(|(who, to)| Operation::Move { who, to }),
        1 => who().prop_map(|who| Operation::Switch { who }),
        1 => who().prop_map(|who| Operation::Freeze { who }),
    ]
}

async fn follow(backend: Backend, parents: &[Option<u16>], history: &[Operation]) {
    let mut world = World::new(TestDatabase::new(backend).await, parents).await;
    for operation in history {
        world.step(operation).await;
    }
    world.is_what_the_model_says(&world.market).await;
    let url = world.market.database_url().to_owned();
    world.every_posting_adds_up_to_nothing(&url).await;

    let connection = connect(&url).await;
    connection.execute_unprepared("UPDATE consumers SET position = 0 WHERE name = 'finance'").await.expect("forgotten");
    let anew = Market::open(TestDatabase::existing(url.clone())).await;
    anew.company(Some(world.companies()[0]), "Another").await;
    world.is_what_the_model_says(&anew).await;
    world.every_posting_adds_up_to_nothing(&url).await;
}

struct World {
    market: Market,
    model: Model,
}

impl World {
    /// A root, and companies below the one before, or below one of those that are there.
    async fn new(database: TestDatabase, parents: &[Option<u16>]) -> Self {
        let mut world = Self { market: Market::open(database).await, model: Model::default() };
        let root = world.market.company(None, "Root").await;
        world.market.stock(root).await;
        world.model.parents.insert(root, None);
        let mut last = root;
        for (number, parent) in parents.iter().enumerate() {
            let parent = parent.map_or(last, |parent| world.company(parent));
            last = world.market.company(Some(parent), &format!("Company {number}")).await;
            world.model.parents.insert(last, Some(parent));
        }
        world
    }

    fn companies(&self) -> Vec<TenantId> {
        self.model.parents.keys().copied().collect()
    }

    fn company(&self, number: u16) -> TenantId {
        let companies = self.companies();
        companies[usize::from(number) % companies.len()]
    }

    async fn step(&mut self, operation: &Operation) {
        match operation {
            Operation::Place { who, quantities } => self.place(*who, *quantities).await,
            Operation::Advance { which, who, to } if !self.model.orders.is_empty() => {
                let which = usize::from(*which) % self.model.orders.len();
                self.advance(which, self.doer(which, who), *to).await;
            }
            Operation::Deliver { which } if !self.model.orders.is_empty() => {
                self.deliver(usize::from(*which) % self.model.orders.len()).await;
            }
            Operation::Advance { .. } | Operation::Deliver { .. } => {}
            Operation::Pay { parent, from, minor } => self.pay(*parent, from, *minor).await,
            Operation::Ask { who, product, price } => {
                let (who, sku) = (self.company(*who), PRODUCTS[*product].0);
                if self.market.try_ask(who, sku, *price).await.is_ok() {
                    self.model.asked.insert((who, sku), *price);
                }
            }
            Operation::Move { who, to } => {
                let (who, to) = (self.company(*who), self.company(*to));
                if self.market.chain.move_reseller(Actor::central(), who, to).await.is_ok() {
                    self.model.parents.insert(who, Some(to));
                }
            }
            Operation::Switch { who } => self.switch(*who).await,
            Operation::Freeze { who } => self.freeze(*who).await,
        }
    }

    async fn place(&mut self, who: u16, quantities: [i64; 3]) {
        let placer = self.company(who);
        let lines = PRODUCTS.iter().zip(quantities).filter(|(_, quantity)| *quantity > 0);
        let lines: Vec<_> = lines.map(|((sku, ..), quantity)| (*sku, quantity)).collect();
        let expected = self.model.may_place(placer, &lines);
        let outcome = self.market.try_place(admin(placer), order(&lines)).await;
        if let Some(id) = same(outcome, expected) {
            self.model.has_placed(id, placer, lines);
        }
    }

    fn doer(&self, which: usize, who: &Who) -> TenantId {
        let order = &self.model.orders[which];
        match who {
            Who::Holder => order.holder,
            Who::AboveHolder => self.model.line(order.holder).get(1).copied().unwrap_or(order.holder),
            Who::Placer => order.placer(),
            Who::Anyone(number) => self.company(*number),
        }
    }

    /// Answers whether it did.
    async fn advance(&mut self, which: usize, company: TenantId, to: OrderStatus) -> bool {
        let expected = self.model.may_advance(company, which, to);
        let outcome = self.market.try_advance(admin(company), self.model.orders[which].id, to).await;
        let done = same(outcome, expected).is_some();
        if done {
            self.model.has_advanced(company, which, to);
        }
        done
    }

    async fn deliver(&mut self, which: usize) {
        loop {
            let order = &self.model.orders[which];
            let is_root = self.model.parents[&order.holder].is_none();
            let next = match order.status {
                Confirmed => Shipped,
                Shipped => Delivered,
                AwaitingForward => Forwarded,
                Delivered | Cancelled => return,
                _ if is_root => Confirmed,
                _ => AwaitingForward,
            };
            if !self.advance(which, order.holder, next).await {
                return;
            }
        }
    }

    async fn pay(&mut self, parent: u16, from: &Payer, minor: i64) {
        let (parent, from) = match from {
            Payer::Child(number) => {
                let child = self.company(*number);
                (self.model.parents[&child].unwrap_or(child), child)
            }
            Payer::Anyone(number) => (self.company(parent), self.company(*number)),
        };
        let amount = dollars(minor);
        let expected = self.model.may_pay(parent, from, amount.currency);
        let payment = Payment { from, amount, reference: None, idempotency_key: key() };
        if same(self.market.try_pay(admin(parent), payment).await, expected).is_some() {
            self.model.has_paid(parent, from, amount);
        }
    }

    async fn switch(&mut self, who: u16) {
        let who = self.company(who);
        let chain = &self.market.chain;
        if self.model.parents[&who].is_none() {
            return;
        }
        if self.model.off.remove(&who) {
            chain.reactivate(Actor::central(), who).await.expect("it was off");
        } else {
            chain.deactivate(Actor::central(), who, "closed").await.expect("it was on");
            self.model.off.insert(who);
        }
    }

    async fn freeze(&mut self, who: u16) {
        let who = self.company(who);
        if self.model.frozen.remove(&who) {
            let chain = self.market.snapshot();
            let freeze = chain.own_freezes(chain.find(who).expect("a company"))[0].id;
            self.market.chain.thaw(Actor::central(), freeze, None).await.expect("it was frozen");
        } else if self.market.chain.freeze(Actor::central(), who, "late").await.is_ok() {
            self.model.frozen.insert(who);
        }
    }

    /// What every company sees of every order, and all ledgers.
    async fn is_what_the_model_says(&self, market: &Market) {
        let ids: Vec<_> = self.model.orders.iter().map(|order| order.id).collect();
        for company in self.companies() {
            let mut seen =
                market.bus().call::<GetOrders>(admin(company), ids.clone()).await.expect("orders").into_iter();
            for order in self.model.orders.iter().filter(|order| order.has(company)) {
                let seen = seen.next().expect("an order in which it takes part");
                let own = order.legs.iter().filter(|leg| leg.buyer == company || leg.seller == company);
                let legs = seen.legs.iter();
                let legs =
                    legs.map(|leg| Leg { buyer: leg.from, seller: leg.to, status: leg.status, total: leg.total });
                assert_eq!(legs.collect::<Vec<_>>(), own.copied().collect::<Vec<_>>());
                let expected = (order.id, order.status, order.holder, seen.legs[0].total);
                assert_eq!((seen.id, seen.status, seen.holder, seen.total), expected);
                assert_eq!(seen.lines.iter().map(|line| line.amount.minor).sum::<i64>(), seen.total.minor);
            }
            assert_eq!(seen.next(), None, "and no others");
            self.ledger_is_what_the_model_says(market, company).await;
        }
    }

    async fn ledger_is_what_the_model_says(&self, market: &Market, company: TenantId) {
        let expected = self.model.ledgers.get(&company).map(Vec::as_slice).unwrap_or_default();
        let (mut balances, mut outstanding) = (BTreeMap::<&str, Money>::new(), BTreeMap::<&str, Money>::new());
        let entries = market.ledger(company).await;
        assert_eq!(entries.len(), expected.len());
        for ((entry, expected), number) in entries.iter().zip(expected).zip(1..) {
            let seen = model::Entry {
                kind: entry.kind,
                counterparty: entry.counterparty,
                amount: entry.amount,
                order: entry.order,
            };
            assert_eq!((entry.number, seen), (number, *expected), "without gaps");
            let balance = balances.entry(entry.amount.currency.code());
            let balance = balance.or_insert(Money::new(0, entry.amount.currency));
            balance.minor += entry.amount.minor;
            assert_eq!(entry.balance, *balance, "the sum of all entries so far");
            let owed = outstanding.entry(entry.amount.currency.code());
            let owed = owed.or_insert(Money::new(0, entry.amount.currency));
            let bought = entry.kind == PostingKind::Order && entry.amount.minor < 0;
            let paid = entry.kind == PostingKind::Payment && entry.amount.minor > 0;
            owed.minor -= if bought || paid { entry.amount.minor } else { 0 };
        }
        let summary = market.balance(company).await;
        assert_eq!(summary.balances, balances.into_values().collect::<Vec<_>>());
        let owing = outstanding.into_values().filter(|owed| owed.minor > 0);
        assert_eq!(summary.outstanding, owing.collect::<Vec<_>>());
    }

    async fn every_posting_adds_up_to_nothing(&self, url: &str) {
        let connection = connect(url).await;
        let wrong = "SELECT CAST(count(*) AS TEXT) FROM (SELECT posting_id FROM ledger_entries GROUP BY posting_id, currency \
                     HAVING count(*) <> 2 OR sum(amount_minor) <> 0) wrong";
        assert_eq!(texts(&connection, wrong).await, ["0"]);
        let expected: usize = self.model.ledgers.values().map(Vec::len).sum();
        let entries = "SELECT CAST(count(*) AS TEXT) FROM ledger_entries";
        assert_eq!(texts(&connection, entries).await, [expected.to_string()]);
    }
}

/// Asserts that a module did what was expected, and answers what it gave.
fn same<T: std::fmt::Debug>(outcome: Result<T, CallError>, expected: Result<(), RefusalCode>) -> Option<T> {
    match (outcome, expected) {
        (Ok(given), Ok(())) => Some(given),
        (Err(CallError::Refused(refusal)), Err(code)) if refusal.code == code => None,
        (outcome, expected) => panic!("the module says {outcome:?}, the rules say {expected:?}"),
    }
}
