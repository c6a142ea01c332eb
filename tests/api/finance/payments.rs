//! Payments: what a parent may record, and once for each key.

use entity::{LedgerEntryId, PostingKind, Role, TenantId, TenantStatus};
use iso_currency::Currency;
use reseller_network::bus::Bus;
use reseller_network::bus::contract::finance::{FinanceSummary, Payment, RecordPayment};
use reseller_network::error::RefusalCode;
use reseller_network::events::kinds;
use reseller_network::money::{MAX_MINOR, Money};
use reseller_network::tenancy::Actor;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::task::JoinSet;

use super::{amounts, posted};
use crate::connect;
use crate::support::market::{Market, admin, dollars, key, refused};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_payment_is_entered_on_both_sides,
    what_a_child_paid_it_owes_no_longer,
    only_what_a_direct_child_paid_is_recorded,
    who_sold_in_the_place_of_a_parent_that_was_switched_off_is_paid,
    who_sold_before_a_move_is_paid_while_it_is_above,
    what_no_payment_is_is_refused,
    no_payment_brings_a_balance_near_the_end_of_what_is_held,
    the_same_key_is_the_same_payment,
    a_hundred_racing_records_of_one_payment_are_one,
    only_administrators_of_companies_that_trade_record_payments,
);

fn payment(from: TenantId, minor: i64) -> Payment {
    Payment { from, amount: dollars(minor), reference: None, idempotency_key: key() }
}

async fn a_payment_is_entered_on_both_sides(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, parent, child] = market.line().await;
    let paid = Payment { reference: Some("Invoice 7".to_owned()), ..payment(child, 500) };
    let entry = market.try_pay(admin(parent), paid).await.expect("a payment");
    let (of_parent, of_child) = (market.ledger(parent).await.remove(0), market.ledger(child).await.remove(0));
    assert_eq!((of_parent.id, of_parent.amount, of_parent.counterparty), (entry, dollars(-500), child));
    assert_eq!((of_child.amount, of_child.balance, of_child.counterparty), (dollars(500), dollars(500), parent));
    for entry in [&of_parent, &of_child] {
        assert_eq!((entry.kind, entry.order, entry.number), (PostingKind::Payment, None, 1));
        assert_eq!(entry.reference.as_deref(), Some("Invoice 7"));
    }
    let told = market.events().await.into_iter().filter(|event| event.event_type == kinds::LEDGER_POSTED);
    let told: Vec<_> = told.map(|event| (event.subject_tenant_id, event.data)).collect();
    let data = |entry: LedgerEntryId, minor: i64| json!({ "entryId": entry, "amountMinor": minor, "currency": "USD", "kind": "PAYMENT" });
    assert_eq!(told, [(Some(parent), data(of_parent.id, -500)), (Some(child), data(of_child.id, 500))]);
}

async fn what_a_child_paid_it_owes_no_longer(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, parent, child] = market.line().await;
    let id = market.place(child, &[("mug", 5)]).await;
    market.deliver(id, &[parent, root]).await;
    market.try_pay(admin(parent), payment(child, 400)).await.expect("a payment");
    let summary = |balance, outstanding: Vec<Money>| FinanceSummary {
        balances: vec![dollars(balance)],
        outstanding,
        ..FinanceSummary::default()
    };
    assert_eq!(market.balance(child).await, summary(-200, vec![dollars(200)]));
    assert_eq!(market.balance(parent).await, summary(-350, vec![dollars(550)]), "what it owes its own parent stays");
    market.try_pay(admin(parent), payment(child, 300)).await.expect("a payment");
    assert_eq!(market.balance(child).await, summary(100, vec![]), "it has paid ahead");
    let kinds = [PostingKind::Order, PostingKind::Payment, PostingKind::Payment];
    let expected: Vec<_> = kinds.into_iter().zip([(-600, -600), (400, -200), (300, 100)]).collect();
    let seen: Vec<_> = amounts(&market.ledger(child).await).into_iter().map(|(kind, a, b)| (kind, (a, b))).collect();
    assert_eq!(seen, expected);
}

async fn only_what_a_direct_child_paid_is_recorded(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, own, child, grandchild] = market.line().await;
    let sibling = market.company(Some(root), "Sibling").await;
    let pay = async |from| refused(market.try_pay(admin(own), payment(from, 1)).await);
    for from in [own, grandchild] {
        let refusal = pay(from).await;
        assert_eq!((refusal.code, &*refusal.field), (RefusalCode::NotAllowed, &["from".to_owned()][..]));
    }
    let never_issued = pay(TenantId::generate()).await;
    assert_eq!((never_issued.code, &*never_issued.field), (RefusalCode::NotFound, &["from".to_owned()][..]));
    for from in [root, sibling] {
        assert_eq!(pay(from).await, never_issued);
    }
    market.try_pay(admin(own), payment(child, 1)).await.expect("a child");
    assert_eq!(posted(&market).await, 2);
}

async fn who_sold_in_the_place_of_a_parent_that_was_switched_off_is_paid(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, parent, child] = market.line().await;
    let not_allowed = async |payment| {
        let refusal = refused(market.try_pay(admin(root), payment).await);
        assert_eq!((refusal.code, &*refusal.field), (RefusalCode::NotAllowed, &["from".to_owned()][..]));
    };
    not_allowed(payment(child, 1)).await;
    market.chain.deactivate(Actor::central(), parent, "closed").await.expect("it is off");
    let id = market.place(child, &[("mug", 1)]).await;
    market.deliver(id, &[root]).await;
    market.chain.reactivate(Actor::central(), parent).await.expect("it is on again");
    not_allowed(Payment { amount: Money::new(1, Currency::EUR), ..payment(child, 1) }).await;
    market.try_pay(admin(root), payment(child, 100)).await.expect("it sold to it");
    market.try_pay(admin(root), payment(child, 20)).await.expect("the rest");
    assert_eq!(market.balance(child).await.outstanding, []);
    not_allowed(payment(child, 1)).await;
    market.try_pay(admin(parent), payment(child, 1)).await.expect("its parent may at any time");
}

async fn who_sold_before_a_move_is_paid_while_it_is_above(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, seller, buyer] = market.line().await;
    let below = market.company(Some(seller), "Below").await;
    let beside = market.company(Some(root), "Beside").await;
    let id = market.place(buyer, &[("mug", 1)]).await;
    market.deliver(id, &[seller, root]).await;
    market.chain.move_reseller(Actor::central(), buyer, below).await.expect("a move");
    market.try_pay(admin(seller), payment(buyer, 1)).await.expect("it is above it still");
    market.chain.move_reseller(Actor::central(), buyer, beside).await.expect("a move");
    let out_of_reach = refused(market.try_pay(admin(seller), payment(buyer, 1)).await);
    assert_eq!(out_of_reach, refused(market.try_pay(admin(seller), payment(TenantId::generate(), 1)).await));
}

async fn what_no_payment_is_is_refused(database: TestDatabase) {
    let market = Market::open(database).await;
    let [parent, child] = market.line().await;
    let with_reference = |reference: String| Payment { reference: Some(reference), ..payment(child, 1) };
    for (payment, field) in [
        (payment(child, 0), "amount"),
        (payment(child, -1), "amount"),
        (payment(child, MAX_MINOR + 1), "amount"),
        (with_reference(" ".to_owned()), "reference"),
        (with_reference("x".repeat(101)), "reference"),
        (Payment { idempotency_key: " ".to_owned(), ..payment(child, 1) }, "idempotencyKey"),
    ] {
        let refusal = refused(market.try_pay(admin(parent), payment).await);
        assert_eq!((refusal.code, refusal.field.join(".")), (RefusalCode::Invalid, field.to_owned()));
    }
    assert_eq!(posted(&market).await, 0);
    market.try_pay(admin(parent), payment(child, MAX_MINOR)).await.expect("as much as an amount can be");
}

async fn no_payment_brings_a_balance_near_the_end_of_what_is_held(database: TestDatabase) {
    const MOST: i64 = 1_000_000_000_000_000_000;
    let market = Market::open(database).await;
    let [parent, child] = market.line().await;
    market.try_pay(admin(parent), payment(child, 1)).await.expect("a payment");
    let connection = connect(market.database_url()).await;
    for (column, sign) in [("balance_minor", 1), ("outstanding_minor", -1)] {
        let near = format!("UPDATE ledger_accounts SET {column} = {}", sign * (MOST - 10));
        connection.execute_unprepared(&near).await.expect("full accounts");
        let refusal = refused(market.try_pay(admin(parent), payment(child, 11)).await);
        assert_eq!((refusal.code, refusal.field.join(".")), (RefusalCode::Invalid, "amount".to_owned()), "{column}");
        market.try_pay(admin(parent), payment(child, 10)).await.expect("up to there");
        let empty = format!("UPDATE ledger_accounts SET {column} = 0");
        connection.execute_unprepared(&empty).await.expect("empty accounts");
    }
}

async fn the_same_key_is_the_same_payment(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, parent, child] = market.line().await;
    let paid = payment(child, 100);
    let entry = market.try_pay(admin(parent), paid.clone()).await.expect("a payment");
    assert_eq!(market.try_pay(admin(parent), paid.clone()).await.expect("the same"), entry);
    for other in [
        Payment { amount: dollars(101), ..paid.clone() },
        Payment { amount: Money::new(100, Currency::EUR), ..paid.clone() },
        Payment { reference: Some("x".to_owned()), ..paid.clone() },
    ] {
        let refusal = refused(market.try_pay(admin(parent), other).await);
        assert_eq!((refusal.code, refusal.field.join(".")), (RefusalCode::Conflict, "idempotencyKey".to_owned()));
    }
    market.chain.move_reseller(Actor::central(), child, root).await.expect("a move");
    assert_eq!(market.try_pay(admin(parent), paid).await.expect("it was its child then"), entry);
    assert_eq!(amounts(&market.ledger(child).await), [(PostingKind::Payment, 100, 100)]);
}

async fn a_hundred_racing_records_of_one_payment_are_one(database: TestDatabase) {
    let market = Market::open(database).await;
    let [parent, child] = market.line().await;
    let paid = payment(child, 100);
    let mut racing = JoinSet::new();
    for _ in 0..100 {
        let (bus, paid): (Bus, Payment) = (market.bus().clone(), paid.clone());
        racing.spawn(async move { bus.call::<RecordPayment>(admin(parent), paid).await });
    }
    let mut entries: Vec<_> = racing.join_all().await.into_iter().map(|entry| entry.expect("a payment")).collect();
    assert_eq!(entries.len(), 100);
    entries.dedup();
    assert_eq!(entries.len(), 1);
    assert_eq!(posted(&market).await, 2);
    let mut racing = JoinSet::new();
    for minor in 1..=30 {
        let bus: Bus = market.bus().clone();
        racing.spawn(async move { bus.call::<RecordPayment>(admin(parent), payment(child, minor)).await });
    }
    assert!(racing.join_all().await.iter().all(Result::is_ok));
    let entries = market.ledger(child).await;
    assert!(entries.iter().map(|entry| entry.number).eq(1..=31), "numbers without gaps, whoever was first");
    let sums = entries.iter().scan(0, |sum, entry| {
        *sum += entry.amount.minor;
        Some(*sum)
    });
    assert!(entries.iter().map(|entry| entry.balance.minor).eq(sums), "each balance follows from the one before");
}

async fn only_administrators_of_companies_that_trade_record_payments(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, parent, child] = market.line().await;
    let pending = market.company_of(Some(parent), "Pending", TenantStatus::Pending).await;
    let code = async |actor| refused(market.try_pay(actor, payment(child, 1)).await).code;
    assert_eq!(code(Actor { role: Role::Viewer, ..admin(parent) }).await, RefusalCode::NotAllowed);
    assert_eq!(code(admin(pending)).await, RefusalCode::NotAllowed);
    market.chain.freeze(Actor::central(), parent, "late").await.expect("a freeze");
    assert_eq!(code(admin(parent)).await, RefusalCode::Frozen);
    market.chain.deactivate(Actor::central(), parent, "closed").await.expect("it is off");
    assert_eq!(code(admin(parent)).await, RefusalCode::NotAllowed);
    assert_eq!(posted(&market).await, 0);
}
