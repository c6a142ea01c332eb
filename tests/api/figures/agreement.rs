//! Random histories: the tables say what a naive recount of the log says, whatever happened, in whatever order, however often.

use entity::{OrderStatus, Position, TenantId, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use reseller_network::events::{kinds, tail};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::model::{Lines, recount};
use super::{DAY, Event, Tables, World, consumers, order};
use crate::support::{Backend, TestDatabase};

#[test]
fn the_tables_say_what_a_recount_of_the_log_says_sqlite() {
    agree(Backend::Sqlite, 32);
}

#[test]
fn the_tables_say_what_a_recount_of_the_log_says_postgres() {
    agree(Backend::Postgres, 12);
}

fn agree(backend: Backend, cases: u32) {
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let history = prop::collection::vec((select(vec![1, 1_000, 700_000, DAY / 3]), operation()), 5..60);
    let outcome = TestRunner::new(config).run(&history, |history| {
        runtime.block_on(follow(backend, &history));
        Ok(())
    });
    outcome.expect("agreement");
}

#[derive(Clone, Debug)]
enum Operation {
    Join { parent: u8 },
    Move { who: u8, to: u8 },
    Order(Telling),
    Malformed { which: u8, how: u8 },
    Again { which: u8 },
    Other { kind: &'static str, subject: u8, ago: i64 },
    Consume,
    ConsumeElsewhere,
}

/// What is told of an order. It is one of few, so that they meet.
#[derive(Clone, Debug)]
struct Telling {
    number: u8,
    source: &'static str,
    to: OrderStatus,
    /// Before now it was placed.
    placed_ago: i64,
    /// Before now it came there.
    came_ago: i64,
    /// Another placer, currency or amount than the others tell.
    odd: u8,
}

fn operation() -> impl Strategy<Value = Operation> {
    // Edges of days are a second away from the clock's first hour.
    let ago = || select(vec![-2 * DAY, -1_000_000, 0, 0, 1, 999_999, 1_000_000, DAY / 2, DAY, 3 * DAY]);
    let telling =
        (0..8_u8, select(vec!["reseller-network", "crm"]), select(OrderStatus::ALL.to_vec()), ago(), ago(), 0..12_u8)
            .prop_map(|(number, source, to, placed_ago, came_ago, odd)| Telling {
                number,
                source,
                to,
                placed_ago,
                came_ago,
                odd,
            });
    let others = vec![kinds::PRICING_UPDATED, kinds::PRICING_UPDATED, kinds::SETTINGS_CHANGED, kinds::PRODUCT_SAVED];
    prop_oneof![
        4 => any::<u8>().prop_map(|parent| Operation::Join { parent }),
        4 => (any::<u8>(), any::<u8>()).prop_map(|(who, to)| Operation::Move { who, to }),
        12 => telling.prop_map(Operation::Order),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(which, how)| Operation::Malformed { which, how }),
        3 => any::<u8>().prop_map(|which| Operation::Again { which }),
        3 => (select(others), any::<u8>(), ago()).prop_map(|(kind, subject, ago)| Operation::Other { kind, subject, ago }),
        2 => Just(Operation::Consume),
        2 => Just(Operation::ConsumeElsewhere),
    ]
}

async fn follow(backend: Backend, history: &[(i64, Operation)]) {
    let database = TestDatabase::new(backend).await;
    let mut known =
        Known { world: World::open(&database).await, lines: Lines::default(), companies: Vec::new(), told: Vec::new() };
    known.joins(None).await;
    for (passes, operation) in history {
        known.world.passes(*passes);
        Box::pin(known.step(operation)).await;
    }
    let tables = known.world.tables().await;
    let log = tail::read_after(&known.world.replica.central, Position::START, 1_000_000).await.expect("the log");
    assert_same(&tables, &recount(&known.lines, &log));
}

fn assert_same(tables: &Tables, expected: &Tables) {
    assert_eq!(tables.facts, expected.facts, "facts");
    assert_eq!(tables.parked, expected.parked, "parked");
    assert_eq!(tables.figures, expected.figures, "figures");
    assert_eq!(tables.statuses, expected.statuses, "statuses");
    assert_eq!(tables.feed, expected.feed, "feed");
}

struct Known {
    world: World,
    lines: Lines,
    companies: Vec<TenantId>,
    told: Vec<Event>,
}

impl Known {
    fn company(&self, number: u8) -> TenantId {
        self.companies[usize::from(number) % self.companies.len()]
    }

    fn ago(&self, micros: i64) -> Timestamp {
        Timestamp(self.world.now().0 - micros)
    }

    async fn joins(&mut self, parent: Option<TenantId>) {
        let id = self.world.replica.add(parent, "A company").await;
        self.companies.push(id);
        self.lines.parents.insert(id, parent);
        self.lines.came.insert(id, self.world.replica.end_of_log().await);
    }

    async fn step(&mut self, operation: &Operation) {
        match operation {
            Operation::Join { parent } => self.joins(Some(self.company(*parent))).await,
            Operation::Move { who, to } => {
                let (who, to) = (self.company(*who), self.company(*to));
                let (until, before) = (self.world.now(), self.lines.parents[&who]);
                // Some are refused, as one below itself is.
                if self.world.replica.chain.move_reseller(Actor::central(), who, to).await.is_ok() {
                    self.lines.moves.push((until, who, before.expect("a parent")));
                    self.lines.parents.insert(who, Some(to));
                }
            }
            Operation::Order(telling) => {
                let event = self.order(telling);
                self.tell(event).await;
            }
            Operation::Malformed { which, how } => {
                if let Some(event) = self.one_of_told(*which) {
                    self.world.tell(malformed(event, *how)).await;
                }
            }
            Operation::Again { which } => {
                if let Some(event) = self.one_of_told(*which) {
                    self.world.tell(event).await;
                }
            }
            Operation::Other { kind, subject, ago } => {
                let (subject, occurred_at) = (Some(self.company(*subject)), self.ago(*ago));
                let event =
                    Event { source: "crm".to_owned(), kind, subject, occurred_at, data: json!({ "items": [] }) };
                self.world.tell(event).await;
            }
            Operation::Consume => self.world.consume().await,
            Operation::ConsumeElsewhere => {
                let (figures, feed) = consumers(&self.world.replica).await;
                let (one, other) = tokio::join!(figures.catch_up(), feed.catch_up());
                one.and(other).expect("consumed");
            }
        }
    }

    fn order(&self, telling: &Telling) -> Event {
        let Telling { number, source, to, placed_ago, came_ago, odd } = telling;
        let placer = self.company(if *odd == 1 { number + 1 } else { *number });
        let cents = i64::from(*number) * 100 + i64::from(*odd == 2);
        let (placed_at, came_at) = (self.ago(*placed_ago), self.ago(*came_ago));
        let mut event = order(&format!("order {number}"), placer, cents, placed_at, (*to, came_at));
        (*source).clone_into(&mut event.source);
        let euros = number.is_multiple_of(3) != (*odd == 3);
        event.data["currency"] = json!(if euros { "EUR" } else { "USD" });
        event
    }

    async fn tell(&mut self, event: Event) {
        self.told.push(event.clone());
        self.world.tell(event).await;
    }

    fn one_of_told(&self, which: u8) -> Option<Event> {
        let place = usize::from(which) % self.told.len().max(1);
        self.told.get(place).cloned()
    }
}

/// The same event with something wrong in it.
fn malformed(mut event: Event, how: u8) -> Event {
    let wrongs = [
        ("orderId", json!(null)),
        ("orderId", json!("")),
        ("orderId", json!(7)),
        ("amountMinor", json!("12")),
        ("amountMinor", json!(1.5)),
        ("amountMinor", json!(-1)),
        ("amountMinor", json!(1_000_000_000_000_001_i64)),
        ("amountMinor", json!(u64::MAX)),
        ("currency", json!("usd")),
        ("currency", json!("DOLLARS")),
        ("placedAt", json!("yesterday")),
        ("placedAt", Value::Null),
    ];
    let how = usize::from(how);
    match wrongs.get(how % (wrongs.len() + 3)) {
        Some((field, wrong)) => event.data[*field] = wrong.clone(),
        None if how.is_multiple_of(3) => event.data = Value::Null,
        None if how % 3 == 1 => event.subject = None,
        None => {
            event.kind = kinds::ORDER_STATUS_CHANGED;
            event.data["to"] = json!("LOST");
        }
    }
    event
}
