//! A process that is killed at any step of a request: another one goes on, with one effect and one result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use entity::TenantId;
use iso_currency::Currency;
use reseller_network::app::{App, Bounds};
use reseller_network::auth::Verifier;
use reseller_network::bus::contract::admin::ReferralTerms;
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
async fn credit_asked_by_who_was_killed_at_any_step_has_one_effect_and_one_result_sqlite() {
    killed_at_any_step_it_has_one_effect_and_one_result(Backend::Sqlite, "credit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credit_asked_by_who_was_killed_at_any_step_has_one_effect_and_one_result_postgres() {
    killed_at_any_step_it_has_one_effect_and_one_result(Backend::Postgres, "credit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_asked_by_who_was_killed_at_any_step_is_made_once_sqlite() {
    killed_at_any_step_it_has_one_effect_and_one_result(Backend::Sqlite, "code").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_asked_by_who_was_killed_at_any_step_is_made_once_postgres() {
    killed_at_any_step_it_has_one_effect_and_one_result(Backend::Postgres, "code").await;
}

/// What a request of the test with this number is for, in minor units: a limit that no other one asks for.
fn amount(number: usize) -> i64 {
    100 * i64::try_from(number).expect("a few")
}

/// The event that such a request has as its effect, and the number in its data by which it is known.
fn effect(action: &str, number: usize) -> (&'static str, &'static str, i64) {
    match action {
        "code" => (kinds::REFERRAL_CODE_GENERATED, "maxUses", amount(number)),
        _ => (kinds::CREDIT_GRANTED, "limitMinor", amount(number)),
    }
}

async fn killed_at_any_step_it_has_one_effect_and_one_result(backend: Backend, action: &str) {
    let database = TestDatabase::durable(backend).await;
    let url = database.url.clone();
    let line: Line<3> = Line::open(database).await;
    let own = line.companies[2];
    line.decides(1, json!([{ "action": "REQUEST_CREDIT", "mode": "FORWARD" }])).await;
    line.decides(0, json!([{ "action": "REQUEST_CREDIT", "mode": "AUTO" }])).await;
    let mut steps = 0;
    loop {
        steps += 1;
        let mut process =
            Process::start("upline::killed::ask_until_killed", format!("{action} {steps} {} {url}", own.0));
        if process.next_line().as_deref() == Some("it is done") {
            process.finish();
            break;
        }
        assert!(steps < 100, "it never ends");
    }
    let at_least = if action == "code" { 7 } else { 10 };
    assert!(steps > at_least, "it was killed at each of many steps: {steps}");

    let setup = Setup { clock: later(Duration::from_secs(31)), ..Setup::default() };
    let line = line.restart(setup).await;
    line.carries_on().await;
    let upline = line.market.running().services.upline.clone();
    for number in 1..=steps {
        // Whoever heard nothing asks again.
        let asked = upline.ask(admin(own), ask(action, number), &key(number)).await.expect("an id");
        if let Ask::ReferralCode(terms) = ask(action, number) {
            let referrals = &line.market.running().services.referrals;
            let again = referrals.generate(admin(own), terms, &key(number)).await.expect("the same request");
            assert!(again.code.is_some() && again.request == Some(asked), "killed before step {number}");
        }
        let seen = line.seen(2, &json!(crate::support::app::id(asked))).await;
        assert_eq!(seen["status"], "COMPLETED", "killed before step {number}");
    }
    let listed = line.ask(2, "{ uplineRequests(first: 100) { totalCount } }", json!({})).await;
    assert_eq!(listed["uplineRequests"]["totalCount"], json!(steps), "each is there once");
    let events = line.market.events().await;
    for number in 1..=steps {
        let (kind, key, value) = effect(action, number);
        let done = events.iter().filter(|event| event.event_type == kind && event.data[key] == value);
        assert_eq!(done.count(), 1, "killed before step {number}");
    }
}

fn ask(action: &str, number: usize) -> Ask {
    match action {
        "code" => {
            let max_uses = i32::try_from(amount(number)).ok();
            Ask::ReferralCode(ReferralTerms { max_uses, ..ReferralTerms::default() })
        }
        _ => Ask::Credit { amount: Money::new(amount(number), Currency::USD), note: None },
    }
}

fn key(number: usize) -> String {
    format!("asked {number}")
}

/// The part of the process that is killed; no test of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ask_until_killed() {
    let Some(work) = process::work() else { return };
    let [action, number, own, url] = work.splitn(4, ' ').collect::<Vec<_>>().try_into().expect("four words");
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
    match ask(action, number) {
        Ask::ReferralCode(terms) => {
            let generated = app.services.referrals.generate(admin(own), terms, &key(number)).await.expect("a request");
            assert!(generated.secret.is_some(), "it is shown");
        }
        ask => drop(app.services.upline.ask(admin(own), ask, &key(number)).await.expect("an id")),
    }
    process::say("it is done");
}

/// Whether a statement writes something of a request, or of what is done about it.
fn is_a_step(sql: &str) -> bool {
    let of_request =
        ["upline_requests", "upline_hops", "credit_limits", "referral_codes", "idempotency_keys", "events"];
    !sql.starts_with("SELECT") && of_request.iter().any(|table| sql.contains(&format!("\"{table}\"")))
}
