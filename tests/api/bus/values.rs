//! What goes in arrives as it was sent, and so does what comes out.

use std::sync::Arc;

use entity::{OrderStatus, ProductId, TenantId, TenantStatus, Timestamp};
use iso_currency::Currency;
use reseller_network::bus::contract::catalog::{self, Came, CatalogPage, CatalogQuery, CatalogStats, Item};
use reseller_network::bus::contract::finance::FinanceSummary;
use reseller_network::bus::contract::network::{
    self, Dashboard, HealthStatus, Known, Margins, NetworkStats, Summary, Tree, TreeNode,
};
use reseller_network::bus::contract::orders::{self, OrderDay, OrderStats};
use reseller_network::bus::contract::{Listed, Page, Period, Take};
use reseller_network::bus::{Alias, Request, Serve};
use reseller_network::error::ServiceError;
use reseller_network::money::{Money, Rate};
use reseller_network::tenancy::{Actor, Scope};
use time::macros::date;

use super::world::{Done, Look, Task, World};
use super::{Carrier, on_every_transport};

on_every_transport!(
    each_target_has_its_answer_in_their_order,
    a_call_in_the_own_scope_has_one_answer,
    nobody_is_asked_for_no_targets,
    values_of_the_contract_arrive_as_they_were_sent,
);

async fn each_target_has_its_answer_in_their_order(carrier: Carrier) {
    let world = World::new(carrier);
    for targets in [world.children, [world.children[1], world.children[0]], [world.children[0], world.company]] {
        let task = Task::Repeat("Händler ␀ \u{0} \"quoted\"".to_owned());
        let answers = world.bus.call_in_tenants::<Look>(Scope::Tenant(world.company), &targets, task).await;
        let text = "Händler ␀ \u{0} \"quoted\"".to_owned();
        let expected = targets.map(|target| Done { target: Some(target), text: text.clone() });
        assert_eq!(answers.expect("answers"), expected);
    }
}

async fn a_call_in_the_own_scope_has_one_answer(carrier: Carrier) {
    let world = World::new(carrier);
    let ask = async |actor: Actor| world.bus.call::<Look>(actor, Task::Repeat("hello".to_owned())).await;
    let own = ask(Scope::Tenant(world.company).into()).await.expect("an answer");
    assert_eq!(own, Done { target: Some(world.company), text: "hello".to_owned() });
    let central = ask(Actor::central()).await.expect("an answer");
    assert_eq!(central, Done { target: None, text: "hello".to_owned() });
}

async fn nobody_is_asked_for_no_targets(carrier: Carrier) {
    let world = World::new(carrier);
    let none = world.bus.call_in_tenants::<Look>(Scope::Tenant(world.company), &[], Task::Panic).await;
    assert_eq!(none.expect("an answer"), []);
}

async fn values_of_the_contract_arrive_as_they_were_sent(carrier: Carrier) {
    let period = Period { from: date!(2024 - 02 - 29), to: date!(2026 - 11 - 22) };
    let item = Item {
        product: ProductId::generate(),
        sku: "FUR-BO-10001798".into(),
        name: "Bush Somerset \"Bookcase\"".into(),
        category: "Furniture".into(),
        cost: Money::new(i64::MAX, Currency::JPY),
        price: Money::new(-1, Currency::USD),
        margin: Some(Rate(-1)),
        updated_at: Timestamp(1),
    };
    let page = CatalogPage {
        list: Listed { entries: vec![item.clone(), item], has_next: true, has_previous: false },
        total: u64::MAX,
    };
    let query = CatalogQuery {
        search: None,
        category: Some(String::new()),
        page: Page { take: Take::Last(5), after: Some("a".to_owned()), before: None },
    };
    arrive::<catalog::GetAvailableCatalog>(carrier, query, page).await;
    let stats = OrderStats {
        count: 3,
        revenue: vec![Money::new(5, Currency::EUR), Money::new(7, Currency::USD)],
        by_status: vec![(OrderStatus::AwaitingForward, 1), (OrderStatus::Cancelled, 2)],
    };
    arrive::<orders::GetStats>(carrier, period, stats.clone()).await;
    let summary = Summary {
        orders: Some(Known { value: stats, as_of: Timestamp(2), stale: true }),
        finance: Some(Known { value: FinanceSummary::default(), as_of: Timestamp(3), stale: false }),
        catalog: None,
    };
    arrive::<network::GetChildSummary>(carrier, period, summary.clone()).await;
    let day = OrderDay { day: period.from, count: u64::MAX, revenue: Money::new(i64::MIN, Currency::CAD) };
    arrive::<orders::GetSeries>(carrier, period.before(), vec![day, day]).await;
    let network = NetworkStats {
        child_count: 1,
        descendant_count: 2,
        active_count: 3,
        frozen_count: 4,
        new_count: 5,
        health: HealthStatus::Critical,
    };
    let downline_orders = OrderStats::default();
    arrive::<network::GetDashboard>(carrier, period, Dashboard { own: summary, downline_orders, network }).await;
    let came = vec![Came { day: period.from, item_count: 1 }];
    let sold = CatalogStats { item_count: 1, came, average_margin: None, below_floor_count: 1 };
    arrive::<catalog::GetStats>(carrier, (), sold).await;
    let by_category = [("Furniture".to_owned(), Rate(125_000))].into();
    let margins = Margins { default: Rate(1), floor: Rate(0), ceiling: Some(Rate(2)), by_category };
    arrive::<network::GetMargins>(carrier, (), margins).await;
    let node = TreeNode {
        id: TenantId::generate(),
        parent_id: None,
        name: "Root".to_owned(),
        status: TenantStatus::Deactivated,
        frozen: true,
        depth: 0,
        child_count: 2,
        descendant_count: 1_000_000,
    };
    let tree = Tree { nodes: vec![node], truncated: true };
    arrive::<network::GetDownlineTree>(carrier, network::TreeQuery { depth: 3 }, tree).await;
}

/// Asserts that `args` and `answer` survive the way there and back.
async fn arrive<A: Alias>(carrier: Carrier, args: A::Args, answer: A::Answer)
where
    A::Args: PartialEq + std::fmt::Debug,
    A::Answer: PartialEq + std::fmt::Debug + Clone,
{
    let world = World::new(carrier);
    world.bus.serve::<A>(Arc::new(Agreed::<A> { args: args.clone(), answer: answer.clone() }));
    world.bus.reroute(A::NAME, carrier);
    let arrived = world.bus.call::<A>(Scope::Tenant(world.company), args).await;
    assert_eq!(arrived.expect("an answer"), answer, "{}", A::NAME);
}

/// A module that knows what it will be asked.
struct Agreed<A: Alias> {
    args: A::Args,
    answer: A::Answer,
}

#[async_trait::async_trait]
impl<A: Alias> Serve<A> for Agreed<A>
where
    A::Args: PartialEq + std::fmt::Debug,
    A::Answer: Clone,
{
    async fn serve(&self, request: Request<A>) -> Result<Vec<A::Answer>, ServiceError> {
        assert_eq!(request.args, self.args, "{}", A::NAME);
        Ok(request.targets.iter().map(|_| self.answer.clone()).collect())
    }
}
