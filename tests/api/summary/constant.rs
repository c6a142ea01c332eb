//! With the modules themselves: what a page of children costs, and that a company's figures show at once what it did.

use std::sync::{Arc, Mutex, PoisonError};

use entity::{OrderStatus, Role, TenantId};
use reseller_network::bus::contract::catalog::{NewProduct, PriceOverride, SaveProduct, SetPriceOverride};
use reseller_network::bus::contract::orders::{Advance, NewOrder};
use reseller_network::bus::contract::orders::{NewLine, Place, Step};
use reseller_network::tenancy::Observer;
use sea_orm::Statement;
use serde_json::{Value, json};

use crate::support::app::{Setup, TestApp, id};
use crate::support::faults::Calls;
use crate::support::market::{admin, dollars, key};
use crate::support::{TestDatabase, on_both_databases};

const CHILDREN: &str = "query ($id: ID!) { reseller(id: $id) { children(first: 50) { nodes {
    freezes { reason } catalogAccess { all }
    availableCatalog(first: 5) { totalCount nodes { sku cost { amount } price { amount } } }
    summary { orders { count revenue { amount } byStatus { count } } finance { balances { amount } }
      catalog { itemCount averageMarginPercent } } } } } }";

on_both_databases!(
    fifty_children_cost_a_constant_number_of_statements_and_bus_calls,
    what_a_company_did_shows_in_its_figures_at_once,
);

/// The statements that requests send, each without its list of values. The log is read, feeds and figures are kept, and answers are written and
/// removed, by the program itself, whoever asks what.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn observer(&self) -> Observer {
        let seen = self.0.clone();
        Arc::new(move |statement: &Statement| {
            let sql = &statement.sql;
            let own = [
                "\"events\"",
                "\"consumers\"",
                "INSERT INTO \"network_cache\"",
                "\"network_cache\".\"as_of\" < ",
                "INSERT INTO \"network_activity_feed\"",
                "INSERT INTO \"daily_figures\"",
                "INSERT INTO \"daily_statuses\"",
                "\"order_facts\"",
                "\"order_totals\"",
            ];
            if !own.iter().any(|own| sql.contains(own)) {
                let shape = sql.split(" IN (").next().unwrap_or_default();
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(shape.to_owned());
            }
        })
    }

    /// All since the last time, sorted.
    fn take(&self) -> Vec<String> {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.sort_unstable();
        all
    }
}

async fn fifty_children_cost_a_constant_number_of_statements_and_bus_calls(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let root = app.company(None, "Root").await;
    sells(&app, root, 7).await;
    let five = parent_of(&app, root, 5).await;
    let fifty = parent_of(&app, root, 50).await;
    let token = app.member("somebody", root, Role::Viewer).await;
    let (app, of_five, warm_of_five) = cost(app, &token, five, 5).await;
    let (_, of_fifty, warm_of_fifty) = cost(app, &token, fifty, 50).await;
    assert_eq!(of_fifty, of_five, "statements and calls, when nothing is known yet");
    assert_eq!(warm_of_fifty, warm_of_five, "statements and calls, when it is");
    assert!(warm_of_five.0.len() < of_five.0.len() && warm_of_five.1.len() < of_five.1.len(), "{warm_of_five:?}");
}

/// What `parent`'s page of `children` costs a program that was just started, and the next time.
async fn cost(app: TestApp, token: &str, parent: TenantId, children: usize) -> (TestApp, Cost, Cost) {
    let statements = Statements::default();
    let app = app.restart(Setup { observer: Some(statements.observer()), ..Setup::default() }).await;
    let calls = app.calls_of("");
    statements.take();
    let mut costs = Vec::new();
    for _ in 0..2 {
        let answer = app.ask(token, CHILDREN, json!({ "id": id(parent) })).await;
        costs.push((statements.take(), aliases(&calls)));
        let nodes = answer.at("/reseller/children/nodes");
        assert_eq!(nodes.as_array().map(Vec::len), Some(children));
        for child in nodes.as_array().into_iter().flatten() {
            assert_eq!(child["summary"]["orders"]["count"], json!(1), "{child:#}");
            assert_eq!(child["summary"]["catalog"]["itemCount"], json!(7), "{child:#}");
            assert_eq!(child["availableCatalog"]["nodes"].as_array().map(Vec::len), Some(5), "{child:#}");
        }
    }
    let [cold, warm] = costs.try_into().expect("two costs");
    (app, cold, warm)
}

/// Which statements, and which calls.
type Cost = (Vec<String>, Vec<&'static str>);

fn aliases(calls: &Calls) -> Vec<&'static str> {
    let mut aliases: Vec<_> = calls.take().iter().map(|call| call.alias).collect();
    aliases.sort_unstable();
    aliases
}

async fn what_a_company_did_shows_in_its_figures_at_once(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let root = app.company(None, "Root").await;
    let own = app.company(Some(root), "Own").await;
    let child = app.company(Some(own), "Child").await;
    sells(&app, root, 2).await;
    let token = app.member("somebody", own, Role::Viewer).await;
    let calls = app.calls_of("");
    let figures = async |company| {
        let answer = app.ask(&token, SUMMARY, json!({ "id": id(company) })).await.at("/reseller/summary");
        let stats = |pointer: &str| answer.pointer(pointer).cloned().unwrap_or(Value::Null);
        (stats("/orders/count"), stats("/finance/balances/0/amount"), stats("/catalog/averageMarginPercent"))
    };
    assert_eq!(figures(own).await, (json!(0), json!(null), json!("0")));
    assert_eq!(figures(child).await, (json!(0), json!(null), json!("0")));

    let order = place(&app, own).await;
    calls.take();
    assert_eq!(figures(own).await.0, json!(1));
    assert_eq!(aliases(&calls), ["orders.getStats"]);
    assert_eq!(figures(child).await.0, json!(0));
    assert_eq!(calls.take(), [], "another company's order");

    for to in [OrderStatus::Confirmed, OrderStatus::Shipped, OrderStatus::Delivered] {
        app.bus().call::<Advance>(admin(root), Step { id: order, to, note: None }).await.expect("a step");
    }
    assert_eq!(figures(own).await.1, json!("-10.00"));

    let price = PriceOverride { sku: "P0".to_owned(), price: Some(dollars(1_100)) };
    app.bus().call::<SetPriceOverride>(admin(own), price).await.expect("a price");
    assert_eq!(figures(own).await.2, json!("5"), "10 % on one of two");
    let _ = figures(child).await;
    let price = PriceOverride { sku: "P0".to_owned(), price: Some(dollars(2_200)) };
    app.bus().call::<SetPriceOverride>(admin(child), price).await.expect("a price");
    assert_eq!(figures(child).await.2, json!("50"), "twice what it pays for one of two");
    calls.take();
    figures(own).await;
    assert_eq!(calls.take(), [], "what a child takes changes nothing above it");
}

const SUMMARY: &str = "query ($id: ID!) { reseller(id: $id) { summary { orders { count } finance { balances { amount } } catalog { averageMarginPercent } } } }";

/// `root` sells so many products, each for 10.00.
async fn sells(app: &TestApp, root: TenantId, products: usize) {
    for product in 0..products {
        let product = NewProduct {
            sku: format!("P{product}"),
            name: format!("Product {product}"),
            category: "Things".to_owned(),
            list_price: dollars(1_000),
        };
        app.bus().call::<SaveProduct>(admin(root), product).await.expect("a product");
    }
}

/// A company with so many children, each of which has ordered something.
async fn parent_of(app: &TestApp, root: TenantId, children: usize) -> TenantId {
    let parent = app.company(Some(root), &format!("Parent of {children}")).await;
    for child in 0..children {
        let child = app.company(Some(parent), &format!("Child {child} of {children}")).await;
        place(app, child).await;
    }
    parent
}

async fn place(app: &TestApp, placer: TenantId) -> entity::OrderId {
    app.is_caught_up().await;
    let lines = vec![NewLine { sku: "P0".to_owned(), quantity: 1 }];
    let order = NewOrder { lines, reference: None, idempotency_key: key() };
    app.bus().call::<Place>(admin(placer), order).await.expect("an order")
}
