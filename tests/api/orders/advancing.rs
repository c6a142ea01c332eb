//! Moving an order on: whose turn it is, what may come next, and what each hop costs.

use entity::OrderStatus::{self, AwaitingForward, Cancelled, Confirmed, Delivered, Forwarded, Placed, Shipped};
use entity::{OrderId, Role, TenantId, TenantStatus};
use iso_currency::Currency;
use reseller_network::bus::Bus;
use reseller_network::bus::contract::orders::{Advance, Forward, Forwarded as PassedOn, Step};
use reseller_network::error::RefusalCode;
use reseller_network::events::kinds;
use reseller_network::money::Money;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{assert_refusal, legs};
use crate::support::market::{Market, admin, dollars, refused};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_order_travels_up_the_chain_to_delivery,
    each_leg_costs_what_its_buyer_pays_when_it_is_made,
    a_fact_tells_what_the_placer_pays_and_no_other_price,
    only_the_holder_moves_an_order_on,
    a_wrong_state_is_a_conflict_that_says_what_may_come_next,
    the_placer_cancels_until_the_order_is_confirmed_and_the_holder_until_it_is_delivered,
    who_has_no_part_cannot_tell_an_order_from_one_that_never_was,
    only_administrators_of_companies_that_trade_move_orders_on,
    what_no_step_is_is_refused,
    an_order_is_passed_on_over_companies_that_are_switched_off,
    the_next_above_acts_in_the_place_of_a_holder_that_is_switched_off,
    an_order_that_would_have_two_currencies_is_not_passed_on,
    forwarding_is_a_step_like_any_other,
);

on_both_databases!(
    of_a_hundred_that_take_an_order_in_one_does,
    of_a_hundred_that_pass_an_order_on_one_does,
    of_a_hundred_that_confirm_an_order_one_does,
    of_a_hundred_that_deliver_an_order_one_does,
    of_a_hundred_that_cancel_an_order_one_does,
);

async fn an_order_travels_up_the_chain_to_delivery(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, lower, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    let (first, second, third) = (dollars(130), dollars(120), dollars(110));
    let expect = async |company: TenantId, status: OrderStatus, holder: TenantId, expected: &[_]| {
        let seen = market.order(company, id).await.expect("it takes part");
        assert_eq!((seen.status, seen.holder), (status, holder));
        assert_eq!(legs(&seen), expected);
    };
    expect(lower, Placed, lower, &[(placer, lower, Placed, first)]).await;
    market.advance(id, &[(lower, AwaitingForward)]).await;
    expect(lower, AwaitingForward, lower, &[(placer, lower, AwaitingForward, first)]).await;
    market.advance(id, &[(lower, Forwarded)]).await;
    expect(placer, Forwarded, upper, &[(placer, lower, Forwarded, first)]).await;
    expect(lower, Forwarded, upper, &[(placer, lower, Forwarded, first), (lower, upper, Placed, second)]).await;
    expect(upper, Forwarded, upper, &[(lower, upper, Placed, second)]).await;
    market.advance(id, &[(upper, AwaitingForward), (upper, Forwarded)]).await;
    expect(upper, Forwarded, root, &[(lower, upper, Forwarded, second), (upper, root, Placed, third)]).await;
    expect(lower, Forwarded, root, &[(placer, lower, Forwarded, first), (lower, upper, Forwarded, second)]).await;
    for status in [Confirmed, Shipped, Delivered] {
        market.advance(id, &[(root, status)]).await;
        expect(placer, status, root, &[(placer, lower, status, first)]).await;
        expect(upper, status, root, &[(lower, upper, status, second), (upper, root, status, third)]).await;
        expect(root, status, root, &[(upper, root, status, third)]).await;
    }
}

async fn each_leg_costs_what_its_buyer_pays_when_it_is_made(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 2), ("pen", 1)]).await;
    market.asks(root, "mug", dollars(105)).await;
    market.asks(upper, "mug", dollars(1_000)).await;
    market.advance(id, &[(upper, AwaitingForward), (upper, Forwarded)]).await;
    let seen = market.order(root, id).await.expect("it sells");
    assert_eq!(legs(&seen), [(upper, root, Placed, dollars(2 * 105 + 11))]);
    let units: Vec<_> = seen.lines.iter().map(|line| (line.unit_price, line.amount)).collect();
    assert_eq!(units, [(dollars(105), dollars(210)), (dollars(11), dollars(11))]);
    let placed = market.order(placer, id).await.expect("its own");
    assert_eq!(placed.total, dollars(2 * 120 + 12), "what was agreed on stays");
}

async fn a_fact_tells_what_the_placer_pays_and_no_other_price(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    let step = Step { id, to: AwaitingForward, note: Some("will do".to_owned()) };
    market.bus().call::<Advance>(admin(upper), step).await.expect("a step");
    market.advance(id, &[(upper, Forwarded), (root, Confirmed), (root, Shipped), (root, Delivered)]).await;

    let events = market.events().await;
    let of_orders = events.iter().filter(|event| event.event_type.starts_with(kinds::ORDERS));
    let told: Vec<_> = of_orders.clone().map(|event| event.data.clone()).collect();
    let steps: Vec<_> = told.iter().map(|data| (data["from"].clone(), data["to"].clone())).collect();
    let words = [
        Value::Null,
        json!("PLACED"),
        json!("AWAITING_FORWARD"),
        json!("FORWARDED"),
        json!("CONFIRMED"),
        json!("SHIPPED"),
        json!("DELIVERED"),
    ];
    let expected = words.windows(2).map(|pair| (pair[0].clone(), pair[1].clone()));
    assert_eq!(steps, expected.chain([(Value::Null, Value::Null)]).collect::<Vec<_>>());
    let delivered = told.last().expect("delivered");
    assert_eq!(delivered["deliveredAt"], json!(crate::support::app::NOW.to_rfc3339()));
    for event in of_orders {
        assert_eq!(event.subject_tenant_id, Some(placer));
        assert_eq!((&event.data["orderId"], &event.data["amountMinor"]), (&json!(id), &json!(120)));
        assert_eq!((&event.data["currency"], &event.data["placedAt"]), (&json!("USD"), &told[0]["placedAt"]));
    }
    let notes: Vec<_> = told.iter().filter_map(|data| data.get("note")).collect();
    assert_eq!(notes, [&json!("will do")]);
}

async fn only_the_holder_moves_an_order_on(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, lower, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    let code = async |company, to| refused(market.try_advance(admin(company), id, to).await).code;
    for to in [AwaitingForward, Forwarded, Confirmed, Delivered] {
        assert_eq!(code(placer, to).await, RefusalCode::NotAllowed, "{to}");
    }
    market
        .advance(id, &[(lower, AwaitingForward), (lower, Forwarded), (upper, AwaitingForward), (upper, Forwarded)])
        .await;
    for company in [lower, upper] {
        for to in [AwaitingForward, Forwarded, Confirmed, Cancelled] {
            assert_eq!(code(company, to).await, RefusalCode::NotAllowed, "{to}");
        }
    }
    market.advance(id, &[(root, Confirmed)]).await;
}

async fn a_wrong_state_is_a_conflict_that_says_what_may_come_next(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    let wrong = async |company, to, message: &str| {
        let refusal = refused(market.try_advance(admin(company), id, to).await);
        assert_refusal(&refusal, RefusalCode::Conflict, "to");
        assert_eq!(refusal.message, message);
    };
    wrong(upper, Forwarded, "The order is PLACED: you can take it to AWAITING_FORWARD or CANCELLED.").await;
    wrong(upper, Confirmed, "The order is PLACED: you can take it to AWAITING_FORWARD or CANCELLED.").await;
    market.advance(id, &[(upper, AwaitingForward)]).await;
    wrong(upper, AwaitingForward, "The order is AWAITING_FORWARD: you can take it to FORWARDED or CANCELLED.").await;
    market.advance(id, &[(upper, Forwarded)]).await;
    wrong(root, Shipped, "The order is FORWARDED: you can take it to CONFIRMED or CANCELLED.").await;
    wrong(root, AwaitingForward, "The order is FORWARDED: you can take it to CONFIRMED or CANCELLED.").await;
    market.advance(id, &[(root, Confirmed), (root, Shipped), (root, Delivered)]).await;
    wrong(root, Cancelled, "The order is DELIVERED: nothing comes next.").await;
}

async fn the_placer_cancels_until_the_order_is_confirmed_and_the_holder_until_it_is_delivered(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let way = [(upper, AwaitingForward), (upper, Forwarded), (root, Confirmed), (root, Shipped)];
    for steps in 0..=way.len() {
        let placed = async || {
            let id = market.place(placer, &[("mug", 1)]).await;
            market.advance(id, &way[..steps]).await;
            id
        };
        let by_placer = placed().await;
        let cancelled = market.try_advance(admin(placer), by_placer, Cancelled).await;
        assert_eq!(cancelled.is_ok(), steps < 3, "after {steps} steps");
        if steps >= 3 {
            assert_eq!(refused(cancelled).code, RefusalCode::Conflict);
        }
        let by_holder = placed().await;
        let holder = market.order(placer, by_holder).await.expect("it").holder;
        market.advance(by_holder, &[(holder, Cancelled)]).await;
        for company in [placer, upper, holder] {
            let seen = market.order(company, by_holder).await.expect("it takes part");
            assert_eq!(seen.status, Cancelled);
            assert!(seen.legs.iter().all(|leg| leg.status == Cancelled), "all legs");
        }
        assert_eq!(refused(market.try_advance(admin(holder), by_holder, Confirmed).await).code, RefusalCode::Conflict);
    }
}

async fn who_has_no_part_cannot_tell_an_order_from_one_that_never_was(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer, below] = market.line().await;
    let beside = market.company(Some(upper), "Beside").await;
    let id = market.place(placer, &[("mug", 1)]).await;
    for company in [root, below, beside] {
        for to in [AwaitingForward, Forwarded, Confirmed, Shipped, Delivered, Cancelled] {
            let refusal = refused(market.try_advance(admin(company), id, to).await);
            assert_refusal(&refusal, RefusalCode::NotFound, "id");
            assert_eq!(refusal, refused(market.try_advance(admin(company), OrderId::generate(), to).await));
        }
        assert_eq!(market.order(company, id).await, None);
    }
    assert_eq!(market.order(placer, id).await.expect("it").status, Placed);
}

async fn only_administrators_of_companies_that_trade_move_orders_on(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    let viewer = Actor { role: Role::Viewer, ..admin(upper) };
    let by_viewer = refused(market.try_advance(viewer, id, AwaitingForward).await);
    assert_refusal(&by_viewer, RefusalCode::NotAllowed, "");
    assert_eq!(by_viewer, refused(market.try_advance(viewer, OrderId::generate(), AwaitingForward).await));
    market.chain.freeze(Actor::central(), upper, "late").await.expect("a freeze");
    for company in [upper, placer] {
        let frozen = refused(market.try_advance(admin(company), id, Cancelled).await);
        assert_refusal(&frozen, RefusalCode::Frozen, "");
    }
    let pending = market.company_of(Some(placer), "Pending", TenantStatus::Pending).await;
    assert_refusal(&refused(market.try_advance(admin(pending), id, Cancelled).await), RefusalCode::NotAllowed, "");
}

async fn what_no_step_is_is_refused(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    let to_the_start = refused(market.try_advance(admin(upper), id, Placed).await);
    assert_refusal(&to_the_start, RefusalCode::Invalid, "to");
    let step = |characters| Step { id, to: AwaitingForward, note: Some("ß".repeat(characters)) };
    let too_long = refused(market.bus().call::<Advance>(admin(upper), step(501)).await);
    assert_refusal(&too_long, RefusalCode::Invalid, "note");
    market.bus().call::<Advance>(admin(upper), step(500)).await.expect("as long as it may be");
}

async fn an_order_is_passed_on_over_companies_that_are_switched_off(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, off, lower, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    market.chain.deactivate(Actor::central(), off, "closed").await.expect("it is off");
    market.advance(id, &[(lower, AwaitingForward), (lower, Forwarded)]).await;
    let seen = market.order(lower, id).await.expect("it takes part");
    assert_eq!(seen.holder, root);
    assert_eq!(legs(&seen)[1], (lower, root, Placed, dollars(120)), "at what it pays, as if nothing was");
    assert_eq!(market.order(off, id).await, None);
}

async fn the_next_above_acts_in_the_place_of_a_holder_that_is_switched_off(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, off, placer] = market.line().await;
    let (left, kept) = (market.place(placer, &[("mug", 1)]).await, market.place(placer, &[("mug", 1)]).await);
    let taken_in = market.place(placer, &[("mug", 1)]).await;
    market.advance(taken_in, &[(off, AwaitingForward)]).await;
    assert_eq!(refused(market.try_advance(admin(upper), left, AwaitingForward).await).code, RefusalCode::NotFound);
    market.chain.deactivate(Actor::central(), off, "closed").await.expect("it is off");
    let no_part = refused(market.try_advance(admin(root), left, Confirmed).await);
    assert_eq!(no_part.code, RefusalCode::NotFound, "only the next above");

    let wrong = refused(market.try_advance(admin(upper), left, Forwarded).await);
    assert_eq!(wrong.message, "The order is FORWARDED: you can take it to AWAITING_FORWARD or CANCELLED.");
    market.advance(left, &[(upper, AwaitingForward)]).await;
    market.advance(taken_in, &[(upper, AwaitingForward)]).await;
    for id in [left, taken_in] {
        let seen = market.order(upper, id).await.expect("it takes part now");
        assert_eq!((seen.holder, seen.status), (upper, AwaitingForward));
        assert_eq!(legs(&seen), [(off, upper, AwaitingForward, dollars(120))]);
        assert_eq!(market.order(placer, id).await.expect("its own").legs[0].status, Forwarded);
    }
    let told = market.events().await.into_iter().filter(|event| event.data["orderId"] == json!(left));
    let told: Vec<_> = told.map(|event| (event.data["from"].clone(), event.data["to"].clone())).collect();
    let step = |from: OrderStatus, to: OrderStatus| (json!(from), json!(to));
    assert_eq!(told[1..], [step(Placed, Forwarded), step(Forwarded, AwaitingForward)]);

    market.advance(kept, &[(upper, Cancelled)]).await;
    assert_eq!(market.order(placer, kept).await.expect("its own").status, Cancelled);
    market.advance(left, &[(upper, Forwarded)]).await;
    market.deliver(left, &[root]).await;
}

async fn an_order_that_would_have_two_currencies_is_not_passed_on(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, upper, placer] = market.line().await;
    // It buys books in euros, and sells them in dollars.
    market.asks(upper, "book", dollars(2_000)).await;
    let mixed = market.place(placer, &[("mug", 1), ("book", 1)]).await;
    market.advance(mixed, &[(upper, AwaitingForward)]).await;
    let refusal = refused(market.try_advance(admin(upper), mixed, Forwarded).await);
    assert_refusal(&refusal, RefusalCode::Conflict, "to");
    assert!(refusal.message.contains("EUR and USD"), "{refusal}");
    market.advance(mixed, &[(upper, Cancelled)]).await;

    let books = market.place(placer, &[("book", 1)]).await;
    market.advance(books, &[(upper, AwaitingForward), (upper, Forwarded)]).await;
    let seen = market.order(upper, books).await.expect("it takes part");
    let totals: Vec<_> = seen.legs.iter().map(|leg| leg.total).collect();
    assert_eq!(totals, [dollars(2_000), Money::new(1_000, Currency::EUR)], "each leg has its own");
}

async fn forwarding_is_a_step_like_any_other(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let id = market.place(placer, &[("mug", 1)]).await;
    let forward = async |company| {
        let passed_on = PassedOn { id, to: None, note: Some("by a rule".to_owned()) };
        market.bus().call::<Forward>(admin(company), passed_on).await
    };
    assert_eq!(refused(forward(upper).await).code, RefusalCode::Conflict, "it has not been taken in");
    market.advance(id, &[(upper, AwaitingForward)]).await;
    assert_eq!(refused(forward(root).await).code, RefusalCode::NotFound);
    assert_eq!(forward(upper).await.expect("a step"), id);
    assert_eq!(market.order(root, id).await.expect("it sells").holder, root);
    assert_eq!(market.events().await.pop().expect("a fact").data["note"], "by a rule");
}

async fn of_a_hundred_that_take_an_order_in_one_does(database: TestDatabase) {
    race(database, 0, AwaitingForward).await;
}

async fn of_a_hundred_that_pass_an_order_on_one_does(database: TestDatabase) {
    race(database, 1, Forwarded).await;
}

async fn of_a_hundred_that_confirm_an_order_one_does(database: TestDatabase) {
    race(database, 2, Confirmed).await;
}

async fn of_a_hundred_that_deliver_an_order_one_does(database: TestDatabase) {
    race(database, 4, Delivered).await;
}

async fn of_a_hundred_that_cancel_an_order_one_does(database: TestDatabase) {
    race(database, 1, Cancelled).await;
}

/// A hundred take the same step at once, after the order went `steps` steps.
async fn race(database: TestDatabase, steps: usize, to: OrderStatus) {
    let market = Market::open(database).await;
    let [root, upper, placer] = market.line().await;
    let way = [(upper, AwaitingForward), (upper, Forwarded), (root, Confirmed), (root, Shipped)];
    let id = market.place(placer, &[("mug", 1)]).await;
    market.advance(id, &way[..steps]).await;
    let holder = market.order(placer, id).await.expect("its own").holder;
    let before = market.events().await.len();
    let mut racing = JoinSet::new();
    for _ in 0..100 {
        let bus: Bus = market.bus().clone();
        racing.spawn(async move { bus.call::<Advance>(admin(holder), Step { id, to, note: None }).await });
    }
    let (done, refusals): (Vec<_>, Vec<_>) = racing.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refusals.len()), (1, 99));
    for refusal in refusals {
        let code = refused(refusal).code;
        assert!(matches!(code, RefusalCode::Conflict | RefusalCode::NotAllowed), "{code:?}");
    }
    let steps = market.events().await.split_off(before);
    let steps: Vec<_> = steps.iter().filter(|event| event.event_type == kinds::ORDER_STATUS_CHANGED).collect();
    assert_eq!(steps.len(), 1, "one fact");
}
