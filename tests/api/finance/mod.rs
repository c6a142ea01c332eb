//! Finance: ledgers in which every posting has two sides, and nothing is posted twice.

mod api;
mod credit;
mod instants;
mod parking;
mod payments;
mod posting;
mod reading;

use entity::PostingKind;
use reseller_network::bus::contract::finance::Entry;

use crate::support::market::Market;

/// What an entry is for, its amount, and the balance with it: minor units.
fn amounts(entries: &[Entry]) -> Vec<(PostingKind, i64, i64)> {
    entries.iter().map(|entry| (entry.kind, entry.amount.minor, entry.balance.minor)).collect()
}

/// How many entries of ledgers the log tells of.
async fn posted(market: &Market) -> usize {
    let posted = reseller_network::events::kinds::LEDGER_POSTED;
    market.events().await.iter().filter(|event| event.event_type == posted).count()
}
