//! Keeps what this process holds in memory at the log's end: the chain, and whom it knows as members.

use std::cmp::Ordering;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use entity::{PersonId, Position};
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Log;
use super::tail::{Changes, changes_after, end_of_log};
use crate::error::Fault;
use crate::tenancy::CentralDb;
use crate::tenancy::topology::{Topology, store};

/// How often the log is looked at for what another process wrote. What this process writes is seen at once.
const POLL: Duration = Duration::from_millis(200);

/// How long it waits at most before it tries again what has failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// More changed companies than this at once, and the chain is loaded anew instead of mended.
const REBUILD_ABOVE: usize = 50_000;

/// Whose memberships have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipsChanged {
    /// One person's.
    Of(PersonId),
    /// Perhaps anybody's.
    OfAnybody,
}

/// Told of changed memberships before the change counts as seen.
pub type OnMembershipsChanged = Box<dyn Fn(MembershipsChanged) + Send + Sync>;

/// Follows the log on behalf of this process's memory.
pub struct Follower {
    central: CentralDb,
    log: Log,
    topology: Arc<Topology>,
    on_memberships_changed: OnMembershipsChanged,
    caught_up_at: watch::Sender<Instant>,
}

/// When the follower last was at the log's end.
#[derive(Clone)]
pub struct Freshness(watch::Receiver<Instant>);

impl Freshness {
    /// How old what is held in memory may be.
    pub fn age(&self) -> Duration {
        self.0.borrow().elapsed()
    }
}

impl Follower {
    /// Follows `log` for `topology`.
    #[must_use]
    pub fn new(
        central: CentralDb,
        log: Log,
        topology: Arc<Topology>,
        on_memberships_changed: OnMembershipsChanged,
    ) -> Self {
        Self { central, log, topology, on_memberships_changed, caught_up_at: watch::Sender::new(Instant::now()) }
    }

    /// Tells how far behind it is.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        Freshness(self.caught_up_at.subscribe())
    }

    /// Follows for ever. What fails is tried again, later and later.
    pub async fn run(self) {
        let mut failures = 0;
        loop {
            let caught_up = AssertUnwindSafe(self.catch_up()).catch_unwind().await;
            let caught_up = caught_up
                .map_or_else(|_| Err("a panic".to_owned()), |result| result.map_err(|fault| fault.to_string()));
            match caught_up {
                Ok(_) => {
                    if failures > 0 {
                        tracing::info!("the log is read again");
                    }
                    failures = 0;
                    let _ = tokio::time::timeout(POLL, self.log.appended().notified()).await;
                }
                Err(cause) => {
                    if failures == 0 {
                        tracing::error!(cause, "the log cannot be followed; what is held in memory may be out of date");
                    }
                    failures += 1;
                    tokio::time::sleep(LONGEST_PAUSE.min(POLL * 2_u32.saturating_pow(failures))).await;
                }
            }
        }
    }

    /// Takes over all that the log has by now. Answers the position up to which memory is current.
    ///
    /// The changed rows are read in the same snapshot as the log's end, so that what is published is the chain at one position.
    pub async fn catch_up(&self) -> Result<Position, Fault> {
        let known = self.topology.current().position();
        let snapshot = self.central.begin_snapshot().await?;
        let end = end_of_log(&snapshot).await?;
        match end.cmp(&known) {
            Ordering::Equal => {}
            Ordering::Greater => {
                let changes = changes_after(&snapshot, known).await?;
                self.take_over(snapshot, changes, end).await?;
            }
            Ordering::Less => {
                tracing::error!(?known, ?end, "the log went back, as after a restore; memory is loaded anew");
                (self.on_memberships_changed)(MembershipsChanged::OfAnybody);
                self.topology.restart(store::load_from(&snapshot, end).await?);
            }
        }
        self.caught_up_at.send_replace(Instant::now());
        Ok(end)
    }

    async fn take_over(
        &self,
        snapshot: sea_orm::DatabaseTransaction,
        changes: Changes,
        end: Position,
    ) -> Result<(), Fault> {
        for changed in changes.memberships {
            (self.on_memberships_changed)(changed);
        }
        if changes.tenants.len() > REBUILD_ABOVE {
            self.topology.replace(store::load_from(&snapshot, end).await?);
            return Ok(());
        }
        let states = store::states_of(&snapshot, &changes.tenants).await?;
        let topology = self.topology.clone();
        // A large subtree takes a while to move: off the threads that serve requests.
        let advanced = tokio::task::spawn_blocking(move || topology.advance(end, &states)).await;
        if let Err(inconsistent) = advanced.map_err(Fault::from)? {
            tracing::error!(%inconsistent, "the chain in memory does not fit the log; it is loaded anew");
            self.topology.replace(store::load_from(&snapshot, end).await?);
        }
        Ok(())
    }
}
