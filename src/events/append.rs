//! Appending to the log, in the writer's transaction and in one commit-safe order.
//!
//! A number is assigned before it is committed: a reader of "after the last I saw" would skip one that commits late. So the log's lock is
//! taken as the last act before COMMIT and held until the commit is visible (`docs/adr/0003-log-order.md`).
#![expect(clippy::disallowed_methods, reason = "central store: the log belongs to no tenant")]

use std::borrow::Cow;

use entity::{Position, TenantId, Timestamp, event};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait};
use tokio::sync::watch;

use super::readers::{Kinds, Reader, Readers};
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
    /// Who reads it in this process.
    pub(super) readers: Readers,
}

impl Log {
    /// The log of the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb, clock: Clock) -> Self {
        Self { central, clock, appended: watch::Sender::new(()), readers: Readers::default() }
    }

    /// Begins a change that `actor` makes.
    pub async fn begin(&self, actor: Actor) -> Result<Transaction, DbErr> {
        let db = self.central.begin().await?;
        Ok(Transaction {
            db,
            actor,
            noted: Vec::new(),
            kinds: Kinds::default(),
            end: None,
            at: self.clock.now(),
            log: self.clone(),
        })
    }

    /// Waits until all readers of this process have seen `position`: a client reads its own writes. Gives up after a while, and at once on
    /// consumers that are far behind.
    pub async fn seen(&self, position: Position) {
        self.readers.have_seen(position, |_| true).await;
    }

    /// Waits until memory shows `position`. Gives up after a while.
    pub(super) async fn shown(&self, position: Position) {
        self.readers.have_seen(position, |reader| reader == Reader::Memory).await;
    }

    /// Told after each commit of this process that has appended something.
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
    kinds: Kinds<'static>,
    /// The end of the log as this change has it, once any of it was appended.
    end: Option<Position>,
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
            self.end = Some(append(&self.db, rows.collect()).await?);
        }
        Ok(())
    }

    /// Makes the change last, with its facts. Answers the log's end, which this change is in.
    pub async fn commit(self) -> Result<Position, DbErr> {
        let central = self.log.central.clone();
        match self.last().await? {
            Some(end) => Ok(end),
            None => end_of_log(central.reader()).await,
        }
    }

    /// Makes the change last, and waits until this process shows it, with what its consumers make of it. Who has nothing to do with it keeps
    /// nobody waiting.
    pub async fn commit_and_show(mut self) -> Result<(), DbErr> {
        let (log, kinds) = (self.log.clone(), std::mem::take(&mut self.kinds));
        match self.last().await? {
            Some(end) => log.readers.have_seen(end, |reader| reader.sees(&kinds)).await,
            // What was there before may have been written elsewhere a moment ago.
            None => log.seen(end_of_log(log.central.reader()).await?).await,
        }
        Ok(())
    }

    /// Makes the change last. Answers the log's end as this change left it, where it has appended anything.
    pub(super) async fn last(mut self) -> Result<Option<Position>, DbErr> {
        self.append_recorded().await?;
        self.db.commit().await?;
        if self.end.is_some() {
            self.log.appended.send_replace(());
        }
        Ok(self.end)
    }
}

/// Appends `rows`, while the log is locked. Answers its end.
async fn append(db: &DatabaseTransaction, mut rows: Vec<event::ActiveModel>) -> Result<Position, DbErr> {
    match rows.pop() {
        // As mostly.
        Some(only) if rows.is_empty() => Ok(event::Entity::insert(only).exec(db).await?.last_insert_id),
        last => {
            rows.extend(last);
            insert_rows::<event::Entity>(db, rows, None).await?;
            end_of_log(db).await
        }
    }
}
