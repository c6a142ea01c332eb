//! What performances cost: one statement for all that is asked of them, of however many resellers.

use std::sync::{Arc, Mutex, PoisonError};

use entity::{Role, TenantId};
use reseller_network::tenancy::Observer;
use sea_orm::Statement;
use serde_json::{Value, json};

use crate::support::app::{Setup, TestApp, id};
use crate::support::market::{Market, admin, dollars, order};
use crate::support::{TestDatabase, on_both_databases};
use reseller_network::bus::contract::catalog::{NewProduct, SaveProduct};
use reseller_network::bus::contract::orders::Place;

on_both_databases!(
    all_that_is_asked_of_many_resellers_is_one_statement,
    figures_are_told_again_until_an_order_is_heard_of
);

const CHILDREN: &str = "query ($id: ID!) { reseller(id: $id) { children(first: 50) { nodes { performance {
    orderCount orderCountChange { percent } activeResellerCount
    totals { revenue { amount } revenueChange { percent } averageOrder { amount } }
    days: series { start } weeks: series(groupBy: WEEK) { orderCount } byLevel { level resellerCount } } } } } }";

/// The statements that read figures.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn observer(&self) -> Observer {
        let seen = self.0.clone();
        Arc::new(move |statement: &Statement| {
            let reads = statement.sql.starts_with("SELECT") && statement.sql.contains("\"daily_figures\"");
            if reads {
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(statement.sql.clone());
            }
        })
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn all_that_is_asked_of_many_resellers_is_one_statement(database: TestDatabase) {
    let statements = Statements::default();
    let app = TestApp::start_with(database, Setup { observer: Some(statements.observer()), ..Setup::default() }).await;
    let root = app.company(None, "Root").await;
    let chair = NewProduct {
        sku: "chair".to_owned(),
        name: "A chair".to_owned(),
        category: "Chairs".to_owned(),
        list_price: dollars(100),
    };
    app.bus().call::<SaveProduct>(admin(root), chair).await.expect("a product");
    let token = app.member("somebody", root, Role::Viewer).await;
    for children in [1, 40] {
        let parent = app.company(Some(root), &format!("Parent of {children}")).await;
        for number in 0..children {
            let child = app.company(Some(parent), &format!("Child {number} of {children}")).await;
            app.bus().call::<Place>(admin(child), order(&[("chair", 1)])).await.expect("an order");
        }
        statements.take();
        let answer = ask(&app, &token, parent).await;
        let performances = answer.as_array().expect("children");
        assert_eq!(performances.len(), children);
        assert!(performances.iter().all(|child| child["performance"]["totals"][0]["revenue"]["amount"] == "1.00"));
        let read = statements.take();
        assert_eq!(read.len(), 1, "{read:#?}");
    }
    // What is not asked for is not read.
    let count = "{ performance { activeResellerCount byLevel { level } } }";
    app.ask(&token, count, json!({})).await.data();
    let [read] = &statements.take()[..] else { panic!("one statement") };
    assert!(!read.contains("UNION"), "{read}");
}

async fn ask(app: &TestApp, token: &str, parent: TenantId) -> Value {
    app.ask(token, CHILDREN, json!({ "id": id(parent) })).await.at("/reseller/children/nodes")
}

async fn figures_are_told_again_until_an_order_is_heard_of(database: TestDatabase) {
    let statements = Statements::default();
    let setup = Setup { observer: Some(statements.observer()), ..Setup::default() };
    let market = Market::open_with(database, setup).await;
    let [root, own, child, grandchild] = market.line().await;
    let count = async |company: TenantId| {
        let counts = "{ performance { orderCount } dashboard { downlineOrders { count } } }";
        let counts = market.ask_as(company, counts, json!({})).await.data();
        (counts["performance"]["orderCount"].clone(), counts["dashboard"]["downlineOrders"]["count"].clone())
    };
    assert_eq!(count(own).await, (json!(0), json!(0)));
    statements.take();
    assert_eq!((count(own).await, statements.take().len()), ((json!(0), json!(0)), 0), "nothing has happened");
    let sibling = market.company(Some(root), "Sibling").await;
    market.place(sibling, &[("mug", 1)]).await;
    assert_eq!((count(own).await, statements.take().len()), ((json!(0), json!(0)), 0), "nothing of its concern has");
    market.place(grandchild, &[("mug", 1)]).await;
    assert_eq!(count(own).await, (json!(1), json!(1)));
    assert_eq!(count(child).await, (json!(1), json!(1)));
    assert_eq!(count(grandchild).await, (json!(1), json!(0)));
    assert_eq!(count(root).await, (json!(2), json!(2)));
    assert!(!statements.take().is_empty());
}
