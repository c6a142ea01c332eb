//! Reading ledgers: whose, which part, and how they stand.

use entity::{LedgerEntryId, TenantId};
use iso_currency::Currency;
use reseller_network::bus::CallError;
use reseller_network::bus::contract::finance::{
    EntriesQuery, Entry, FinanceSummary, GetEntries, GetSummary, ListEntries, Payment,
};
use reseller_network::bus::contract::{Listed, Page, Take};
use reseller_network::money::Money;

use crate::support::market::{Market, admin, dollars, key};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_ledger_is_paged_from_both_ends_without_loss,
    a_ledger_is_filtered_by_currency,
    entries_are_found_by_their_ids_in_their_own_ledger_alone,
    summaries_are_told_of_many_at_once_and_downwards_alone,
);

/// A parent and a child that paid 1 to `payments`, every third time in euros.
async fn paid(market: &Market, payments: i64) -> [TenantId; 3] {
    let [root, parent, child] = market.line().await;
    for minor in 1..=payments {
        let currency = if minor % 3 == 0 { Currency::EUR } else { Currency::USD };
        let amount = Money::new(minor, currency);
        let payment = Payment { from: child, amount, reference: None, idempotency_key: key() };
        market.try_pay(admin(parent), payment).await.expect("a payment");
    }
    [root, parent, child]
}

async fn list(market: &Market, company: TenantId, currency: Option<Currency>, page: Page<i64>) -> Listed<Entry> {
    market.bus().call::<ListEntries>(admin(company), EntriesQuery { currency, page }).await.expect("a list")
}

fn numbers(entries: &[Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.number).collect()
}

async fn a_ledger_is_paged_from_both_ends_without_loss(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, _, child] = paid(&market, 7).await;
    for size in 1..=8 {
        let (mut forwards, mut after) = (Vec::new(), None);
        loop {
            let listed = list(&market, child, None, Page { take: Take::First(size), after, before: None }).await;
            assert_eq!(listed.has_previous, after.is_some());
            forwards.extend(numbers(&listed.entries));
            after = forwards.last().copied();
            if !listed.has_next {
                break;
            }
        }
        let (mut backwards, mut before) = (Vec::new(), None);
        loop {
            let listed = list(&market, child, None, Page { take: Take::Last(size), after: None, before }).await;
            assert_eq!(listed.has_next, before.is_some());
            backwards.splice(0..0, numbers(&listed.entries));
            before = backwards.first().copied();
            if !listed.has_previous {
                break;
            }
        }
        assert_eq!((&*forwards, &*backwards), (&[7, 6, 5, 4, 3, 2, 1][..], &[7, 6, 5, 4, 3, 2, 1][..]));
    }
    let between = list(&market, child, None, Page { take: Take::Last(2), after: Some(6), before: Some(2) }).await;
    assert_eq!(numbers(&between.entries), [4, 3]);
    assert!(between.has_next && between.has_previous);
    let all_between = list(&market, child, None, Page { take: Take::First(9), after: Some(6), before: Some(2) }).await;
    assert_eq!(numbers(&all_between.entries), [5, 4, 3]);
    assert!(all_between.has_next && all_between.has_previous, "the places that the cursors name");
}

async fn a_ledger_is_filtered_by_currency(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, _, child] = paid(&market, 7).await;
    let page = || Page { take: Take::First(10), after: None, before: None };
    let euros = list(&market, child, Some(Currency::EUR), page()).await.entries;
    let amounts: Vec<_> = euros.iter().map(|entry| (entry.number, entry.amount.minor, entry.balance.minor)).collect();
    assert_eq!(amounts, [(6, 6, 9), (3, 3, 3)]);
    assert_eq!(numbers(&list(&market, child, Some(Currency::USD), page()).await.entries), [7, 5, 4, 2, 1]);
    assert_eq!(list(&market, child, Some(Currency::JPY), page()).await.entries, []);
}

async fn entries_are_found_by_their_ids_in_their_own_ledger_alone(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, parent, child] = paid(&market, 3).await;
    let ids: Vec<_> = market.ledger(child).await.iter().map(|entry| entry.id).collect();
    let of_parent = market.ledger(parent).await[0].id;
    let asked = vec![ids[2], of_parent, LedgerEntryId::generate(), ids[0]];
    let found = async |company| {
        let entries = market.bus().call::<GetEntries>(admin(company), asked.clone()).await.expect("an answer");
        entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>()
    };
    assert_eq!(found(child).await, [ids[2], ids[0]]);
    assert_eq!(found(parent).await, [of_parent]);
    assert_eq!(found(root).await, []);
    let across = market.bus().call_in_tenant::<GetEntries>(admin(parent), child, asked).await;
    assert!(matches!(across, Err(CallError::OutOfReach)), "a downline's ledgers are its own: {across:?}");
}

async fn summaries_are_told_of_many_at_once_and_downwards_alone(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, parent, child] = paid(&market, 3).await;
    let targets = [child, root, parent, child];
    let told = market.bus().call_in_tenants::<GetSummary>(admin(root), &targets, ()).await.expect("an answer");
    let euros = |minor| Money::new(minor, Currency::EUR);
    let of_child =
        FinanceSummary { balances: vec![euros(3), dollars(3)], outstanding: vec![], ..FinanceSummary::default() };
    let of_parent =
        FinanceSummary { balances: vec![euros(-3), dollars(-3)], outstanding: vec![], ..FinanceSummary::default() };
    assert_eq!(told, [of_child.clone(), FinanceSummary::default(), of_parent, of_child]);
    let upwards = market.bus().call_in_tenants::<GetSummary>(admin(parent), &[child, root], ()).await;
    assert!(matches!(upwards, Err(CallError::OutOfReach)), "{upwards:?}");
}
