//! Consumers: what is done about events, once each, from a stored position.
#![expect(clippy::disallowed_methods, reason = "central store: how far the program itself is in its log")]

use std::cmp::Ordering;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use entity::{Position, consumer};
use futures_util::FutureExt;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use tokio::sync::watch;

use super::append::Reader;
use super::follower::{LONGEST_PAUSE, POLL};
use super::tail::{end_of_log, read_types_after};
use super::{Log, Told, Transaction, park};
use crate::error::Fault;
use crate::tenancy::{Actor, CentralDb};

/// Does something about events: its effects and its position last together, so that each event has its effect once, also where the program
/// is killed in the middle, and where several processes run.
///
/// No event stops it for ever: where it fails, fewer events are brought at once, until one that fails is alone. If it would fail in the same
/// way again ([`Fault::is_lasting`]), it is parked, and the consumer goes on behind it. What cannot be known to be the event's own fault, such
/// as a module that does not answer, is tried again.
pub trait Consume: Send + Sync + 'static {
    /// The name under which its position is stored; never changes.
    const NAME: &'static str;
    /// The types of the events that it deals with; it never sees others. None at all stand for every type.
    const TYPES: &'static [&'static str];
    /// Events that are dealt with in one transaction, at most.
    const BATCH: u64 = 200;

    /// What it reads of an event.
    type Event: Told;

    /// What it needs to know before it deals with events.
    type Prepared: Send;

    /// Learns what it needs to deal with `events`: from other modules, too. No transaction is open yet that keeps writers waiting.
    fn prepare(&self, events: &[Self::Event]) -> impl Future<Output = Result<Self::Prepared, Fault>> + Send;

    /// Whether what it has learned leaves nothing to do: then no transaction is opened for it.
    fn is_nothing(_prepared: &Self::Prepared) -> bool {
        false
    }

    /// Deals with `events`, in their order. What it writes and records through `change` lasts with the position, or not at all.
    fn consume(
        &self,
        change: &mut Transaction,
        events: &[Self::Event],
        prepared: Self::Prepared,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// After so many positions with nothing to do it is stored how far a consumer is.
const LONG_WAY: i64 = 2_000;

/// Brings events to a consumer.
pub struct Consumer<C> {
    central: CentralDb,
    log: Log,
    consume: Arc<C>,
    seen: watch::Sender<Position>,
    /// The position that was stored last.
    stored: AtomicI64,
    /// How many events it takes at once: fewer after a failure, more after a success.
    at_once: AtomicU64,
}

/// Events that are to be dealt with, and the position that they come after.
struct Next<E> {
    after: Position,
    events: Vec<E>,
}

impl<C: Consume> Consumer<C> {
    /// Brings the events of `log` to `consume`, from where it was left.
    ///
    /// # Errors
    /// Where its position cannot be read.
    pub async fn new(central: CentralDb, log: Log, consume: Arc<C>) -> Result<Self, DbErr> {
        let stored = stored_position(central.reader(), C::NAME).await?;
        let seen = log.add_reader(Reader::Consumer(C::TYPES), stored);
        let (stored, at_once) = (AtomicI64::new(stored.0), AtomicU64::new(C::BATCH));
        Ok(Self { central, log, consume, seen, stored, at_once })
    }

    /// Tells how far it is: all events up to there are dealt with.
    #[must_use]
    pub fn seen(&self) -> watch::Receiver<Position> {
        self.seen.subscribe()
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
    ///
    /// # Errors
    /// Why it could not, where it is worth another try.
    pub async fn catch_up(&self) -> Result<(), Fault> {
        let mut ahead = None;
        loop {
            let next = if ahead.is_some() { ahead.take() } else { self.next().await? };
            let Some(next) = next else { return Ok(()) };
            let dealing = AssertUnwindSafe(self.deal_with(&next)).catch_unwind();
            let (dealt, read) = tokio::join!(dealing, self.read_ahead(&next));
            match dealt.unwrap_or(Err(Fault::Panic)) {
                Ok(()) => {
                    self.at_once.store(C::BATCH.min(2 * self.at_once.load(Relaxed)), Relaxed);
                    // Another process may have come further.
                    ahead = read.filter(|read| read.after == *self.seen.borrow());
                }
                Err(fault) => self.failed(&next, fault).await?,
            }
        }
    }

    /// In a backlog, what comes after `next`: read while that is dealt with, so that the database is never idle.
    async fn read_ahead(&self, next: &Next<C::Event>) -> Option<Next<C::Event>> {
        if (next.events.len() as u64) < C::BATCH {
            return None;
        }
        let events = read_types_after(self.central.reader(), next.last(), C::TYPES, C::BATCH).await.ok()?;
        Some(Next { after: next.last(), events }).filter(|read| !read.events.is_empty())
    }

    /// What is to be dealt with next, where anything is.
    async fn next(&self) -> Result<Option<Next<C::Event>>, Fault> {
        loop {
            let after = *self.seen.borrow();
            // Read before the events, so that none that comes meanwhile is passed over.
            let end = end_of_log(self.central.reader()).await?;
            match end.cmp(&after) {
                Ordering::Equal => return Ok(None),
                Ordering::Less => {
                    // The log went back, as after a restore, and the stored place with it.
                    let stored = stored_position(self.central.reader(), C::NAME).await?;
                    self.seen.send_replace(stored.min(end));
                    continue;
                }
                Ordering::Greater => {}
            }
            let at_once = self.at_once.load(Relaxed);
            let events = read_types_after(self.central.reader(), after, C::TYPES, at_once).await?;
            if !events.is_empty() {
                return Ok(Some(Next { after, events }));
            }
            self.seen.send_replace(end);
        }
    }

    async fn deal_with(&self, next: &Next<C::Event>) -> Result<(), Fault> {
        let prepared = self.consume.prepare(&next.events).await?;
        if C::is_nothing(&prepared) {
            return self.pass_over(next).await;
        }
        let Some(mut change) = self.begin(next).await? else { return Ok(()) };
        self.consume.consume(&mut change, &next.events, prepared).await?;
        self.finish(next, change).await
    }

    /// Goes on behind what leaves nothing to do. A long way of that, as after an import, is not gone again by who starts anew.
    async fn pass_over(&self, next: &Next<C::Event>) -> Result<(), Fault> {
        if next.last().0 - self.stored.load(Relaxed) < LONG_WAY {
            self.seen.send_replace(next.last());
            return Ok(());
        }
        let Some(change) = self.begin(next).await? else { return Ok(()) };
        self.finish(next, change).await
    }

    /// Takes fewer the next time; parks the only one where it would fail again.
    async fn failed(&self, next: &Next<C::Event>, fault: Fault) -> Result<(), Fault> {
        self.at_once.store((next.events.len() as u64 / 2).max(1), Relaxed);
        match &*next.events {
            _ if !fault.is_lasting() => Err(fault),
            [event] => {
                let position = event.position();
                tracing::error!(consumer = C::NAME, position = position.0, %fault, "an event was kept apart");
                let Some(change) = self.begin(next).await? else { return Ok(()) };
                park(&change, C::NAME, position, &fault.to_string()).await?;
                self.finish(next, change).await
            }
            _ => Ok(()),
        }
    }

    /// A transaction in which the consumer is where `next` begins. None where another process has dealt with some of these.
    async fn begin(&self, next: &Next<C::Event>) -> Result<Option<Transaction>, Fault> {
        let change = self.log.begin(Actor::central()).await?;
        let stored = claim(&change, C::NAME).await?;
        if stored <= next.after {
            return Ok(Some(change));
        }
        let end = end_of_log(change.db()).await?;
        drop(change);
        self.has_dealt_with(stored, end).await;
        Ok(None)
    }

    /// Makes what came of `next` last, and that it was dealt with.
    async fn finish(&self, next: &Next<C::Event>, change: Transaction) -> Result<(), Fault> {
        store_position(change.db(), C::NAME, next.last()).await?;
        let end = change.commit().await?;
        self.stored.store(next.last().0, Relaxed);
        self.has_dealt_with(next.last(), end).await;
        Ok(())
    }

    /// Says that all up to `position` is dealt with, once memory shows what came of it, up to `end`: who waits for an event's effects reads them.
    async fn has_dealt_with(&self, position: Position, end: Position) {
        self.log.shown(end).await;
        self.seen.send_replace(position);
    }
}

impl<E: Told> Next<E> {
    /// The position of the last event.
    fn last(&self) -> Position {
        self.events.last().map_or(self.after, Told::position)
    }
}

/// The position up to which the consumer of this name has dealt with the log.
pub(crate) async fn stored_position(db: &impl ConnectionTrait, name: &str) -> Result<Position, DbErr> {
    let row = consumer::Entity::find_by_id(name).one(db).await?;
    Ok(row.map_or(Position::START, |row| row.position))
}

/// The stored position, which nobody else can change until the transaction ends.
pub(crate) async fn claim(change: &Transaction, name: &str) -> Result<Position, DbErr> {
    let first = consumer::ActiveModel { name: Set(name.to_owned()), position: Set(Position::START) };
    let name_taken = OnConflict::column(consumer::Column::Name)
        .value(consumer::Column::Name, Expr::col((consumer::Entity, consumer::Column::Name)))
        .to_owned();
    // The update of nothing takes the row's lock.
    consumer::Entity::insert(first).on_conflict(name_taken).exec_without_returning(change.db()).await?;
    stored_position(change.db(), name).await
}

/// Stores the position up to which the consumer of this name has dealt with the log.
pub(crate) async fn store_position(db: &impl ConnectionTrait, name: &str, position: Position) -> Result<(), DbErr> {
    consumer::Entity::update_many()
        .col_expr(consumer::Column::Position, Expr::value(position))
        .filter(consumer::Column::Name.eq(name))
        .exec(db)
        .await
        .map(drop)
}
