//! Appending to the log, in the writer's transaction and in one commit-safe order.
//!
//! A number is assigned before it is committed: a reader of "after the last I saw" would skip one that commits late. So the log's lock is
//! taken as the last act before COMMIT and held until the commit is visible (`docs/adr/0003-log-order.md`).

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::{Position, TenantId, Timestamp, event};
use sea_orm::{DatabaseTransaction, DbErr};
use tokio::sync::watch;

use super::{Fact, Published};
use crate::clock::Clock;
use crate::tenancy::topology::store::end_of_log;
use crate::tenancy::{Actor, CentralDb, InTransaction, Lock, ROWS_A_STATEMENT, TenantHandle, insert_rows, lock, share};

/// The log's writing end.
#[derive(Clone)]
pub struct Log {
    central: CentralDb,
    clock: Clock,
    appended: watch::Sender<()>,
    readers: Readers,
}

/// How far each reader of the log is in this process.
type Readers = Arc<Mutex<Vec<(Reader, watch::Receiver<Position>)>>>;

/// Who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// Keeps memory at its end.
    Memory,
    /// Acts on the events of these types; of all types where there are none.
    Consumer(&'static [&'static str]),
}

impl Reader {
    /// Whether it does anything about one of these types of events.
    fn sees(self, kinds: &HashSet<Cow<'static, str>>) -> bool {
        match self {
            Self::Memory => true,
            Self::Consumer(types) => types.is_empty() || types.iter().any(|kind| kinds.contains(*kind)),
        }
    }
}

/// A consumer that is so many events behind has a backlog, as after an import: nobody waits for it.
const FAR_BEHIND: i64 = 10_000;

/// How long a writer waits to see its own write. It has lasted by then, so that it is no failure where the wait was in vain.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

impl Log {
    /// The log of the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb, clock: Clock) -> Self {
        Self { central, clock, appended: watch::Sender::new(()), readers: Readers::default() }
    }

    /// Begins a change that `actor` makes.
    pub async fn begin(&self, actor: Actor) -> Result<Transaction, DbErr> {
        let db = self.central.begin().await?;
        Ok(Transaction { db, actor, noted: Vec::new(), kinds: HashSet::new(), at: self.clock.now(), log: self.clone() })
    }

    /// Counts somebody who reads on from `position` among those whom a writer waits for. They say through the sender how far they are.
    pub(super) fn add_reader(&self, reader: Reader, position: Position) -> watch::Sender<Position> {
        let seen = watch::Sender::new(position);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push((reader, seen.subscribe()));
        seen
    }

    /// Waits until all readers of this process have seen `position`: a client reads its own writes. Gives up after a while, and at once on
    /// consumers that are far behind.
    pub async fn seen(&self, position: Position) {
        self.seen_by(|_| true, position).await;
    }

    /// Waits until memory shows `position`. Gives up after a while.
    pub(super) async fn shown(&self, position: Position) {
        self.seen_by(|reader| reader == Reader::Memory, position).await;
    }

    async fn seen_by(&self, is_waited_for: impl Fn(Reader) -> bool, position: Position) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        readers.retain(|(reader, seen)| {
            let far_behind = *reader != Reader::Memory && position.0 - seen.borrow().0 > FAR_BEHIND;
            is_waited_for(*reader) && !far_behind
        });
        let all = async {
            for (_, mut reader) in readers {
                // One that is gone has nothing to show any more.
                let _ = reader.wait_for(|seen| *seen >= position).await;
            }
        };
        if tokio::time::timeout(SEEN_WITHIN, all).await.is_err() {
            tracing::warn!(?position, "a change was committed, and memory does not show it yet");
        }
    }

    /// Told after each commit of this process.
    pub(super) fn appended(&self) -> watch::Receiver<()> {
        self.appended.subscribe()
    }
}

/// What is to be appended.
enum Noted {
    /// A fact of our own, and when it happened, where that was not now.
    Own(Fact, Option<Timestamp>),
    /// What somebody else has published.
    Published(Published),
}

/// A change on its way: rows are written through it, facts are recorded beside them, and both last or neither.
pub struct Transaction {
    db: DatabaseTransaction,
    actor: Actor,
    /// What has happened.
    noted: Vec<Noted>,
    /// The types of all that was recorded.
    kinds: HashSet<Cow<'static, str>>,
    /// When the change happens: one instant for all that it writes.
    at: Timestamp,
    log: Log,
}

impl Transaction {
    /// The open transaction, for central stores.
    pub(crate) fn db(&self) -> &DatabaseTransaction {
        &self.db
    }

    /// The tables of one tenant, inside this transaction: rows that belong to a tenant are written through its own handle.
    pub fn in_tenant(&self, tenant: TenantId) -> TenantHandle<InTransaction<'_>> {
        TenantHandle::in_transaction(&self.db, tenant)
    }

    /// Who makes the change.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// When this change happens: one instant for its rows and its facts.
    pub(crate) fn now(&self) -> Timestamp {
        self.at
    }

    /// Makes the change happen at `instant` at the earliest, also where a clock says otherwise.
    pub(crate) fn happens_at_or_after(&mut self, instant: Timestamp) {
        self.at = self.at.max(instant);
    }

    /// Makes the change happen after `instant`, also where a clock says otherwise.
    pub(crate) fn happens_after(&mut self, instant: Timestamp) {
        self.at = self.at.max(Timestamp(instant.0 + 1));
    }

    /// Waits until no other transaction changes the chain, and keeps it so until this one ends.
    pub(crate) async fn lock_chain(&mut self) -> Result<(), DbErr> {
        lock(&self.db, Lock::Chain).await?;
        self.at = self.log.clock.now();
        Ok(())
    }

    /// Waits until no other transaction adds to the ledgers, and keeps it so until this one ends.
    pub(crate) async fn lock_ledgers(&mut self) -> Result<(), DbErr> {
        lock(&self.db, Lock::Ledger).await?;
        self.at = self.log.clock.now();
        Ok(())
    }

    /// Waits until nobody changes the chain, and keeps it as it is until this transaction ends; others may do so at the same time.
    pub(crate) async fn share_chain(&mut self) -> Result<(), DbErr> {
        share(&self.db, Lock::Chain).await?;
        self.at = self.log.clock.now();
        Ok(())
    }

    /// Notes a fact, to be appended with the commit.
    pub fn record(&mut self, fact: Fact) {
        self.kinds.insert(Cow::Borrowed(fact.kind));
        self.noted.push(Noted::Own(fact, None));
    }

    /// Notes a fact that happened at `at`, and is only told of by this change.
    pub fn record_at(&mut self, fact: Fact, at: Timestamp) {
        self.kinds.insert(Cow::Borrowed(fact.kind));
        self.noted.push(Noted::Own(fact, Some(at)));
    }

    /// Notes an event that somebody else has published, to be appended with the commit. No event of its source and id may be in the log, which must
    /// be locked for that to be known.
    pub fn record_published(&mut self, published: Published) {
        self.kinds.insert(Cow::Owned(published.event_type.clone()));
        self.noted.push(Noted::Published(published));
    }

    /// Waits until no other transaction appends to the log, and keeps it so until this one ends: what is not in it stays out of it.
    pub(crate) async fn lock_log(&mut self) -> Result<(), DbErr> {
        lock(&self.db, Lock::Log).await
    }

    /// Appends what was recorded so far. From here on all other writers wait for this transaction: for imports, which would else hold
    /// a million facts in memory.
    pub async fn append_recorded(&mut self) -> Result<(), DbErr> {
        if self.noted.is_empty() {
            return Ok(());
        }
        lock(&self.db, Lock::Log).await?;
        let (actor, at, recorded_at) = (self.actor, self.at, self.log.clock.now());
        while !self.noted.is_empty() {
            let some = self.noted.drain(..self.noted.len().min(ROWS_A_STATEMENT));
            let rows = some.map(|noted| match noted {
                Noted::Own(fact, then) => fact.into_row(actor, then.unwrap_or(at), recorded_at),
                // What was told behind a move is recorded behind it, also where the clock is slower.
                Noted::Published(published) => published.into_row(recorded_at.max(at)),
            });
            let rows = rows.collect();
            insert_rows::<event::Entity>(&self.db, rows, None).await?;
        }
        Ok(())
    }

    /// Makes the change last, with its facts. Answers the log's end as this change left it.
    pub async fn commit(mut self) -> Result<Position, DbErr> {
        self.append_recorded().await?;
        let end = end_of_log(&self.db).await?;
        self.db.commit().await?;
        self.log.appended.send_replace(());
        Ok(end)
    }

    /// Makes the change last, and waits until this process shows it, with what its consumers make of it. Who has nothing to do with it keeps
    /// nobody waiting.
    pub async fn commit_and_show(mut self) -> Result<Position, DbErr> {
        let (log, kinds) = (self.log.clone(), std::mem::take(&mut self.kinds));
        let position = self.commit().await?;
        log.seen_by(|reader| reader.sees(&kinds), position).await;
        Ok(position)
    }
}
