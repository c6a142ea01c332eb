//! Keeps what this process holds in memory at the log's end: the chain, and whom it knows as members.

use std::sync::Arc;
use std::time::Duration;

use entity::{PersonId, Position, TenantId};

use super::Log;
use super::tail::changes_after;
use crate::error::Fault;
use crate::tenancy::CentralDb;
use crate::tenancy::topology::{Topology, store};

/// How often the log is looked at for what another process wrote. What this process writes is seen at once.
const POLL: Duration = Duration::from_millis(200);

/// More changed companies than this at once, and the chain is loaded anew instead of mended.
const REBUILD_ABOVE: usize = 50_000;

/// Told of each membership that has changed, before the change counts as seen.
pub type MembershipChanged = Box<dyn Fn(TenantId, PersonId) + Send + Sync>;

/// Follows the log on behalf of this process's memory.
pub struct Follower {
    central: CentralDb,
    log: Log,
    topology: Arc<Topology>,
    membership_changed: MembershipChanged,
}

impl Follower {
    /// Follows `log` for `topology`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, topology: Arc<Topology>, membership_changed: MembershipChanged) -> Self {
        Self { central, log, topology, membership_changed }
    }

    /// Follows for ever. A database that does not answer is asked again.
    pub async fn run(self) {
        let mut failing = false;
        loop {
            match self.catch_up().await {
                Ok(_) if failing => {
                    failing = false;
                    tracing::info!("the log is read again");
                }
                Err(fault) if !failing => {
                    failing = true;
                    tracing::error!(%fault, "the log cannot be read; what is held in memory may be out of date");
                }
                Ok(_) | Err(_) => {}
            }
            let _ = tokio::time::timeout(POLL, self.log.appended().notified()).await;
        }
    }

    /// Takes over all that the log has by now. Answers the position up to which memory is current.
    ///
    /// The changed rows are read in the same snapshot as the log's end, so that what is published is the chain at one position.
    pub async fn catch_up(&self) -> Result<Position, Fault> {
        let known = self.topology.current().position();
        let snapshot = self.central.begin_snapshot().await?;
        let changes = changes_after(&snapshot, known).await?;
        if changes.end == known {
            return Ok(known);
        }
        for (tenant, person) in &changes.memberships {
            (self.membership_changed)(*tenant, *person);
        }
        if changes.tenants.len() > REBUILD_ABOVE {
            self.topology.replace(store::load_from(&snapshot, changes.end).await?);
            return Ok(changes.end);
        }
        let states = store::states_of(&snapshot, &changes.tenants).await?;
        if let Err(inconsistent) = self.topology.advance(changes.end, &states) {
            tracing::error!(%inconsistent, "the chain in memory does not fit the log; it is loaded anew");
            self.topology.replace(store::load_from(&snapshot, changes.end).await?);
        }
        Ok(changes.end)
    }
}
