//! The figures and the feed: what the log tells, added up for each company and day, exactly and once.

mod agreement;
mod feed;
mod killed;
mod model;
mod orders;
pub(crate) mod superstore;
mod together;
pub(crate) mod verify;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::{
    Day, EventId, OrderStatus, Position, TenantId, Timestamp, daily_figure, daily_status, event, network_activity_feed,
    order_fact, parked_event,
};
use reseller_network::clock::Clock;
use reseller_network::events::{Consumer, Log, kinds};
use reseller_network::network::{
    activity::{Feed, Feeds},
    figures::Figures,
};
use reseller_network::tenancy::{Actor, OpenOptions};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::connect;
use crate::support::TestDatabase;
use crate::support::chain::Replica;

/// 2026-11-25T00:00:00Z.
const MIDNIGHT: i64 = 1_795_564_800_000_000;
const DAY: i64 = 86_400_000_000;
const OWN: &str = "reseller-network";

/// Whose, which day, how far below, in which currency: how many orders, and what they come to.
type FigureRows = BTreeMap<(TenantId, Day, i32, String), (i64, i64)>;
type StatusRows = BTreeMap<(TenantId, Day, OrderStatus), i64>;
type FeedRows = BTreeMap<(TenantId, Position), i32>;

/// What the tables say. What comes to nothing is not there.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tables {
    figures: FigureRows,
    statuses: StatusRows,
    facts: BTreeMap<(String, String), order_fact::Model>,
    feed: FeedRows,
    /// Of the events that figures are made of, those that were kept apart.
    parked: Vec<Position>,
}

impl Tables {
    async fn read(outside: &DatabaseConnection) -> Self {
        let figures = daily_figure::Entity::find().all(outside).await.expect("figures").into_iter();
        let figures = figures
            .map(|row| ((row.owner_tenant_id, row.day, row.level, row.currency), (row.order_count, row.revenue_minor)));
        let statuses = daily_status::Entity::find().all(outside).await.expect("statuses").into_iter();
        let statuses = statuses.map(|row| ((row.owner_tenant_id, row.day, row.status), row.order_count));
        let facts = order_fact::Entity::find().all(outside).await.expect("facts").into_iter();
        let feed = network_activity_feed::Entity::find().all(outside).await.expect("a feed").into_iter();
        let parked = parked_event::Entity::find().order_by_asc(parked_event::Column::Position);
        let parked = parked.all(outside).await.expect("parked events").into_iter();
        Self {
            figures: figures.filter(|(_, sum)| *sum != (0, 0)).collect(),
            statuses: statuses.filter(|(_, orders)| *orders != 0).collect(),
            facts: facts.map(|fact| ((fact.source.clone(), fact.order_id.clone()), fact)).collect(),
            feed: feed.map(|row| ((row.owner_tenant_id, row.position), row.distance)).collect(),
            parked: parked.filter(|row| row.consumer == "figures").map(|row| row.position).collect(),
        }
    }
}

/// A process with its consumers, and the same database from outside.
pub(crate) struct World {
    replica: Replica,
    figures: Consumer<Figures>,
    feed: Consumer<Feed>,
    outside: DatabaseConnection,
    clock: Arc<AtomicI64>,
}

impl World {
    /// On `database`, shortly before midnight.
    async fn open(database: &TestDatabase) -> Self {
        let clock = Arc::new(AtomicI64::new(MIDNIGHT - 1_000_000));
        let hand = clock.clone();
        let read = Clock::reading(move || Timestamp(hand.load(Ordering::Relaxed)));
        let replica = Replica::open_with(&database.url, OpenOptions::default(), read).await;
        let (figures, feed) = consumers(&replica).await;
        Self { replica, figures, feed, outside: connect(&database.url).await, clock }
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::Relaxed))
    }

    fn passes(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::Relaxed);
    }

    /// A line of companies, the root first.
    async fn line<const N: usize>(&self) -> [TenantId; N] {
        let mut line: Vec<TenantId> = Vec::new();
        for depth in 0..N {
            line.push(self.replica.add(line.last().copied(), &format!("Level {depth}")).await);
        }
        line.try_into().expect("so many")
    }

    /// The event is in the log, as if another module had published it.
    async fn tell(&self, event: Event) -> Position {
        let row = event.row(self.now());
        event::Entity::insert(row).exec_with_returning(&self.outside).await.expect("an event").position
    }

    async fn consume(&self) {
        // Wakes the one who keeps memory at the log's end.
        let nothing = self.replica.log.begin(Actor::central()).await.expect("a transaction");
        nothing.commit().await.expect("the log's end");
        self.figures.catch_up().await.expect("figures");
        self.feed.catch_up().await.expect("a feed");
    }

    /// All tables, once everything is consumed.
    async fn tables(&self) -> Tables {
        self.consume().await;
        Tables::read(&self.outside).await
    }
}

/// Consumers of their own, which work when they are asked to: no writer waits for them.
async fn consumers(replica: &Replica) -> (Consumer<Figures>, Consumer<Feed>) {
    let (central, topology) = (replica.central.clone(), replica.topology.clone());
    let log = Log::new(central.clone(), Clock::system());
    let figures = Consumer::new(central.clone(), log.clone(), Figures::new(topology.clone())).await;
    let feed = Consumer::new(central.clone(), log, Feed::new(&Feeds::new(central), topology)).await;
    (figures.expect("a consumer"), feed.expect("a consumer"))
}

/// An event on its way into the log.
#[derive(Clone, Debug)]
struct Event {
    source: String,
    kind: &'static str,
    subject: Option<TenantId>,
    occurred_at: Timestamp,
    data: Value,
}

impl Event {
    fn row(&self, recorded_at: Timestamp) -> event::ActiveModel {
        event::ActiveModel {
            position: NotSet,
            source: Set(self.source.clone()),
            event_id: Set(EventId::generate().to_string()),
            event_type: Set(self.kind.to_owned()),
            subject_tenant_id: Set(self.subject),
            actor_tenant_id: Set(None),
            actor_person_id: Set(None),
            occurred_at: Set(self.occurred_at),
            recorded_at: Set(recorded_at),
            data: Set(self.data.clone()),
        }
    }
}

/// The order `id` of `placer` over `cents`, placed at this instant, comes to `to` at that one.
fn order(id: &str, placer: TenantId, cents: i64, placed_at: Timestamp, (to, at): (OrderStatus, Timestamp)) -> Event {
    let mut data =
        json!({ "orderId": id, "amountMinor": cents, "currency": "USD", "placedAt": placed_at.to_rfc3339() });
    let kind = if to == OrderStatus::Delivered {
        data["deliveredAt"] = json!(at.to_rfc3339());
        kinds::ORDER_DELIVERED
    } else {
        (data["from"], data["to"]) = (json!(null), json!(to));
        kinds::ORDER_STATUS_CHANGED
    };
    Event { source: OWN.to_owned(), kind, subject: Some(placer), occurred_at: at, data }
}
