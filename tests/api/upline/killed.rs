//! A process that is killed at any step of a request: another one goes on, with one effect and one result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use entity::TenantId;
use iso_currency::Currency;
use reseller_network::app::{App, Bounds};
use reseller_network::auth::Verifier;
use reseller_network::clock::Clock;
use reseller_network::events::kinds;
use reseller_network::money::Money;
use reseller_network::network::upline::Ask;
use reseller_network::tenancy::{Database, OpenOptions};
use sea_orm::Statement;
use serde_json::json;

use super::{Line, later};
use crate::support::app::{NOW, Setup, auth_config};
use crate::support::market::admin;
use crate::support::process::{self, Process};
use crate::support::{Backend, TestDatabase};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_was_killed_at_any_step_has_one_effect_and_one_result_sqlite() {
    a_request_that_was_killed_at_any_step_has_one_effect_and_one_result(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_was_killed_at_any_step_has_one_effect_and_one_result_postgres() {
    a_request_that_was_killed_at_any_step_has_one_effect_and_one_result(Backend::Postgres).await;
}

/// What a request of the test with this number is for: a limit that no other one asks for.
fn amount(number: usize) -> i64 {
    100 * i64::try_from(number).expect("a few")
}

async fn a_request_that_was_killed_at_any_step_has_one_effect_and_one_result(backend: Backend) {
    let database = TestDatabase::durable(backend).await;
    let url = database.url.clone();
    let line: Line<3> = Line::open(database).await;
    let own = line.companies[2];
    line.decides(1, json!([{ "action": "REQUEST_CREDIT", "mode": "FORWARD" }])).await;
    line.decides(0, json!([{ "action": "REQUEST_CREDIT", "mode": "AUTO" }])).await;
    let mut steps = 0;
    loop {
        steps += 1;
        let mut process = Process::start("upline::killed::ask_until_killed", format!("{steps} {} {url}", own.0));
        if process.next_line().as_deref() == Some("it is done") {
            process.finish();
            break;
        }
        assert!(steps < 100, "it never ends");
    }
    assert!(steps > 10, "it was killed at each of many steps: {steps}");

    let setup = Setup { clock: later(Duration::from_secs(31)), ..Setup::default() };
    let line = line.restart(setup).await;
    line.carries_on().await;
    let upline = line.market.running().services.upline.clone();
    for number in 1..=steps {
        // Whoever heard nothing asks again.
        let asked = upline.ask(admin(own), credit(number), &key(number)).await.expect("an id");
        let seen = line.seen(2, &json!(crate::support::app::id(asked))).await;
        assert_eq!(seen["status"], "COMPLETED", "killed before step {number}");
    }
    let listed = line.ask(2, "{ uplineRequests(first: 100) { totalCount } }", json!({})).await;
    assert_eq!(listed["uplineRequests"]["totalCount"], json!(steps), "each is there once");
    let events = line.market.events().await;
    for number in 1..=steps {
        let granted = events
            .iter()
            .filter(|event| event.event_type == kinds::CREDIT_GRANTED && event.data["limitMinor"] == amount(number));
        assert_eq!(granted.count(), 1, "killed before step {number}");
    }
}

fn credit(number: usize) -> Ask {
    Ask::Credit { amount: Money::new(amount(number), Currency::USD), note: None }
}

fn key(number: usize) -> String {
    format!("asked {number}")
}

/// The part of the process that is killed; no test of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ask_until_killed() {
    let Some(work) = process::work() else { return };
    let [number, own, url] = work.splitn(3, ' ').collect::<Vec<_>>().try_into().expect("three words");
    let number: usize = number.parse().expect("a number");
    let own = TenantId(own.parse().expect("an id"));
    let (is_armed, written) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let armed = is_armed.clone();
    let observer = Arc::new(move |statement: &Statement| {
        if armed.load(Relaxed) && is_a_step(&statement.sql) && written.fetch_add(1, Relaxed) + 1 == number {
            // As `kill -9` does: nothing is tidied.
            std::process::abort();
        }
    });
    let database =
        Database::open(url, OpenOptions { create: false, observer: Some(observer) }).await.expect("a database");
    let verifier = Verifier::load(&auth_config()).await.expect("a verifier");
    let app = App::start(&database, verifier, Clock::reading(|| NOW), Bounds::default()).await.expect("a program");
    is_armed.store(true, Relaxed);
    app.services.upline.ask(admin(own), credit(number), &key(number)).await.expect("an id");
    process::say("it is done");
}

/// Whether a statement writes something of a request, or of what is done about it.
fn is_a_step(sql: &str) -> bool {
    let of_request = ["upline_requests", "upline_hops", "credit_limits", "idempotency_keys", "events"];
    !sql.starts_with("SELECT") && of_request.iter().any(|table| sql.contains(&format!("\"{table}\"")))
}
