//! Products, prices, orders and their lines: what is new comes in, what is known stays.

use entity::{OrderId, OrderStatus, TenantId, Timestamp, order, order_line, price_override, product};
use reseller_network::modules::import::{Counts, Report};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use time::macros::date;

use super::{HEADER, Network, OPTIONS, ORDERS};
use crate::support::{TestDatabase, books, on_both_databases};

on_both_databases!(
    what_is_known_stays_as_it_is,
    prices_are_of_companies_by_any_of_their_names,
    an_order_stands_where_its_status_says,
    lines_of_an_order_need_not_stand_together,
    an_import_may_go_on_where_another_ended,
    each_currency_has_ledgers_of_its_own,
    many_rows_come_in_many_batches,
);

pub(super) const PRODUCTS: &str = "sku,name,category,subcategory,list_price_minor,currency\n";
pub(super) const PRICES: &str = "reseller_id,sku,price_minor,currency\n";
pub(super) const LINES: &str = "order_ref,sku,quantity,amount_minor\n";

/// A root, a country and two shops, one of them below the other.
pub(super) const CHAIN: &str = "root,,Root,2014-01-03,USD\n\
    land,root,Land,2014-01-03,USD\n\
    land/a,land,A,2014-01-03,USD\n\
    land/a/b,land/a,B,2014-01-03,USD\n";

/// The lines of each file below its header; an empty file is left out.
#[derive(Clone, Copy, Default)]
pub(super) struct Files<'f> {
    pub(super) resellers: &'f str,
    pub(super) products: &'f str,
    pub(super) prices: &'f str,
    pub(super) orders: &'f str,
    pub(super) lines: &'f str,
}

impl Files<'_> {
    pub(super) fn whole(&self) -> Vec<(&'static str, Vec<u8>)> {
        let files = [
            ("resellers.csv", HEADER, self.resellers),
            ("products.csv", PRODUCTS, self.products),
            ("prices.csv", PRICES, self.prices),
            ("orders.csv", ORDERS, self.orders),
            ("order_lines.csv", LINES, self.lines),
        ];
        let there = files.into_iter().filter(|(name, _, lines)| *name == "resellers.csv" || !lines.is_empty());
        there.map(|(name, header, lines)| (name, format!("{header}{lines}").into_bytes())).collect()
    }
}

/// Files as the import takes them from memory.
pub(super) fn as_slices<'f>(files: &'f [(&'static str, Vec<u8>)]) -> Vec<(&'f str, &'f [u8])> {
    files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect()
}

impl Network {
    pub(super) async fn take(&self, files: Files<'_>) -> Report {
        let files = files.whole();
        self.import_files(&as_slices(&files), OPTIONS).await.expect("good files")
    }

    pub(super) async fn company(&self, name: &str) -> TenantId {
        let chain = self.chain().await;
        chain.id(chain.find_named(name).expect("a company"))
    }

    pub(super) async fn order(&self, reference: &str) -> order::Model {
        let order = order::Entity::find_by_id(OrderId::imported(reference)).one(&self.outside).await;
        order.expect("an answer").expect("an order")
    }

    /// Number, sku, quantity and amount of the lines of an order.
    async fn lines(&self, reference: &str) -> Vec<(i32, String, i64, i64)> {
        let lines = order_line::Entity::find().filter(order_line::Column::OrderId.eq(OrderId::imported(reference)));
        let lines = lines.order_by_asc(order_line::Column::Number).all(&self.outside).await.expect("lines");
        lines.into_iter().map(|line| (line.number, line.sku, line.quantity, line.amount_minor)).collect()
    }
}

fn counts(created: u64, known: u64, differing: u64) -> Counts {
    Counts { created, known, differing }
}

async fn what_is_known_stays_as_it_is(database: TestDatabase) {
    let network = Network::new(&database).await;
    let first = Files {
        resellers: CHAIN,
        products: "P,Pen,Office,,100,USD\nQ,Quill,Office,Old,200,USD\n",
        prices: "land,P,150,USD\nland,Q,250,USD\n",
        orders: "1,land/a,2015-01-01,2015-01-02,DELIVERED,300,USD\n2,land/a,2015-01-01,,PLACED,200,USD\n",
        lines: "1,P,3,300\n2,Q,1,200\n",
    };
    let report = network.take(first).await;
    assert_eq!((report.products, report.prices), (counts(2, 0, 0), counts(2, 0, 0)));
    assert_eq!((report.orders, report.order_lines, report.postings), (counts(2, 0, 0), counts(2, 0, 0), 2));
    let (accounts, events) = (books::accounts(&network.outside).await, network.events().await);

    let other = Files {
        products: "P,Pencil,Office,,100,USD\nQ,Quill,Office,Old,200,USD\n",
        prices: "land,P,150,EUR\nland,Q,250,USD\n",
        orders: "1,land/a,2015-01-01,2015-01-02,DELIVERED,400,USD\n2,land/a,2015-01-01,,CANCELLED,200,USD\n",
        lines: "1,P,4,400\n1,Q,1,1\n",
        ..first
    };
    let report = network.take(other).await;
    assert_eq!((report.products, report.prices), (counts(0, 2, 1), counts(0, 2, 1)));
    // How far an order is has no say: that goes on.
    assert_eq!((report.orders, report.order_lines, report.postings), (counts(0, 2, 1), counts(0, 2, 0), 0));
    assert_eq!(books::accounts(&network.outside).await, accounts);
    assert_eq!(network.events().await, events);
    assert_eq!(network.order("1").await.amount_minor, 300);
    assert_eq!(network.order("2").await.status, OrderStatus::Placed);
    assert_eq!(network.lines("1").await, [(1, "P".to_owned(), 3, 300)]);
    let names = product::Entity::find().order_by_asc(product::Column::Sku).all(&network.outside).await;
    assert_eq!(names.expect("products").into_iter().map(|row| row.name).collect::<Vec<_>>(), ["Pen", "Quill"]);
}

async fn prices_are_of_companies_by_any_of_their_names(database: TestDatabase) {
    let network = Network::new(&database).await;
    let files = Files {
        resellers: CHAIN,
        products: "P,Pen,Office,,100,USD\nQ,Quill,Office,,200,USD\n",
        prices: "land/a,P,0,USD\nland-a,Q,250,JPY\nroot,P,7,USD\n",
        ..Files::default()
    };
    network.take(files).await;
    let of_a = price_override::Entity::find()
        .filter(price_override::Column::OwnerTenantId.eq(network.company("land/a").await))
        .order_by_asc(price_override::Column::PriceMinor);
    let of_a = of_a.all(&network.outside).await.expect("prices");
    let of_a: Vec<_> = of_a.into_iter().map(|row| (row.price_minor, row.currency)).collect();
    assert_eq!(of_a, [(0, "USD".to_owned()), (250, "JPY".to_owned())]);
    let events = network.events().await;
    let told = events.iter().filter(|event| event.event_type == "ResellerCatalog.catalog.pricing.updated");
    let told: Vec<_> = told.map(|event| (event.subject_tenant_id, event.data.clone())).collect();
    let imported = serde_json::json!({ "imported": true });
    let [a, root] = [network.company("land/a").await, network.company("root").await];
    assert_eq!(told, [(Some(a), imported.clone()), (Some(root), imported)], "once for each company");
}

async fn an_order_stands_where_its_status_says(database: TestDatabase) {
    let network = Network::new(&database).await;
    let orders = OrderStatus::ALL.map(|status| match status {
        OrderStatus::Delivered => format!("{status},land/a/b,2015-01-01,2015-01-09,{status},5,USD\n"),
        _ => format!("{status},land/a/b,2015-01-01,,{status},5,USD\n"),
    });
    let report = network.take(Files { resellers: CHAIN, orders: &orders.concat(), ..Files::default() }).await;
    assert_eq!((report.orders, report.postings), (counts(7, 0, 0), 3));
    let [parent, root] = [network.company("land/a").await, network.company("root").await];
    let (placed, delivered) = (Timestamp::start_of(date!(2015 - 01 - 01)), Timestamp::start_of(date!(2015 - 01 - 09)));
    let events = network.events().await;
    for status in OrderStatus::ALL {
        let order = network.order(status.as_str()).await;
        let at_parent = [OrderStatus::Placed, OrderStatus::AwaitingForward, OrderStatus::Cancelled].contains(&status);
        assert_eq!(order.holder_tenant_id, if at_parent { parent } else { root }, "{status}");
        assert_eq!((order.status, order.placed_at), (status, placed));
        let event = events.iter().find(|event| event.data["reference"] == status.as_str()).expect("its event");
        assert_eq!(event.occurred_at, order.updated_at);
        if status == OrderStatus::Delivered {
            assert_eq!((order.delivered_at, order.updated_at), (Some(delivered), delivered));
        } else {
            assert_eq!((order.delivered_at, order.updated_at), (None, placed));
            assert_eq!(event.event_type, "ResellerOrders.chain_order.status_changed");
            let expected = serde_json::json!({
                "orderId": order.id, "reference": status, "from": null, "to": status, "amountMinor": 5,
                "currency": "USD", "placedAt": "2015-01-01T00:00:00Z", "imported": true,
            });
            assert_eq!(event.data, expected);
        }
    }
}

async fn lines_of_an_order_need_not_stand_together(database: TestDatabase) {
    let network = Network::new(&database).await;
    let files = Files {
        resellers: CHAIN,
        products: "P,Pen,Office,,100,USD\nQ,Quill,Office,,200,USD\n",
        orders: "1,land,2015-01-01,,PLACED,600,USD\n2,land,2015-01-01,,PLACED,9,USD\n3,land,2015-01-01,,PLACED,8,USD\n",
        lines: "1,Q,1,200\n2,P,9,9\n1,P,3,300\n1,Q,1,100\n",
        ..Files::default()
    };
    assert_eq!(network.take(files).await.order_lines, counts(4, 0, 0));
    let line = |number, sku: &str, quantity, amount| (number, sku.to_owned(), quantity, amount);
    assert_eq!(network.lines("1").await, [line(1, "Q", 1, 200), line(2, "P", 3, 300), line(3, "Q", 1, 100)]);
    assert_eq!(network.lines("2").await, [line(1, "P", 9, 9)]);
    assert!(network.lines("3").await.is_empty(), "an order may have no lines");
}

async fn an_import_may_go_on_where_another_ended(database: TestDatabase) {
    let network = Network::new(&database).await;
    let first = Files {
        resellers: CHAIN,
        products: "P,Pen,Office,,100,USD\n",
        prices: "land,P,1,USD\n",
        orders: "1,land/a,2015-01-01,2015-01-02,DELIVERED,300,USD\n",
        lines: "1,P,3,300\n",
    };
    network.take(first).await;
    let next = Files {
        resellers: "land/a/c,land/a,C,2016-01-01,USD\n",
        prices: "land/a/c,P,2,USD\nland,P,1,USD\n",
        orders: "2,land/a/c,2016-01-01,2016-01-02,DELIVERED,50,USD\n1,land/a,2015-01-01,2015-01-02,DELIVERED,300,USD\n",
        lines: "2,P,1,50\n1,P,3,300\n",
        ..Files::default()
    };
    let report = network.take(next).await;
    assert_eq!((report.resellers, report.prices), (counts(1, 0, 0), counts(1, 1, 0)));
    assert_eq!((report.orders, report.order_lines, report.postings), (counts(1, 1, 0), counts(1, 1, 0), 3));
    let accounts = books::accounts(&network.outside).await;
    let mut of = Vec::new();
    for name in ["root", "land", "land/a", "land/a/c"] {
        of.push(accounts[&(network.company(name).await, "USD".to_owned())]);
    }
    assert_eq!(of, [(350, 0), (0, 350), (-300, 350), (-50, 50)]);
}

async fn each_currency_has_ledgers_of_its_own(database: TestDatabase) {
    let network = Network::new(&database).await;
    let orders = "1,land/a,2015-01-01,2015-01-02,DELIVERED,300,USD\n\
                  2,land/a/b,2015-01-01,2015-01-02,DELIVERED,70,JPY\n\
                  3,land/a/b,2015-01-01,2015-01-02,DELIVERED,0,EUR\n";
    let report = network.take(Files { resellers: CHAIN, orders, ..Files::default() }).await;
    assert_eq!(report.postings, 5, "two legs in dollars, three in yen, and none of nothing");
    let accounts = books::accounts(&network.outside).await;
    let root = network.company("root").await;
    assert_eq!(accounts[&(root, "USD".to_owned())], (300, 0));
    assert_eq!(accounts[&(root, "JPY".to_owned())], (70, 0));
    assert_eq!(accounts.len(), 3 + 4);
}

async fn many_rows_come_in_many_batches(database: TestDatabase) {
    let network = Network::new(&database).await;
    let rows = |row: &dyn Fn(usize) -> String| (0..2_500).map(row).collect::<String>();
    let shop = |number| ["land", "land/a", "land/a/b"][number % 3];
    let products = rows(&|number| format!("P{number},Product {number},C{},,100,USD\n", number % 7));
    let prices = rows(&|number| format!("{},P{number},{number},USD\n", shop(number)));
    let orders = rows(&|number| format!("{number},{},2015-01-01,2015-01-02,DELIVERED,20,USD\n", shop(number)));
    // All first lines, then all second ones.
    let lines = rows(&|number| format!("{number},P{number},1,5\n")) + &rows(&|number| format!("{number},P7,1,15\n"));
    let files = Files { resellers: CHAIN, products: &products, prices: &prices, orders: &orders, lines: &lines };
    let report = network.take(files).await;
    let all = counts(2_500, 0, 0);
    assert_eq!((report.products, report.prices, report.orders), (all, all, all));
    assert_eq!(report.order_lines, counts(5_000, 0, 0));
    assert_eq!(books::accounts(&network.outside).await[&(network.company("root").await, "USD".to_owned())].0, 50_000);
    let again = network.take(files).await;
    let known = counts(0, 2_500, 0);
    assert_eq!((again.products, again.prices, again.orders), (known, known, known));
    assert_eq!((again.order_lines, again.postings), (counts(0, 5_000, 0), 0));
}
