//! Events that Finance can do nothing with: they are kept apart, and it goes on.

use std::time::Duration;

use entity::{OrderId, Position, TenantId, parked_event};
use iso_currency::Currency;
use reseller_network::bus::Alias;
use reseller_network::bus::contract::orders::{GetLegs, PricedLeg};
use reseller_network::events::{Fact, kinds};
use reseller_network::money::Money;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::connect;
use crate::support::faults::{Answering, Stumbling};
use crate::support::market::{Market, dollars};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    what_can_never_be_posted_is_parked_and_the_rest_is_posted,
    legs_that_make_no_sense_are_not_posted,
    an_order_over_which_orders_stumbles_is_parked,
);

/// The positions at which Finance parked an event.
async fn parked(market: &Market) -> Vec<Position> {
    let rows = parked_event::Entity::find().filter(parked_event::Column::Consumer.eq("finance"));
    let rows = rows.order_by_asc(parked_event::Column::Position).all(&connect(market.database_url()).await).await;
    rows.expect("rows").into_iter().map(|row| row.position).collect()
}

/// Waits until Finance has parked as many events as `expected`, and compares them.
async fn assert_parked(market: &Market, expected: &[Position]) {
    let all = async {
        while parked(market).await.len() < expected.len() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), all).await.expect("they are parked in the end");
    assert_eq!(parked(market).await, expected);
}

/// The positions at which an order was delivered.
async fn delivered(market: &Market) -> Vec<Position> {
    let delivered = market.events().await.into_iter().filter(|event| event.event_type == kinds::ORDER_DELIVERED);
    delivered.map(|event| event.position).collect()
}

async fn what_can_never_be_posted_is_parked_and_the_rest_is_posted(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let first = market.place(placer, &[("mug", 1)]).await;
    market.deliver(first, &[upper, root]).await;
    let full = format!("UPDATE ledger_accounts SET balance_minor = {}", i64::MAX - 5);
    connect(market.database_url()).await.execute_unprepared(&full).await.expect("full accounts");
    let before = (market.ledger(placer).await, market.ledger(upper).await, market.ledger(root).await);

    let too_much = market.place(placer, &[("mug", 1)]).await;
    market.deliver(too_much, &[upper, root]).await;
    for data in [json!("nonsense"), json!({ "orderId": OrderId::generate() })] {
        market.record(Fact { kind: kinds::ORDER_DELIVERED, subject: placer, data }).await;
    }
    assert_parked(&market, &delivered(&market).await[1..]).await;
    assert_eq!((market.ledger(placer).await, market.ledger(upper).await, market.ledger(root).await), before);

    let euros = market.place(placer, &[("book", 1)]).await;
    market.deliver(euros, &[upper, root]).await;
    let last = market.ledger(root).await.pop().expect("an entry");
    assert_eq!((last.order, last.amount), (Some(euros), Money::new(1_000, Currency::EUR)), "and goes on behind it");
    assert_eq!(parked(&market).await.len(), 3);
}

async fn legs_that_make_no_sense_are_not_posted(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let leg = |hop, buyer, seller, minor| PricedLeg { hop, buyer, seller, total: dollars(minor) };
    let stranger = TenantId::generate();
    let nonsense = [
        vec![leg(0, placer, root, 1), leg(0, placer, root, 2)],
        vec![leg(0, placer, placer, 1)],
        vec![leg(0, placer, root, -1)],
        vec![leg(0, placer, root, i64::MIN)],
        vec![leg(0, placer, stranger, 1)],
    ];
    let orders = market.switch_of(GetLegs::NAME);
    for legs in &nonsense {
        orders.to(Answering(json!([[legs]])));
        let data = json!({ "orderId": OrderId::generate() });
        market.record(Fact { kind: kinds::ORDER_DELIVERED, subject: placer, data }).await;
        assert_parked(&market, &delivered(&market).await).await;
    }
    assert_eq!((market.ledger(root).await, market.ledger(placer).await), (vec![], vec![]));
}

async fn an_order_over_which_orders_stumbles_is_parked(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let orders = market.switch_of(GetLegs::NAME);
    orders.to(Stumbling);
    let (first, second) = (market.place(placer, &[("mug", 1)]).await, market.place(placer, &[("mug", 1)]).await);
    market.deliver(first, &[root]).await;
    assert_parked(&market, &delivered(&market).await).await;
    orders.back();
    market.deliver(second, &[root]).await;
    let posted: Vec<_> = market.ledger(placer).await.into_iter().map(|entry| entry.order).collect();
    assert_eq!(posted, [Some(second)]);
}
