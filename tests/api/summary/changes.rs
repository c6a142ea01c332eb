//! What has happened is seen, and what has not is not asked for again. "Asked" is what went over the bus.

use std::time::Duration;

use entity::TenantId;
use reseller_network::bus::contract::finance;
use reseller_network::events::kinds;
use reseller_network::network::answers::Told;
use reseller_network::tenancy::Actor;
use serde_json::json;

use super::{MODULES, World};
use crate::support::chain::owner;
use crate::support::faults::{Gate, Gated};
use crate::support::{TestDatabase, on_both_databases};

/// All that a summary asks, sorted.
const ALL: [&str; 3] = ["catalog", "finance", "orders"];

on_both_databases!(
    an_answer_is_asked_for_once_and_again_after_a_minute,
    what_has_happened_makes_exactly_what_it_may_change_be_asked_for_again,
    a_subtree_that_was_moved_has_another_catalog,
    what_was_asked_for_while_it_changed_is_asked_for_again,
    what_is_remembered_is_told_to_those_alone_who_may_ask,
    only_those_are_asked_for_that_are_not_remembered,
);

async fn an_answer_is_asked_for_once_and_again_after_a_minute(database: TestDatabase) {
    let world = World::create(database).await;
    world.summary(world.family.own).await;
    assert_eq!(world.asked(), ALL);
    for _ in 0..3 {
        world.pass(Duration::from_secs(20));
        let summary = world.summary(world.family.own).await;
        assert!(MODULES.iter().all(|module| summary[module]["stale"] == json!(false)));
    }
    assert!(world.asked().is_empty());
    world.pass(Duration::from_millis(1));
    world.summary(world.family.own).await;
    assert_eq!(world.asked(), ALL);
}

async fn what_has_happened_makes_exactly_what_it_may_change_be_asked_for_again(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    let own = || vec![family.own];
    let at_or_above = || vec![family.own, family.parent, family.root];
    let all = || vec![family.own, family.child, family.parent, family.root, family.sibling, family.stranger];
    // What happened, to whom it must have happened, and which answers about the own company it may change.
    let cases: [(&'static str, Vec<TenantId>, &str); 12] = [
        (kinds::ORDER_STATUS_CHANGED, own(), "orders"),
        (kinds::ORDER_DELIVERED, own(), "orders"),
        (kinds::LEDGER_POSTED, own(), "finance"),
        (kinds::CREDIT_GRANTED, own(), "finance"),
        (kinds::PRICING_UPDATED, at_or_above(), "catalog"),
        (kinds::ACCESS_CHANGED, at_or_above(), "catalog"),
        (kinds::SETTINGS_CHANGED, at_or_above(), "catalog"),
        (kinds::SUBTREE_FROZEN, at_or_above(), "catalog"),
        (kinds::RESELLER_REACTIVATED, at_or_above(), "catalog"),
        (kinds::PRODUCT_SAVED, all(), "catalog"),
        (kinds::MEMBERSHIP_GRANTED, Vec::new(), ""),
        ("Elsewhere.something.happened", Vec::new(), ""),
    ];
    world.summary(family.own).await;
    world.asked();
    for (kind, concern, module) in cases {
        for company in all() {
            world.app.happens(kind, company).await;
            world.summary(family.own).await;
            let expected = if concern.contains(&company) { vec![module] } else { Vec::new() };
            assert_eq!(world.asked(), expected, "{kind} of {company}");
        }
    }
}

async fn a_subtree_that_was_moved_has_another_catalog(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    world.summary(family.grandchild).await;
    world.summary(family.own).await;
    world.asked();
    let aunt = world.app.company(Some(family.root), "Another aunt").await;
    world.app.chain.move_reseller(Actor::central(), family.own, aunt).await.expect("a move");
    world.app.is_caught_up().await;
    for moved in [family.own, family.grandchild] {
        world.summary(moved).await;
        assert_eq!(world.asked(), ["catalog"], "what was ordered and owed moves with the company");
    }
    for (above, expected) in [(aunt, vec!["catalog"]), (family.parent, Vec::new())] {
        world.app.happens(kinds::SETTINGS_CHANGED, above).await;
        world.summary(family.grandchild).await;
        assert_eq!(world.asked(), expected);
    }
}

async fn what_was_asked_for_while_it_changed_is_asked_for_again(database: TestDatabase) {
    let world = World::create(database).await;
    let own = world.family.own;
    let gate = Gate::closed();
    world.app.bus().reroute("orders.getStats", |behind| std::sync::Arc::new(Gated { gate: gate.clone(), behind }));
    let change = async {
        gate.call().await;
        world.app.happens(kinds::ORDER_DELIVERED, own).await;
        gate.let_through();
    };
    let (summary, ()) = tokio::join!(world.summary(own), change);
    assert_eq!(summary["orders"]["count"], json!(1));
    gate.let_through();
    assert_eq!(world.summary(own).await["orders"]["count"], json!(2));
    assert_eq!(world.summary(own).await["orders"]["count"], json!(2), "remembered");
}

async fn what_is_remembered_is_told_to_those_alone_who_may_ask(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    let ask =
        async |asker, about: &[TenantId]| world.app.answers().ask::<finance::GetSummary>(owner(asker), about, ()).await;
    let told = ask(family.own, &[family.grandchild, family.own]).await.expect("answers");
    assert_eq!(told.len(), 2);
    world.calls.take();
    for asker in [family.sibling, family.stranger, family.child, TenantId::generate()] {
        let told = ask(asker, &[family.own, family.parent]).await.expect("answers");
        assert!(told.iter().all(Option::is_none), "{told:?}");
    }
    let told = ask(family.parent, &[family.grandchild, family.own]).await.expect("answers");
    let known = |told: &Option<Told<finance::FinanceSummary>>| {
        told.clone().expect("in reach").expect("an answer").value.balances.clone()
    };
    assert_eq!(told.iter().map(known).collect::<Vec<_>>(), [[super::dollars(1)], [super::dollars(1)]]);
    assert_eq!(world.calls.take(), [], "all of it from memory");
}

async fn only_those_are_asked_for_that_are_not_remembered(database: TestDatabase) {
    let world = World::create(database).await;
    let family = &world.family;
    let ask = async |about: &[TenantId]| {
        let told = world.app.answers().ask::<finance::GetSummary>(owner(family.root), about, ()).await;
        let told = told
            .expect("answers")
            .into_iter()
            .map(|told| told.expect("in reach").expect("an answer").value.balances.clone());
        told.collect::<Vec<_>>()
    };
    assert_eq!(ask(&[family.own]).await, [[super::dollars(1)]]);
    let all = [family.child, family.own, family.parent, family.child];
    assert_eq!(ask(&all).await, [2, 1, 2, 2].map(|count| [super::dollars(count)]));
    let calls = world.calls.take();
    assert_eq!(calls.len(), 2);
    let mut missing = vec![family.child, family.parent];
    missing.sort_unstable();
    assert_eq!(calls[1].tenants(), missing, "each once");
    assert!(ask(&[]).await.is_empty());
}
