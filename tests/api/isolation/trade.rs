//! Orders and ledgers of a family.

use entity::{LedgerEntryId, OrderId, TenantId};
use reseller_network::bus::contract::finance::{EntriesQuery, ListEntries, Payment, RecordPayment};
use reseller_network::bus::contract::orders::Place;
use reseller_network::bus::contract::{Page, Take};

use crate::family::{Family, Relation};
use crate::support::app::TestApp;
use crate::support::chain::owner;
use crate::support::market::{dollars, key, order};

/// An order for a chair, placed by each company with its parent.
pub(super) async fn orders(app: &TestApp, family: &Family) -> Vec<(Relation, OrderId)> {
    let mut orders = Vec::new();
    for relation in Relation::ALL {
        let placer = owner(family.the(relation));
        orders.push((relation, app.bus().call::<Place>(placer, order(&[("CHAIR", 1)])).await.expect("an order")));
    }
    orders
}

/// What each company paid its parent, in its own ledger.
pub(super) async fn entries(app: &TestApp, family: &Family) -> Vec<(Relation, LedgerEntryId)> {
    let mut entries = Vec::new();
    for relation in Relation::ALL {
        let company = family.the(relation);
        let payment = Payment { from: company, amount: dollars(100), reference: None, idempotency_key: key() };
        app.bus().call::<RecordPayment>(owner(parent(app, company)), payment).await.expect("a payment");
        let page = Page { take: Take::First(1), after: None, before: None };
        let query = EntriesQuery { currency: None, page };
        let ledger = app.bus().call::<ListEntries>(owner(company), query).await.expect("a ledger");
        entries.push((relation, ledger.entries[0].id));
    }
    entries
}

fn parent(app: &TestApp, company: TenantId) -> TenantId {
    let chain = app.snapshot();
    let parent = chain.find(company).and_then(|node| chain.parent(node));
    chain.id(parent.expect("a parent"))
}
