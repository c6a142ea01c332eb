//! Consumers: what is done about events, once each, from a stored position.
#![expect(clippy::disallowed_methods, reason = "central store: how far the program itself is in its log")]

use std::cmp::Ordering;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use entity::{Position, consumer, event};
use futures_util::FutureExt;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use tokio::sync::watch;

use super::append::Reader;
use super::follower::{LONGEST_PAUSE, POLL};
use super::tail::{end_of_log, read_types_after};
use super::{Log, Transaction};
use crate::error::Fault;
use crate::tenancy::{Actor, CentralDb};

/// Events that are dealt with in one transaction.
const BATCH: u64 = 200;

/// Does something about events: its effects and its position last together, so that each event has its effect once, also where the program
/// is killed in the middle, and where several processes run.
pub trait Consume: Send + Sync + 'static {
    /// The name under which its position is stored; never changes.
    const NAME: &'static str;
    /// The types of the events that it deals with; it never sees others.
    const TYPES: &'static [&'static str];

    /// What it needs to know before it deals with events.
    type Prepared: Send;

    /// Learns what it needs to deal with `events`: from other modules, too. No transaction is open yet that keeps writers waiting.
    fn prepare(&self, events: &[event::Model]) -> impl Future<Output = Result<Self::Prepared, Fault>> + Send;

    /// Whether what it has learned leaves nothing to do: then no transaction is opened for it.
    fn is_nothing(_prepared: &Self::Prepared) -> bool {
        false
    }

    /// Deals with `events`, in their order. What it writes and records through `change` lasts with the position, or not at all.
    fn consume(
        &self,
        change: &mut Transaction,
        events: &[event::Model],
        prepared: Self::Prepared,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Brings events to a consumer.
pub struct Consumer<C> {
    central: CentralDb,
    log: Log,
    consume: Arc<C>,
    seen: watch::Sender<Position>,
}

impl<C: Consume> Consumer<C> {
    /// Brings the events of `log` to `consume`, from where it was left.
    ///
    /// # Errors
    /// Where its position cannot be read.
    pub async fn new(central: CentralDb, log: Log, consume: Arc<C>) -> Result<Self, DbErr> {
        let seen = log.add_reader(Reader::Consumer, stored_position(central.reader(), C::NAME).await?);
        Ok(Self { central, log, consume, seen })
    }

    /// Goes on for ever. What fails is tried again, later and later.
    pub async fn run(self) {
        let mut appended = self.log.appended();
        let mut failures = 0;
        loop {
            let caught_up = AssertUnwindSafe(self.catch_up()).catch_unwind().await;
            match caught_up.map_or_else(|_| Err("a panic".to_owned()), |done| done.map_err(|fault| fault.to_string())) {
                Ok(()) => {
                    failures = 0;
                    let _ = tokio::time::timeout(POLL, appended.changed()).await;
                }
                Err(cause) => {
                    tracing::error!(consumer = C::NAME, cause, "events could not be dealt with; they are tried again");
                    failures += 1;
                    tokio::time::sleep(LONGEST_PAUSE.min(POLL * 2_u32.saturating_pow(failures))).await;
                }
            }
        }
    }

    /// Deals with all that the log has by now.
    pub async fn catch_up(&self) -> Result<(), Fault> {
        loop {
            let from = *self.seen.borrow();
            // Read before the events, so that none that comes meanwhile is passed over.
            let end = end_of_log(self.central.reader()).await?;
            match end.cmp(&from) {
                Ordering::Equal => return Ok(()),
                Ordering::Less => {
                    // The log went back, as after a restore, and the stored place with it.
                    let stored = stored_position(self.central.reader(), C::NAME).await?;
                    self.seen.send_replace(stored.min(end));
                    continue;
                }
                Ordering::Greater => {}
            }
            let events = read_types_after(self.central.reader(), from, C::TYPES, BATCH).await?;
            let Some(last) = events.last().map(|event| event.position) else {
                self.seen.send_replace(end);
                return Ok(());
            };
            let prepared = self.consume.prepare(&events).await?;
            if C::is_nothing(&prepared) {
                self.seen.send_replace(last);
                continue;
            }
            let mut change = self.log.begin(Actor::central()).await?;
            let stored = claim(&change, C::NAME).await?;
            if stored > from {
                // Another process has dealt with some of these.
                let end = end_of_log(change.db()).await?;
                drop(change);
                self.has_dealt_with(stored, end).await;
                continue;
            }
            self.consume.consume(&mut change, &events, prepared).await?;
            store_position(change.db(), C::NAME, last).await?;
            let end = change.commit().await?;
            self.has_dealt_with(last, end).await;
        }
    }

    /// Says that all up to `position` is dealt with, once memory shows what came of it, up to `end`: who waits for an event's effects reads them.
    async fn has_dealt_with(&self, position: Position, end: Position) {
        self.log.shown(end).await;
        self.seen.send_replace(position);
    }
}

async fn stored_position(db: &impl ConnectionTrait, name: &str) -> Result<Position, DbErr> {
    let row = consumer::Entity::find_by_id(name).one(db).await?;
    Ok(row.map_or(Position::START, |row| row.position))
}

/// The stored position, which nobody else can change until the transaction ends.
async fn claim(change: &Transaction, name: &str) -> Result<Position, DbErr> {
    let first = consumer::ActiveModel { name: Set(name.to_owned()), position: Set(Position::START) };
    let name_taken = OnConflict::column(consumer::Column::Name)
        .value(consumer::Column::Name, Expr::col((consumer::Entity, consumer::Column::Name)))
        .to_owned();
    // The update of nothing takes the row's lock.
    consumer::Entity::insert(first).on_conflict(name_taken).exec_without_returning(change.db()).await?;
    stored_position(change.db(), name).await
}

async fn store_position(db: &impl ConnectionTrait, name: &str, position: Position) -> Result<(), DbErr> {
    consumer::Entity::update_many()
        .col_expr(consumer::Column::Position, Expr::value(position))
        .filter(consumer::Column::Name.eq(name))
        .exec(db)
        .await
        .map(drop)
}
