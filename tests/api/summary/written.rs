//! Resellers of a list are written raw, unless the document asks for what the writer does not know: both must say the same, to the byte.

use entity::{OrderStatus, Role};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use crate::support::app::{Answer, id};
use crate::support::market::Market;
use crate::support::{Backend, TestDatabase};

/// A selection that the writer does not know, and what it is answered with for a child of the caller's company.
const PLAIN: &str = " forcePlain: path { __typename }";
const PLAIN_ANSWER: &str = "\"forcePlain\":[{\"__typename\":\"Reseller\"},{\"__typename\":\"Reseller\"}]";

/// Lists of the same children. Each has a key of its own, so that no two conflict.
const LISTS: [&str; 3] = ["children", "c1: children(first: 2)", "c2: children(last: 3)"];

/// Arguments of `summary` and of `availableCatalog`, each with the key that it is answered under.
const SUMMARIES: [&str; 4] = [
    "summary",
    "s1: summary(period: { preset: TODAY })",
    "s2: summary(period: { range: { from: $from, to: \"2026-11-30\" } })",
    "s3: summary(period: null)",
];
const CATALOGS: [&str; 4] = [
    "availableCatalog",
    "a1: availableCatalog(first: $first)",
    "a2: availableCatalog(search: \"U\", last: 1)",
    "a3: availableCatalog(category: \"pen\", after: $after)",
];

#[test]
fn what_is_written_is_what_the_library_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (market, token, variables) = runtime.block_on(start());
    let ask = |document: &str| -> Answer { runtime.block_on(market.ask(&token, document, variables.clone())) };
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&lists(), |lists| {
        let document = |more: &str| text(&lists, more);
        let (raw, plain) = (ask(&document("")), ask(&document(PLAIN)));
        prop_assume!(!plain.body.contains("QUERY_TOO_COMPLEX"));
        prop_assert!(raw.json().get("errors").is_none(), "{}", raw.body);
        prop_assert!(plain.body.contains(PLAIN_ANSWER), "{}", plain.body);
        prop_assert_eq!(&raw.body, &without_plain(&plain.body));
        Ok(())
    });
    outcome.unwrap_or_else(|failed| panic!("{failed}"));
}

/// A company whose children have ordered, owe something, earn something, may not sell everything, or are frozen.
async fn start() -> (Market, String, Value) {
    let market = Market::open(TestDatabase::new(Backend::Sqlite).await).await;
    let [root] = market.line().await;
    let names = ["Plain", "\"Quoted\" \\ <b> ü \u{2028} 🙂", "Denied", "Frozen"];
    let mut children = Vec::new();
    for name in names {
        children.push(market.company(Some(root), name).await);
    }
    for (child, quantity) in children.iter().zip(1..) {
        let order = market.place(*child, &[("mug", quantity), ("pen", 1)]).await;
        if quantity == 1 {
            market.deliver(order, &[root]).await;
        }
        market.place(*child, &[("book", quantity)]).await;
    }
    let cancelled = market.place(children[1], &[("pen", 3)]).await;
    market.advance(cancelled, &[(children[1], OrderStatus::Cancelled)]).await;
    market.asks(children[1], "mug", crate::support::market::dollars(333)).await;
    market.denies(root, children[2], "mug").await;
    market.chain.freeze(Actor::central(), children[3], "late payments").await.unwrap();
    let token = market.member("somebody", root, Role::Viewer).await;
    let page = market.ask(&token, "{ catalog(first: 1) { pageInfo { endCursor } } }", json!({})).await;
    let after = page.at("/catalog/pageInfo/endCursor");
    (
        market,
        token,
        json!({ "id": id(root), "from": "2026-11-01", "first": 2, "after": after, "yes": true, "no": false }),
    )
}

fn without_plain(body: &str) -> String {
    let with_comma = [format!(",{PLAIN_ANSWER}"), format!("{PLAIN_ANSWER},"), PLAIN_ANSWER.to_owned()];
    with_comma.iter().fold(body.to_owned(), |body, part| body.replace(part, ""))
}

/// A document with these lists, and with `more` in the selection of each.
fn text(lists: &[(usize, bool, String)], more: &str) -> String {
    let mention = |(list, aside, nodes): &(usize, bool, String)| {
        let list = format!("{} {{ nodes {{ {nodes}{more} }} }}", LISTS[*list]);
        // Beside the others, where only all mentions together make the answer.
        if *aside { format!("}} reseller(id: $id) {{ {list}") } else { list }
    };
    // Variables must all be used.
    let used = format!(
        "used: children {{ nodes {{ {} {{ period {{ from }} }} {} {{ totalCount }} {} {{ totalCount }} \
         id @include(if: $yes) @skip(if: $no){more} }} }}",
        SUMMARIES[2], CATALOGS[1], CATALOGS[3]
    );
    format!(
        "query ($id: ID!, $from: Date!, $first: Int!, $after: String, $yes: Boolean!, $no: Boolean!) {{
          reseller(id: $id) {{ __typename {} {used} }} }}",
        lists.iter().map(mention).collect::<Vec<_>>().join(" ")
    )
}

fn lists() -> impl Strategy<Value = Vec<(usize, bool, String)>> {
    prop::collection::vec((0..LISTS.len(), any::<bool>(), nodes()), 1..4)
}

fn several(one: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop::collection::vec(one, 1..5).prop_map(|all| all.join(" ")).boxed()
}

/// A leaf under its own name or an alias, the same for all of its mentions; sometimes left out.
fn leaf(names: &'static [&'static str]) -> BoxedStrategy<String> {
    let directives = vec!["", "", "", " @include(if: $yes)", " @include(if: $no)"];
    (prop::sample::select(names), any::<bool>(), prop::sample::select(directives))
        .prop_map(
            |(name, aliased, directive)| {
                if aliased { format!("x{name}: {name}{directive}") } else { format!("{name}{directive}") }
            },
        )
        .boxed()
}

fn object(heads: &'static [&'static str], inside: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (prop::sample::select(heads), several(inside)).prop_map(|(head, inside)| format!("{head} {{ {inside} }}")).boxed()
}

fn nodes() -> BoxedStrategy<String> {
    const STATS: &[&str] =
        &["stale", "asOf", "itemCount", "newItemCount", "averageMarginPercent", "belowFloorCount", "__typename"];
    const LEAVES: &[&str] = &[
        "id",
        "name",
        "slug",
        "status",
        "frozen",
        "depth",
        "joinedAt",
        "currency",
        "childCount",
        "descendantCount",
        "activeDescendantCount",
        "__typename",
    ];
    let money = leaf(&["amount", "currency", "__typename"]);
    let orders = prop_oneof![
        leaf(&["stale", "asOf", "count", "__typename"]),
        object(&["revenue"], money.clone()),
        object(&["byStatus"], leaf(&["status", "count", "__typename"])),
    ];
    let finance =
        prop_oneof![leaf(&["stale", "asOf", "__typename"]), object(&["balances", "outstanding"], money.clone())];
    let summary = prop_oneof![
        1 => object(&["period"], leaf(&["from", "to", "__typename"])),
        3 => object(&["orders", "xorders: orders"], orders.boxed()),
        2 => object(&["finance"], finance.boxed()),
        2 => object(&["catalog"], leaf(STATS)),
        1 => Just("__typename".to_owned()),
    ];
    let item = prop_oneof![
        3 => leaf(&["id", "sku", "name", "category", "marginPercent", "updatedAt", "__typename"]),
        2 => object(&["cost", "price"], money),
    ];
    let catalog = prop_oneof![1 => leaf(&["totalCount", "__typename"]), 3 => object(&["nodes"], item.boxed())];
    let one = prop_oneof![
        4 => leaf(LEAVES),
        3 => object(&SUMMARIES, summary.boxed()),
        3 => object(&CATALOGS, catalog.boxed()),
    ];
    let wrapped = (one, 0..4_u8).prop_map(|(one, wrapped)| match wrapped {
        0 => format!("... on Reseller {{ {one} }}"),
        1 => format!("... {{ {one} }}"),
        _ => one,
    });
    several(wrapped.boxed())
}
