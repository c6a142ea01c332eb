//! The log: one order that is the order of commits, and a change with its facts wholly or not at all.

use std::sync::Arc;

use entity::{FreezeId, Position, TenantId, Timestamp, event, freeze};
use reseller_network::{
    clock::Clock,
    events::{Fact, Log, Transaction, kinds, tail},
    tenancy::{Actor, CentralDb, Database, OpenOptions},
};
use sea_orm::ActiveValue::{NotSet, Set};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    connect,
    support::{
        TestDatabase,
        chain::Replica,
        on_both_databases,
        process::{self, Process},
    },
    texts,
};

on_both_databases!(
    a_change_that_records_early_and_commits_late_is_not_skipped,
    a_reader_that_follows_misses_no_commit_of_eight_writers,
    an_event_is_stored_once,
    a_change_that_is_given_up_leaves_nothing,
    a_change_that_is_killed_leaves_nothing,
    an_acknowledged_change_survives_kill_9,
);

/// A process that writes.
struct Writer {
    central: CentralDb,
    log: Log,
}

impl Writer {
    async fn open(url: &str) -> Self {
        let database = Database::open(url, OpenOptions { create: true, ..OpenOptions::default() }).await.expect("open");
        database.migrate().await.expect("the schema of this program");
        let central = database.in_central();
        Self { log: Log::new(central.clone(), Clock::system()), central }
    }

    async fn begin(&self) -> Transaction {
        self.log.begin(Actor::central()).await.expect("a transaction")
    }

    /// The subjects of the events after `position`, and the position of the last.
    async fn read_after(&self, position: Position) -> (Vec<TenantId>, Position) {
        let events = tail::read_after(&self.central, position, 70).await.expect("the log");
        let last = events.last().map_or(position, |event| event.position);
        assert!(events.is_sorted_by(|one, next| one.position < next.position), "strictly increasing");
        (events.into_iter().filter_map(|event| event.subject_tenant_id).collect(), last)
    }
}

fn fact(subject: TenantId) -> Fact {
    Fact { kind: kinds::SUBTREE_FROZEN, subject, data: serde_json::json!({}) }
}

async fn a_change_that_records_early_and_commits_late_is_not_skipped(database: TestDatabase) {
    let (one, other) = (Writer::open(&database.url).await, Writer::open(&database.url).await);
    let [early, late] = [TenantId::generate(), TenantId::generate()];
    // Its number is assigned here, and not yet committed.
    let mut first = one.begin().await;
    first.record(fact(early));
    first.append_recorded().await.expect("appended");
    let second = tokio::spawn(async move {
        let mut second = other.begin().await;
        second.record(fact(late));
        second.commit().await.expect("written")
    });
    let (seen, position) = one.read_after(Position::START).await;
    assert!(seen.is_empty() && !second.is_finished(), "nobody commits in between");
    let first = first.commit().await.expect("written");
    let (seen, position) = one.read_after(position).await;
    assert_eq!(seen[0], early);
    assert!(second.await.expect("no panic") > first);
    let (rest, _) = one.read_after(position).await;
    assert_eq!([seen, rest].concat(), [early, late]);
}

async fn a_reader_that_follows_misses_no_commit_of_eight_writers(database: TestDatabase) {
    const WRITERS: usize = 8;
    const COMMITS: usize = 100;
    // As two processes, which know of each other only by the database.
    let processes = [Arc::new(Writer::open(&database.url).await), Arc::new(Writer::open(&database.url).await)];
    let (committed, mut commits) = watch::channel(());
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (process, committed) = (processes[writer % 2].clone(), committed.clone());
        writers.spawn(async move {
            for commit in 0..COMMITS {
                let mut change = process.begin().await;
                // One, two or three facts in a commit: a reader must not see a part of them.
                let subject = TenantId::generate();
                (0..=commit % 3).for_each(|_| change.record(fact(subject)));
                change.commit().await.expect("written");
                committed.send_replace(());
            }
        });
    }
    drop(committed);
    let (mut seen, mut last) = (Vec::new(), Position::START);
    let mut writing = true;
    loop {
        let (news, end) = processes[0].read_after(last).await;
        assert!(end > last || news.is_empty());
        last = end;
        // The last of what is read may be cut off by the page; all before it is whole.
        if news.is_empty() {
            if !writing {
                break;
            }
            writing = commits.changed().await.is_ok();
        }
        seen.extend(news);
    }
    while let Some(writer) = writers.join_next().await {
        writer.expect("no fault");
    }
    let whole = texts(&connect(&database.url).await, "SELECT CAST(position AS TEXT) FROM events").await;
    assert_eq!(seen.len(), whole.len(), "all that is in the table was read by following");
    let facts: usize = (0..COMMITS).map(|commit| commit % 3 + 1).sum();
    assert_eq!(seen.len(), WRITERS * facts);
    let commits = seen.chunk_by(|one, next| one == next).count();
    assert_eq!(commits, WRITERS * COMMITS, "the facts of a commit stand together");
}

async fn an_event_is_stored_once(database: TestDatabase) {
    let writer = Writer::open(&database.url).await;
    let connection = connect(&database.url).await;
    let event = |source: &str, id: &str| event::ActiveModel {
        position: NotSet,
        source: Set(source.to_owned()),
        event_id: Set(id.to_owned()),
        event_type: Set(kinds::RESELLER_APPROVED.to_owned()),
        subject_tenant_id: Set(None),
        actor_tenant_id: Set(None),
        actor_person_id: Set(None),
        occurred_at: Set(Timestamp(0)),
        recorded_at: Set(Timestamp(0)),
        data: Set(serde_json::json!({})),
    };
    let store = async |source, id| {
        let insert = <event::Entity as sea_orm::EntityTrait>::insert(event(source, id));
        insert.exec_without_returning(&connection).await
    };
    store("one", "1").await.expect("the first");
    assert!(store("one", "1").await.is_err(), "the same");
    store("one", "2").await.expect("another id");
    store("other", "1").await.expect("another source");
    assert_eq!(tail::read_after(&writer.central, Position::START, 10).await.expect("the log").len(), 3);
}

/// Puts a freeze on `tenant`, with its fact, and commits nothing.
async fn write_freeze(change: &mut Transaction, tenant: TenantId) {
    let row = freeze::ActiveModel {
        id: Set(FreezeId::generate()),
        owner_tenant_id: NotSet,
        placed_by_tenant_id: Set(tenant),
        reason: Set("late".to_owned()),
        frozen_at: Set(Timestamp(0)),
    };
    change.in_tenant(tenant).insert::<freeze::Entity>(row).await.expect("a freeze");
    change.record(fact(tenant));
    change.append_recorded().await.expect("appended");
}

/// How many freezes there are, and how many facts of a freeze.
async fn freezes_and_facts(url: &str) -> (usize, usize) {
    let connection = connect(url).await;
    let freezes = texts(&connection, "SELECT reason FROM freezes").await;
    let facts = texts(&connection, "SELECT type FROM events WHERE type LIKE '%.subtree_frozen'").await;
    (freezes.len(), facts.len())
}

async fn a_change_that_is_given_up_leaves_nothing(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let root = replica.add(None, "Root").await;
    let begin = async || replica.log.begin(Actor::central()).await.expect("a transaction");
    let mut change = begin().await;
    write_freeze(&mut change, root).await;
    drop(change);
    assert_eq!(freezes_and_facts(&database.url).await, (0, 0));
    let mut change = begin().await;
    write_freeze(&mut change, root).await;
    change.commit().await.expect("written");
    assert_eq!(freezes_and_facts(&database.url).await, (1, 1));
}

async fn a_change_that_is_killed_leaves_nothing(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    replica.add(None, "Root").await;
    let mut process = Process::start("log::change_the_chain_half_way", &database.url);
    assert_eq!(process.line(), "written, not committed");
    process.kill();
    assert_eq!(freezes_and_facts(&database.url).await, (0, 0));
    // Nor does it leave a lock: the next change goes through.
    replica.add(replica.snapshot().root().map(|root| replica.snapshot().id(root)), "Child").await;
}

async fn an_acknowledged_change_survives_kill_9(database: TestDatabase) {
    const ACKNOWLEDGED: usize = 20;
    let replica = Replica::open(&database.url).await;
    replica.add(None, "Root").await;
    let mut process = Process::start("log::change_the_chain_for_ever", &database.url);
    for _ in 0..ACKNOWLEDGED {
        assert_eq!(process.line(), "committed");
    }
    process.kill();
    // It has gone on for a while: what was in the middle then is there wholly, or not at all. Its last commit may still be landing.
    let chain = replica.recount().await;
    let facts = tail::read_after(&replica.central, Position::START, 1_000_000).await.expect("the log");
    let facts = facts.iter().filter(|event| event.position <= chain.position()).count();
    assert!(chain.len() > ACKNOWLEDGED, "{} of {ACKNOWLEDGED}", chain.len());
    assert_eq!(facts, chain.len(), "one fact for each company");
    assert!(replica.caught_up().await.len() >= chain.len());
}

#[tokio::test]
async fn change_the_chain_half_way() {
    let Some(url) = process::work() else { return };
    let replica = Replica::open(&url).await;
    let root = replica.snapshot().root().map(|root| replica.snapshot().id(root)).expect("a root");
    let mut change = replica.log.begin(Actor::central()).await.expect("a transaction");
    write_freeze(&mut change, root).await;
    process::say("written, not committed");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn change_the_chain_for_ever() {
    let Some(url) = process::work() else { return };
    let replica = Replica::open(&url).await;
    let root = replica.snapshot().root().map(|root| replica.snapshot().id(root)).expect("a root");
    loop {
        replica.add(root, "Child").await;
        process::say("committed");
    }
}
