//! Reading orders: who sees what of them, lists in both directions, and figures.

use entity::{OrderId, OrderStatus, TenantId, Timestamp};
use iso_currency::Currency;
use reseller_network::bus::CallError;
use reseller_network::bus::contract::orders::{
    GetLegs, GetOrders, GetStats, ListOrders, Order, OrderPlace, OrderStats, OrdersQuery, PricedLeg,
};
use reseller_network::bus::contract::{Listed, Page, Period, Take};
use reseller_network::clock::Clock;
use reseller_network::error::RefusalCode;
use reseller_network::money::Money;
use reseller_network::tenancy::{Actor, Scope};
use sea_orm::ConnectionTrait;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use time::macros::date;

use crate::connect;
use crate::support::market::{Market, admin, dollars, refused};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    each_company_sees_its_own_legs_and_prices_and_no_others,
    orders_are_found_by_their_ids_in_the_order_asked_for,
    no_company_is_told_all_legs,
    a_list_has_what_a_company_placed_and_what_it_holds_newest_first,
    a_list_is_paged_from_both_ends_without_loss,
    a_list_is_filtered_by_state_by_holder_and_by_day,
    figures_count_what_was_placed_in_the_period_and_not_cancelled,
    figures_are_told_however_much_the_orders_come_to,
);

async fn each_company_sees_its_own_legs_and_prices_and_no_others(database: TestDatabase) {
    let market = Market::open(database).await;
    let line: [TenantId; 5] = market.line().await;
    let [root, third, second, first, placer] = line;
    let id = market.place(placer, &[("mug", 10)]).await;
    market.deliver(id, &[first, second, third, root]).await;
    for (company, total, legs) in [
        (placer, 1400, vec![1400]),
        (first, 1400, vec![1400, 1300]),
        (second, 1300, vec![1300, 1200]),
        (third, 1200, vec![1200, 1100]),
        (root, 1100, vec![1100]),
    ] {
        let seen = market.order(company, id).await.expect("it takes part");
        assert_eq!(seen.total, dollars(total));
        assert_eq!((seen.lines[0].unit_price, seen.lines[0].amount), (dollars(total / 10), dollars(total)));
        assert_eq!(seen.legs.iter().map(|leg| leg.total.minor).collect::<Vec<_>>(), legs);
        assert!(seen.legs.iter().all(|leg| leg.from == company || leg.to == company));
    }
}

async fn orders_are_found_by_their_ids_in_the_order_asked_for(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, upper, placer] = market.line().await;
    let other = market.company(Some(upper), "Other").await;
    let mut ids = Vec::new();
    for company in [placer, other, placer, placer] {
        ids.push(market.place(company, &[("mug", 1)]).await);
    }
    let asked = vec![ids[3], OrderId::generate(), ids[1], ids[0], ids[3]];
    let found = async |company| {
        let orders = market.bus().call::<GetOrders>(admin(company), asked.clone()).await.expect("an answer");
        orders.into_iter().map(|order| order.id).collect::<Vec<_>>()
    };
    assert_eq!(found(placer).await, [ids[3], ids[0], ids[3]]);
    assert_eq!(found(upper).await, [ids[3], ids[1], ids[0], ids[3]]);
    let across = market.bus().call_in_tenant::<GetOrders>(admin(upper), placer, asked.clone()).await;
    assert!(matches!(across, Err(CallError::OutOfReach)), "a downline's orders are its own: {across:?}");
}

async fn no_company_is_told_all_legs(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    market.advance(id, &[(upper, OrderStatus::AwaitingForward), (upper, OrderStatus::Forwarded)]).await;
    let legs = market.bus().call::<GetLegs>(Actor::central(), vec![OrderId::generate(), id]).await.expect("an answer");
    let leg = |hop, buyer, seller, minor| PricedLeg { hop, buyer, seller, total: dollars(minor) };
    assert_eq!(legs, [vec![], vec![leg(0, placer, upper, 120), leg(1, upper, root, 110)]]);
    for company in [root, upper, placer] {
        let refusal = refused(market.bus().call::<GetLegs>(admin(company), vec![id]).await);
        assert_eq!(refusal.code, RefusalCode::NotAllowed);
        let within = market.bus().call_in_tenant::<GetLegs>(Actor::central(), company, vec![id]).await;
        assert_eq!(refused(within).code, RefusalCode::NotAllowed, "nor in its scope");
    }
    assert_eq!(market.bus().call::<GetLegs>(Scope::Central, vec![]).await.expect("an answer"), Vec::<Vec<_>>::new());
}

/// A market whose clock is one minute later at each order.
struct Days {
    market: Market,
    clock: Arc<AtomicI64>,
}

impl Days {
    async fn open(database: TestDatabase) -> Self {
        let clock = Arc::new(AtomicI64::new(Timestamp::start_of(date!(2026 - 03 - 01)).0));
        let hand = clock.clone();
        let clock_of_app = Clock::reading(move || Timestamp(hand.load(Ordering::SeqCst)));
        Self { market: Market::open_at(database, clock_of_app).await, clock }
    }

    fn at(&self, at: Timestamp) {
        self.clock.store(at.0, Ordering::SeqCst);
    }

    async fn place(&self, placer: TenantId) -> OrderId {
        self.place_of(placer, "mug").await
    }

    async fn place_of(&self, placer: TenantId, sku: &str) -> OrderId {
        self.clock.fetch_add(60_000_000, Ordering::SeqCst);
        self.market.place(placer, &[(sku, 1)]).await
    }

    async fn list(&self, company: TenantId, query: OrdersQuery) -> Listed<Order> {
        self.market.bus().call::<ListOrders>(admin(company), query).await.expect("a list")
    }

    async fn ids(&self, company: TenantId, query: OrdersQuery) -> Vec<OrderId> {
        self.list(company, query).await.entries.into_iter().map(|order| order.id).collect()
    }
}

fn all() -> OrdersQuery {
    let page = Page { take: Take::First(100), after: None, before: None };
    OrdersQuery { status: None, held_by_me: None, placed_after: None, placed_before: None, page }
}

async fn a_list_has_what_a_company_placed_and_what_it_holds_newest_first(database: TestDatabase) {
    let days = Days::open(database).await;
    let [root, upper, placer] = days.market.line().await;
    let mut ids = Vec::new();
    for company in [placer, upper, placer, upper, placer] {
        ids.push(days.place(company).await);
    }
    ids.reverse();
    assert_eq!(days.ids(upper, all()).await, ids, "its own, and those of the company below");
    assert_eq!(days.ids(placer, all()).await, [ids[0], ids[2], ids[4]]);
    assert_eq!(days.ids(root, all()).await, [ids[1], ids[3]]);
    let steps = [OrderStatus::AwaitingForward, OrderStatus::Forwarded];
    days.market.advance(ids[0], &steps.map(|to| (upper, to))).await;
    assert_eq!(days.ids(upper, all()).await, ids[1..], "passed on: it is the next one's turn");
    assert_eq!(days.ids(root, all()).await, [ids[0], ids[1], ids[3]]);
}

async fn a_list_is_paged_from_both_ends_without_loss(database: TestDatabase) {
    let days = Days::open(database).await;
    let [_, upper, placer] = days.market.line().await;
    for number in 0..7 {
        days.place(if number % 3 == 0 { upper } else { placer }).await;
        // Two at the same instant, of two companies.
        days.clock.fetch_sub(60_000_000 * (number % 2), Ordering::SeqCst);
    }
    let whole = days.list(upper, all()).await;
    assert!(!whole.has_next && !whole.has_previous);
    let places: Vec<_> =
        whole.entries.iter().map(|order| OrderPlace { placed_at: order.placed_at, id: order.id }).collect();
    assert_eq!(places.len(), 7);
    assert!(places.windows(2).all(|pair| pair[0] > pair[1]), "newest first, the later id first");
    for size in 1..=8_u32 {
        let (mut forwards, mut after) = (Vec::new(), None);
        loop {
            let page = Page { take: Take::First(size), after, before: None };
            let listed = days.list(upper, OrdersQuery { page, ..all() }).await;
            assert_eq!(listed.has_previous, after.is_some());
            forwards.extend(listed.entries.iter().map(|order| order.id));
            after = places.get(forwards.len() - 1).copied();
            if !listed.has_next {
                break;
            }
        }
        let (mut backwards, mut before) = (Vec::new(), None);
        loop {
            let page = Page { take: Take::Last(size), after: None, before };
            let listed = days.list(upper, OrdersQuery { page, ..all() }).await;
            assert_eq!(listed.has_next, before.is_some());
            backwards.splice(0..0, listed.entries.iter().map(|order| order.id));
            before = places.get(places.len() - backwards.len()).copied();
            if !listed.has_previous {
                break;
            }
        }
        let ids: Vec<_> = places.iter().map(|place| place.id).collect();
        assert_eq!((&forwards, &backwards), (&ids, &ids), "pages of {size}");
    }
    let between = Page { take: Take::First(10), after: Some(places[1]), before: Some(places[5]) };
    let listed = days.ids(upper, OrdersQuery { page: between, ..all() }).await;
    assert_eq!(listed, places[2..5].iter().map(|place| place.id).collect::<Vec<_>>());
}

async fn a_list_is_filtered_by_state_by_holder_and_by_day(database: TestDatabase) {
    let days = Days::open(database).await;
    let [_, upper, placer] = days.market.line().await;
    let start = Timestamp::start_of(date!(2026 - 03 - 02));
    let first = days.place(placer).await;
    days.at(start);
    let second = days.place(upper).await;
    let third = days.place(placer).await;
    days.market.advance(third, &[(upper, OrderStatus::AwaitingForward)]).await;
    let ids = async |company, query| days.ids(company, query).await;
    let held = |held| OrdersQuery { held_by_me: Some(held), ..all() };
    assert_eq!(ids(upper, held(true)).await, [third, first]);
    assert_eq!(ids(upper, held(false)).await, [second]);
    assert_eq!(ids(placer, held(true)).await, []);
    assert_eq!(ids(placer, held(false)).await, [third, first]);
    let status = |status: &[OrderStatus]| OrdersQuery { status: Some(status.to_vec()), ..all() };
    assert_eq!(ids(upper, status(&[OrderStatus::AwaitingForward])).await, [third]);
    assert_eq!(ids(upper, status(&[OrderStatus::Placed, OrderStatus::Shipped])).await, [second, first]);
    assert_eq!(ids(upper, status(&[])).await, []);
    assert_eq!(ids(upper, OrdersQuery { placed_after: Some(start), ..all() }).await, [third, second]);
    assert_eq!(ids(upper, OrdersQuery { placed_before: Some(start), ..all() }).await, [first]);
    let second_at = Timestamp(start.0 + 60_000_000);
    let both = OrdersQuery { placed_after: Some(second_at), placed_before: Some(Timestamp(second_at.0 + 1)), ..all() };
    assert_eq!(ids(upper, both).await, [second], "from the first instant, up to but not the second");
}

async fn figures_count_what_was_placed_in_the_period_and_not_cancelled(database: TestDatabase) {
    let days = Days::open(database).await;
    let [root, upper, placer] = days.market.line().await;
    let other = days.market.company(Some(upper), "Other").await;
    let idle = days.market.company(Some(upper), "Idle").await;
    days.at(Timestamp(Timestamp::start_of(date!(2026 - 03 - 31)).0 - 60_000_000));
    days.place(placer).await;
    let cancelled = days.place(placer).await;
    days.market.advance(cancelled, &[(placer, OrderStatus::Cancelled)]).await;
    days.place_of(other, "book").await;
    days.place_of(placer, "book").await;
    days.at(Timestamp(Timestamp::start_of(date!(2026 - 04 - 01)).0 - 60_000_000));
    days.place(placer).await;

    let period = Period { from: date!(2026 - 03 - 31), to: date!(2026 - 03 - 31) };
    let targets = [placer, idle, other, placer];
    let stats = days.market.bus().call_in_tenants::<GetStats>(admin(root), &targets, period).await.expect("figures");
    let euros = |minor| Money::new(minor, Currency::EUR);
    let of_placer = OrderStats {
        count: 2,
        revenue: vec![euros(1_000), dollars(120)],
        by_status: vec![(OrderStatus::Placed, 2), (OrderStatus::Cancelled, 1)],
    };
    let of_other = OrderStats { count: 1, revenue: vec![euros(1_000)], by_status: vec![(OrderStatus::Placed, 1)] };
    assert_eq!(stats, [of_placer.clone(), OrderStats::default(), of_other, of_placer]);
    let upwards = days.market.bus().call_in_tenant::<GetStats>(admin(placer), upper, period).await;
    assert!(matches!(upwards, Err(CallError::OutOfReach)), "{upwards:?}");
}

async fn figures_are_told_however_much_the_orders_come_to(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    for _ in 0..3 {
        market.place(placer, &[("mug", 1)]).await;
    }
    let connection = connect(market.database_url()).await;
    let today = Period { from: date!(2026 - 11 - 22), to: date!(2026 - 11 - 22) };
    for (each, together) in [(123_456_789_012_345_678, 370_370_367_037_037_034), (i64::MAX - 1, i64::MAX)] {
        connection.execute_unprepared(&format!("UPDATE orders SET amount_minor = {each}")).await.expect("dear orders");
        let stats = market.bus().call::<GetStats>(admin(placer), today).await.expect("figures");
        assert_eq!((stats.count, stats.revenue), (3, vec![dollars(together)]));
    }
}
