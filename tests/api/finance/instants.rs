//! When entries were posted: in the order of their numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use entity::{TenantId, Timestamp};
use reseller_network::bus::contract::finance::{Payment, RecordPayment};
use reseller_network::clock::Clock;
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::support::app::NOW;
use crate::support::market::{Market, admin, dollars, key};
use crate::support::{Backend, TestDatabase, on_both_databases};
use crate::{connect, read};

on_both_databases!(no_entry_is_from_before_the_one_before_it);

/// A market whose clock shows what is written here.
async fn market(database: TestDatabase) -> (Market, Arc<AtomicI64>) {
    let clock = Arc::new(AtomicI64::new(NOW.0));
    let shown = clock.clone();
    let clock_of_market = Clock::reading(move || Timestamp(shown.load(Ordering::SeqCst)));
    (Market::open_at(database, clock_of_market).await, clock)
}

fn payment(from: TenantId) -> Payment {
    Payment { from, amount: dollars(1), reference: None, idempotency_key: key() }
}

/// How long after now each entry was posted: microseconds.
async fn posted_after(market: &Market, company: TenantId) -> Vec<i64> {
    market.ledger(company).await.iter().map(|entry| entry.at.0 - NOW.0).collect()
}

async fn no_entry_is_from_before_the_one_before_it(database: TestDatabase) {
    let (market, clock) = market(database).await;
    let [root, parent, child] = market.line().await;
    for (later, payee, payer) in [(7, parent, child), (3, parent, child), (5, root, parent), (9, parent, child)] {
        clock.store(NOW.0 + later, Ordering::SeqCst);
        market.try_pay(admin(payee), payment(payer)).await.expect("a payment");
    }
    assert_eq!(posted_after(&market, child).await, [7, 7, 9], "also where a clock goes back");
    assert_eq!(posted_after(&market, parent).await, [7, 7, 7, 9]);
    assert_eq!(posted_after(&market, root).await, [7], "the other side of the same posting");
}

/// On SQLite nobody who waits has begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_the_ledgers_posts_when_it_has_them() {
    let (market, clock) = market(TestDatabase::new(Backend::Postgres).await).await;
    let [parent, child] = market.line().await;
    let connection = connect(market.database_url()).await;
    let keeper = connection.begin().await.expect("a transaction");
    // The lock of the ledgers, as the program takes it.
    keeper.execute_unprepared("SELECT pg_advisory_xact_lock(1382380389, 4)").await.expect("the lock");
    let bus = market.bus().clone();
    let paying = tokio::spawn(async move { bus.call::<RecordPayment>(admin(parent), payment(child)).await });
    let waits = async {
        let waiting = "SELECT CAST(count(*) AS TEXT) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while read(&connection, waiting).await == "0" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waits).await.expect("it waits for the ledgers");
    clock.store(NOW.0 + 5, Ordering::SeqCst);
    keeper.commit().await.expect("the lock is free");
    paying.await.expect("no panic").expect("a payment");
    assert_eq!(posted_after(&market, child).await, [5]);
}
