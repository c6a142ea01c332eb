//! Appending to the log, in the writer's transaction and in one commit-safe order.
//!
//! A number is assigned before it is committed: a reader of "after the last I saw" would skip one that commits late. So the log's lock is
//! taken as the last act before COMMIT and held until the commit is visible (`docs/adr/0003-log-order.md`).
#![expect(clippy::disallowed_methods, reason = "central store: the log belongs to no tenant")]

use std::sync::Arc;

use entity::{Position, TenantId, Timestamp, event};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait};
use tokio::sync::Notify;

use super::Fact;
use crate::clock::Clock;
use crate::tenancy::topology::store::end_of_log;
use crate::tenancy::{Actor, CentralDb, InTransaction, Lock, ROWS_A_STATEMENT, TenantHandle, lock};

/// The log's writing end.
#[derive(Clone)]
pub struct Log {
    central: CentralDb,
    clock: Clock,
    appended: Arc<Notify>,
}

impl Log {
    /// The log of the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb, clock: Clock) -> Self {
        Self { central, clock, appended: Arc::new(Notify::new()) }
    }

    /// Begins a change that `actor` makes.
    pub async fn begin(&self, actor: Actor) -> Result<Transaction, DbErr> {
        let db = self.central.begin().await?;
        Ok(Transaction { db, actor, facts: Vec::new(), at: self.clock.now(), log: self.clone() })
    }

    /// Told after each commit of this process.
    pub(super) fn appended(&self) -> &Notify {
        &self.appended
    }
}

/// A change on its way: rows are written through it, facts are recorded beside them, and both last or neither.
pub struct Transaction {
    db: DatabaseTransaction,
    actor: Actor,
    facts: Vec<Fact>,
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

    /// When this change happens: one instant for its rows and its facts.
    pub(crate) fn now(&self) -> Timestamp {
        self.at
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

    /// Notes a fact, to be appended with the commit.
    pub fn record(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// Appends what was recorded so far. From here on all other writers wait for this transaction: for imports, which would else hold
    /// a million facts in memory.
    pub async fn append_recorded(&mut self) -> Result<(), DbErr> {
        if self.facts.is_empty() {
            return Ok(());
        }
        lock(&self.db, Lock::Log).await?;
        let (actor, at, recorded_at) = (self.actor, self.at, self.log.clock.now());
        while !self.facts.is_empty() {
            let some = self.facts.drain(..self.facts.len().min(ROWS_A_STATEMENT));
            let rows = some.map(|fact| fact.into_row(actor, at, recorded_at));
            event::Entity::insert_many(rows).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Makes the change last, with its facts. Answers the log's end as this change left it.
    pub async fn commit(mut self) -> Result<Position, DbErr> {
        self.append_recorded().await?;
        let end = end_of_log(&self.db).await?;
        self.db.commit().await?;
        self.log.appended.notify_one();
        Ok(end)
    }
}
