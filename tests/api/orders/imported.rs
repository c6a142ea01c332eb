//! Orders that came from a file: their legs follow from the upline of the day on which they were placed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::{OrderId, OrderStatus, TenantId, Timestamp, order, order_line};
use reseller_network::bus::Alias;
use reseller_network::bus::contract::catalog::Quote;
use reseller_network::bus::contract::orders::{GetLegs, GetOrders, Leg};
use reseller_network::clock::Clock;
use reseller_network::tenancy::Actor;
use sea_orm::{EntityTrait, IntoActiveModel};

use super::legs;
use crate::connect;
use crate::support::market::{Market, admin, dollars};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    the_legs_of_an_imported_order_go_up_to_its_holder_each_with_its_amount,
    before_it_is_confirmed_each_leg_but_the_last_was_forwarded,
    the_upline_is_that_of_the_day_on_which_it_was_placed,
    an_imported_order_is_moved_on_like_any_other,
    who_was_above_on_its_day_and_never_had_it_does_not_see_it,
    what_one_of_an_imported_line_costs_is_rounded,
);

/// A market whose clock is at 1,000, 2,000, … as the test says.
struct Past {
    market: Market,
    clock: Arc<AtomicI64>,
}

impl Past {
    async fn open(database: TestDatabase) -> Self {
        let clock = Arc::new(AtomicI64::new(0));
        let hand = clock.clone();
        let market = Market::open_at(database, Clock::reading(move || Timestamp(hand.load(Ordering::SeqCst)))).await;
        Self { market, clock }
    }

    fn at(&self, at: i64) {
        self.clock.store(at, Ordering::SeqCst);
    }

    /// Writes what an import writes: an order for two mugs for 2.51, placed at `at`.
    async fn import(&self, placer: TenantId, holder: TenantId, status: OrderStatus, at: i64) -> OrderId {
        let id = OrderId::generate();
        let order = order::Model {
            id,
            owner_tenant_id: placer,
            reference: format!("CA-{id}"),
            imported: true,
            status,
            holder_tenant_id: holder,
            currency: "USD".to_owned(),
            amount_minor: 251,
            placed_at: Timestamp(at),
            delivered_at: None,
            updated_at: Timestamp(at),
        };
        let line = order_line::Model {
            owner_tenant_id: placer,
            order_id: id,
            number: 1,
            sku: "mug".to_owned(),
            name: "A mug".to_owned(),
            quantity: 2,
            amount_minor: 251,
        };
        let connection = connect(self.market.database_url()).await;
        order::Entity::insert(order.into_active_model()).exec_without_returning(&connection).await.expect("an order");
        order_line::Entity::insert(line.into_active_model()).exec_without_returning(&connection).await.expect("a line");
        id
    }

    /// Who buys from whom on each leg.
    async fn way(&self, id: OrderId) -> Vec<(TenantId, TenantId)> {
        let legs = self.market.bus().call::<GetLegs>(Actor::central(), vec![id]).await.expect("an answer");
        legs[0].iter().map(|leg| (leg.buyer, leg.seller)).collect()
    }
}

async fn the_legs_of_an_imported_order_go_up_to_its_holder_each_with_its_amount(database: TestDatabase) {
    let past = Past::open(database).await;
    let [root, upper, lower, placer] = past.market.line().await;
    let id = past.import(placer, root, OrderStatus::Delivered, 10).await;
    assert_eq!(past.way(id).await, [(placer, lower), (lower, upper), (upper, root)]);
    for company in [placer, lower, upper, root] {
        let seen = past.market.order(company, id).await.expect("it takes part");
        assert_eq!((seen.total, seen.lines[0].amount), (dollars(251), dollars(251)));
        let own = |leg: &Leg| {
            let is_its_own = leg.from == company || leg.to == company;
            is_its_own && leg.total == dollars(251) && leg.status == OrderStatus::Delivered && leg.at == Timestamp(10)
        };
        assert!(seen.legs.iter().all(own), "{seen:?}");
        assert_eq!(seen.legs.len(), if company == placer || company == root { 1 } else { 2 });
    }
    let of_root = past.import(root, root, OrderStatus::Delivered, 10).await;
    assert_eq!(past.way(of_root).await, []);
    assert_eq!(past.market.order(root, of_root).await.expect("its own").total, dollars(251));
    assert_eq!(past.market.order(placer, of_root).await, None);
}

async fn before_it_is_confirmed_each_leg_but_the_last_was_forwarded(database: TestDatabase) {
    use OrderStatus::{AwaitingForward, Cancelled, Confirmed, Forwarded, Placed};
    let past = Past::open(database).await;
    let [_, upper, lower, placer] = past.market.line().await;
    for status in [Placed, AwaitingForward, Forwarded, Confirmed, Cancelled] {
        let id = past.import(placer, upper, status, 10).await;
        let below = if status < Confirmed { Forwarded } else { status };
        let seen = past.market.order(lower, id).await.expect("it takes part");
        let expected = [(placer, lower, below, dollars(251)), (lower, upper, status, dollars(251))];
        assert_eq!(legs(&seen), expected);
    }
}

async fn the_upline_is_that_of_the_day_on_which_it_was_placed(database: TestDatabase) {
    let past = Past::open(database).await;
    let [root, upper, lower, placer] = past.market.line().await;
    let aside = past.market.company(Some(root), "Aside").await;
    past.at(1_000);
    past.market.chain.move_reseller(Actor::central(), placer, aside).await.expect("a move");
    past.at(2_000);
    past.market.chain.move_reseller(Actor::central(), lower, root).await.expect("a move");
    past.at(3_000);
    past.market.chain.move_reseller(Actor::central(), placer, lower).await.expect("a move");
    let mut ids = Vec::new();
    for (at, expected) in [
        (999, vec![(placer, lower), (lower, upper), (upper, root)]),
        (1_000, vec![(placer, aside), (aside, root)]),
        (2_999, vec![(placer, aside), (aside, root)]),
        (3_000, vec![(placer, lower), (lower, root)]),
    ] {
        let id = past.import(placer, root, OrderStatus::Delivered, at).await;
        assert_eq!(past.way(id).await, expected, "at {at}");
        ids.push(id);
    }
    let first_of_lower = past.import(lower, root, OrderStatus::Delivered, 1_999).await;
    assert_eq!(past.way(first_of_lower).await, [(lower, upper), (upper, root)]);

    let all = [&ids[..], &[first_of_lower]].concat();
    let seen = async |company| {
        let orders = past.market.bus().call::<GetOrders>(admin(company), all.clone()).await.expect("an answer");
        orders.into_iter().map(|order| order.id).collect::<Vec<_>>()
    };
    assert_eq!(seen(upper).await, [ids[0], first_of_lower]);
    assert_eq!(seen(aside).await, [ids[1], ids[2]]);
    assert_eq!(seen(root).await, all);
}

async fn an_imported_order_is_moved_on_like_any_other(database: TestDatabase) {
    use OrderStatus::{AwaitingForward, Confirmed, Delivered, Forwarded, Placed, Shipped};
    let past = Past::open(database).await;
    let [root, upper, placer] = past.market.line().await;
    let id = past.import(placer, upper, Placed, 10).await;
    past.at(1_000);
    let quotes = past.market.calls_of(Quote::NAME);
    past.market.advance(id, &[(upper, AwaitingForward), (upper, Forwarded)]).await;
    assert_eq!(quotes.take(), [], "its legs have its amount");
    let seen = past.market.order(upper, id).await.expect("it takes part");
    assert_eq!(seen.holder, root);
    assert_eq!(legs(&seen), [(placer, upper, Forwarded, dollars(251)), (upper, root, Forwarded, dollars(251))]);
    past.market.advance(id, &[Confirmed, Shipped, Delivered].map(|to| (root, to))).await;
    let seen = past.market.order(placer, id).await.expect("its own");
    assert_eq!(legs(&seen), [(placer, upper, Delivered, dollars(251))]);

    let waiting = past.import(placer, root, AwaitingForward, 10).await;
    past.market.advance(waiting, &[(root, Confirmed)]).await;
}

async fn who_was_above_on_its_day_and_never_had_it_does_not_see_it(database: TestDatabase) {
    use OrderStatus::{AwaitingForward, Forwarded, Placed};
    let past = Past::open(database).await;
    let [root, upper, lower, placer] = past.market.line().await;
    let aside = past.market.company(Some(root), "Aside").await;
    let id = past.import(placer, lower, Placed, 10).await;
    past.at(1_000);
    past.market.chain.move_reseller(Actor::central(), lower, aside).await.expect("a move");
    past.market.advance(id, &[(lower, AwaitingForward), (lower, Forwarded)]).await;
    for company in [upper, root] {
        assert_eq!(past.market.order(company, id).await, None);
    }
    let seen = past.market.order(lower, id).await.expect("it had it");
    assert_eq!((seen.holder, legs(&seen)), (aside, vec![(placer, lower, Forwarded, dollars(251))]));
    assert_eq!(past.market.order(aside, id).await.expect("it has it").total, dollars(251));
}

async fn what_one_of_an_imported_line_costs_is_rounded(database: TestDatabase) {
    let past = Past::open(database).await;
    let [root, placer] = past.market.line().await;
    let id = past.import(placer, root, OrderStatus::Delivered, 10).await;
    let line = past.market.order(placer, id).await.expect("its own").lines.remove(0);
    assert_eq!((line.unit_price, line.amount), (dollars(126), dollars(251)), "125.5 goes to the even 126");
}
