//! What a module last answered is told while it cannot answer, as what it is.

use std::sync::Arc;
use std::time::Duration;

use entity::Timestamp;
use reseller_network::bus::contract::Period;
use reseller_network::bus::contract::finance::{FinanceSummary, GetSummary};
use reseller_network::bus::contract::orders::GetStats;
use reseller_network::bus::{Request, Serve};
use reseller_network::error::ServiceError;
use reseller_network::tenancy::Actor;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use time::macros::date;

use super::{MODULES, World};
use crate::support::faults::{Failing, Garbage};
use crate::support::{TestDatabase, on_both_databases};
use crate::{connect, read, texts};

/// Longer than an answer is fresh.
const LONG: Duration = Duration::from_mins(2);

const A_DAY: Duration = Duration::from_hours(24);

on_both_databases!(
    what_was_known_is_told_as_stale_until_the_module_is_back,
    what_was_known_is_told_as_stale_after_the_program_was_started_again,
    what_is_known_of_one_company_is_told_of_no_other,
    what_can_not_be_read_any_more_counts_as_not_known,
    answers_that_nobody_renews_are_removed_after_thirty_days,
    an_answer_that_stays_the_same_is_written_once_an_hour,
    an_answer_that_could_not_be_written_is_written_the_next_time,
    of_one_company_so_many_answers_are_kept_and_no_more,
);

async fn what_was_known_is_told_as_stale_until_the_module_is_back(database: TestDatabase) {
    let world = World::create(database).await;
    for module in MODULES {
        let known = world.summary(world.family.own).await[module].clone();
        world.pass(LONG);
        world.switch(module).to(Failing);
        for _ in 0..10 {
            assert_eq!(world.summary(world.family.own).await[module], stale(&known));
        }
        world.pass(LONG);
        world.switch(module).back();
        let fresh = world.summary(world.family.own).await[module].clone();
        assert_eq!((&fresh["stale"], &fresh["asOf"]), (&json!(false), &json!(world.now())));
    }
}

async fn what_was_known_is_told_as_stale_after_the_program_was_started_again(database: TestDatabase) {
    let mut world = World::create(database).await;
    for module in MODULES {
        let known = world.summary(world.family.child).await[module].clone();
        world.pass(LONG);
        world = world.restart().await;
        world.switch(module).to(Garbage);
        for _ in 0..3 {
            assert_eq!(world.summary(world.family.child).await[module], stale(&known));
        }
        world.switch(module).back();
        assert_eq!(world.summary(world.family.child).await[module]["stale"], json!(false));
    }
}

async fn what_is_known_of_one_company_is_told_of_no_other(database: TestDatabase) {
    let world = World::create(database).await;
    world.summary(world.family.own).await;
    let world = world.restart().await;
    world.switches.iter().for_each(|module| module.to(Failing));
    let answer = world.ask(world.family.child).await.json();
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(3), "{answer:#}");
    for module in MODULES {
        assert_eq!(answer["data"]["reseller"]["summary"][module], json!(null));
        assert_eq!(world.summary(world.family.own).await[module]["stale"], json!(true));
    }
}

async fn what_can_not_be_read_any_more_counts_as_not_known(database: TestDatabase) {
    let connection = connect(&database.url).await;
    let world = World::create(database).await;
    world.summary(world.family.own).await;
    let world = world.restart().await;
    let spoil = "UPDATE network_cache SET answer = '{\"written\": \"by an older program\"}' WHERE key LIKE 'orders.%'";
    connection.execute_unprepared(spoil).await.expect("an older program's answer");
    world.switches.iter().for_each(|module| module.to(Failing));
    let answer = world.ask(world.family.own).await.json();
    let summary = &answer["data"]["reseller"]["summary"];
    assert_eq!((&summary["orders"], &summary["finance"]["stale"]), (&json!(null), &json!(true)));
    assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "MODULE_UNAVAILABLE", "module": "orders" }));
}

async fn answers_that_nobody_renews_are_removed_after_thirty_days(database: TestDatabase) {
    let connection = connect(&database.url).await;
    let kept = async || read(&connection, "SELECT CAST(COUNT(*) AS TEXT) FROM network_cache").await;
    let world = World::create(database).await;
    world.summary(world.family.own).await;
    world.pass(20 * A_DAY);
    world.summary(world.family.child).await;
    world.app.answers().write_out().await;
    for (days, rows) in [(9, "6"), (2, "3"), (20, "0")] {
        world.pass(days * A_DAY);
        world.app.answers().forget_old().await.expect("an orderly table");
        assert_eq!(kept().await, rows, "after {days} more days");
    }
}

async fn an_answer_that_stays_the_same_is_written_once_an_hour(database: TestDatabase) {
    let connection = connect(&database.url).await;
    let world = World::create(database).await;
    let period = "SELECT CAST(as_of AS TEXT) FROM network_cache WHERE key LIKE 'finance.%'";
    world.app.bus().serve::<GetSummary>(Arc::new(Nothing));
    let first = world.now();
    for (minutes, renewed) in [(0, false), (30, false), (29, false), (2, true), (59, false)] {
        world.pass(Duration::from_mins(minutes));
        world.summary(world.family.own).await;
        world.app.answers().write_out().await;
        let written = Timestamp(read(&connection, period).await.parse().expect("microseconds")).to_rfc3339();
        let now = world.now();
        assert_eq!(written == now, renewed || now == first, "{minutes} minutes later");
    }
}

async fn an_answer_that_could_not_be_written_is_written_the_next_time(database: TestDatabase) {
    let connection = connect(&database.url).await;
    let world = World::create(database).await;
    world.app.bus().serve::<GetSummary>(Arc::new(Nothing));
    let rename = async |from: &str, to: &str| {
        let rename = format!("ALTER TABLE {from} RENAME TO {to}");
        connection.execute_unprepared(&rename).await.expect("another name");
    };
    rename("network_cache", "away").await;
    world.summary(world.family.own).await;
    world.app.answers().write_out().await;
    rename("away", "network_cache").await;
    world.pass(LONG);
    world.summary(world.family.own).await;
    world.app.answers().write_out().await;
    let kept = "SELECT CAST(COUNT(*) AS TEXT) FROM network_cache WHERE key LIKE 'finance.%'";
    assert_eq!(read(&connection, kept).await, "1");
}

async fn of_one_company_so_many_answers_are_kept_and_no_more(database: TestDatabase) {
    let connection = connect(&database.url).await;
    let world = World::create(database).await;
    world.summary(world.family.child).await;
    let mut today = date!(2026 - 11 - 22);
    for _ in 0..70 {
        world.pass(A_DAY);
        today = today.next_day().expect("a day");
        let period = Period { from: today, to: today };
        let told = world.app.answers().ask::<GetStats>(Actor::central(), &[world.family.own], period).await;
        told.expect("an answer");
        world.app.answers().write_out().await;
    }
    let kept = texts(&connection, "SELECT key FROM network_cache WHERE key LIKE 'orders.%' ORDER BY key").await;
    assert_eq!(kept.len(), 64 + 1, "and the other company's");
    assert!(kept.iter().any(|key| key.contains(&today.to_string())), "the newest: {kept:?}");
    assert!(!kept.iter().any(|key| key.contains("2026-11-23")), "not the oldest: {kept:?}");
}

/// A module of companies that never did anything.
struct Nothing;

#[async_trait::async_trait]
impl Serve<GetSummary> for Nothing {
    async fn serve(&self, request: Request<GetSummary>) -> Result<Vec<FinanceSummary>, ServiceError> {
        Ok(vec![FinanceSummary::default(); request.targets.len()])
    }
}

/// What was told, as it is told later.
fn stale(told: &Value) -> Value {
    let mut told = told.clone();
    told["stale"] = json!(true);
    told
}
