//! What health costs: two looks at orders, for however many resellers it is asked, and none for a while after.

use std::sync::{Arc, Mutex, PoisonError};

use entity::Role;
use reseller_network::tenancy::Observer;
use sea_orm::Statement;
use serde_json::json;

use crate::support::app::{Setup, TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(orders_are_looked_at_once_for_all_who_ask);

#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn observer(&self) -> Observer {
        let seen = self.0.clone();
        Arc::new(move |statement: &Statement| {
            if statement.sql.starts_with("SELECT") && statement.sql.contains("\"order_facts\"") {
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(statement.sql.clone());
            }
        })
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn orders_are_looked_at_once_for_all_who_ask(database: TestDatabase) {
    let statements = Statements::default();
    let app = TestApp::start_with(database, Setup { observer: Some(statements.observer()), ..Setup::default() }).await;
    let root = app.company(None, "Root").await;
    for number in 0..30 {
        app.company(Some(root), &format!("Child {number}")).await;
    }
    let token = app.member("somebody", root, Role::Viewer).await;
    let query = "query ($id: ID!) { reseller(id: $id) { health { status }
        children(first: 50) { nodes { health { status counts { total } } } } } dashboard { network { health } } }";
    for looks in [2, 0] {
        statements.take();
        let answer = app.ask(&token, query, json!({ "id": id(root) })).await;
        let children = answer.at("/reseller/children/nodes");
        assert_eq!(children.as_array().map(Vec::len), Some(30));
        assert!(children[7]["health"]["counts"]["total"] == 1);
        let seen = statements.take();
        assert_eq!(seen.len(), looks, "{seen:#?}");
    }
}
