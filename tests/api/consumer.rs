//! Consumers of the log: each event has its effect once, whatever happens in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use entity::{Position, TenantId, event, parked_event};
use reseller_network::{
    error::Fault,
    events::{Consume, Consumer, Fact, Transaction, kinds, park},
    tenancy::Actor,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::support::{TestDatabase, chain::Replica, on_both_databases};
use crate::{connect, read};

on_both_databases!(
    two_processes_deal_with_each_event_once,
    what_fails_in_the_middle_leaves_nothing_and_is_done_later,
    a_consumer_goes_on_where_it_was_left,
    what_would_fail_again_is_parked_and_the_rest_is_done,
    what_may_be_done_later_is_not_parked,
    what_a_consumer_parks_itself_lasts_with_its_other_effects,
    after_a_restore_of_an_older_database_it_goes_on_from_there,
    a_writer_sees_what_consumers_made_of_its_write,
    a_writer_does_not_wait_for_those_that_its_write_does_not_concern,
);

/// Answers each delivered order with a fact that carries the event's position; but first it does what the order's own data say.
struct Echo {
    /// How often some module is not there yet.
    away: AtomicU32,
}

impl Consume for Echo {
    const NAME: &'static str = "echo";
    const TYPES: &'static [&'static str] = &[kinds::ORDER_DELIVERED];

    type Event = event::Model;
    type Prepared = ();

    async fn prepare(&self, events: &[event::Model]) -> Result<(), Fault> {
        let wrong = events.iter().any(|event| event.data == "cannot be prepared");
        if wrong { Err(Fault::Row("a test".to_owned())) } else { Ok(()) }
    }

    async fn consume(&self, change: &mut Transaction, events: &[event::Model], (): ()) -> Result<(), Fault> {
        for event in events {
            let subject = event.subject_tenant_id.expect("a subject");
            match event.data.as_str() {
                Some("cannot be done") => return Err(Fault::Row("a\0test".to_owned())),
                Some("drives mad") => panic!("a test"),
                Some("is of no use") => park(change, Self::NAME, event.position, "of no use").await?,
                _ => change.record(Fact { kind: kinds::LEDGER_POSTED, subject, data: json!({ "of": event.position }) }),
            }
        }
        let away = self.away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if away {
            Err(Fault::Module { module: "tests", cause: "a test".to_owned(), is_lasting: false })
        } else {
            Ok(())
        }
    }
}

/// A consumer that misses some module for so many times, after it has recorded its facts.
async fn consumer(replica: &Replica, away: u32) -> Consumer<Echo> {
    let echo = Arc::new(Echo { away: AtomicU32::new(away) });
    Consumer::new(replica.central.clone(), replica.log.clone(), echo).await.expect("a consumer")
}

/// Records delivered orders, and after each something that is none; answers the log's end.
async fn deliver(replica: &Replica, subject: TenantId, orders: usize) -> Position {
    deliver_with(replica, subject, vec![Value::Null; orders]).await
}

/// The same, with these data.
async fn deliver_with(replica: &Replica, subject: TenantId, orders: Vec<Value>) -> Position {
    let mut end = Position::START;
    for data in orders {
        let mut change = replica.log.begin(Actor::central()).await.expect("a transaction");
        change.record(Fact { kind: kinds::ORDER_DELIVERED, subject, data });
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

/// The positions of what was parked, and why.
async fn parked(database: &str) -> Vec<(Value, String)> {
    let rows = parked_event::Entity::find().order_by_asc(parked_event::Column::Position);
    let rows = rows.all(&connect(database).await).await.expect("rows");
    assert!(rows.iter().all(|row| row.consumer == Echo::NAME && row.parked_at.0 > 0));
    rows.into_iter().map(|row| (json!(row.position), row.reason)).collect()
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

async fn what_would_fail_again_is_parked_and_the_rest_is_done(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    let mut orders = vec![Value::Null; 450];
    let wrong = [(0, "cannot be prepared"), (150, "cannot be done"), (151, "drives mad"), (449, "cannot be done")];
    for (place, data) in wrong {
        orders[place] = json!(data);
    }
    deliver_with(&replica, root, orders).await;
    consumer(&replica, 0).await.catch_up().await.expect("nothing stops it");
    let (mut delivered, echoed) = delivered_and_echoed(&replica).await;
    let reasons = ["row: a test", "row: a test", "a panic", "row: a test"];
    let expected = wrong.iter().zip(reasons).map(|((place, _), reason)| (delivered[*place].clone(), reason.to_owned()));
    let expected: Vec<_> = expected.collect();
    assert_eq!(parked(&database.url).await, expected);
    delivered.retain(|position| expected.iter().all(|(parked, _)| parked != position));
    assert_eq!(echoed, delivered, "all others, each once, and in their order");
}

async fn what_may_be_done_later_is_not_parked(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    deliver(&replica, root, 5).await;
    let consumer = consumer(&replica, 20).await;
    for _ in 0..20 {
        assert!(consumer.catch_up().await.is_err());
    }
    assert_eq!((parked(&database.url).await, delivered_and_echoed(&replica).await.1), (vec![], vec![]));
    consumer.catch_up().await.expect("now it is done");
    assert_once_each(&replica, 5).await;
}

async fn what_a_consumer_parks_itself_lasts_with_its_other_effects(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    deliver_with(&replica, root, vec![json!("is of no use"), Value::Null]).await;
    let (late, all) = (consumer(&replica, 1).await, delivered_and_echoed(&replica).await.0);
    assert!(late.catch_up().await.is_err());
    assert_eq!(parked(&database.url).await, []);
    late.catch_up().await.expect("now it is done");
    assert_eq!(parked(&database.url).await, [(all[0].clone(), "of no use".to_owned())]);
    assert_eq!(delivered_and_echoed(&replica).await.1, [all[1].clone()]);
    let again = replica.log.begin(Actor::central()).await.expect("a transaction");
    let position = serde_json::from_value(all[0].clone()).expect("a position");
    park(&again, Echo::NAME, position, "another reason").await.expect("it is there already");
    again.commit().await.expect("written");
    assert_eq!(parked(&database.url).await, [(all[0].clone(), "of no use".to_owned())]);
}

async fn a_writer_sees_what_consumers_made_of_its_write(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    let consuming = tokio::spawn(consumer(&replica, 0).await.run());
    for orders in 1..=5 {
        let mut change = replica.log.begin(Actor::central()).await.expect("a transaction");
        change.record(Fact { kind: kinds::SETTINGS_CHANGED, subject: root, data: Value::Null });
        change.record(Fact { kind: kinds::ORDER_DELIVERED, subject: root, data: Value::Null });
        change.commit_and_show().await.expect("it is seen");
        assert_once_each(&replica, orders).await;
    }
    consuming.abort();
}

async fn after_a_restore_of_an_older_database_it_goes_on_from_there(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    let consumer = consumer(&replica, 0).await;
    deliver(&replica, root, 2).await;
    consumer.catch_up().await.expect("done");
    let saved = replica.end_of_log().await;
    let outside = connect(&database.url).await;
    let stored = read(&outside, "SELECT CAST(position AS TEXT) FROM consumers").await;
    deliver(&replica, root, 5).await;
    consumer.catch_up().await.expect("done");
    let back = [
        format!("DELETE FROM events WHERE position > {}", saved.0),
        format!("UPDATE consumers SET position = {stored}"),
    ];
    for statement in back {
        outside.execute_unprepared(&statement).await.expect("what a restore does");
    }
    consumer.catch_up().await.expect("the log went back");
    deliver(&replica, root, 3).await;
    consumer.catch_up().await.expect("done");
    assert_once_each(&replica, 5).await;
    // Who was in the middle of something may store a place of the log that is gone.
    outside.execute_unprepared("UPDATE consumers SET position = 1000000").await.expect("a row");
    deliver(&replica, root, 2).await;
    consumer.catch_up().await.expect("done");
    assert_once_each(&replica, 7).await;
}

async fn a_writer_does_not_wait_for_those_that_its_write_does_not_concern(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    let never_runs = consumer(&replica, 0).await;
    let mut change = replica.log.begin(Actor::central()).await.expect("a transaction");
    change.record(Fact { kind: kinds::SETTINGS_CHANGED, subject: root, data: Value::Null });
    // Less than a writer waits at most.
    let shown = tokio::time::timeout(Duration::from_secs(4), change.commit_and_show()).await;
    shown.expect("nobody is waited for").expect("written");
    drop(never_runs);
}
