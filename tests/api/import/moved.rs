//! Orders of companies that were moved: each belongs to the chain of its day.

use std::collections::BTreeSet;

use entity::{Timestamp, ledger_entry};
use reseller_network::clock::Clock;
use reseller_network::events::Log;
use reseller_network::modules::admin::Chain;
use reseller_network::tenancy::{Actor, CentralDb};
use sea_orm::EntityTrait;
use time::macros::date;

use super::Network;
use super::trade::{CHAIN, Files};
use crate::support::{TestDatabase, books, on_both_databases};

on_both_databases!(an_order_goes_up_the_chain_of_the_day_on_which_it_was_placed);

async fn an_order_goes_up_the_chain_of_the_day_on_which_it_was_placed(database: TestDatabase) {
    let mut network = Network::new(&database).await;
    let log_at = |central: &CentralDb, day| Log::new(central.clone(), Clock::reading(move || Timestamp::start_of(day)));
    // A move comes after all that was recorded before it.
    let log_of_now = std::mem::replace(&mut network.log, log_at(&network.central, date!(2015 - 01 - 01)));
    network.take(Files { resellers: CHAIN, ..Files::default() }).await;
    let mut ids = Vec::new();
    for name in ["root", "land", "land/a", "land/a/b"] {
        ids.push(network.company(name).await);
    }
    let [root, land, a, b] = ids[..] else { panic!("four companies") };
    let moved_at = |day| Chain::new(log_at(&network.central, day));
    moved_at(date!(2015 - 06 - 01)).move_reseller(Actor::central(), b, root).await.expect("a move");
    moved_at(date!(2015 - 08 - 01)).move_reseller(Actor::central(), a, root).await.expect("a move");
    network.log = log_of_now;

    let orders = "1,land/a/b,2015-05-31,2015-09-01,DELIVERED,100,USD\n\
                  2,land/a/b,2015-06-01,2015-06-02,DELIVERED,10,USD\n\
                  3,land/a,2015-07-31,2015-08-02,DELIVERED,1000,USD\n\
                  4,land/a,2015-08-01,2015-08-02,DELIVERED,10000,USD\n\
                  5,land/a/b,2015-05-31,,PLACED,7,USD\n\
                  6,land/a/b,2015-06-01,,PLACED,7,USD\n";
    let report = network.take(Files { resellers: CHAIN, orders, ..Files::default() }).await;
    let entries = ledger_entry::Entity::find().all(&network.outside).await.expect("entries");
    let bought: BTreeSet<_> = entries
        .into_iter()
        .filter(|entry| entry.amount_minor < 0)
        .map(|entry| (entry.owner_tenant_id, entry.counterparty_tenant_id, -entry.amount_minor))
        .collect();
    let expected = [(b, a, 100), (b, root, 10), (a, land, 1_100), (a, root, 10_000), (land, root, 1_100)];
    assert_eq!(bought, BTreeSet::from(expected));
    assert_eq!(report.postings, 5);
    books::accounts(&network.outside).await;
    let holders = (network.order("5").await.holder_tenant_id, network.order("6").await.holder_tenant_id);
    assert_eq!(holders, (a, root));
}
