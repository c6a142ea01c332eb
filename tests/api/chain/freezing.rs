//! Freezing and thawing a subtree.

use entity::FreezeId;
use reseller_network::{error::RefusalCode, tenancy::Actor};

use super::Family;
use crate::support::{
    TestDatabase,
    chain::{assert_refused, company, is_frozen, node, owner, refusal},
    on_both_databases,
};

on_both_databases!(
    a_frozen_company_changes_nothing,
    a_freeze_holds_for_the_whole_subtree_and_for_who_joins_it_later,
    each_placer_has_one_freeze_on_a_company,
    a_freeze_is_removed_by_its_placer_or_those_above_and_others_stay,
    a_reason_is_given,
);

async fn a_frozen_company_changes_nothing(database: TestDatabase) {
    let family = Family::new(&database).await;
    let own = family.frozen(family.left, family.grandchild).await;
    let cause = family.frozen(family.root, family.left).await;
    for actor in [owner(family.left), owner(family.child)] {
        for refusal in family.ask_all(actor, family.grandchild).await {
            assert_eq!(refusal.code, RefusalCode::Frozen, "{refusal}");
        }
        assert_refused(family.chain.thaw(actor, own, None).await, RefusalCode::Frozen);
        assert_refused(family.chain.create(actor, company(family.child, "New")).await, RefusalCode::Frozen);
    }
    family.chain.thaw(owner(family.root), cause, None).await.expect("by its placer");
    family.chain.thaw(owner(family.left), own, None).await.expect("no longer frozen");
}

async fn a_freeze_holds_for_the_whole_subtree_and_for_who_joins_it_later(database: TestDatabase) {
    let family = Family::new(&database).await;
    let freeze = family.frozen(family.root, family.left).await;
    let later = family.add(family.grandchild, "Later").await;
    family.moved(owner(family.root), family.right, family.child).await;
    let whole = [family.left, family.child, family.grandchild, later, family.right];
    let is = |expected| {
        let snapshot = family.snapshot();
        assert!(!is_frozen(&snapshot, family.root));
        assert_eq!(whole.map(|tenant| is_frozen(&snapshot, tenant)), [expected; 5]);
        assert_eq!(snapshot.frozen_count(node(&snapshot, family.root)), if expected { 5 } else { 0 });
    };
    is(true);
    assert_eq!(
        family.recount().await.causes(node(&family.recount().await, later)).len(),
        1,
        "stored once, on the node"
    );
    family.chain.thaw(owner(family.root), freeze, None).await.expect("by its placer");
    is(false);
}

async fn each_placer_has_one_freeze_on_a_company(database: TestDatabase) {
    let family = Family::new(&database).await;
    let target = family.grandchild;
    for placer in [family.root, family.left, family.child] {
        family.frozen(placer, target).await;
        let again = family.chain.freeze(owner(placer), target, "again").await;
        assert_refused(again, RefusalCode::Conflict);
    }
    let by_operator = family.chain.freeze(Actor::central(), target, "late").await;
    assert_refused(by_operator, RefusalCode::Conflict);
    let snapshot = family.snapshot();
    let placers: Vec<_> = snapshot.own_freezes(node(&snapshot, target)).iter().map(|freeze| freeze.placed_by).collect();
    assert_eq!(placers, [family.root, family.left, family.child]);
}

async fn a_freeze_is_removed_by_its_placer_or_those_above_and_others_stay(database: TestDatabase) {
    let family = Family::new(&database).await;
    let target = family.grandchild;
    let (by_root, by_left) = (family.frozen(family.root, target).await, family.frozen(family.left, target).await);
    let by_child = family.frozen(family.child, target).await;
    let unknown = refusal(family.chain.thaw(owner(family.right), FreezeId::generate(), None).await);
    assert_eq!(unknown.code, RefusalCode::NotFound);
    for freeze in [by_root, by_left, by_child] {
        assert_eq!(refusal(family.chain.thaw(owner(family.right), freeze, None).await), unknown, "out of reach");
    }
    assert_refused(family.chain.thaw(owner(family.child), by_left, None).await, RefusalCode::NotAllowed);
    assert_refused(family.chain.thaw(owner(family.left), by_root, None).await, RefusalCode::NotAllowed);
    let left = async |expected: &[FreezeId]| {
        let snapshot = family.caught_up().await;
        let freezes = snapshot.own_freezes(node(&snapshot, target));
        assert_eq!(freezes.iter().map(|freeze| freeze.id).collect::<Vec<_>>(), expected);
        assert_eq!(is_frozen(&snapshot, target), !expected.is_empty());
    };
    let on = family.chain.thaw(owner(family.left), by_child, Some("paid")).await.expect("from above the placer");
    assert_eq!(on, target);
    left(&[by_root, by_left]).await;
    let again = refusal(family.chain.thaw(owner(family.right), by_child, None).await);
    assert_eq!(again, unknown, "a freeze that is gone was never there");
    family.chain.thaw(owner(family.left), by_left, None).await.expect("by its placer");
    left(&[by_root]).await;
    family.chain.thaw(Actor::central(), by_root, None).await.expect("by the operator");
    left(&[]).await;
}

async fn a_reason_is_given(database: TestDatabase) {
    let family = Family::new(&database).await;
    for reason in ["", " \n", &"x".repeat(501)] {
        let outcome = family.chain.freeze(owner(family.root), family.left, reason).await;
        assert_refused(outcome, RefusalCode::Invalid);
    }
    let reason = "ß".repeat(500);
    family.chain.freeze(owner(family.root), family.left, &reason).await.expect("characters, not bytes");
    let snapshot = family.snapshot();
    assert_eq!(snapshot.own_freezes(node(&snapshot, family.left))[0].reason, reason);
}
