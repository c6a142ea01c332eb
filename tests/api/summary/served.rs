//! What the network itself serves on the bus.

use entity::TenantStatus;
use reseller_network::bus::contract::Period;
use reseller_network::bus::contract::network::{GetChildSummary, GetDownlineTree, TreeNode, TreeQuery};
use reseller_network::tenancy::Actor;
use time::macros::date;

use super::World;
use crate::support::chain::owner;
use crate::support::faults::{Failing, Hanging};
use crate::support::{TestDatabase, on_both_databases};

/// From the first of this month.
const PERIOD: Period = Period { from: date!(2026 - 11 - 01), to: date!(2026 - 11 - 22) };

on_both_databases!(
    a_tree_has_parents_before_their_children,
    a_summary_has_what_modules_tell,
    a_module_that_hangs_is_left_out_of_a_summary,
);

async fn a_tree_has_parents_before_their_children(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    world.app.chain.freeze(Actor::central(), family.child, "a test").await.expect("a freeze");
    world.app.is_caught_up().await;
    let ask = async |depth| {
        let targets = [family.own, family.grandchild];
        let trees =
            world.app.bus().call_in_tenants::<GetDownlineTree>(owner(family.parent), &targets, TreeQuery { depth });
        trees.await.expect("trees")
    };
    let trees = ask(1).await;
    let node = |id, name: &str, depth: u32, descendant_count| TreeNode {
        id,
        parent_id: (depth > 0).then_some(family.own),
        name: name.to_owned(),
        status: TenantStatus::Active,
        frozen: depth > 0,
        depth,
        child_count: 1,
        descendant_count,
    };
    assert_eq!(trees[0].nodes, [node(family.own, "Own", 0, 3), node(family.child, "Child", 1, 2)]);
    assert!(!trees[0].truncated, "it ends where it was asked to end");
    assert_eq!(trees[1].nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["Grandchild", "Youngest"]);
    assert_eq!(ask(0).await[1].nodes.len(), 1);
    assert_eq!(ask(u32::MAX).await[0].nodes.len(), 4);
}

async fn a_summary_has_what_modules_tell(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    let targets = [family.own, family.child];
    let summaries = world.app.bus().call_in_tenants::<GetChildSummary>(owner(family.own), &targets, PERIOD).await;
    for summary in summaries.expect("summaries") {
        assert_eq!(summary.orders.map(|orders| (orders.value.count, orders.stale)), Some((1, false)));
        assert_eq!(summary.finance.map(|finance| finance.value.balances), Some(vec![super::dollars(1)]));
        assert_eq!(summary.catalog.map(|catalog| catalog.value.item_count), Some(1));
    }
    assert_eq!(world.asked(), ["catalog", "finance", "network", "orders"], "each once");
}

async fn a_module_that_hangs_is_left_out_of_a_summary(database: TestDatabase) {
    let world = World::create(database).await;
    world.switch("finance").to(Hanging);
    world.switch("catalog").to(Failing);
    let own = owner(world.family.own);
    let summary = world.app.bus().call::<GetChildSummary>(own, PERIOD).await.expect("a summary");
    assert!(summary.orders.is_some() && summary.finance.is_none() && summary.catalog.is_none());
    world.switch("finance").back();
    world.switch("catalog").back();
    world.switch("orders").to(Failing);
    world.pass(std::time::Duration::from_mins(2));
    let summary = world.app.bus().call::<GetChildSummary>(own, PERIOD).await.expect("a summary");
    assert_eq!(summary.orders.map(|orders| orders.stale), Some(true));
    assert!(summary.finance.is_some() && summary.catalog.is_some());
}
