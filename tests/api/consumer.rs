//! Consumers of the log: each event has its effect once, whatever happens in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use entity::{Position, TenantId, event};
use reseller_network::{
    error::Fault,
    events::{Consume, Consumer, Fact, Transaction, kinds},
    tenancy::Actor,
};
use serde_json::{Value, json};

use crate::support::{TestDatabase, chain::Replica, on_both_databases};

on_both_databases!(
    two_processes_deal_with_each_event_once,
    what_fails_in_the_middle_leaves_nothing_and_is_done_later,
    a_consumer_goes_on_where_it_was_left,
    a_writer_sees_what_consumers_made_of_its_write,
);

/// Answers each delivered order with a fact that carries the event's position.
struct Echo {
    /// How often it still fails, after it has recorded its facts.
    failures: AtomicU32,
}

impl Echo {
    fn new(failures: u32) -> Arc<Self> {
        Arc::new(Self { failures: AtomicU32::new(failures) })
    }
}

impl Consume for Echo {
    const NAME: &'static str = "echo";
    const TYPES: &'static [&'static str] = &[kinds::ORDER_DELIVERED];

    type Prepared = ();

    async fn prepare(&self, _: &[event::Model]) -> Result<(), Fault> {
        Ok(())
    }

    async fn consume(&self, change: &mut Transaction, events: &[event::Model], (): ()) -> Result<(), Fault> {
        for event in events {
            let subject = event.subject_tenant_id.expect("a subject");
            change.record(Fact { kind: kinds::LEDGER_POSTED, subject, data: json!({ "of": event.position }) });
        }
        let fails = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails { Err(Fault::Row("a test".to_owned())) } else { Ok(()) }
    }
}

async fn consumer(replica: &Replica, failures: u32) -> Consumer<Echo> {
    let consumer = Consumer::new(replica.central.clone(), replica.log.clone(), Echo::new(failures)).await;
    consumer.expect("a consumer")
}

/// Records delivered orders, and after each something that is none; answers the log's end.
async fn deliver(replica: &Replica, subject: TenantId, orders: usize) -> Position {
    let mut end = Position::START;
    for _ in 0..orders {
        let mut change = replica.log.begin(Actor::central()).await.expect("a transaction");
        change.record(Fact { kind: kinds::ORDER_DELIVERED, subject, data: Value::Null });
        change.record(Fact { kind: kinds::SETTINGS_CHANGED, subject, data: Value::Null });
        end = change.commit().await.expect("written");
    }
    end
}

/// The positions of delivered orders, and those that were echoed.
async fn delivered_and_echoed(replica: &Replica) -> (Vec<Value>, Vec<Value>) {
    let log = reseller_network::events::tail::read_after(&replica.central, Position::START, 10_000).await.expect("it");
    let of = |kind| log.iter().filter(move |event| event.event_type == kind);
    let delivered = of(kinds::ORDER_DELIVERED).map(|event| json!(event.position)).collect();
    (delivered, of(kinds::LEDGER_POSTED).map(|event| event.data["of"].clone()).collect())
}

async fn assert_once_each(replica: &Replica, orders: usize) {
    let (delivered, echoed) = delivered_and_echoed(replica).await;
    assert_eq!(delivered.len(), orders);
    assert_eq!(echoed, delivered, "each once, and in their order");
}

async fn two_processes_deal_with_each_event_once(database: TestDatabase) {
    let (one, other) = (Replica::open(&database.url).await, Replica::open(&database.url).await);
    let root = one.add(None, "Root").await;
    deliver(&one, root, 450).await;
    let (first, second) = (consumer(&one, 0).await, consumer(&other, 0).await);
    let (first, second) = tokio::join!(first.catch_up(), second.catch_up());
    first.and(second).expect("both are through");
    assert_once_each(&one, 450).await;
}

async fn what_fails_in_the_middle_leaves_nothing_and_is_done_later(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    deliver(&replica, root, 5).await;
    let consumer = consumer(&replica, 1).await;
    assert!(consumer.catch_up().await.is_err());
    assert_eq!(delivered_and_echoed(&replica).await.1, Vec::<Value>::new());
    consumer.catch_up().await.expect("now it is done");
    assert_once_each(&replica, 5).await;
}

async fn a_consumer_goes_on_where_it_was_left(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    for orders in [3, 2] {
        deliver(&replica, root, orders).await;
        consumer(&replica, 0).await.catch_up().await.expect("done");
    }
    assert_once_each(&replica, 5).await;
}

async fn a_writer_sees_what_consumers_made_of_its_write(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    let consuming = tokio::spawn(consumer(&replica, 0).await.run());
    for orders in 1..=5 {
        let end = deliver(&replica, root, 1).await;
        tokio::time::timeout(Duration::from_secs(30), replica.log.seen(end)).await.expect("it is seen");
        assert_once_each(&replica, orders).await;
    }
    consuming.abort();
}
