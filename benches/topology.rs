//! The chain in memory at 1,000,000 companies: `cargo bench --bench topology`.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may end at a fault, and reports on standard output"
)]

#[path = "support/generated_chain.rs"]
mod generated_chain;

use std::hint::black_box;
use std::time::Instant;

use criterion::Criterion;
use entity::{FreezeId, Position, TenantStatus, Timestamp};
use generated_chain::{GeneratedChain, id, scrambled};
use reseller_network::network::downline::{Direction, Downline, Filter, Order, OrderField, PageRequest, Query, Take};
use reseller_network::tenancy::topology::{FreezeState, NodeIndex, Snapshot, TenantState, Topology};
use uuid::Uuid;

const COMPANIES: u32 = 1_000_000;

fn main() {
    let topology = build();
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    checks(&mut criterion, &topology.current());
    pages(&mut criterion, &topology.current());
    listings(&mut criterion, &topology.current());
    changes(&mut criterion, &topology);
    freezes(&mut criterion, &topology);
    criterion.final_summary();
}

/// Built once more after the first time, which pays for the memory's pages too.
fn build() -> Topology {
    let chain = GeneratedChain::of(COMPANIES);
    let started = Instant::now();
    let rows = chain.tenants().fold(0, |bytes, tenant| bytes + black_box(tenant).name.len());
    println!("making the rows alone: {:?} ({rows} bytes of names)", started.elapsed());
    let before = resident_bytes();
    let mut topology = None;
    for round in ["first", "second"] {
        drop(topology.take());
        topology = Some({
            let (started, processor) = (Instant::now(), processor_time());
            let snapshot = Snapshot::build(Position(1), chain.tenants()).expect("the generated chain is a tree");
            let processor = processor_time() - processor;
            println!("{round} build, rows included: {:?}, of that on a processor: {processor:.2} s", started.elapsed());
            let megabytes = (resident_bytes().saturating_sub(before)) / 1_000_000;
            println!("resident memory after the {round} build: {megabytes} MB more than before");
            Topology::new(snapshot)
        });
    }
    let topology = topology.expect("built");
    let snapshot = topology.current();
    let root = snapshot.root().expect("a root");
    let depths = || snapshot.preorder(root, None).map(|(_, depth)| depth);
    let mean = depths().map(f64::from).sum::<f64>() / f64::from(COMPANIES);
    let widest = snapshot.preorder(root, None).map(|(node, _)| snapshot.child_count(node)).max();
    println!("depth: {:?} at most, {mean:.1} on average; children: {widest:?} at most", depths().max());
    topology
}

fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// Seconds that the kernel counts for this process (proc(5): `utime` and `stime`, in hundredths).
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// A different random company at each call.
fn random_nodes(snapshot: &Snapshot, seed: u64) -> impl FnMut() -> NodeIndex + use<> {
    let nodes: Vec<_> = (0..COMPANIES).map(|number| snapshot.find(id(number)).expect("known")).collect();
    let mut count = seed << 32;
    move || {
        count += 1;
        nodes[usize::try_from(scrambled(count)).unwrap_or(0) % nodes.len()]
    }
}

fn checks(criterion: &mut Criterion, snapshot: &Snapshot) {
    let mut group = criterion.benchmark_group("check");
    let mut node = random_nodes(snapshot, 1);
    group.bench_function("choosing two random companies alone", |b| b.iter(|| (node(), node())));
    group.bench_function("two random companies", |b| b.iter(|| snapshot.is_at_or_above(node(), node())));
    let root = snapshot.root().expect("a root");
    group.bench_function("root above a random company", |b| b.iter(|| snapshot.is_at_or_above(root, node())));
    let deep: Vec<_> = snapshot.preorder(root, None).filter(|&(_, depth)| depth == 100).map(|(node, _)| node).collect();
    let level_50 = |&node: &NodeIndex| snapshot.ancestors(node).nth(49).expect("100 deep");
    let pairs: Vec<_> = deep.iter().map(|node| (level_50(node), *node)).collect();
    let mut next = 0;
    let name = format!("depth 50 above depth 100 ({} such)", pairs.len());
    group.bench_function(name, |b| {
        b.iter(|| {
            next = (next + 7_919) % pairs.len();
            snapshot.is_at_or_above(pairs[next].0, pairs[next].1)
        });
    });
    let mut number = 0;
    group.bench_function("find by id", |b| {
        b.iter(|| {
            number = (number + 7_919) % COMPANIES;
            snapshot.find(id(number))
        });
    });
}

/// What `downlineTree` shows of each company.
fn read(snapshot: &Snapshot, node: NodeIndex) -> impl Sized + '_ {
    let counts = (snapshot.child_count(node), snapshot.descendant_count(node));
    (snapshot.id(node), snapshot.name(node), snapshot.status(node), snapshot.is_frozen(node), counts)
}

fn pages(criterion: &mut Criterion, snapshot: &Snapshot) {
    let mut group = criterion.benchmark_group("page of 1,000");
    let root = snapshot.root().expect("a root");
    let mut node = random_nodes(snapshot, 2);
    group.bench_function("from the top", |b| {
        b.iter(|| snapshot.preorder(root, None).take(1_000).map(|(node, _)| read(snapshot, node)).collect::<Vec<_>>());
    });
    group.bench_function("after a random company", |b| {
        b.iter(|| {
            let walk = snapshot.preorder_after(root, node(), None).into_iter().flatten();
            walk.take(1_000).map(|(node, _)| read(snapshot, node)).collect::<Vec<_>>()
        });
    });
}

fn listings(criterion: &mut Criterion, snapshot: &Snapshot) {
    let mut group = criterion.benchmark_group("first 50 of the whole downline");
    group.sample_size(10);
    let root = snapshot.root().expect("a root");
    let sorted = |field, direction| Query { order: Some(Order { field, direction }), ..Query::default() };
    let search = |text: &str| Query { search: Some(text.into()), ..Query::default() };
    let pending = Filter { status: Some([TenantStatus::Pending].into_iter().collect()), ..Filter::default() };
    let queries = [
        ("in tree order", Query::default()),
        ("by name", sorted(OrderField::Name, Direction::Ascending)),
        ("by joining, latest first", sorted(OrderField::JoinedAt, Direction::Descending)),
        ("by descendants, most first", sorted(OrderField::DescendantCount, Direction::Descending)),
        ("pending", Query { filter: pending, ..Query::default() }),
        ("search, a sixteenth matches", search("kestrel")),
        ("search, one matches", search("No 777777")),
        ("search, none matches", search("nowhere to be found")),
    ];
    let request = PageRequest { take: Take::First(50), after: None, before: None };
    for (name, query) in &queries {
        let downline = Downline::below(snapshot, root, query);
        group.bench_function(*name, |b| b.iter(|| downline.page(&request)));
    }
    let query = search("kestrel");
    let downline = Downline::below(snapshot, root, &query);
    group.bench_function("total count of a search", |b| b.iter(|| downline.total_count()));
}

/// The whole state of a company, as the log's follower brings it.
fn state(snapshot: &Snapshot, node: NodeIndex) -> TenantState {
    TenantState {
        id: snapshot.id(node),
        parent: snapshot.parent(node).map(|parent| snapshot.id(parent)),
        name: snapshot.name(node).to_owned(),
        slug: snapshot.slug(node).to_owned(),
        external_id: snapshot.external_id(node).map(str::to_owned),
        status: snapshot.status(node),
        currency: snapshot.currency(node),
        joined_at: snapshot.joined_at(node),
        freezes: snapshot.own_freezes(node).to_vec(),
        former_parents: Vec::new(),
    }
}

fn changes(criterion: &mut Criterion, topology: &Topology) {
    let mut group = criterion.benchmark_group("publish");
    let mut node = random_nodes(&topology.current(), 3);
    let advance = |tenant: TenantState| {
        let next = Position(topology.position().0 + 1);
        topology.advance(next, &[tenant]).expect("a tree");
    };
    group.bench_function("one changed status", |b| {
        b.iter(|| {
            let snapshot = topology.current();
            let at = node();
            let other = match snapshot.status(at) {
                TenantStatus::Active => TenantStatus::Deactivated,
                _ => TenantStatus::Active,
            };
            advance(TenantState { status: other, ..state(&snapshot, at) });
        });
    });
    group.bench_function("one move of a random company", |b| {
        b.iter(|| {
            let snapshot = topology.current();
            let (at, to) = (node(), node());
            if !snapshot.is_at_or_above(at, to) {
                advance(TenantState { parent: Some(snapshot.id(to)), ..state(&snapshot, at) });
            }
        });
    });
    let snapshot = topology.current();
    let root = snapshot.root().expect("a root");
    let all = snapshot.preorder(root, None).map(|(node, _)| node);
    let small_enough = all.filter(|&node| snapshot.descendant_count(node) < 100_000);
    let moving = small_enough.max_by_key(|&node| snapshot.descendant_count(node)).expect("a leaf at least");
    let elsewhere = |&&child: &&NodeIndex| !snapshot.is_at_or_above(child, moving);
    let stays = *snapshot.children(root).iter().find(elsewhere).expect("the root has other children");
    let to = [root, stays].map(|node| snapshot.id(node));
    let mut round = 0;
    group.bench_function(format!("one move of {} companies", snapshot.descendant_count(moving) + 1), |b| {
        b.iter(|| {
            round += 1;
            advance(TenantState { parent: Some(to[round % 2]), ..state(&topology.current(), moving) });
        });
    });
}

fn freezes(criterion: &mut Criterion, topology: &Topology) {
    let mut group = criterion.benchmark_group("freeze");
    let root = topology.current().root().expect("a root");
    let mut count = 0;
    group.bench_function("put on the root and taken off, published", |b| {
        b.iter(|| {
            count += 1;
            let snapshot = topology.current();
            let freeze = FreezeState {
                id: FreezeId(Uuid::from_u128(count)),
                placed_by: snapshot.id(root),
                reason: "late payment".into(),
                frozen_at: Timestamp(0),
            };
            let freezes = if snapshot.own_freezes(root).is_empty() { vec![freeze] } else { Vec::new() };
            let changed = TenantState { freezes, ..state(&snapshot, root) };
            topology.advance(Position(topology.position().0 + 1), &[changed]).expect("a tree");
        });
    });
    let snapshot = with_freezes(topology, 1_000);
    let mut node = random_nodes(&snapshot, 4);
    group.bench_function("is a random company frozen, 1,000 freezes", |b| b.iter(|| snapshot.is_frozen(node())));
    group.bench_function("frozen count of the root, 1,000 freezes", |b| b.iter(|| snapshot.frozen_count(root)));
    let frozen = Filter { frozen: Some(true), ..Filter::default() };
    let query = Query { filter: frozen, ..Query::default() };
    let downline = Downline::below(&snapshot, root, &query);
    group.bench_function("total count of the frozen, 1,000 freezes", |b| b.iter(|| downline.total_count()));
}

fn with_freezes(topology: &Topology, count: u128) -> std::sync::Arc<Snapshot> {
    let snapshot = topology.current();
    let mut node = random_nodes(&snapshot, 5);
    let root = snapshot.root().expect("a root");
    let mut chosen: Vec<_> = (0..count).map(|_| node()).filter(|&node| node != root).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let frozen = chosen.into_iter().zip(1_u128 << 64..).map(|(node, number)| {
        let id = FreezeId(Uuid::from_u128(number));
        let freeze =
            FreezeState { id, placed_by: snapshot.id(root), reason: "late payment".into(), frozen_at: Timestamp(0) };
        TenantState { freezes: vec![freeze], ..state(&snapshot, node) }
    });
    let mut changed: Vec<_> = frozen.collect();
    changed.push(TenantState { freezes: Vec::new(), ..state(&snapshot, root) });
    topology.advance(Position(topology.position().0 + 1), &changed).expect("a tree");
    topology.current()
}
