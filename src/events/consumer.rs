//! Consumers: what is done about events, once each, from a stored position.
#![expect(clippy::disallowed_methods, reason = "central store: how far the program itself is in its log")]

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use entity::{Position, consumer};
use futures_util::FutureExt;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use tokio::sync::watch;
use tokio::time::timeout;

use super::readers::{Heard, Reader};
use super::tail::{end_of_log, read_types_between};
use super::{Log, Told, Transaction, park};
use crate::backoff::Backoff;
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

/// A consumer that was told nothing for so long looks at the log itself.
const LOOKS_ITSELF_AFTER: Duration = Duration::from_secs(5);

/// Brings events to a consumer.
pub struct Consumer<C> {
    central: CentralDb,
    log: Log,
    consume: Arc<C>,
    seen: watch::Sender<Position>,
    heard: watch::Receiver<Heard>,
    /// The position that was stored last.
    stored: AtomicI64,
    /// How many restores of the log it has taken account of.
    restores: AtomicU64,
    /// How many events it takes at once: fewer after a failure, more after a success.
    at_once: AtomicU64,
}

/// Events that are to be dealt with: all that come after one position, up to another. That may be further than the last of them.
struct Next<E> {
    after: Position,
    events: Vec<E>,
    up_to: Position,
}

impl<E: Told> Next<E> {
    /// The position of the last event. It is what is stored: an end that was looked at earlier may be of a log that is gone by then.
    fn last(&self) -> Position {
        self.events.last().map_or(self.after, Told::position)
    }
}

impl<C: Consume> Consumer<C> {
    /// Brings the events of `log` to `consume`, from where it was left.
    ///
    /// # Errors
    /// Where its position cannot be read.
    pub async fn new(central: CentralDb, log: Log, consume: Arc<C>) -> Result<Self, DbErr> {
        let stored = stored_position(central.reader(), C::NAME).await?;
        let (seen, heard) = log.readers.add(Reader::Consumer(C::TYPES), stored);
        let (stored, restores, at_once) = (AtomicI64::new(stored.0), AtomicU64::new(0), AtomicU64::new(C::BATCH));
        Ok(Self { central, log, consume, seen, heard, stored, restores, at_once })
    }

    /// Tells how far it is: all events up to there are dealt with.
    #[must_use]
    pub fn seen(&self) -> watch::Receiver<Position> {
        self.seen.subscribe()
    }

    /// Goes on for ever. What fails is tried again, later and later.
    pub async fn run(self) {
        let (mut heard, mut backoff) = (self.heard.clone(), Backoff::default());
        loop {
            let following = AssertUnwindSafe(self.follow(&mut heard, &mut backoff)).catch_unwind();
            let Err(fault) = following.await.unwrap_or(Err(Fault::Panic));
            tracing::error!(consumer = C::NAME, %fault, "events could not be dealt with; they are tried again");
            backoff.pause().await;
        }
    }

    /// Deals with all that the log has, and then with what the follower tells of.
    async fn follow(&self, heard: &mut watch::Receiver<Heard>, backoff: &mut Backoff) -> Result<Infallible, Fault> {
        self.catch_up().await?;
        loop {
            backoff.succeeded();
            // The sender lives as long as the log.
            if timeout(LOOKS_ITSELF_AFTER, heard.changed()).await.is_err() {
                // The follower may have stopped.
                self.catch_up().await?;
                continue;
            }
            let Heard { end, concerning, restores } = *heard.borrow_and_update();
            let after = *self.seen.borrow();
            if after < concerning || self.restores.load(Relaxed) < restores {
                self.deal_up_to(end).await?;
            } else if after < end {
                self.seen.send_replace(end);
            }
        }
    }

    /// Deals with all that the log has by now.
    ///
    /// # Errors
    /// Why it could not, where it is worth another try.
    pub async fn catch_up(&self) -> Result<(), Fault> {
        self.deal_up_to(end_of_log(self.central.reader()).await?).await
    }

    /// Deals with all that the log has up to `end`, where it once ended.
    async fn deal_up_to(&self, mut end: Position) -> Result<(), Fault> {
        let mut ahead = None;
        loop {
            let next = if ahead.is_some() { ahead.take() } else { self.next(&mut end).await? };
            let Some(next) = next else { return Ok(()) };
            let dealing = AssertUnwindSafe(self.deal_with(&next)).catch_unwind();
            let (dealt, read) = tokio::join!(dealing, self.read_ahead(&next, end));
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
    async fn read_ahead(&self, next: &Next<C::Event>, end: Position) -> Option<Next<C::Event>> {
        if (next.events.len() as u64) < C::BATCH {
            return None;
        }
        let ahead = read_types_between(self.central.reader(), (next.up_to, end), C::TYPES, C::BATCH);
        let events: Vec<C::Event> = ahead.await.ok()?;
        let up_to = events.last()?.position();
        Some(Next { after: next.up_to, events, up_to })
    }

    /// What is to be dealt with next, where anything is up to `end`, which may prove to be another.
    async fn next(&self, end: &mut Position) -> Result<Option<Next<C::Event>>, Fault> {
        let restores = self.heard.borrow().restores;
        if *end < *self.seen.borrow() || self.restores.load(Relaxed) < restores {
            *end = self.go_back_with_the_log(restores).await?;
        }
        let (after, end) = (*self.seen.borrow(), *end);
        if end <= after {
            return Ok(None);
        }
        let at_once = self.at_once.load(Relaxed);
        let events: Vec<C::Event> = read_types_between(self.central.reader(), (after, end), C::TYPES, at_once).await?;
        let Some(last) = events.last().map(Told::position) else {
            self.seen.send_replace(end);
            return Ok(None);
        };
        let is_all = (events.len() as u64) < at_once;
        Ok(Some(Next { after, events, up_to: if is_all { last.max(end) } else { last } }))
    }

    /// Goes back to the stored place where the log went back, as after a restore, and that place with it: it did so `restores` times by now. Without
    /// one of which it was told the log may also have gone on since its end was looked at. Answers that end.
    async fn go_back_with_the_log(&self, restores: u64) -> Result<Position, Fault> {
        let end = end_of_log(self.central.reader()).await?;
        if end < *self.seen.borrow() || self.restores.load(Relaxed) < restores {
            let stored = stored_position(self.central.reader(), C::NAME).await?;
            self.stored.store(stored.0, Relaxed);
            self.seen.send_replace(stored.min(end));
            self.restores.store(restores, Relaxed);
        }
        Ok(end)
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
            self.seen.send_replace(next.up_to);
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

    /// A transaction that the consumer goes on in from where `next` begins to where it ends. None where another process has dealt with some of these.
    async fn begin(&self, next: &Next<C::Event>) -> Result<Option<Transaction>, Fault> {
        let change = self.log.begin(Actor::central()).await?;
        if go_on(change.db(), C::NAME, (next.after, next.last())).await? {
            return Ok(Some(change));
        }
        let stored = claim(&change, C::NAME).await?;
        let end = end_of_log(change.db()).await?;
        // Its first time; or what is stored is of a log that was gone when it was.
        if stored <= next.after || end < stored {
            store_position(change.db(), C::NAME, next.last()).await?;
            return Ok(Some(change));
        }
        drop(change);
        self.has_dealt_with(stored, Some(end)).await;
        Ok(None)
    }

    /// Makes what came of `next` last, and that it was dealt with.
    async fn finish(&self, next: &Next<C::Event>, change: Transaction) -> Result<(), Fault> {
        let appended = change.last().await?;
        self.stored.store(next.last().0, Relaxed);
        self.has_dealt_with(next.up_to, appended).await;
        Ok(())
    }

    /// Says that all up to `position` is dealt with, once memory shows what came of it, up to `end`, if anything: who waits for an event's effects
    /// reads them.
    async fn has_dealt_with(&self, position: Position, end: Option<Position>) {
        if let Some(end) = end {
            self.log.shown(end).await;
        }
        self.seen.send_replace(position);
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
    let row = consumer::Entity::insert(first).on_conflict(name_taken).exec_with_returning(change.db()).await?;
    Ok(row.position)
}

/// Stores that the consumer of this name goes on from one position to another, where it is no further than the first: nobody else can change that until
/// the transaction ends. Answers whether it is.
async fn go_on(db: &impl ConnectionTrait, name: &str, (from, to): (Position, Position)) -> Result<bool, DbErr> {
    let updated = consumer::Entity::update_many()
        .col_expr(consumer::Column::Position, Expr::value(to))
        .filter(consumer::Column::Name.eq(name))
        .filter(consumer::Column::Position.lte(from))
        .exec(db)
        .await?;
    Ok(updated.rows_affected > 0)
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
