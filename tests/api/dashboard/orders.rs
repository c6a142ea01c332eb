//! A company's own orders by day, week and month, and compared with the period before.

use reseller_network::bus::contract::Period;
use reseller_network::bus::contract::orders::GetSeries;
use reseller_network::tenancy::Actor;
use serde_json::json;
use time::macros::date;

use super::trade;
use crate::performance::{World, range};
use crate::support::app::id;
use crate::support::faults::Failing;
use crate::support::{TestDatabase, on_both_databases};

const ORDERS: &str = "query ($id: ID!, $period: PeriodInput) { reseller(id: $id) { summary(period: $period) { orders {
    stale count countChange { previous absolute percent }
    days: series { ...Point } weeks: series(groupBy: WEEK) { ...Point } months: series(groupBy: MONTH) { ...Point } } } } }
    fragment Point on SeriesPoint { start orderCount revenue { amount currency } }";

on_both_databases!(
    own_orders_over_time_equal_a_recount,
    a_module_that_is_down_takes_no_count_with_it,
    each_placer_has_its_own_days,
);

async fn own_orders_over_time_equal_a_recount(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (history, [root, own, child, grandchild]) = trade(&world).await;
    for company in [own, child, grandchild] {
        for (from, to) in [
            (date!(2026 - 10 - 31), date!(2026 - 11 - 30)),
            (date!(2026 - 11 - 02), date!(2026 - 11 - 02)),
            (date!(1970 - 01 - 01), date!(1970 - 01 - 31)),
        ] {
            let variables = json!({ "id": id(company), "period": range(from, to) });
            let orders = world.ask_as(root, ORDERS, variables).await.at("/reseller/summary/orders");
            // A company's own orders are those of level 0: nobody was moved here.
            let own_alone = history.own(company).performance(company, (from, to), None);
            for (field, of_performance) in [
                ("count", "orderCount"),
                ("countChange", "orderCountChange"),
                ("days", "days"),
                ("weeks", "weeks"),
                ("months", "months"),
            ] {
                assert_eq!(orders[field], own_alone[of_performance], "{field} of {company} from {from}");
            }
        }
    }
}

async fn a_module_that_is_down_takes_no_count_with_it(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (_, [_, own, ..]) = trade(&world).await;
    let query = "{ dashboard { orders { stale count countChange { previous } series { start } } } }";
    let first = "{ dashboard { orders { count } } }";
    let count = world.ask_as(own, first, json!({})).await.at("/dashboard/orders/count");
    world.switch_of("orders.").to(Failing);
    world.set(entity::Timestamp(world.now().0 + 2 * 60 * 1_000_000));
    let answer = world.ask_as(own, query, json!({})).await.json();
    let expected = json!({ "stale": true, "count": count, "countChange": null, "series": null });
    assert_eq!(answer["data"]["dashboard"]["orders"], expected);
    let codes = answer["errors"].as_array().expect("errors").iter().map(|error| &error["extensions"]["code"]);
    assert_eq!(codes.collect::<Vec<_>>(), ["MODULE_UNAVAILABLE", "MODULE_UNAVAILABLE"]);
}

async fn each_placer_has_its_own_days(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (_, [root, own, child, _]) = trade(&world).await;
    let period = Period { from: date!(2026 - 11 - 01), to: date!(2026 - 11 - 30) };
    let series = world.bus().call_in_tenants::<GetSeries>(Actor::central(), &[child, root, own, child], period).await;
    let days: Vec<Vec<_>> = series
        .expect("series")
        .iter()
        .map(|days| days.iter().map(|day| (day.day, day.count, day.revenue.minor)).collect())
        .collect();
    let of_child = vec![(date!(2026 - 11 - 02), 1, 300)];
    let of_own = vec![(date!(2026 - 11 - 01), 1, 200), (date!(2026 - 11 - 30), 1, 6_000)];
    assert_eq!(days, [of_child.clone(), vec![], of_own, of_child]);
}
