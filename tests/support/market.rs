//! A chain that trades: companies with prices, orders and ledgers, asked over the bus of a running program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use entity::{LedgerEntryId, OrderId, OrderStatus, PersonId, Role, TenantId};
use iso_currency::Currency;
use reseller_network::bus::contract::catalog::{Quote, Quoted};
use reseller_network::bus::contract::finance::{
    EntriesQuery, Entry, FinanceSummary, GetSummary, ListEntries, Payment, RecordPayment,
};
use reseller_network::bus::contract::orders::{Advance, GetOrders, NewLine, NewOrder, Order, Place, Step};
use reseller_network::bus::contract::{Page, Take};
use reseller_network::bus::{CallError, Envelope, Payload, Request, Serve, Transport, TransportError};
use reseller_network::clock::Clock;
use reseller_network::error::{Refusal, ServiceError};
use reseller_network::money::Money;
use reseller_network::tenancy::topology::{Snapshot, Topology};
use reseller_network::tenancy::{Actor, Scope};

use super::TestDatabase;
use super::app::TestApp;

/// A running program in which companies trade.
pub(crate) struct Market {
    pub(crate) app: TestApp,
    pub(crate) prices: Arc<Prices>,
}

impl std::ops::Deref for Market {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

/// What products cost whom: a company pays what its parent asks, and asks what it pays unless it says otherwise.
pub(crate) struct Prices {
    topology: Arc<Topology>,
    asked: Mutex<Asked>,
}

#[derive(Default)]
struct Asked {
    /// Of each product what the root pays.
    list: BTreeMap<String, Money>,
    /// What a company asks its children.
    asked: BTreeMap<(TenantId, String), Money>,
    denied: BTreeSet<(TenantId, String)>,
    /// How often somebody wanted to know.
    questions: usize,
}

impl Prices {
    fn asked(&self) -> std::sync::MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What one costs `company`.
    pub(crate) fn cost(&self, chain: &Snapshot, company: TenantId, sku: &str) -> Option<Money> {
        let prices = self.asked();
        let node = chain.find(company).expect("a company of the chain");
        let asked = chain.ancestors(node).find_map(|above| prices.asked.get(&(chain.id(above), sku.to_owned())));
        prices.list.get(sku).map(|list| *asked.unwrap_or(list))
    }

    /// How often somebody wanted to know.
    pub(crate) fn questions(&self) -> usize {
        self.asked().questions
    }
}

#[async_trait::async_trait]
impl Serve<Quote> for Prices {
    async fn serve(&self, request: Request<Quote>) -> Result<Vec<Vec<Option<Quoted>>>, ServiceError> {
        let company = request.tenant()?;
        let chain = self.topology.current();
        self.asked().questions += 1;
        let quote = |sku: String| {
            let cost = self.cost(&chain, company, &sku)?;
            let granted = !self.asked().denied.contains(&(company, sku.clone()));
            Some(Quoted { name: format!("A {sku}"), cost, granted })
        };
        Ok(vec![request.args.into_iter().map(quote).collect()])
    }
}

impl Market {
    /// Opens on `database`, without companies or products.
    pub(crate) async fn open(database: TestDatabase) -> Self {
        Self::of(TestApp::start(database).await)
    }

    /// The same, with this clock.
    pub(crate) async fn open_at(database: TestDatabase, clock: Clock) -> Self {
        Self::of(TestApp::start_at(database, clock).await)
    }

    fn of(app: TestApp) -> Self {
        let prices = Arc::new(Prices { topology: app.topology(), asked: Mutex::default() });
        app.bus().serve::<Quote>(prices.clone());
        Self { app, prices }
    }

    /// A root and companies each below the one before: from the root down. The root pays 1.00 for a `mug` and 0.10 for a `pen`; each
    /// company asks 0.10 and 0.01 more than the one above it.
    pub(crate) async fn line<const N: usize>(&self) -> [TenantId; N] {
        let mut line = Vec::new();
        for depth in 0..N {
            let name = if depth == 0 { "Root".to_owned() } else { format!("Level {depth}") };
            line.push(self.company(line.last().copied(), &name).await);
        }
        self.lists("mug", dollars(100));
        self.lists("pen", dollars(10));
        for (company, more) in line.iter().zip(1..) {
            self.asks(*company, "mug", dollars(100 + 10 * more));
            self.asks(*company, "pen", dollars(10 + more));
        }
        line.try_into().expect("so many")
    }

    /// What the root pays for one.
    pub(crate) fn lists(&self, sku: &str, price: Money) {
        self.prices.asked().list.insert(sku.to_owned(), price);
    }

    /// What `company`'s children pay for one.
    pub(crate) fn asks(&self, company: TenantId, sku: &str, price: Money) {
        self.prices.asked().asked.insert((company, sku.to_owned()), price);
    }

    /// `company` may not sell this.
    pub(crate) fn denies(&self, company: TenantId, sku: &str) {
        self.prices.asked().denied.insert((company, sku.to_owned()));
    }

    /// Places an order, as an administrator of `placer`, with a key of its own.
    pub(crate) async fn place(&self, placer: TenantId, lines: &[(&str, i64)]) -> OrderId {
        self.try_place(admin(placer), order(lines)).await.expect("an order that may be placed")
    }

    pub(crate) async fn try_place(&self, actor: Actor, order: NewOrder) -> Result<OrderId, CallError> {
        self.bus().call::<Place>(actor, order).await
    }

    /// Takes each step in its turn.
    pub(crate) async fn advance(&self, order: OrderId, steps: &[(TenantId, OrderStatus)]) {
        for (company, to) in steps {
            let done = self.try_advance(admin(*company), order, *to).await;
            assert_eq!(done.expect("a step that may be taken"), order, "{to}");
        }
    }

    pub(crate) async fn try_advance(&self, actor: Actor, id: OrderId, to: OrderStatus) -> Result<OrderId, CallError> {
        self.bus().call::<Advance>(actor, Step { id, to, note: None }).await
    }

    /// Passes an order that `line[0]` holds up to the last of `line`, the root, which delivers it.
    pub(crate) async fn deliver(&self, order: OrderId, line: &[TenantId]) {
        use OrderStatus::{AwaitingForward, Confirmed, Delivered, Forwarded, Shipped};
        let (root, middle) = line.split_last().expect("the root at least");
        for company in middle {
            self.advance(order, &[(*company, AwaitingForward), (*company, Forwarded)]).await;
        }
        self.advance(order, &[Confirmed, Shipped, Delivered].map(|to| (*root, to))).await;
    }

    /// The order as `company` sees it.
    pub(crate) async fn order(&self, company: TenantId, id: OrderId) -> Option<Order> {
        self.bus().call::<GetOrders>(admin(company), vec![id]).await.expect("an answer").pop()
    }

    pub(crate) async fn try_pay(&self, actor: Actor, payment: Payment) -> Result<LedgerEntryId, CallError> {
        self.bus().call::<RecordPayment>(actor, payment).await
    }

    /// All entries of `company`'s ledger, oldest first.
    pub(crate) async fn ledger(&self, company: TenantId) -> Vec<Entry> {
        let page = Page { take: Take::First(10_000), after: None, before: None };
        let query = EntriesQuery { currency: None, page };
        let listed = self.bus().call::<ListEntries>(admin(company), query).await.expect("an answer");
        listed.entries.into_iter().rev().collect()
    }

    /// What `company` owes and is owed.
    pub(crate) async fn balance(&self, company: TenantId) -> FinanceSummary {
        self.bus().call::<GetSummary>(admin(company), ()).await.expect("an answer")
    }
}

/// An order for these products, with a key of its own.
pub(crate) fn order(lines: &[(&str, i64)]) -> NewOrder {
    let line = |(sku, quantity): &(&str, i64)| NewLine { sku: (*sku).to_owned(), quantity: *quantity };
    NewOrder { lines: lines.iter().map(line).collect(), reference: None, idempotency_key: key() }
}

/// A key that nobody else has.
pub(crate) fn key() -> String {
    OrderId::generate().to_string()
}

/// Minor units of dollars.
pub(crate) fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// Somebody who acts for `company`.
pub(crate) fn admin(company: TenantId) -> Actor {
    let person = Some(PersonId::of("tests", "admin"));
    Actor { scope: Scope::Tenant(company), person, role: Role::Admin }
}

/// What a module refused.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> Refusal {
    match outcome {
        Err(CallError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal: {other:?}"),
    }
}

/// A module that is down.
pub(crate) struct Down;

#[async_trait::async_trait]
impl Transport for Down {
    async fn send(&self, _: Envelope) -> Result<Payload, TransportError> {
        Err(TransportError::Failed("a test".to_owned()))
    }
}
