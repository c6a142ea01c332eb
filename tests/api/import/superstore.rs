//! The Superstore as a whole: orders, their lines, and what they come to in the ledgers.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{OrderStatus, TenantId, Timestamp, order, order_line, product};
use reseller_network::modules::import::Counts;
use sea_orm::{EntityTrait, QueryOrder};
use time::macros::date;

use super::{Network, OPTIONS, Options, superstore};
use crate::support::{TestDatabase, books, on_both_databases};

on_both_databases!(
    all_of_the_superstore_is_there,
    the_ledgers_of_the_superstore_balance,
    the_log_tells_of_each_order_on_its_day,
    what_a_shift_of_all_dates_would_deliver_in_the_future_is_on_its_way,
);

/// What all orders of the Superstore cost: cents.
const ALL_ORDERS: i64 = 229_720_107;

async fn all_of_the_superstore_is_there(database: TestDatabase) {
    let network = Network::new(&database).await;
    let report = network.import_directory(&superstore()).await;
    let created = |created| Counts { created, known: 0, differing: 0 };
    assert_eq!(report.products, created(1_862));
    assert_eq!(report.orders, created(5_009));
    assert_eq!(report.order_lines, created(9_994));
    assert_eq!(report.prices, created(0));

    let chain = network.chain().await;
    let root = chain.id(chain.root().expect("a root"));
    let products = product::Entity::find().all(&network.outside).await.expect("products");
    assert_eq!(products.len(), 1_862);
    assert!(products.iter().all(|product| product.owner_tenant_id == root));
    let names: HashMap<&str, &str> = products.iter().map(|row| (row.sku.as_str(), row.name.as_str())).collect();
    assert_eq!(names["OFF-ST-10001526"], "Iceberg Mobile Mega Data/Printer Cart ", "names come through as they are");

    let orders = order::Entity::find().all(&network.outside).await.expect("orders");
    assert_eq!(orders.len(), 5_009);
    assert_eq!(orders.iter().map(|order| order.amount_minor).sum::<i64>(), ALL_ORDERS);
    assert!(orders.iter().all(|order| order.imported && order.holder_tenant_id == root));
    let lines = order_line::Entity::find().order_by_asc(order_line::Column::Number);
    let lines = lines.all(&network.outside).await.expect("lines");
    assert_eq!(lines.len(), 9_994);
    assert!(lines.iter().all(|line| names[line.sku.as_str()] == line.name));
    let mut of_orders: HashMap<_, (i32, i64)> = HashMap::new();
    for line in &lines {
        let (count, sum) = of_orders.entry((line.owner_tenant_id, line.order_id)).or_default();
        (*count, *sum) = (*count + 1, *sum + line.amount_minor);
        assert_eq!(line.number, *count, "lines are numbered from 1");
    }
    for order in &orders {
        assert_eq!(of_orders[&(order.owner_tenant_id, order.id)].1, order.amount_minor);
    }
    let skus: HashSet<_> = lines.iter().map(|line| (line.order_id, line.sku.as_str())).collect();
    assert!(skus.len() < lines.len(), "a product that stands in an order twice has two lines");
}

async fn the_ledgers_of_the_superstore_balance(database: TestDatabase) {
    let network = Network::new(&database).await;
    let report = network.import_directory(&superstore()).await;
    assert_eq!(report.postings, 658, "one for each company and its parent");
    let mut own: BTreeMap<TenantId, i64> = BTreeMap::new();
    for order in order::Entity::find().all(&network.outside).await.expect("orders") {
        *own.entry(order.owner_tenant_id).or_default() += order.amount_minor;
    }
    let accounts = books::accounts(&network.outside).await;
    let chain = network.chain().await;
    assert_eq!(accounts.len(), chain.len());
    let root = chain.root().expect("a root");
    assert_eq!(accounts[&(chain.id(root), "USD".to_owned())], (ALL_ORDERS, 0));
    for (company, _) in chain.preorder(root, None).skip(1) {
        let (balance, outstanding) = accounts[&(chain.id(company), "USD".to_owned())];
        // What it is owed by its children it owes to its parent: its own orders are all that is left.
        let bought = own.get(&chain.id(company)).copied().unwrap_or_default();
        assert_eq!(balance, -bought, "{}", chain.name(company));
        let below: i64 = chain.preorder(company, None).filter_map(|(node, _)| own.get(&chain.id(node))).sum();
        assert_eq!(outstanding, below);
    }
    network.import_directory(&superstore()).await;
    assert_eq!(books::accounts(&network.outside).await, accounts, "a second run posts nothing");
}

async fn the_log_tells_of_each_order_on_its_day(database: TestDatabase) {
    let network = Network::new(&database).await;
    network.import_directory(&superstore()).await;
    let (chain, events) = (network.chain().await, network.events().await);
    let delivered: Vec<_> =
        events.iter().filter(|event| event.event_type == "ResellerOrders.chain_order.delivered").collect();
    assert_eq!(delivered.len(), 5_009);
    let henderson = chain.find_named("united-states/south/kentucky/henderson").expect("a company");
    let event = delivered.iter().find(|event| event.data["reference"] == "CA-2016-152156").expect("its event");
    assert_eq!(event.subject_tenant_id, Some(chain.id(henderson)));
    assert_eq!(event.occurred_at, Timestamp::start_of(date!(2016 - 11 - 11)));
    assert!(event.recorded_at > event.occurred_at);
    let expected = serde_json::json!({
        "orderId": entity::OrderId::imported("CA-2016-152156"),
        "reference": "CA-2016-152156",
        "amountMinor": 99_390,
        "currency": "USD",
        "placedAt": "2016-11-08T00:00:00Z",
        "deliveredAt": "2016-11-11T00:00:00Z",
        "imported": true,
    });
    assert_eq!(event.data, expected);
    let of_type = |kind: &str| events.iter().filter(|event| event.event_type == kind).count();
    assert_eq!(of_type("ResellerCatalog.product.saved"), 1_862);
    assert_eq!(of_type("ResellerFinance.ledger.posted"), 2 * 658);
}

async fn what_a_shift_of_all_dates_would_deliver_in_the_future_is_on_its_way(database: TestDatabase) {
    let network = Network::new(&database).await;
    let options = Options { rebase_dates: true, ..OPTIONS };
    let source = reseller_network::modules::import::Source::Directory;
    let report = reseller_network::modules::import::import(&network.log, source(&superstore()), options, |_| ()).await;
    assert_eq!(report.expect("good files").orders.created, 5_009);
    let orders = order::Entity::find().all(&network.outside).await.expect("orders");
    let last = orders.iter().map(|order| order.placed_at).max();
    assert_eq!(last, Some(Timestamp::start_of(OPTIONS.today)), "the last order is today");
    let shipped: Vec<_> = orders.iter().filter(|order| order.status == OrderStatus::Shipped).collect();
    assert_eq!(shipped.len(), 25, "as many as were delivered after the last one was placed");
    assert!(shipped.iter().all(|order| order.delivered_at.is_none()));
    let delivered = orders.iter().filter(|order| order.status == OrderStatus::Delivered);
    let sum: i64 = delivered.map(|order| order.amount_minor).sum();
    let chain = network.chain().await;
    let root = chain.id(chain.root().expect("a root"));
    assert_eq!(books::accounts(&network.outside).await[&(root, "USD".to_owned())].0, sum);
}
