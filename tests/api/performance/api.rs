//! What callers see of a performance, and what they may ask.

use entity::{Role, TenantStatus};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};
use time::macros::date;

use super::history::History;
use super::{PERFORMANCE, World, range};
use crate::support::app::id;
use crate::support::{TestDatabase, on_both_databases};
use entity::Timestamp;

on_both_databases!(
    who_was_moved_keeps_its_past_where_it_was_earned,
    nothing_before_and_nothing_now,
    what_cannot_be_asked_says_why,
    who_waits_or_is_out_of_sight_sees_nothing,
    what_a_query_writes_is_what_the_resolvers_below_a_mutation_say,
);

const FIRST: time::Date = date!(2026 - 11 - 01);

async fn who_was_moved_keeps_its_past_where_it_was_earned(database: TestDatabase) {
    let world = World::open(database, FIRST).await;
    let mut history = History::default();
    let root = history.join(&world, None, "Root").await;
    world.stock(root).await;
    let old = history.join(&world, Some(root), "Old").await;
    let new = history.join(&world, Some(root), "New").await;
    let shop = history.join(&world, Some(old), "Shop").await;
    let branch = history.join(&world, Some(shop), "Branch").await;
    history.place(&world, branch, "mug", 3).await;
    history.place(&world, shop, "mug", 1).await;
    // On the same day.
    world.set(Timestamp(Timestamp::start_of(FIRST).0 + 1_000_000));
    history.change_parent(&world, shop, new).await;
    world.set(Timestamp(world.now().0 + 1_000_000));
    history.place(&world, branch, "mug", 10).await;
    let period = || range(FIRST, FIRST);
    for viewer in [old, new, root] {
        let answer = world.performance(viewer, viewer, period(), Value::Null).await;
        let mut expected = history.performance(viewer, (FIRST, FIRST), None);
        if viewer == old {
            // Its former downline is told of by name, and cannot be looked into.
            for list in ["byRevenue", "byOrders", "byGrowth"] {
                for leader in expected[list].as_array_mut().expect("leaders") {
                    leader["reseller"] = Value::Null;
                }
            }
        }
        assert_eq!(answer, expected, "{viewer}");
    }
    let of = async |viewer| {
        let answer = world.performance(viewer, viewer, period(), Value::Null).await;
        let levels: Vec<_> = answer["byLevel"].as_array().expect("levels").clone();
        let level = |at: &Value| (at["level"].clone(), at["resellerCount"].clone(), at["orderCount"].clone());
        (answer["totals"][0]["revenue"]["amount"].clone(), levels.iter().map(level).collect::<Vec<_>>())
    };
    let level = |level: u32, resellers: u32, orders: u32| (json!(level), json!(resellers), json!(orders));
    assert_eq!(of(old).await, (json!("4.00"), vec![level(0, 1, 0), level(1, 0, 1), level(2, 0, 1)]));
    assert_eq!(of(new).await, (json!("10.00"), vec![level(0, 1, 0), level(1, 1, 0), level(2, 1, 1)]));
}

async fn nothing_before_and_nothing_now(database: TestDatabase) {
    let world = World::open(database, FIRST).await;
    let mut history = History::default();
    let root = history.join(&world, None, "Root").await;
    world.stock(root).await;
    let shop = history.join(&world, Some(root), "Shop").await;
    history.place(&world, shop, "mug", 2).await;
    let today = world.performance(root, root, json!({ "preset": "TODAY" }), Value::Null).await;
    assert_eq!(today["orderCountChange"], json!({ "previous": "0", "absolute": "1", "percent": null }));
    assert_eq!(today["totals"][0]["revenueChange"], json!({ "previous": "0.00", "absolute": "2.00", "percent": null }));
    world.set(Timestamp(Timestamp::start_of(date!(2026 - 11 - 02)).0));
    let tomorrow = world.performance(root, root, json!({ "preset": "TODAY" }), Value::Null).await;
    assert_eq!(tomorrow["orderCountChange"], json!({ "previous": "1", "absolute": "-1", "percent": "-100" }));
    assert_eq!(tomorrow["totals"], json!([]));
    assert_eq!(tomorrow["days"], json!([{ "start": "2026-11-02", "orderCount": 0, "revenue": [] }]));
    let fell = json!([{ "rank": 1, "subject": { "resellerId": id(shop) }, "reseller": { "id": id(shop) },
        "orderCount": 0, "revenue": [] }]);
    assert_eq!((&tomorrow["byRevenue"], &tomorrow["byGrowth"]), (&json!([]), &fell));
    // Without arguments: the caller's own, the last 30 days.
    let usual = world.ask_as(root, "{ performance { orderCount days: series { start } } }", json!({})).await;
    let usual = usual.at("/performance");
    assert_eq!((&usual["orderCount"], usual["days"].as_array().map(Vec::len)), (&json!(1), Some(30)));
}

async fn what_cannot_be_asked_says_why(database: TestDatabase) {
    let world = World::open(database, FIRST).await;
    let root = world.company(None, "Root").await;
    for (query, code) in [
        ("{ performance { topResellers(first: 0) { rank } } }", "BAD_USER_INPUT"),
        ("{ performance { topResellers(first: 101) { rank } } }", "BAD_USER_INPUT"),
        ("{ performance(rootId: \"nonsense\") { orderCount } }", "BAD_USER_INPUT"),
        (
            "{ performance(period: { range: { from: \"2026-02-02\", to: \"2026-02-01\" } }) { orderCount } }",
            "BAD_USER_INPUT",
        ),
        (
            "{ performance(period: { range: { from: \"1970-01-01\", to: \"9999-12-31\" } }) { series { start } } }",
            "QUERY_TOO_COMPLEX",
        ),
    ] {
        assert_eq!(world.ask_as(root, query, json!({})).await.code(), code, "{query}");
    }
    let whole = "{ performance(period: { range: { from: \"1970-01-01\", to: \"9999-12-31\" } })
        { orderCountChange { previous } months: series(groupBy: MONTH) { orderCount } topResellers(by: GROWTH) { rank } } }";
    let months = world.ask_as(root, whole, json!({})).await.at("/performance/months");
    assert_eq!(months.as_array().map(Vec::len), Some(8_030 * 12), "all of time");
}

async fn who_waits_or_is_out_of_sight_sees_nothing(database: TestDatabase) {
    let world = World::open(database, FIRST).await;
    let root = world.company(None, "Root").await;
    let (own, other) = (world.company(Some(root), "Own").await, world.company(Some(root), "Other").await);
    let never = entity::TenantId::generate();
    for target in [root, other, never] {
        let answer = world.ask_performance(own, target, Value::Null, Value::Null).await;
        assert_eq!(answer.at("/performance"), Value::Null);
    }
    let applicant = world.company_of(Some(own), "Applicant", TenantStatus::Pending).await;
    let token = world.member("applicant", applicant, Role::Owner).await;
    let asked = world.ask(&token, PERFORMANCE, json!({ "id": id(applicant) })).await;
    assert_eq!(asked.code(), "FORBIDDEN");
    // A frozen company reads.
    world.chain.freeze(Actor::central(), own, "a test").await.expect("a freeze");
    let answer = world.performance(own, own, Value::Null, Value::Null).await;
    assert_eq!(answer["activeResellerCount"], json!(1), "who waits for approval is not active");
    let levels = json!([{ "level": 0, "resellerCount": 1, "orderCount": 0, "revenue": [] },
        { "level": 1, "resellerCount": 1, "orderCount": 0, "revenue": [] }]);
    assert_eq!(answer["byLevel"], levels);
}

/// Plain objects are written in one walk below a query; below a mutation the library's resolvers answer for the same fields.
async fn what_a_query_writes_is_what_the_resolvers_below_a_mutation_say(database: TestDatabase) {
    const FIGURES: &str = "fragment Figures on Reseller {
        performance { days: series { ...Point } months: series(groupBy: MONTH) { ...Point }
          byLevel { __typename level resellerCount orderCount revenue { amount currency } } }
        summary { orders { byStatus { __typename status count } series { ...Point } } } }
        fragment Point on SeriesPoint { start revenue { currency amount __typename } orderCount }";
    let world = World::open(database, FIRST).await;
    let mut history = History::default();
    let root = history.join(&world, None, "Root").await;
    world.stock(root).await;
    let shop = history.join(&world, Some(root), "Shop").await;
    let branch = history.join(&world, Some(shop), "Branch").await;
    for (placer, sku) in [(shop, "mug"), (branch, "mug"), (shop, "book")] {
        history.place(&world, placer, sku, 2).await;
    }
    history.cancel(&world, 0).await;
    let ask = async |operation: &str| {
        world.ask_as(root, &format!("{operation} {FIGURES}"), json!({ "id": id(shop) })).await.data()
    };
    let written = ask("query ($id: ID!) { reseller(id: $id) { ...Figures } }").await;
    let mutation =
        "mutation ($id: ID!) { setCatalogAccess(input: { resellerId: $id, all: true }) { reseller { ...Figures } } }";
    assert_eq!(written["reseller"], ask(mutation).await["setCatalogAccess"]["reseller"]);
    assert_eq!(written["reseller"]["performance"]["byLevel"].as_array().map(Vec::len), Some(2));
}
