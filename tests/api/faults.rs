//! What happens where the database is not as one would wish.

use std::time::Duration;

use axum::http::StatusCode;
use entity::Role;
use reseller_network::tenancy::Actor;
use sea_orm::{ConnectionTrait, Database};

use crate::support::app::TestApp;
use crate::support::chain::Replica;
use crate::support::{Backend, TestDatabase, on_both_databases};

/// Longer than the program may take to notice; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_moves_that_race_make_no_cycle_whatever_isolation_the_server_prefers() {
    let database = TestDatabase::new(Backend::Postgres).await;
    let connection = Database::connect(&database.url).await.expect("a connection");
    let name = database.url.rsplit('/').next().and_then(|name| name.split('?').next()).expect("a name");
    let prefer = format!("ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'");
    connection.execute_unprepared(&prefer).await.expect("a preference");
    let (one, other) = (Replica::open(&database.url).await, Replica::open(&database.url).await);
    let root = one.add(None, "Root").await;
    for round in 0..20 {
        let left = one.add(root, &format!("Left {round}")).await;
        let right = one.add(root, &format!("Right {round}")).await;
        other.caught_up().await;
        let (first, second) = tokio::join!(
            one.chain.move_reseller(Actor::central(), left, right),
            other.chain.move_reseller(Actor::central(), right, left),
        );
        assert!(first.is_ok() != second.is_ok(), "one of two moves that cross: {first:?}, {second:?}");
    }
    assert_eq!(one.recount().await.len(), 41);
}

on_both_databases!(who_can_not_follow_the_log_is_not_ready);

async fn who_can_not_follow_the_log_is_not_ready(database: TestDatabase) {
    let connection = Database::connect(&database.url).await.expect("a connection");
    let app = TestApp::start(database).await;
    let root = app.company(None, "Root").await;
    let token = app.member("somebody", root, Role::Viewer).await;
    assert_eq!(app.get("/readyz").await, StatusCode::OK);
    connection.execute_unprepared("ALTER TABLE events RENAME TO hidden").await.expect("a broken log");
    until(&app, StatusCode::SERVICE_UNAVAILABLE).await;
    connection.execute_unprepared("ALTER TABLE hidden RENAME TO events").await.expect("a whole log");
    until(&app, StatusCode::OK).await;
    assert_eq!(app.ask(&token, "{ viewer { role } }", serde_json::json!({})).await.status, StatusCode::OK);
}

/// Asks again and again whether the program is ready, until the answer is `status`.
async fn until(app: &TestApp, status: StatusCode) {
    let asking = async {
        while app.get("/readyz").await != status {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("the program notices");
}
