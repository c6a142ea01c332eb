//! Many moves at once, by the API, with subscribers watching: one tree at every moment, and each move told once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use entity::{Role, TenantId};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reseller_network::events::kinds;
use reseller_network::http::connections::ConnectionLimits;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::app::{TestApp, id};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(a_thousand_random_moves_at_once_leave_one_tree_and_are_told_once_each);

const COMPANIES: usize = 60;
const TASKS: u64 = 8;
const MOVES_A_TASK: usize = 125;

const MOVED: &str = "subscription ($types: [String!]) { activity(filter: { types: $types }) { cursor node { subject { resellerId } data } } }";

async fn a_thousand_random_moves_at_once_leave_one_tree_and_are_told_once_each(database: TestDatabase) {
    let app = Arc::new(TestApp::start(database).await);
    let mut rng = StdRng::seed_from_u64(0);
    let mut all = vec![app.company(None, "Root").await];
    while all.len() < COMPANIES {
        let parent = *all.choose(&mut rng).expect("the root at least");
        all.push(app.company(Some(parent), &format!("Company {}", all.len())).await);
    }
    let all: Arc<[TenantId]> = all.into();
    app.grant(&[("root", all[0], Role::Owner)]).await;
    let served = app.served(ConnectionLimits::default()).await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = served.signed_in(&app.token("root")).await;
        socket.subscribe("moves", MOVED, json!({ "types": [kinds::RESELLER_MOVED] })).await;
        // What is asked after it is answered after it has begun.
        socket.subscribe("begun", "{ viewer { userId } }", json!({})).await;
        while socket.message().await["id"] != "begun" {}
        assert_eq!(socket.message().await["type"], "complete");
        sockets.push(socket);
    }
    let is_done = Arc::new(AtomicBool::new(false));
    let watching = tokio::spawn(watch(app.clone(), is_done.clone()));
    let mut tasks = JoinSet::new();
    for seed in 0..TASKS {
        tasks.spawn(move_at_random(app.clone(), all.clone(), StdRng::seed_from_u64(seed)));
    }
    let moves: usize = tasks.join_all().await.into_iter().sum();
    is_done.store(true, Relaxed);
    assert!(watching.await.expect("one tree at every moment") > 10 && moves > 300, "the test does something: {moves}");

    let events = app.events().await;
    let stored = events.iter().filter(|event| event.event_type == kinds::RESELLER_MOVED);
    let stored: Vec<String> = stored.map(|event| id(event.subject_tenant_id.expect("a subject"))).collect();
    assert_eq!(stored.len(), moves, "one fact for each success");
    for socket in &mut sockets {
        let mut told = Vec::new();
        while told.len() < moves {
            let edge = socket.next_of("moves").await["activity"].clone();
            told.push(edge["node"]["subject"]["resellerId"].as_str().expect("an id").to_owned());
        }
        assert_eq!(told, stored, "each once, in the order of the log");
    }
    assert_one_tree(&tree(&app).await);
}

/// Moves companies at random. Answers how often that was done; what is refused is refused by a rule.
async fn move_at_random(app: Arc<TestApp>, all: Arc<[TenantId]>, mut rng: StdRng) -> usize {
    let document = "mutation ($input: MoveResellerInput!) { moveReseller(input: $input)
        { reseller { parent { id } } userErrors { code field } } }";
    let mut moves = 0;
    for _ in 0..MOVES_A_TASK {
        let company = all[rng.random_range(1..all.len())];
        let parent = *all.choose(&mut rng).expect("a company");
        let input = json!({ "id": id(company), "newParentId": id(parent) });
        let answer = app.ask(&app.token("root"), document, json!({ "input": input })).await.data();
        match answer.pointer("/moveReseller/userErrors/0/code") {
            // Another move may have come since.
            None => moves += 1,
            Some(code) => assert_eq!(code, "INVALID", "{answer}"),
        }
    }
    moves
}

/// Reads the tree again and again: answers how often.
async fn watch(app: Arc<TestApp>, is_done: Arc<AtomicBool>) -> usize {
    let mut reads = 0;
    while !is_done.load(Relaxed) {
        assert_one_tree(&tree(&app).await);
        reads += 1;
    }
    reads
}

async fn tree(app: &TestApp) -> Value {
    let document = "{ downlineTree(depth: 100) { nodeCount truncated nodes { resellerId parentId depth childCount descendantCount } } }";
    app.ask(&app.token("root"), document, json!({})).await.data()["downlineTree"].clone()
}

/// All companies are there, each below its parent, and counted right.
fn assert_one_tree(tree: &Value) {
    let nodes = tree["nodes"].as_array().expect("nodes");
    assert_eq!((&tree["nodeCount"], nodes.len()), (&json!(COMPANIES), COMPANIES));
    let depths: HashMap<&str, i64> = nodes
        .iter()
        .map(|node| (node["resellerId"].as_str().expect("an id"), node["depth"].as_i64().expect("a depth")))
        .collect();
    let mut children: BTreeMap<&str, u64> = BTreeMap::new();
    let mut below: BTreeMap<&str, u64> = BTreeMap::new();
    let parents: HashMap<&str, Option<&str>> =
        nodes.iter().map(|node| (node["resellerId"].as_str().expect("an id"), node["parentId"].as_str())).collect();
    for (company, parent) in &parents {
        let Some(parent) = parent else { continue };
        assert_eq!(depths[company], depths[parent] + 1);
        *children.entry(parent).or_default() += 1;
        let mut above = Some(*parent);
        while let Some(ancestor) = above {
            *below.entry(ancestor).or_default() += 1;
            above = parents[ancestor];
        }
    }
    for node in nodes {
        let company = node["resellerId"].as_str().expect("an id");
        let counts = (children.get(company).copied().unwrap_or(0), below.get(company).copied().unwrap_or(0));
        assert_eq!((node["childCount"].as_u64(), node["descendantCount"].as_u64()), (Some(counts.0), Some(counts.1)));
    }
}
