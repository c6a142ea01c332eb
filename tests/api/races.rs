//! Two processes that change one chain at random, at the same time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use entity::{FreezeId, Position, TenantId, event};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reseller_network::{
    error::ServiceError,
    events::{kinds, tail},
    tenancy::{Actor, topology::Snapshot},
};
use tokio::task::JoinSet;

use crate::{
    connect,
    support::{
        TestDatabase,
        chain::{Replica, node, owner},
        on_both_databases,
        process::{self, Process},
    },
    texts,
};

on_both_databases!(a_thousand_random_moves_and_freezes_from_two_processes_leave_one_tree);

const COMPANIES: usize = 200;
const TASKS: u64 = 5;
const CHANGES_A_TASK: usize = 100;

async fn a_thousand_random_moves_and_freezes_from_two_processes_leave_one_tree(database: TestDatabase) {
    let replica = Replica::open(&database.url).await;
    let mut rng = StdRng::seed_from_u64(0);
    let mut all = vec![replica.add(None, "Root").await];
    while all.len() < COMPANIES {
        let parent = *all.choose(&mut rng).expect("the root at least");
        all.push(replica.add(parent, "Company").await);
    }
    let before = replica.end_of_log().await;

    let start = |seed| Process::start("races::change_the_chain_at_random", format!("{seed} {}", database.url));
    let mut processes = [1, 2].map(start);
    let mut done = Done::default();
    for process in &mut processes {
        done.add(&Done::read(&process.line()));
    }
    let recount = replica.recount().await;
    let here = replica.caught_up().await;
    assert_consistent(&recount, &all);
    assert_eq!(describe(&here, &all), describe(&recount, &all), "a process that only followed");
    for mut process in processes {
        process.tell(&recount.position().0.to_string());
        assert_eq!(process.line(), describe(&recount, &all), "a process that took part");
        process.finish();
    }

    assert!(done.moves > 100 && done.freezes > 50 && done.thaws > 20, "the test does something: {done:?}");
    let mut facts: HashMap<String, usize> = HashMap::new();
    for (kind, _) in replica.facts_after(before).await {
        *facts.entry(kind).or_default() += 1;
    }
    let expected = [
        (kinds::RESELLER_MOVED, done.moves),
        (kinds::SUBTREE_FROZEN, done.freezes),
        (kinds::SUBTREE_THAWED, done.thaws),
    ];
    assert_eq!(facts, expected.map(|(kind, count)| (kind.to_owned(), count)).into(), "one fact for each success");
    let connection = connect(&database.url).await;
    let former_parents = texts(&connection, "SELECT CAST(until AS TEXT) FROM former_parents").await;
    let freezes = texts(&connection, "SELECT reason FROM freezes").await;
    assert_eq!((former_parents.len(), freezes.len()), (done.moves, done.freezes - done.thaws));
}

/// How many changes were made. What was refused by a rule is no change.
#[derive(Debug, Default)]
struct Done {
    moves: usize,
    freezes: usize,
    thaws: usize,
}

impl Done {
    fn add(&mut self, other: &Self) {
        self.moves += other.moves;
        self.freezes += other.freezes;
        self.thaws += other.thaws;
    }

    fn write(&self) -> String {
        format!("{} {} {}", self.moves, self.freezes, self.thaws)
    }

    fn read(line: &str) -> Self {
        let numbers: Vec<_> = line.split(' ').map(|number| number.parse().expect("a number")).collect();
        Self { moves: numbers[0], freezes: numbers[1], thaws: numbers[2] }
    }
}

/// One of the two processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn change_the_chain_at_random() {
    let Some(work) = process::work() else { return };
    let (seed, url) = work.split_once(' ').expect("a seed and a database");
    let seed: u64 = seed.parse().expect("a number");
    let replica = Arc::new(Replica::open(url).await);
    let all: Arc<[TenantId]> = companies(&replica.snapshot()).into();

    let seen = Arc::new(Mutex::new(vec![replica.snapshot()]));
    let watching = tokio::spawn(watch(replica.clone(), all.clone(), seen.clone()));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let rng = StdRng::seed_from_u64(seed * TASKS + task);
        tasks.spawn(change(replica.clone(), all.clone(), rng));
    }
    let mut done = Done::default();
    while let Some(task) = tasks.join_next().await {
        done.add(&task.expect("no fault"));
    }
    process::say(&done.write());
    let end = tokio::task::spawn_blocking(process::hear).await.expect("the end");
    replica.topology.wait_for(Position(end.parse().expect("a position"))).await;
    process::say(&describe(&replica.snapshot(), &all));
    watching.abort();
    assert!(watching.await.expect_err("it watches for ever").is_cancelled(), "every snapshot was consistent");
    let seen = seen.lock().expect("nobody else").clone();
    assert_replayed(&replica, &seen, &all).await;
}

fn companies(snapshot: &Snapshot) -> Vec<TenantId> {
    let root = snapshot.root().expect("a root");
    let mut all: Vec<_> = snapshot.preorder(root, None).map(|(node, _)| snapshot.id(node)).collect();
    // The order of ids is the order of creation, and the same in all processes.
    all.sort();
    all
}

/// Looks at each snapshot that comes by, and keeps it.
async fn watch(replica: Arc<Replica>, all: Arc<[TenantId]>, seen: Arc<Mutex<Vec<Arc<Snapshot>>>>) {
    loop {
        let snapshot = replica.snapshot();
        assert_consistent(&snapshot, &all);
        let next = Position(snapshot.position().0 + 1);
        seen.lock().expect("nobody panicked").push(snapshot);
        replica.topology.wait_for(next).await;
    }
}

/// Parent and freezes of each company.
type Places = BTreeMap<TenantId, (Option<TenantId>, BTreeSet<FreezeId>)>;

fn places(snapshot: &Snapshot, all: &[TenantId]) -> Places {
    let place = |id: &TenantId| {
        let own = node(snapshot, *id);
        let freezes = snapshot.own_freezes(own).iter().map(|freeze| freeze.id).collect();
        (*id, (snapshot.parent(own).map(|parent| snapshot.id(parent)), freezes))
    };
    all.iter().map(place).collect()
}

/// Asserts that each snapshot is the chain at its own position of the log: nothing earlier is missing, nothing later is mixed in.
async fn assert_replayed(replica: &Replica, seen: &[Arc<Snapshot>], all: &[TenantId]) {
    let mut expected = places(&seen[0], all);
    let events = tail::read_after(&replica.central, seen[0].position(), 1_000_000).await.expect("the log");
    let mut events = events.into_iter().peekable();
    for snapshot in seen {
        while let Some(event) = events.next_if(|event| event.position <= snapshot.position()) {
            let place = expected.get_mut(&event.subject_tenant_id.expect("a subject")).expect("a company");
            match event.event_type.as_str() {
                kinds::RESELLER_MOVED => place.0 = Some(id_in(&event, "newParentId")),
                kinds::SUBTREE_FROZEN => assert!(place.1.insert(id_in(&event, "freezeId"))),
                kinds::SUBTREE_THAWED => assert!(place.1.remove(&id_in(&event, "freezeId"))),
                other => panic!("nobody did this: {other}"),
            }
        }
        assert_eq!(places(snapshot, all), expected, "a mixed read at {:?}", snapshot.position());
    }
}

fn id_in<I: serde::de::DeserializeOwned>(event: &event::Model, field: &str) -> I {
    serde_json::from_value(event.data[field].clone()).expect("an id")
}

async fn change(replica: Arc<Replica>, all: Arc<[TenantId]>, mut rng: StdRng) -> Done {
    let mut done = Done::default();
    for _ in 0..CHANGES_A_TASK {
        let pick = |rng: &mut StdRng| *all.choose(rng).expect("companies");
        let (who, to) = (pick(&mut rng), pick(&mut rng));
        // As the chain was a moment ago; it may be another by now.
        let actor = actor_above(&replica.snapshot(), who, &mut rng);
        match rng.random_range(0..4) {
            0 | 1 => done.moves += count(replica.chain.move_reseller(actor, who, to).await),
            2 => done.freezes += count(replica.chain.freeze(actor, who, "at random").await),
            _ => {
                if let Some(freeze) = some_freeze(&replica.snapshot(), &all, &mut rng) {
                    done.thaws += count(replica.chain.thaw(Actor::central(), freeze, None).await);
                }
            }
        }
    }
    done
}

/// The operator, or one of the companies above `who`.
fn actor_above(snapshot: &Snapshot, who: TenantId, rng: &mut StdRng) -> Actor {
    let above: Vec<_> = snapshot.ancestors(node(snapshot, who)).collect();
    match above.choose(rng) {
        Some(actor) if rng.random_bool(0.5) => owner(snapshot.id(*actor)),
        _ => Actor::central(),
    }
}

fn some_freeze(snapshot: &Snapshot, all: &[TenantId], rng: &mut StdRng) -> Option<FreezeId> {
    let freezes = all.iter().flat_map(|id| snapshot.own_freezes(node(snapshot, *id))).map(|freeze| freeze.id);
    freezes.collect::<Vec<_>>().choose(rng).copied()
}

/// One for a change, none for a refusal. A fault fails the test.
fn count<T>(outcome: Result<T, ServiceError>) -> usize {
    match outcome {
        Ok(_) => 1,
        Err(ServiceError::Refused(_)) => 0,
        Err(ServiceError::Fault(fault)) => panic!("{fault}"),
    }
}

/// Asserts that `snapshot` is one tree of all companies, and that what it counts is what there is.
fn assert_consistent(snapshot: &Snapshot, all: &[TenantId]) {
    assert_eq!(snapshot.len(), all.len());
    let mut below = HashMap::new();
    let mut frozen_below = HashMap::new();
    for id in all {
        let own = node(snapshot, *id);
        let mut frozen = !snapshot.own_freezes(own).is_empty();
        let mut above = Vec::new();
        let mut at = own;
        while let Some(parent) = snapshot.parent(at) {
            assert!(snapshot.children(parent).contains(&at), "a parent knows its children");
            assert!(above.len() < all.len(), "a cycle");
            frozen |= !snapshot.own_freezes(parent).is_empty();
            above.push(parent);
            at = parent;
        }
        assert_eq!(Some(at), snapshot.root());
        assert_eq!(snapshot.depth(own) as usize, above.len());
        assert_eq!(snapshot.is_frozen(own), frozen);
        for above in above {
            assert!(snapshot.is_at_or_above(above, own) && !snapshot.is_at_or_above(own, above));
            *below.entry(above).or_insert(0) += 1;
            *frozen_below.entry(above).or_insert(0) += usize::from(frozen);
        }
    }
    for id in all {
        let own = node(snapshot, *id);
        assert_eq!(snapshot.descendant_count(own), below.get(&own).copied().unwrap_or(0));
        assert_eq!(snapshot.frozen_count(own), frozen_below.get(&own).copied().unwrap_or(0));
    }
}

/// All of the chain, in one line.
fn describe(snapshot: &Snapshot, all: &[TenantId]) -> String {
    let companies = all.iter().map(|id| {
        let own = node(snapshot, *id);
        let parent = snapshot.parent(own).map(|parent| snapshot.id(parent));
        let mut freezes: Vec<_> = snapshot.own_freezes(own).iter().map(|freeze| freeze.id).collect();
        freezes.sort();
        format!("{id} {parent:?} {} {} {freezes:?}", snapshot.status(own), snapshot.descendant_count(own))
    });
    companies.collect::<Vec<_>>().join("; ")
}
