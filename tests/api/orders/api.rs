//! Orders through the API.

use entity::{OrderId, OrderStatus, Role, TenantId};
use reseller_network::bus::Alias;
use reseller_network::bus::contract::orders::{GetOrders, ListOrders};
use serde_json::{Value, json};

use crate::support::app::{Answer, Setup, id};
use crate::support::faults::Failing;
use crate::support::market::{Market, key};
use crate::support::statements::observed;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_order_travels_up_three_levels_into_the_ledgers_of_both_sides,
    what_was_refused_is_told_where_it_stands,
    the_same_key_answers_with_the_same_order,
    an_order_is_found_by_its_id_by_those_who_take_part,
    a_list_is_paged_by_cursors,
    a_list_is_filtered,
    who_waits_for_approval_sees_no_orders,
    an_orders_module_that_is_down_costs_its_own_fields_alone,
    many_orders_cost_as_many_statements_and_calls_as_few,
);

const PLACE: &str = "mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
    order { id reference status placedBy { resellerId name } holder { name } placedAt total { amount currency }
        lines { sku name quantity unitPrice { amount } amount { amount } } legs { from { name } to { name } status total { amount } } }
    userErrors { code field message } } }";

const ADVANCE: &str = "mutation ($input: AdvanceOrderInput!) { advanceOrder(input: $input) {
    order { id status holder { name } legs { from { name } to { name } status total { amount } } } userErrors { code field message } } }";

const LIST: &str = "query ($filter: OrderFilter, $first: Int, $after: String, $last: Int, $before: String) {
    orders(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn advanced(market: &Market, company: TenantId, order: &Value, to: OrderStatus) -> Answer {
    let input = json!({ "id": order, "to": to, "note": format!("now {to}") });
    market.ask_as(company, ADVANCE, json!({ "input": input })).await
}

async fn an_order_travels_up_three_levels_into_the_ledgers_of_both_sides(database: TestDatabase) {
    const LEDGER: &str =
        "{ ledgerEntries { nodes { amount { amount currency } balance { amount } counterparty { name } reason
        order { reference total { amount } } } } }";
    let market = Market::open(database).await;
    let [root, second, first, placer] = market.line().await;
    let lines = json!([{ "sku": "mug", "quantity": 10 }, { "sku": "pen", "quantity": 1 }]);
    let input = json!({ "lines": lines, "reference": "PO-7", "idempotencyKey": key() });
    let placed = market.ask_as(placer, PLACE, json!({ "input": input })).await.at("/placeOrder");
    let order = placed["order"]["id"].clone();
    let expected = json!({
        "id": order, "reference": "PO-7", "status": "PLACED", "placedAt": "2026-11-22T12:00:00Z",
        "placedBy": { "resellerId": id(placer), "name": "Level 3" }, "holder": { "name": "Level 2" },
        "total": { "amount": "13.13", "currency": "USD" },
        "lines": [
            { "sku": "mug", "name": "A mug", "quantity": 10, "unitPrice": { "amount": "1.30" }, "amount": { "amount": "13.00" } },
            { "sku": "pen", "name": "A pen", "quantity": 1, "unitPrice": { "amount": "0.13" }, "amount": { "amount": "0.13" } },
        ],
        "legs": [{ "from": { "name": "Level 3" }, "to": { "name": "Level 2" }, "status": "PLACED", "total": { "amount": "13.13" } }],
    });
    assert_eq!(placed, json!({ "order": expected, "userErrors": [] }));

    let leg = |from: &str, to: &str, status: &str, total: &str| json!({ "from": { "name": from }, "to": { "name": to }, "status": status, "total": { "amount": total } });
    for (company, next, totals) in [(first, "Level 1", ["13.13", "12.12"]), (second, "Root", ["12.12", "11.11"])] {
        advanced(&market, company, &order, OrderStatus::AwaitingForward).await.data();
        let forwarded = advanced(&market, company, &order, OrderStatus::Forwarded).await.at("/advanceOrder");
        let names = if company == first { ["Level 3", "Level 2", "Level 1"] } else { ["Level 2", "Level 1", "Root"] };
        let legs = [leg(names[0], names[1], "FORWARDED", totals[0]), leg(names[1], names[2], "PLACED", totals[1])];
        let expected = json!({ "id": order, "status": "FORWARDED", "holder": { "name": next }, "legs": legs });
        assert_eq!(forwarded, json!({ "order": expected, "userErrors": [] }));
    }
    for to in [OrderStatus::Confirmed, OrderStatus::Shipped, OrderStatus::Delivered] {
        let done = advanced(&market, root, &order, to).await.at("/advanceOrder");
        let legs = [leg("Level 1", "Root", to.as_str(), "11.11")];
        assert_eq!(done["order"], json!({ "id": order, "status": to, "holder": { "name": "Root" }, "legs": legs }));
    }

    let entry = |amount: &str, balance: &str, counterparty: &str, total: &str| {
        json!({ "amount": { "amount": amount, "currency": "USD" }, "balance": { "amount": balance }, "counterparty": { "name": counterparty },
            "reason": "Order PO-7 delivered", "order": { "reference": "PO-7", "total": { "amount": total } } })
    };
    for (company, entries) in [
        (placer, vec![entry("-13.13", "-13.13", "Level 2", "13.13")]),
        (first, vec![entry("-12.12", "1.01", "Level 1", "13.13"), entry("13.13", "13.13", "Level 3", "13.13")]),
        (second, vec![entry("-11.11", "1.01", "Root", "12.12"), entry("12.12", "12.12", "Level 2", "12.12")]),
        (root, vec![entry("11.11", "11.11", "Level 1", "11.11")]),
    ] {
        let ledger = market.ask_as(company, LEDGER, json!({})).await;
        assert_eq!(ledger.at("/ledgerEntries/nodes"), json!(entries), "newest first");
    }
}

async fn what_was_refused_is_told_where_it_stands(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let place = async |lines: Value| {
        let input = json!({ "lines": lines, "idempotencyKey": key() });
        market.ask_as(placer, PLACE, json!({ "input": input })).await.at("/placeOrder")
    };
    let refused = |code: &str, field: Value, message: &str| {
        let errors = json!([{ "code": code, "field": field, "message": message }]);
        json!({ "order": null, "userErrors": errors })
    };
    let unknown = place(json!([{ "sku": "mug", "quantity": 1 }, { "sku": "no such", "quantity": 1 }])).await;
    let field = json!(["lines", "1", "sku"]);
    assert_eq!(unknown, refused("NOT_FOUND", field, "There is no such product in your catalog."));
    let nothing = place(json!([])).await;
    assert_eq!(nothing, refused("INVALID", json!(["lines"]), "Expected 1 to 500 lines."));

    let viewer = market.member("viewer", placer, Role::Viewer).await;
    let input = json!({ "lines": [{ "sku": "mug", "quantity": 1 }], "idempotencyKey": key() });
    let by_viewer = market.ask(&viewer, PLACE, json!({ "input": input })).await.at("/placeOrder");
    assert_eq!(by_viewer, refused("NOT_ALLOWED", Value::Null, "This takes the role ADMIN."));

    let order = json!(id(market.place(placer, &[("mug", 1)]).await));
    let wrong = advanced(&market, root, &order, OrderStatus::Delivered).await.at("/advanceOrder");
    let message = "The order is PLACED: you can take it to CONFIRMED or CANCELLED.";
    assert_eq!(wrong, refused("CONFLICT", json!(["to"]), message));
    let never = advanced(&market, root, &json!(id(OrderId::generate())), OrderStatus::Confirmed).await;
    assert_eq!(never.at("/advanceOrder"), refused("NOT_FOUND", json!(["id"]), "There is no such order of yours."));
    let no_order = advanced(&market, root, &json!(id(root)), OrderStatus::Confirmed).await;
    assert_eq!(no_order.wrong_argument(), "input.id");
}

async fn the_same_key_answers_with_the_same_order(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, placer] = market.line().await;
    let input = json!({ "lines": [{ "sku": "mug", "quantity": 1 }], "idempotencyKey": "once" });
    let place = async |input: &Value| market.ask_as(placer, PLACE, json!({ "input": input })).await.at("/placeOrder");
    let first = place(&input).await;
    assert_eq!(place(&input).await, first);
    let other = json!({ "lines": [{ "sku": "mug", "quantity": 2 }], "idempotencyKey": "once" });
    assert_eq!(place(&other).await["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(
        market.ask_as(placer, LIST, json!({})).await.at("/orders/nodes"),
        json!([{ "id": first["order"]["id"] }])
    );
}

async fn an_order_is_found_by_its_id_by_those_who_take_part(database: TestDatabase) {
    const BY_ID: &str =
        "query ($id: ID!) { order(id: $id) { id } node(id: $id) { __typename id } nodes(ids: [$id, $id]) { id } }";
    let market = Market::open(database).await;
    let [root, upper, placer, below] = market.line().await;
    let order = id(market.place(placer, &[("mug", 1)]).await);
    let calls = market.calls_of(GetOrders::NAME);
    for company in [placer, upper] {
        let found = market.ask_as(company, BY_ID, json!({ "id": order })).await.data();
        let node = json!({ "__typename": "Order", "id": order });
        let expected = json!({ "order": { "id": order }, "node": node, "nodes": [{ "id": order }, { "id": order }] });
        assert_eq!(found, expected);
        assert_eq!(calls.take().len(), 1, "one call for all of a request");
    }
    for company in [root, below] {
        let answer = market.ask_as(company, BY_ID, json!({ "id": order })).await;
        assert_eq!(answer.data(), json!({ "order": null, "node": null, "nodes": [null, null] }));
        let never = market.ask_as(company, BY_ID, json!({ "id": id(OrderId::generate()) })).await;
        assert_eq!(answer.whole(), never.whole());
    }
}

async fn a_list_is_paged_by_cursors(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, upper, placer] = market.line().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let company = if number % 2 == 0 { placer } else { upper };
        ids.insert(0, id(market.place(company, &[("mug", 1)]).await));
    }
    let page = async |variables: Value| market.ask_as(upper, LIST, variables).await.at("/orders");
    let shown = |page: &Value| {
        let edges = page["edges"].as_array().expect("edges");
        edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let first = page(json!({ "first": 2 })).await;
    assert_eq!(shown(&first), ids[..2], "newest first");
    assert_eq!(first["pageInfo"]["hasNextPage"], json!(true));
    assert_eq!(
        (&first["pageInfo"]["hasPreviousPage"], &first["pageInfo"]["startCursor"]),
        (&json!(false), &first["edges"][0]["cursor"])
    );
    let rest = page(json!({ "first": 5, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!((shown(&rest), &rest["pageInfo"]["hasNextPage"]), (ids[2..].to_vec(), &json!(false)));
    let last = page(json!({ "last": 2 })).await;
    assert_eq!((shown(&last), &last["pageInfo"]["hasPreviousPage"]), (ids[3..].to_vec(), &json!(true)));
    let before = page(json!({ "last": 2, "before": last["pageInfo"]["startCursor"] })).await;
    assert_eq!(shown(&before), ids[1..3]);

    for (argument, cursor) in [("after", json!("nonsense")), ("before", json!("bAAAAAAAAAAB"))] {
        let answer = market.ask_as(upper, LIST, json!({ argument: cursor })).await;
        assert_eq!(answer.wrong_argument(), argument);
    }
    assert_eq!(market.ask_as(upper, LIST, json!({ "first": 101 })).await.wrong_argument(), "first");
}

async fn a_list_is_filtered(database: TestDatabase) {
    let market = Market::open(database).await;
    let [_, upper, placer] = market.line().await;
    let first = market.place(placer, &[("mug", 1)]).await;
    let second = market.place(upper, &[("mug", 1)]).await;
    market.advance(first, &[(upper, OrderStatus::AwaitingForward)]).await;
    let list = async |filter: Value| {
        let nodes = market.ask_as(upper, LIST, json!({ "filter": filter })).await.at("/orders/nodes");
        nodes.as_array().expect("nodes").iter().map(|node| node["id"].clone()).collect::<Vec<_>>()
    };
    let (first, second) = (json!(id(first)), json!(id(second)));
    assert_eq!(list(json!({ "status": ["AWAITING_FORWARD", "SHIPPED"] })).await, [first.clone()]);
    assert_eq!(list(json!({ "status": [] })).await, Vec::<Value>::new());
    assert_eq!(list(json!({ "heldByMe": true })).await, [first.clone()]);
    assert_eq!(list(json!({ "heldByMe": false })).await, [second.clone()]);
    assert_eq!(list(json!({ "placedAfter": "2026-11-22T12:00:00Z" })).await, [second, first]);
    assert_eq!(list(json!({ "placedBefore": "2026-11-22T12:00:00Z" })).await, Vec::<Value>::new());
    let too_many = json!({ "filter": { "status": vec!["PLACED"; 101] } });
    assert_eq!(market.ask_as(upper, LIST, too_many).await.wrong_argument(), "status");
}

async fn who_waits_for_approval_sees_no_orders(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root] = market.line().await;
    let pending = market.company_of(Some(root), "Pending", entity::TenantStatus::Pending).await;
    assert_eq!(market.ask_as(pending, LIST, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(market.ask_as(pending, "{ ledgerEntries { nodes { id } } }", json!({})).await.code(), "FORBIDDEN");
}

async fn an_orders_module_that_is_down_costs_its_own_fields_alone(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let order = market.place(placer, &[("mug", 1)]).await;
    market.deliver(order, &[root]).await;
    market.switch_of(GetOrders::NAME).to(Failing);
    market.switch_of(ListOrders::NAME).to(Failing);
    let query = "query ($id: ID!) { order(id: $id) { id } orders { nodes { id } }
        ledgerEntries { nodes { reason amount { amount } order { id } } } viewer { role } }";
    let answer = market.ask_as(placer, query, json!({ "id": id(order) })).await.json();
    let reason = answer["data"]["ledgerEntries"]["nodes"][0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("Order ORD-") && reason.ends_with(" delivered"), "{reason}");
    let entry = json!({ "reason": reason, "amount": { "amount": "-1.10" }, "order": null });
    let expected =
        json!({ "order": null, "orders": null, "ledgerEntries": { "nodes": [entry] }, "viewer": { "role": "ADMIN" } });
    assert_eq!(answer["data"], expected);
    let mut errors: Vec<_> = answer["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| (error["path"].to_string(), error["extensions"]["code"].clone()))
        .collect();
    errors.sort_by(|one, other| one.0.cmp(&other.0));
    let paths = [json!(["ledgerEntries", "nodes", 0, "order"]), json!(["order"]), json!(["orders"])];
    assert_eq!(errors, paths.map(|path| (path.to_string(), json!("MODULE_UNAVAILABLE"))));
}

async fn many_orders_cost_as_many_statements_and_calls_as_few(database: TestDatabase) {
    const ALL: &str = "query ($first: Int!) { orders(first: $first) { nodes { id lines { sku amount { amount } } legs { total { amount } } } }
        ledgerEntries(first: $first) { nodes { amount { amount } order { id lines { sku } } } } }";
    let (observer, statements) = observed();
    let market = Market::open_with(database, Setup { observer: Some(observer), ..Setup::default() }).await;
    let [root, upper, placer] = market.line().await;
    for mugs in 1..=12 {
        let order = market.place(placer, &[("mug", mugs), ("pen", 1)]).await;
        if mugs % 2 == 0 {
            market.deliver(order, &[upper, root]).await;
        }
        market.place(upper, &[("pen", mugs)]).await;
    }
    let calls = market.calls_of("");
    let mut costs = Vec::new();
    for first in [2, 12] {
        market.ask_as(upper, ALL, json!({ "first": 1 })).await.data();
        (statements.take(), calls.take());
        let answer = market.ask_as(upper, ALL, json!({ "first": first })).await;
        assert_eq!(answer.at("/orders/nodes").as_array().expect("nodes").len(), first);
        assert_eq!(answer.at("/ledgerEntries/nodes").as_array().expect("nodes").len(), first);
        let of_orders = |sql: &str| sql.contains("\"order") || sql.contains("\"ledger");
        let sent = statements.take().into_iter().filter(|statement| of_orders(&statement.sql)).count();
        costs.push((sent, calls.take().len()));
    }
    assert_eq!(costs[0], costs[1], "statements and calls, of 2 and of 12 orders");
    assert_eq!(costs[0].1, 3, "the list, the ledger, and the ledger's orders");
}
