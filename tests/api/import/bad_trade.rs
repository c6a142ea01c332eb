//! Lines of products, prices, orders and their lines that cannot be imported: one sentence says why, and nothing of the run stays.

use entity::{OrderId, OrderStatus, Timestamp, order};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::trade::{CHAIN, Files, PRICES, PRODUCTS, as_slices};
use super::{HEADER, Network, OPTIONS, ORDERS};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    each_bad_line_of_trade_has_its_sentence_and_leaves_nothing,
    what_belongs_to_nobody_is_refused,
    a_name_of_an_order_that_is_taken_is_refused,
    what_comes_to_more_than_a_ledger_holds_is_refused,
);

const ANY_AMOUNT: &str = "expected a whole number from 0 to 100000000000000";

/// What follows the header, and the sentence about it. The product of line 2 is good.
const BAD_PRODUCTS: &[(&str, &str)] = &[
    ("Q,Quill,Office,,100\n", "line 3: expected 6 fields, found 5"),
    (",Quill,Office,,100,USD\n", "line 3, column 1 (sku): must not be empty"),
    (" Q,Quill,Office,,100,USD\n", "line 3, column 1 (sku): must not begin or end with a space"),
    ("P,Pen,Office,,100,USD\n", "line 3, column 1 (sku): \"P\" stands in line 2 already"),
    ("Q, ,Office,,100,USD\n", "line 3, column 2 (name): must not be empty"),
    ("Q,\"Qu\nill\",Office,,100,USD\n", "line 3, column 2 (name): must not contain control characters"),
    ("Q,Quill,,,100,USD\n", "line 3, column 3 (category): must not be empty"),
    ("Q,Quill,Office, ,100,USD\n", "line 3, column 4 (subcategory): must not be empty"),
    ("Q,Quill,Office,,-1,USD\n", "line 3, column 5 (list_price_minor): {any}, found \"-1\""),
    ("Q,Quill,Office,,1.5,USD\n", "line 3, column 5 (list_price_minor): {any}, found \"1.5\""),
    ("Q,Quill,Office,,100000000000001,USD\n", "line 3, column 5 (list_price_minor): {any}, found \"100000000000001\""),
    (
        "Q,Quill,Office,,99999999999999999999,USD\n",
        "line 3, column 5 (list_price_minor): {any}, found \"99999999999999999999\"",
    ),
    ("Q,Quill,Office,,,USD\n", "line 3, column 5 (list_price_minor): {any}, found \"\""),
    (
        "Q,Quill,Office,,1,dollars\n",
        "line 3, column 6 (currency): expected a currency of ISO 4217 such as USD, found \"dollars\"",
    ),
];

/// The price of line 2 is good: of P at land/a.
const BAD_PRICES: &[(&str, &str)] = &[
    ("land,P,1\n", "line 3: expected 4 fields, found 3"),
    ("nowhere,P,1,USD\n", "line 3, column 1 (reseller_id): unknown reseller \"nowhere\""),
    ("land,Q,1,USD\n", "line 3, column 2 (sku): unknown product \"Q\""),
    ("land,\0,1,USD\n", "line 3, column 2 (sku): unknown product \"\\0\""),
    ("land/a,P,1,USD\n", "line 3: the price of \"P\" at \"land/a\" stands in line 2 already"),
    // By another of its names.
    ("land-a,P,1,USD\n", "line 3: the price of \"P\" at \"land-a\" stands in line 2 already"),
    ("land,P,-1,USD\n", "line 3, column 3 (price_minor): {any}, found \"-1\""),
    ("land,P,1,XX\n", "line 3, column 4 (currency): expected a currency of ISO 4217 such as USD, found \"XX\""),
];

/// The order of line 2 is good.
const BAD_ORDERS: &[(&str, &str)] = &[
    ("2,land,2015-01-01,,PLACED,600\n", "line 3: expected 7 fields, found 6"),
    (" ,land,2015-01-01,,PLACED,600,USD\n", "line 3, column 1 (order_ref): must not be empty"),
    ("2\0,land,2015-01-01,,PLACED,600,USD\n", "line 3, column 1 (order_ref): must not contain a NUL"),
    ("1,land/a,2015-01-01,,PLACED,600,USD\n", "line 3, column 1 (order_ref): \"1\" stands in line 2 already"),
    ("2,nowhere,2015-01-01,,PLACED,600,USD\n", "line 3, column 2 (reseller_id): unknown reseller \"nowhere\""),
    ("2,root,2015-01-01,,PLACED,600,USD\n", "line 3, column 2 (reseller_id): the root has nobody to order from"),
    (
        "2,land,1.1.2015,,PLACED,600,USD\n",
        "line 3, column 3 (placed_on): expected a date YYYY-MM-DD, found \"1.1.2015\"",
    ),
    (
        "2,land,2026-11-23,,PLACED,600,USD\n",
        "line 3, column 3 (placed_on): expected no day after today (2026-11-22), found 2026-11-23",
    ),
    (
        "2,land,2015-01-01,,DELIVERED,600,USD\n",
        "line 3, column 4 (delivered_on): expected a date YYYY-MM-DD, for the order is DELIVERED, found nothing",
    ),
    (
        "2,land,2015-01-01,2015-01-02,SHIPPED,600,USD\n",
        "line 3, column 4 (delivered_on): expected nothing, for the order is SHIPPED, found \"2015-01-02\"",
    ),
    (
        "2,land,2015-01-02,2015-01-01,DELIVERED,600,USD\n",
        "line 3, column 4 (delivered_on): expected no day before the order was placed (2015-01-02), found 2015-01-01",
    ),
    (
        "2,land,2015-01-02,2026-11-23,DELIVERED,600,USD\n",
        "line 3, column 4 (delivered_on): expected no day after today (2026-11-22), found 2026-11-23",
    ),
    (
        "2,land,2015-01-02,2015-02-30,DELIVERED,600,USD\n",
        "line 3, column 4 (delivered_on): expected a date YYYY-MM-DD, found \"2015-02-30\"",
    ),
    (
        "2,land,2015-01-01,,LOST,600,USD\n",
        "line 3, column 5 (status): expected one of PLACED, AWAITING_FORWARD, FORWARDED, CONFIRMED, SHIPPED, DELIVERED, CANCELLED, found \"LOST\"",
    ),
    ("2,land,2015-01-01,,PLACED,many,USD\n", "line 3, column 6 (amount_minor): {any}, found \"many\""),
    (
        "2,land,2015-01-01,,PLACED,600,\n",
        "line 3, column 7 (currency): expected a currency of ISO 4217 such as USD, found \"\"",
    ),
];

/// The line of line 2 is good: all of the order "1".
const BAD_LINES: &[(&str, &str)] = &[
    ("1,P,1\n", "line 3: expected 4 fields, found 3"),
    ("2,P,1,600\n", "line 3, column 1 (order_ref): unknown order \"2\""),
    ("1,Q,1,600\n", "line 3, column 2 (sku): unknown product \"Q\""),
    ("1,P,0,600\n", "line 3, column 3 (quantity): expected a whole number from 1 to 100000000000000, found \"0\""),
    ("1,P,1,-600\n", "line 3, column 4 (amount_minor): {any}, found \"-600\""),
];

/// Lines of which the last is bad only beside the others; the sentence is about the orders.
const BAD_SUMS: &[(&str, &str)] = &[
    ("1,P,1,1\n", "line 2, column 6 (amount_minor): the lines of \"1\" add up to 601, and it says 600"),
    ("again,P,1,8\n", "line 3, column 6 (amount_minor): the lines of \"again\" add up to 8, and it says 9"),
];

async fn each_bad_line_of_trade_has_its_sentence_and_leaves_nothing(database: TestDatabase) {
    let network = Network::new(&database).await;
    let good = Files {
        resellers: CHAIN,
        products: "P,Pen,Office,,100,USD\n",
        prices: "land/a,P,1,USD\n",
        orders: "1,land,2015-01-01,,PLACED,600,USD\n",
        lines: "1,P,3,600\n",
    };
    for (line, sentence) in BAD_PRODUCTS {
        let products = format!("{}{line}", good.products);
        refused(&network, Files { products: &products, ..good }, &format!("products.csv, {sentence}")).await;
    }
    for (line, sentence) in BAD_PRICES {
        let prices = format!("{}{line}", good.prices);
        refused(&network, Files { prices: &prices, ..good }, &format!("prices.csv, {sentence}")).await;
    }
    for (line, sentence) in BAD_ORDERS {
        let orders = format!("{}{line}", good.orders);
        refused(&network, Files { orders: &orders, ..good }, &format!("orders.csv, {sentence}")).await;
    }
    for (line, sentence) in BAD_LINES {
        let lines = format!("{}{line}", good.lines);
        refused(&network, Files { lines: &lines, ..good }, &format!("order_lines.csv, {sentence}")).await;
    }
    for (line, sentence) in BAD_SUMS {
        let orders = format!("{}again,land,2015-01-01,,PLACED,9,USD\n", good.orders);
        let lines = format!("{}{line}", good.lines);
        refused(&network, Files { orders: &orders, lines: &lines, ..good }, &format!("orders.csv, {sentence}")).await;
    }
    let long = "é".repeat(601);
    let orders = format!("{long},land,2015-01-01,,PLACED,600,USD\n");
    let sentence = "orders.csv, line 2, column 1 (order_ref): must have at most 600 characters";
    refused(&network, Files { orders: &orders, ..good }, sentence).await;
    // Nothing of them stands in the way of good files.
    let report = network.import_files(&as_slices(&good.whole()), OPTIONS).await.expect("good files");
    assert_eq!((report.products.created, report.prices.created), (1, 1));
    assert_eq!((report.orders.created, report.order_lines.created), (1, 1));
}

async fn refused(network: &Network, files: Files<'_>, sentence: &str) {
    let whole = files.whole();
    let refused = network.import_files(&as_slices(&whole), OPTIONS).await.expect_err(sentence).to_string();
    assert_eq!(refused, sentence.replace("{any}", ANY_AMOUNT));
    assert!(network.is_empty().await);
    assert_eq!(order::Entity::find().all(&network.outside).await.expect("orders"), []);
}

async fn what_belongs_to_nobody_is_refused(database: TestDatabase) {
    let network = Network::new(&database).await;
    let product = format!("{PRODUCTS}P,Pen,Office,,100,USD\n");
    let price = format!("{PRICES}land,P,100,USD\n");
    let order = format!("{ORDERS}1,land,2015-01-01,,PLACED,1,USD\n");
    for (file, lines, sentence) in [
        (
            "products.csv",
            &product,
            "products.csv, line 2: expected a root, which products belong to, and there is no company",
        ),
        ("prices.csv", &price, "prices.csv, line 2, column 1 (reseller_id): unknown reseller \"land\""),
        ("orders.csv", &order, "orders.csv, line 2, column 2 (reseller_id): unknown reseller \"land\""),
    ] {
        let files: &[(&str, &[u8])] = &[("resellers.csv", HEADER.as_bytes()), (file, lines.as_bytes())];
        let refused = network.import_files(files, OPTIONS).await.expect_err(sentence);
        assert_eq!(refused.to_string(), sentence);
    }
}

async fn a_name_of_an_order_that_is_taken_is_refused(database: TestDatabase) {
    let network = Network::new(&database).await;
    let chain = Files { resellers: CHAIN, ..Files::default() };
    network.import_files(&as_slices(&chain.whole()), OPTIONS).await.expect("good files");
    let chain_now = network.chain().await;
    let land = chain_now.id(chain_now.find_named("land").expect("a company"));
    // As one that was placed here.
    let placed = order::Model {
        id: OrderId::generate(),
        owner_tenant_id: land,
        reference: "1".to_owned(),
        imported: false,
        status: OrderStatus::Placed,
        holder_tenant_id: land,
        currency: "USD".to_owned(),
        amount_minor: 1,
        placed_at: Timestamp(0),
        delivered_at: None,
        updated_at: Timestamp(0),
    };
    let placed = placed.into_active_model().reset_all();
    order::Entity::insert(placed).exec_without_returning(&network.outside).await.expect("an order");
    let orders = "2,land,2015-01-01,,PLACED,1,USD\n1,land,2015-01-01,,PLACED,1,USD\n3,land,2015-01-01,,PLACED,1,USD\n";
    let files = Files { orders, ..chain };
    let refused = network.import_files(&as_slices(&files.whole()), OPTIONS).await.expect_err("a taken name");
    let sentence =
        "orders.csv, line 3, column 1 (order_ref): \"1\" is the name of another order of this reseller already";
    assert_eq!(refused.to_string(), sentence);
    assert_eq!(order::Entity::find().all(&network.outside).await.expect("orders").len(), 1);
    // Another company's names are its own.
    let files = Files { orders: "1,land/a,2015-01-01,,PLACED,1,USD\n", ..chain };
    network.import_files(&as_slices(&files.whole()), OPTIONS).await.expect("good files");
}

async fn what_comes_to_more_than_a_ledger_holds_is_refused(database: TestDatabase) {
    let network = Network::new(&database).await;
    let most =
        (0..92_300).map(|number| format!("{number},land/a,2015-01-01,2015-01-01,DELIVERED,100000000000000,USD\n"));
    let orders = most.collect::<String>();
    let files = Files { resellers: CHAIN, orders: &orders, ..Files::default() }.whole();
    let refused = network.import_files(&as_slices(&files), OPTIONS).await.expect_err("too much");
    assert_eq!(refused.to_string(), "the delivered orders in USD add up to more than a ledger can hold");
    assert!(network.is_empty().await);
}
