//! Delivered orders in the ledgers: each leg on both sides, once.

use std::time::Duration;

use entity::{EventId, OrderId, OrderStatus, PostingKind, TenantId, event};
use iso_currency::Currency;
use reseller_network::bus::Alias;
use reseller_network::bus::contract::finance::FinanceSummary;
use reseller_network::bus::contract::orders::GetLegs;
use reseller_network::events::{Fact, kinds};
use reseller_network::money::Money;
use sea_orm::{ActiveValue::NotSet, ConnectionTrait, EntityTrait, Set};
use serde_json::json;

use super::{amounts, posted};
use crate::support::app::NOW;
use crate::support::faults::Failing;
use crate::support::market::{Market, dollars};
use crate::support::{TestDatabase, on_both_databases};
use crate::{connect, texts};

on_both_databases!(
    a_delivered_order_is_posted_on_both_sides_of_each_leg,
    only_delivered_orders_are_posted,
    a_ledger_is_numbered_without_gaps_and_its_balance_follows,
    each_currency_has_a_balance_of_its_own,
    every_entry_is_told_of_without_the_other_side,
    an_order_that_came_delivered_from_a_file_is_not_posted,
    what_others_tell_of_an_order_posts_nothing,
    what_is_told_twice_is_posted_once,
    a_consumer_that_begins_anew_posts_nothing_twice,
    what_could_not_be_posted_is_posted_once_later,
);

async fn a_delivered_order_is_posted_on_both_sides_of_each_leg(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, lower, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 10)]).await;
    market.deliver(id, &[lower, upper, root]).await;
    let expected = [
        (placer, vec![(lower, -1300)]),
        (lower, vec![(placer, 1300), (upper, -1200)]),
        (upper, vec![(lower, 1200), (root, -1100)]),
        (root, vec![(upper, 1100)]),
    ];
    for (company, sides) in expected {
        let entries = market.ledger(company).await;
        let seen: Vec<_> = entries.iter().map(|entry| (entry.counterparty, entry.amount.minor)).collect();
        assert_eq!(seen, sides);
        assert!(entries.iter().all(|entry| entry.order == Some(id) && entry.kind == PostingKind::Order));
    }
    let summary = |balance, outstanding: Option<i64>| FinanceSummary {
        balances: vec![dollars(balance)],
        outstanding: outstanding.into_iter().map(dollars).collect(),
        ..FinanceSummary::default()
    };
    assert_eq!(market.balance(placer).await, summary(-1300, Some(1300)));
    assert_eq!(market.balance(lower).await, summary(100, Some(1200)), "what it earns, and what it owes");
    assert_eq!(market.balance(root).await, summary(1100, None));
}

async fn only_delivered_orders_are_posted(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let (shipped, cancelled) = (market.place(placer, &[("mug", 1)]).await, market.place(placer, &[("mug", 1)]).await);
    market.advance(shipped, &[(root, OrderStatus::Confirmed), (root, OrderStatus::Shipped)]).await;
    market.advance(cancelled, &[(root, OrderStatus::Confirmed), (root, OrderStatus::Cancelled)]).await;
    assert_eq!((market.ledger(root).await, market.ledger(placer).await), (vec![], vec![]));
    assert_eq!(market.balance(placer).await, FinanceSummary::default());
}

async fn a_ledger_is_numbered_without_gaps_and_its_balance_follows(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    for mugs in 1..=3 {
        let id = market.place(placer, &[("mug", mugs)]).await;
        market.deliver(id, &[upper, root]).await;
    }
    let entries = market.ledger(upper).await;
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let order = PostingKind::Order;
    let expected = [
        (order, 120, 120),
        (order, -110, 10),
        (order, 240, 250),
        (order, -220, 30),
        (order, 360, 390),
        (order, -330, 60),
    ];
    assert_eq!(amounts(&entries), expected);
}

async fn each_currency_has_a_balance_of_its_own(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let euros = |minor| Money::new(minor, Currency::EUR);
    market.asks(upper, "book", euros(1_500)).await;
    for sku in ["mug", "book"] {
        let id = market.place(placer, &[(sku, 1)]).await;
        market.deliver(id, &[upper, root]).await;
    }
    let expected = FinanceSummary {
        balances: vec![euros(500), dollars(10)],
        outstanding: vec![euros(1_000), dollars(110)],
        ..FinanceSummary::default()
    };
    assert_eq!(market.balance(upper).await, expected);
    let amounts: Vec<_> = market.ledger(upper).await.iter().map(|entry| (entry.amount, entry.balance)).collect();
    let expected = [
        (dollars(120), dollars(120)),
        (dollars(-110), dollars(10)),
        (euros(1_500), euros(1_500)),
        (euros(-1_000), euros(500)),
    ];
    assert_eq!(amounts, expected);
}

async fn every_entry_is_told_of_without_the_other_side(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    market.deliver(id, &[root]).await;
    let told = market.events().await.into_iter().filter(|event| event.event_type == kinds::LEDGER_POSTED);
    let told: Vec<_> = told.map(|event| (event.subject_tenant_id, event.data)).collect();
    let mut expected = Vec::new();
    for (company, amount) in [(placer, -110), (root, 110)] {
        let entry = market.ledger(company).await[0].id;
        let data =
            json!({ "entryId": entry, "amountMinor": amount, "currency": "USD", "kind": "ORDER", "orderId": id });
        expected.push((Some(company), data));
    }
    assert_eq!(told, expected);
}

async fn an_order_that_came_delivered_from_a_file_is_not_posted(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    for data in
        [json!({ "orderId": id, "imported": true }), json!({ "orderId": OrderId::generate() }), json!("nonsense")]
    {
        market.record(Fact { kind: kinds::ORDER_DELIVERED, subject: placer, data }).await;
    }
    let real = market.place(placer, &[("mug", 2)]).await;
    market.deliver(real, &[root]).await;
    assert_eq!(amounts(&market.ledger(placer).await), [(PostingKind::Order, -220, -220)], "and goes on behind it");
}

async fn what_others_tell_of_an_order_posts_nothing(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    others_tell_that_it_was_delivered(&market, placer, id).await;
    let later = market.place(placer, &[("mug", 2)]).await;
    market.deliver(later, &[root]).await;
    assert_eq!(amounts(&market.ledger(placer).await), [(PostingKind::Order, -220, -220)], "the later one alone");
    market.deliver(id, &[root]).await;
    let both = [(PostingKind::Order, -220, -220), (PostingKind::Order, -110, -330)];
    assert_eq!(amounts(&market.ledger(placer).await), both, "when it is delivered");
}

/// An event of another source, about an order of that name.
async fn others_tell_that_it_was_delivered(market: &Market, placer: TenantId, order: OrderId) {
    let told = event::ActiveModel {
        position: NotSet,
        source: Set("erp".to_owned()),
        event_id: Set(EventId::generate().to_string()),
        event_type: Set(kinds::ORDER_DELIVERED.to_owned()),
        subject_tenant_id: Set(Some(placer)),
        actor_tenant_id: Set(None),
        actor_person_id: Set(None),
        occurred_at: Set(NOW),
        recorded_at: Set(NOW),
        data: Set(json!({ "orderId": order })),
    };
    event::Entity::insert(told).exec(&connect(market.database_url()).await).await.expect("told");
}

async fn what_is_told_twice_is_posted_once(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    market.deliver(id, &[upper, root]).await;
    let ledgers = (market.ledger(placer).await, market.ledger(upper).await, market.ledger(root).await);
    let again = || Fact { kind: kinds::ORDER_DELIVERED, subject: placer, data: json!({ "orderId": id }) };
    market.record(again()).await;
    market.record(again()).await;
    let other = market.place(placer, &[("mug", 1)]).await;
    market.advance(other, &[(placer, OrderStatus::Cancelled)]).await;
    assert_eq!((market.ledger(placer).await, market.ledger(upper).await, market.ledger(root).await), ledgers);
    assert_eq!(posted(&market).await, 4);
}

async fn a_consumer_that_begins_anew_posts_nothing_twice(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    for mugs in 1..=5 {
        let id = market.place(placer, &[("mug", mugs)]).await;
        market.deliver(id, &[upper, root]).await;
    }
    let before = (market.ledger(placer).await, market.ledger(upper).await, market.ledger(root).await);
    let url = market.database_url().to_owned();
    let connection = connect(&url).await;
    connection.execute_unprepared("UPDATE consumers SET position = 0 WHERE name = 'finance'").await.expect("forgotten");

    let anew = Market::open(TestDatabase::existing(url)).await;
    let position = "SELECT CAST(position AS TEXT) FROM consumers WHERE name = 'finance'";
    let through = async {
        while texts(&connection, position).await == ["0"] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), through).await.expect("it has begun anew, and is through");
    assert_eq!((anew.ledger(placer).await, anew.ledger(upper).await, anew.ledger(root).await), before);
    assert_eq!(posted(&anew).await, 20);
    let postings = "SELECT CAST(count(DISTINCT posting_id) AS TEXT) FROM ledger_entries";
    assert_eq!(texts(&connection, postings).await, ["10"], "two legs each");
}

async fn what_could_not_be_posted_is_posted_once_later(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let orders = market.switch_of(GetLegs::NAME);
    orders.to(Failing);
    let id = market.place(placer, &[("mug", 1)]).await;
    market.deliver(id, &[root]).await;
    assert_eq!(market.order(placer, id).await.expect("its own").status, OrderStatus::Delivered);
    assert_eq!(market.ledger(placer).await, []);
    orders.back();
    let there = async {
        while market.ledger(placer).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), there).await.expect("it is posted in the end");
    assert_eq!(amounts(&market.ledger(placer).await), [(PostingKind::Order, -110, -110)]);
    assert_eq!(amounts(&market.ledger(root).await), [(PostingKind::Order, 110, 110)]);
    assert_eq!(posted(&market).await, 2);
}
