//! A chain that trades: companies with prices, orders and ledgers, asked over the bus of a running program.

use entity::{LedgerEntryId, OrderId, OrderStatus, PersonId, Role, TenantId};
use iso_currency::Currency;
use reseller_network::bus::CallError;
use reseller_network::bus::contract::catalog::{
    Access, NewProduct, PriceOverride, SaveProduct, SetAccess, SetPriceOverride,
};
use reseller_network::bus::contract::finance::{
    EntriesQuery, Entry, FinanceSummary, GetSummary, ListEntries, Payment, RecordPayment,
};
use reseller_network::bus::contract::orders::{Advance, GetOrders, NewLine, NewOrder, Order, Place, Step};
use reseller_network::bus::contract::{Page, Take};
use reseller_network::clock::Clock;
use reseller_network::error::Refusal;
use reseller_network::money::Money;
use reseller_network::tenancy::{Actor, Scope};
use serde_json::Value;

use super::TestDatabase;
use super::app::{Answer, Setup, TestApp};

/// A running program in which companies trade.
pub(crate) struct Market {
    pub(crate) app: TestApp,
}

impl std::ops::Deref for Market {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

/// What is sold. Each product is a category of its own.
pub(crate) const PRODUCTS: [(&str, Currency, i64); 3] =
    [("mug", Currency::USD, 100), ("pen", Currency::USD, 10), ("book", Currency::EUR, 1_000)];

impl Market {
    /// Opens on `database`, without companies or products.
    pub(crate) async fn open(database: TestDatabase) -> Self {
        Self { app: TestApp::start(database).await }
    }

    /// The same, as `setup` says.
    pub(crate) async fn open_with(database: TestDatabase, setup: Setup) -> Self {
        Self { app: TestApp::start_with(database, setup).await }
    }

    /// The same, with this clock.
    pub(crate) async fn open_at(database: TestDatabase, clock: Clock) -> Self {
        Self { app: TestApp::start_at(database, clock).await }
    }

    /// A root and companies each below the one before: from the root down. The root pays 1.00 for a `mug`, 0.10 for a `pen`, and 10.00 euros for a
    /// `book`. Each company asks 0.10 more for a mug and 0.01 more for a pen than the one above it; nobody earns anything on books.
    pub(crate) async fn line<const N: usize>(&self) -> [TenantId; N] {
        let mut line = Vec::new();
        for depth in 0..N {
            let name = if depth == 0 { "Root".to_owned() } else { format!("Level {depth}") };
            line.push(self.company(line.last().copied(), &name).await);
        }
        self.stock(line[0]).await;
        for (company, more) in line.iter().zip(1..) {
            self.asks(*company, "mug", dollars(100 + 10 * more)).await;
            self.asks(*company, "pen", dollars(10 + more)).await;
        }
        line.try_into().expect("so many")
    }

    /// Makes `root` sell the [`PRODUCTS`].
    pub(crate) async fn stock(&self, root: TenantId) {
        for (sku, currency, minor) in PRODUCTS {
            let (name, category) = (format!("A {sku}"), sku.to_owned());
            let product = NewProduct { sku: sku.to_owned(), name, category, list_price: Money::new(minor, currency) };
            self.bus().call::<SaveProduct>(admin(root), product).await.expect("a product");
        }
    }

    /// From now on `company`'s children pay this for one.
    pub(crate) async fn asks(&self, company: TenantId, sku: &str, price: Money) {
        self.try_ask(company, sku, price).await.expect("a price");
    }

    pub(crate) async fn try_ask(&self, company: TenantId, sku: &str, price: Money) -> Result<(), CallError> {
        let price = PriceOverride { sku: sku.to_owned(), price: Some(price) };
        self.bus().call::<SetPriceOverride>(admin(company), price).await.map(drop)
    }

    /// From now on `company` may not sell this, as `parent` says.
    pub(crate) async fn denies(&self, parent: TenantId, company: TenantId, sku: &str) {
        let others = PRODUCTS.map(|(sku, ..)| sku.to_owned()).into_iter().filter(|category| category != sku);
        let access = Access { all: false, categories: others.collect() };
        self.bus().call_in_tenant::<SetAccess>(admin(parent), company, access).await.expect("a grant");
    }

    /// Asks the API as an ADMIN of `company`, who has no other company.
    pub(crate) async fn ask_as(&self, company: TenantId, query: &str, variables: Value) -> Answer {
        let subject = company.to_string();
        self.grant(&[(&subject, company, Role::Admin)]).await;
        self.ask(&self.token(&subject), query, variables).await
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
