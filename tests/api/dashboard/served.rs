//! The same on the bus.

use reseller_network::bus::contract::Period;
use reseller_network::bus::contract::network::{GetDashboard, HealthStatus, NetworkStats};
use time::macros::date;

use super::trade;
use crate::performance::World;
use crate::support::chain::owner;
use crate::support::faults::Failing;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(a_dashboard_is_served_for_each_company_below);

async fn a_dashboard_is_served_for_each_company_below(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 10 - 31)).await;
    let (_, [root, own, child, grandchild]) = trade(&world).await;
    let period = Period { from: date!(2026 - 11 - 01), to: date!(2026 - 11 - 30) };
    let targets = [own, grandchild];
    let served = world.bus().call_in_tenants::<GetDashboard>(owner(own), &targets, period).await.expect("dashboards");
    let [upper, lowest] = &served[..] else { panic!("two of them") };
    assert_eq!(upper.own.orders.as_ref().map(|orders| orders.value.count), Some(2));
    assert_eq!((upper.downline_orders.count, lowest.downline_orders.count), (2, 0));
    let by_status = [(entity::OrderStatus::Placed, 2), (entity::OrderStatus::Cancelled, 1)];
    assert_eq!(upper.downline_orders.by_status, by_status);
    let network = |children, descendants| NetworkStats {
        child_count: children,
        descendant_count: descendants,
        active_count: descendants,
        frozen_count: 0,
        new_count: 0,
        // Who joined months ago and placed orders is not idle.
        health: HealthStatus::Degraded,
    };
    // The order of the last day of October is late by the end of November.
    assert_eq!(upper.network, network(1, 2));
    assert_eq!(lowest.network, NetworkStats { health: HealthStatus::Degraded, ..network(0, 0) });
    for above in [root, own] {
        let refused = world.bus().call_in_tenant::<GetDashboard>(owner(child), above, period).await;
        refused.expect_err("above");
    }
    // What a module cannot tell is left out; the rest is told.
    world.switch_of("catalog.").to(Failing);
    let served = world.bus().call_in_tenant::<GetDashboard>(owner(own), grandchild, period).await.expect("a dashboard");
    assert!(served.own.orders.is_some() && served.downline_orders.count == 0);
}
