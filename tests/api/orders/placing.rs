//! Placing an order: who may, what, at which price, and once for each key.

use std::time::Duration;

use entity::{OrderStatus, Role, TenantStatus};
use iso_currency::Currency;
use reseller_network::bus::contract::catalog::Quote;
use reseller_network::bus::contract::orders::{NewLine, NewOrder, Place};
use reseller_network::bus::{Alias, Bus, CallError};
use reseller_network::error::RefusalCode;
use reseller_network::events::kinds;
use reseller_network::money::{MAX_MINOR, Money};
use reseller_network::tenancy::Actor;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;
use tokio::task::JoinSet;

use super::{assert_refusal, legs};
use crate::support::faults::{Failing, Stumbling};
use crate::support::market::{Market, admin, dollars, order, refused};
use crate::support::{Backend, TestDatabase, on_both_databases};
use crate::{connect, read};

on_both_databases!(
    an_order_goes_to_the_company_above_at_what_the_placer_pays,
    a_company_that_is_switched_off_is_passed_over,
    the_root_has_nobody_to_order_from,
    only_administrators_of_companies_that_trade_place_orders,
    what_cannot_be_ordered_is_refused_where_it_stands,
    a_product_that_is_not_granted_is_not_found_like_one_that_is_unknown,
    an_order_has_one_currency,
    an_order_costs_no_more_than_an_amount_can_be,
    a_reference_is_unique_among_its_placers_orders,
    an_order_without_a_reference_gets_one,
    the_same_key_is_the_same_order,
    a_hundred_racing_placements_with_one_key_are_one_order,
    a_module_that_cannot_answer_is_no_refusal,
    who_orders_what_the_catalog_stumbles_over_keeps_nobody_else_from_ordering,
);

async fn an_order_goes_to_the_company_above_at_what_the_placer_pays(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, above, placer] = market.line().await;
    let new = NewOrder { reference: Some("PO 1".to_owned()), ..order(&[("mug", 3), ("pen", 10)]) };
    let id = market.try_place(admin(placer), new).await.expect("an order");

    let seen = market.order(placer, id).await.expect("its own order");
    assert_eq!((seen.placed_by, seen.holder, seen.status), (placer, above, OrderStatus::Placed));
    assert_eq!((seen.reference.as_str(), seen.total), ("PO 1", dollars(3 * 120 + 10 * 12)));
    let lines: Vec<_> =
        seen.lines.iter().map(|line| (&*line.sku, &*line.name, line.quantity, line.unit_price)).collect();
    assert_eq!(lines, [("mug", "A mug", 3, dollars(120)), ("pen", "A pen", 10, dollars(12))]);
    assert_eq!(seen.lines[0].amount, dollars(360));
    assert_eq!(legs(&seen), [(placer, above, OrderStatus::Placed, dollars(480))]);

    let told = market.events().await.pop().expect("a fact");
    assert_eq!((told.event_type.as_str(), told.subject_tenant_id), (kinds::ORDER_STATUS_CHANGED, Some(placer)));
    let expected = json!({
        "orderId": id, "reference": "PO 1", "from": null, "to": "PLACED", "amountMinor": 480, "currency": "USD",
        "placedAt": seen.placed_at.to_rfc3339(),
    });
    assert_eq!(told.data, expected);
}

async fn a_company_that_is_switched_off_is_passed_over(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, above, off, placer] = market.line().await;
    market.chain.deactivate(Actor::central(), off, "closed").await.expect("it is off");
    let id = market.place(placer, &[("mug", 1)]).await;
    let seen = market.order(placer, id).await.expect("its own order");
    assert_eq!((seen.holder, seen.total), (above, dollars(130)), "to the next above, at the same price");
    assert_eq!(market.order(off, id).await, None);
}

async fn the_root_has_nobody_to_order_from(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root] = market.line().await;
    assert_refusal(&refused(market.try_place(admin(root), order(&[("mug", 1)])).await), RefusalCode::NotAllowed, "");
}

async fn only_administrators_of_companies_that_trade_place_orders(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let pending = market.company_of(Some(root), "Pending", TenantStatus::Pending).await;
    let place = async |actor: Actor| refused(market.try_place(actor, order(&[("mug", 1)])).await).code;
    assert_eq!(place(Actor { role: Role::Viewer, ..admin(placer) }).await, RefusalCode::NotAllowed);
    assert_eq!(place(admin(pending)).await, RefusalCode::NotAllowed);
    market.chain.freeze(Actor::central(), placer, "late").await.expect("a freeze");
    assert_eq!(place(admin(placer)).await, RefusalCode::Frozen);
    market.chain.deactivate(Actor::central(), placer, "closed").await.expect("it is off");
    assert_eq!(place(admin(placer)).await, RefusalCode::NotAllowed);
}

async fn what_cannot_be_ordered_is_refused_where_it_stands(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    let before = market.events().await.len();
    let with_reference = |reference: &str| NewOrder { reference: Some(reference.to_owned()), ..order(&[("mug", 1)]) };
    let many = |count: i64| NewOrder {
        lines: (0..count).map(|number| NewLine { sku: format!("sku {number}"), quantity: 1 }).collect(),
        ..order(&[])
    };
    let cases = [
        (order(&[]), "lines"),
        (many(501), "lines"),
        (order(&[("mug", 0)]), "lines.0.quantity"),
        (order(&[("mug", 1), ("pen", -1)]), "lines.1.quantity"),
        (order(&[("mug", 1_000_001)]), "lines.0.quantity"),
        (order(&[("mug", 1), ("pen", 1), ("mug", 1)]), "lines.2.sku"),
        (with_reference(" "), "reference"),
        (with_reference(&"x".repeat(101)), "reference"),
        (NewOrder { idempotency_key: String::new(), ..order(&[("mug", 1)]) }, "idempotencyKey"),
        (NewOrder { idempotency_key: "x".repeat(201), ..order(&[("mug", 1)]) }, "idempotencyKey"),
    ];
    for (new, field) in cases {
        assert_refusal(&refused(market.try_place(admin(placer), new).await), RefusalCode::Invalid, field);
    }
    let unknown = refused(market.try_place(admin(placer), many(500)).await);
    assert_refusal(&unknown, RefusalCode::NotFound, "lines.0.sku");
    assert_eq!(market.events().await.len(), before, "nothing has happened");
    market.place(placer, &[("mug", 1_000_000)]).await;
}

async fn a_product_that_is_not_granted_is_not_found_like_one_that_is_unknown(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    market.denies(root, placer, "pen").await;
    let unknown = refused(market.try_place(admin(placer), order(&[("mug", 1), ("no such", 1)])).await);
    assert_refusal(&unknown, RefusalCode::NotFound, "lines.1.sku");
    let denied = refused(market.try_place(admin(placer), order(&[("mug", 1), ("pen", 1)])).await);
    assert_eq!(denied, unknown);
}

async fn an_order_has_one_currency(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    let mixed = refused(market.try_place(admin(placer), order(&[("mug", 1), ("book", 1)])).await);
    assert_refusal(&mixed, RefusalCode::Invalid, "lines");
    assert!(mixed.message.contains("EUR and USD"), "{mixed}");
    let id = market.place(placer, &[("book", 2)]).await;
    assert_eq!(market.order(placer, id).await.expect("it").total, Money::new(2_000, Currency::EUR));
}

async fn an_order_costs_no_more_than_an_amount_can_be(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    market.asks(root, "mug", dollars(MAX_MINOR)).await;
    for lines in [&[("mug", 1), ("pen", 1)][..], &[("mug", 1_000_000)]] {
        let refusal = refused(market.try_place(admin(placer), order(lines)).await);
        assert_refusal(&refusal, RefusalCode::Invalid, "lines");
    }
    market.place(placer, &[("mug", 1)]).await;
}

async fn a_reference_is_unique_among_its_placers_orders(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, other, placer] = market.line().await;
    let named = || NewOrder { reference: Some("PO 1".to_owned()), ..order(&[("mug", 1)]) };
    market.try_place(admin(placer), named()).await.expect("the first");
    let again = refused(market.try_place(admin(placer), named()).await);
    assert_refusal(&again, RefusalCode::Conflict, "reference");
    market.try_place(admin(other), named()).await.expect("another's");

    let (first, second) = tokio::join!(
        market.try_place(admin(placer), NewOrder { reference: Some("PO 2".to_owned()), ..named() }),
        market.try_place(admin(placer), NewOrder { reference: Some("PO 2".to_owned()), ..named() }),
    );
    assert!(first.is_ok() != second.is_ok(), "one of two that race");
    assert_refusal(&refused(first.and(second)), RefusalCode::Conflict, "reference");
}

async fn an_order_without_a_reference_gets_one(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    let mut references = Vec::new();
    for _ in 0..3 {
        let id = market.place(placer, &[("mug", 1)]).await;
        references.push(market.order(placer, id).await.expect("it").reference);
    }
    for reference in &references {
        let random = reference.strip_prefix("ORD-").expect("a made reference");
        assert_eq!(random.len(), 10);
        assert!(random.chars().all(|c| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(c)), "{reference}");
    }
    references.dedup();
    assert_eq!(references.len(), 3);
}

async fn the_same_key_is_the_same_order(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, other, placer] = market.line().await;
    let new = order(&[("mug", 1), ("pen", 2)]);
    let id = market.try_place(admin(placer), new.clone()).await.expect("an order");
    market.denies(other, placer, "pen").await;
    let facts = market.events().await.len();
    assert_eq!(market.try_place(admin(placer), new.clone()).await.expect("the same"), id, "whatever it costs by now");
    market.switch_of(Quote::NAME).to(Failing);
    assert_eq!(market.try_place(admin(placer), new.clone()).await.expect("the same"), id, "without a catalog");
    assert_eq!(market.events().await.len(), facts);

    let another = NewOrder { lines: new.lines[..1].to_vec(), ..new.clone() };
    assert_refusal(&refused(market.try_place(admin(placer), another).await), RefusalCode::Conflict, "idempotencyKey");
    let unavailable = market.try_place(admin(other), new).await;
    assert!(matches!(unavailable, Err(CallError::Unavailable(_))), "another company's key is another: {unavailable:?}");
}

async fn a_hundred_racing_placements_with_one_key_are_one_order(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    let new = order(&[("mug", 1)]);
    let mut racing = JoinSet::new();
    for _ in 0..100 {
        let (bus, new): (Bus, NewOrder) = (market.bus().clone(), new.clone());
        racing.spawn(async move { bus.call::<Place>(admin(placer), new).await });
    }
    let mut ids: Vec<_> = racing.join_all().await.into_iter().map(|placed| placed.expect("an order")).collect();
    assert_eq!(ids.len(), 100);
    ids.dedup();
    assert_eq!(ids.len(), 1, "all are told of the same order");
    let placed = market.events().await.into_iter().filter(|event| event.event_type == kinds::ORDER_STATUS_CHANGED);
    assert_eq!(placed.count(), 1);
}

async fn a_module_that_cannot_answer_is_no_refusal(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    let catalog = market.switch_of(Quote::NAME);
    catalog.to(Failing);
    let new = order(&[("mug", 1)]);
    let failed = market.try_place(admin(placer), new.clone()).await;
    assert!(matches!(failed, Err(CallError::Unavailable(_))), "{failed:?}");
    catalog.back();
    market.try_place(admin(placer), new).await.expect("the key was not used up");
}

/// On SQLite nobody changes anything beside another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_of_the_chain_comes_between_the_decision_and_the_order() {
    let market = Market::open(TestDatabase::new(Backend::Postgres).await).await;
    let [_, placer] = market.line().await;
    let connection = connect(market.database_url()).await;
    let keeper = connection.begin().await.expect("a transaction");
    // The lock of the chain, as who changes it takes it.
    keeper.execute_unprepared("SELECT pg_advisory_xact_lock(1382380389, 2)").await.expect("the lock");
    let bus = market.bus().clone();
    let placing = tokio::spawn(async move { bus.call::<Place>(admin(placer), order(&[("mug", 1)])).await });
    let waits = async {
        let waiting = "SELECT CAST(count(*) AS TEXT) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while read(&connection, waiting).await == "0" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waits).await.expect("it waits for the chain");
    let off = format!("UPDATE tenants SET status = 'DEACTIVATED' WHERE id = '{}'", placer.0);
    keeper.execute_unprepared(&off).await.expect("a change of the chain");
    keeper.commit().await.expect("the lock is free");
    let refusal = refused(placing.await.expect("no panic"));
    assert_eq!(refusal.code, RefusalCode::NotAllowed, "decided on the chain as it is by now");
}

async fn who_orders_what_the_catalog_stumbles_over_keeps_nobody_else_from_ordering(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    let catalog = market.switch_of(Quote::NAME);
    catalog.to(Stumbling);
    for _ in 0..10 {
        let stumbled = market.try_place(admin(placer), order(&[("mug", 1)])).await;
        assert!(matches!(stumbled, Err(CallError::Unavailable(_))), "{stumbled:?}");
    }
    catalog.back();
    market.place(placer, &[("mug", 1)]).await;
}
