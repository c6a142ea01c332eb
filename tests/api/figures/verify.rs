//! `verify`: each kind of difference is found, and what the log knows better is mended, also while orders are placed.

use std::collections::BTreeSet;
use std::path::Path;

use entity::{OrderStatus, TenantId};
use reseller_network::clock::Clock;
use reseller_network::events::{Fact, Log};
use reseller_network::modules::import::{Source, import};
use reseller_network::network::verify::{Difference, Outcome, Progress, Watch, repair, verify};
use reseller_network::tenancy::{Actor, CentralDb};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::task::JoinSet;

use super::{Event, Tables, World, consumers, order};
use crate::connect;
use crate::import::OPTIONS;
use crate::support::chain::Replica;
use crate::support::market::Market;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    the_superstore_is_what_a_recount_says,
    each_difference_from_the_log_is_found_and_mended,
    all_that_is_made_from_the_log_can_be_made_anew,
    what_modules_have_is_compared_and_left,
    it_is_mended_while_orders_are_placed,
);

/// Remembers what was found, and what was looked at.
#[derive(Default)]
struct Found(Vec<Difference>, BTreeSet<&'static str>);

impl Watch for Found {
    fn differs(&mut self, difference: Difference) {
        self.0.push(difference);
    }

    fn progress(&mut self, progress: Progress) {
        self.1.insert(progress.step);
    }
}

/// What is found, in words.
pub(crate) async fn found(central: &CentralDb) -> Vec<String> {
    let mut found = Found::default();
    let outcome = verify(central, &mut found).await.expect("a recount");
    assert!(found.1.contains("figures") && found.1.contains("feed"), "it shows progress: {:?}", found.1);
    assert_eq!(outcome, Outcome { found: found.0.len() as u64, left: found.0.len() as u64 });
    found.0.iter().map(ToString::to_string).collect()
}

async fn mended(central: &CentralDb) -> Outcome {
    let log = Log::new(central.clone(), Clock::system());
    repair(central, &log, &mut Found::default()).await.expect("a repair")
}

async fn run(outside: &DatabaseConnection, sql: &str) {
    assert!(outside.execute_unprepared(sql).await.expect("a statement").rows_affected() > 0, "{sql}");
}

async fn the_superstore_is_what_a_recount_says(database: TestDatabase) {
    let world = World::open(&database).await;
    let directory = Path::new("data/superstore");
    import(&world.replica.log, Source::Directory(directory), OPTIONS, |_| ()).await.expect("good files");
    assert_eq!(found(&world.replica.central).await, [""; 0], "nothing is consumed yet");
    world.consume().await;
    assert_eq!(found(&world.replica.central).await, [""; 0]);
    run(&world.outside, "UPDATE daily_figures SET revenue_minor = revenue_minor + 1 WHERE level = 0").await;
    assert!(found(&world.replica.central).await.len() > 3_000, "one for each company and day");
    assert_eq!(mended(&world.replica.central).await.left, 0);
}

/// Some orders of a line of companies, one of which was moved.
async fn some_orders(database: &TestDatabase) -> World {
    let world = World::open(database).await;
    let [root, left, own] = world.line::<3>().await;
    let right = world.replica.add(root, "Right").await;
    for (number, status) in OrderStatus::ALL.into_iter().enumerate() {
        let placer = [own, left, root][number % 3];
        world.tell(strange(&number.to_string(), placer, &world, status)).await;
    }
    world.consume().await;
    world.passes(1_000);
    world.replica.chain.move_reseller(Actor::central(), own, right).await.expect("a move");
    world.tell(strange("7", own, &world, OrderStatus::Placed)).await;
    world
}

/// An order of which this program has no row.
fn strange(id: &str, placer: TenantId, world: &World, status: OrderStatus) -> Event {
    Event { source: "crm".to_owned(), ..order(id, placer, 100, world.now(), (status, world.now())) }
}

/// What is planted, and how many differences from the log it makes.
const PLANTED: [(&str, &str, usize); 13] = [
    ("another sum", "UPDATE daily_figures SET revenue_minor = revenue_minor + 1 WHERE level = 2", 1),
    ("another count", "UPDATE daily_figures SET order_count = 0, revenue_minor = 0 WHERE level = 2", 1),
    ("a lost figure", "DELETE FROM daily_figures WHERE level = 2", 1),
    (
        "a figure of nothing",
        "INSERT INTO daily_figures SELECT owner_tenant_id, day, 9, 'JPY', 1, 5 FROM daily_figures WHERE level = 2",
        1,
    ),
    ("another count of a state", "UPDATE daily_statuses SET order_count = 9 WHERE status = 'CANCELLED'", 2),
    ("a lost state", "DELETE FROM daily_statuses WHERE status = 'CANCELLED'", 2),
    ("another state of an order", "UPDATE order_facts SET status = 'SHIPPED' WHERE order_id = '5'", 1),
    ("another amount of an order", "UPDATE order_facts SET amount_minor = 7 WHERE order_id = '5'", 1),
    ("a lost order", "DELETE FROM order_facts WHERE order_id IN ('2', '5')", 2),
    ("an order that nobody told of", "UPDATE order_facts SET order_id = 'x' WHERE order_id = '5'", 2),
    ("another total", "UPDATE order_totals SET amount_minor = 1", 1),
    (
        "another distance",
        "UPDATE network_activity_feed SET distance = 7 WHERE distance = 2 AND position = (SELECT max(position) FROM network_activity_feed)",
        1,
    ),
    (
        "a lost event",
        "DELETE FROM network_activity_feed WHERE distance = 2 AND position = (SELECT max(position) FROM network_activity_feed)",
        1,
    ),
];

async fn each_difference_from_the_log_is_found_and_mended(database: TestDatabase) {
    let world = some_orders(&database).await;
    let right = world.tables().await;
    assert_eq!(found(&world.replica.central).await, [""; 0]);
    for (what, sql, differences) in PLANTED {
        run(&world.outside, sql).await;
        let found = found(&world.replica.central).await;
        assert_eq!(found.len(), differences, "{what}: {found:?}");
        let outcome = mended(&world.replica.central).await;
        assert_eq!((outcome.found, outcome.left), (differences as u64, 0), "{what}");
        assert!(Tables::read(&world.outside).await == right, "{what} is as it was");
    }
}

async fn all_that_is_made_from_the_log_can_be_made_anew(database: TestDatabase) {
    let world = some_orders(&database).await;
    let right = world.tables().await;
    for table in ["daily_figures", "daily_statuses", "order_facts", "order_totals", "network_activity_feed"] {
        run(&world.outside, &format!("DELETE FROM {table}")).await;
    }
    assert_eq!(mended(&world.replica.central).await.left, 0);
    assert!(Tables::read(&world.outside).await == right);
}

async fn what_modules_have_is_compared_and_left(database: TestDatabase) {
    let url = database.url.clone();
    let market = Market::open(database).await;
    let [root, middle, own] = market.line().await;
    let order = market.place(own, &[("mug", 2)]).await;
    market.deliver(order, &[middle, root]).await;
    market.place(middle, &[("pen", 1)]).await;
    let replica = Replica::open(&url).await;
    let outside = connect(&url).await;
    let (figures, feed) = consumers(&replica).await;
    figures.catch_up().await.expect("figures");
    feed.catch_up().await.expect("a feed");
    assert_eq!(found(&replica.central).await, [""; 0]);
    let planted = [
        (
            "UPDATE orders SET amount_minor = 1 WHERE status = 'PLACED'",
            "UPDATE orders SET amount_minor = 11 WHERE status = 'PLACED'",
            "the row of order",
        ),
        (
            "UPDATE orders SET status = 'SHIPPED' WHERE status = 'PLACED'",
            "UPDATE orders SET status = 'PLACED' WHERE status = 'SHIPPED'",
            "the row of order",
        ),
        (
            "UPDATE ledger_accounts SET outstanding_minor = outstanding_minor + 1",
            "UPDATE ledger_accounts SET outstanding_minor = outstanding_minor - 1",
            "account of",
        ),
        (
            "UPDATE ledger_entries SET balance_minor = balance_minor + 1",
            "UPDATE ledger_entries SET balance_minor = balance_minor - 1",
            "entry 1 of",
        ),
        (
            "UPDATE ledger_entries SET number = number + 10",
            "UPDATE ledger_entries SET number = number - 10",
            "entry 11 of",
        ),
        (
            "UPDATE ledger_entries SET amount_minor = amount_minor + 1",
            "UPDATE ledger_entries SET amount_minor = amount_minor - 1",
            "posting ",
        ),
    ];
    for (wrong, right, what) in planted {
        run(&outside, wrong).await;
        let found = found(&replica.central).await;
        assert!(found.iter().any(|found| found.starts_with(what)), "{wrong}: {found:?}");
        assert_eq!(mended(&replica.central).await.left, found.len() as u64, "the log alone does not know: {wrong}");
        run(&outside, right).await;
    }
    assert_eq!(self::found(&replica.central).await, [""; 0]);
}

async fn it_is_mended_while_orders_are_placed(database: TestDatabase) {
    let world = World::open(&database).await;
    let line: [TenantId; 5] = world.line().await;
    let (figures, feed) = consumers(&world.replica).await;
    let consuming = [tokio::spawn(figures.run()), tokio::spawn(feed.run())];
    let write = |from: usize| {
        let (log, now) = (world.replica.log.clone(), world.now());
        async move {
            for number in from..from + 100 {
                let event = order(&number.to_string(), line[number % 5], 100, now, (OrderStatus::Placed, now));
                let mut change = log.begin(Actor::central()).await.expect("a transaction");
                change.record(Fact { kind: event.kind, subject: line[number % 5], data: event.data });
                change.commit().await.expect("an order");
            }
        }
    };
    write(0).await;
    world.consume().await;
    let mut writers = JoinSet::new();
    for writer in 1..=4 {
        writers.spawn(write(writer * 100));
    }
    for table in ["daily_figures", "order_facts", "network_activity_feed", "daily_statuses"] {
        run(&world.outside, &format!("DELETE FROM {table}")).await;
        let log = Log::new(world.replica.central.clone(), Clock::system());
        repair(&world.replica.central, &log, &mut Found::default()).await.expect("a repair");
    }
    writers.join_all().await;
    world.consume().await;
    let left = found(&world.replica.central).await;
    // These orders are nobody's rows.
    let left: Vec<_> = left.into_iter().filter(|found| !found.starts_with("the row of order")).collect();
    assert_eq!(left, [""; 0]);
    assert_eq!(world.tables().await.facts.len(), 500);
    consuming.iter().for_each(tokio::task::JoinHandle::abort);
}
