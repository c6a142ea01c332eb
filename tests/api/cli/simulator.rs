//! The demo's chain is kept busy.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Serving, program};

#[test]
fn things_happen_in_the_demo_and_show_in_the_feed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program(&["demo", "--listen", "127.0.0.1:0", "--events-per-minute", "6000"]);
    command.env("DATA_DIR", folder.path());
    let mut demo = Serving::start(command);
    let admin = demo.out.by_ref().lines().nth(1).expect("a line").expect("a text");
    let admin = admin.split_whitespace().last().expect("a token").to_owned();
    let mut seen = BTreeSet::new();
    let began = Instant::now();
    let expected = ["ResellerCatalog.catalog.pricing.updated", "ResellerOrders.chain_order.delivered"];
    let all = || {
        let latest = demo.ask(&admin, "{ activity(first: 100) { nodes { type recordedAt } } }");
        latest.pointer("/data/activity/nodes").and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let before = all().first().and_then(|event| event["recordedAt"].as_str()).map(str::to_owned).unwrap_or_default();
    while !expected.iter().all(|kind| seen.contains(*kind)) {
        assert!(began.elapsed() < Duration::from_mins(2), "orders arrive and prices change: {seen:?}");
        let new = all().into_iter().filter(|event| event["recordedAt"].as_str() > Some(before.as_str()));
        seen.extend(new.filter_map(|event| event["type"].as_str().map(str::to_owned)));
    }
    assert!(demo.end().success());
}
