//! How far back feeds go: what is older is not shown, and its rows are removed. The log, order facts and figures stay for ever.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::{Position, Timestamp};
use sea_orm::ConnectionTrait;
use tokio::time::Instant;

use super::{pages, store};
use crate::clock::Clock;
use crate::error::Fault;
use crate::events::tail::end_of_log;
use crate::events::{Log, claim, store_position, stored_position};
use crate::tenancy::topology::Topology;
use crate::tenancy::{Actor, CentralDb, ROWS_A_STATEMENT};

/// The name under which the first position that is kept is stored.
const NAME: &str = "feed.kept_from";

/// What was read is known for so long. The rows go much later, so that nobody finds a part of them.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// Between two times at which old rows are removed.
const TIDYING: Duration = Duration::from_hours(1);

/// The first position that feeds keep, as this process knows it.
pub(super) struct Kept {
    central: CentralDb,
    known: Mutex<Option<(Instant, Position)>>,
}

impl Kept {
    pub(super) fn new(central: CentralDb) -> Self {
        Self { central, known: Mutex::default() }
    }

    /// The first position that is kept; before the first event where all are.
    pub(super) async fn from(&self) -> Result<Position, Fault> {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, from)) = known.filter(|(at, _)| at.elapsed() < KNOWN_FOR) {
            return Ok(from);
        }
        let from = kept_from(self.central.reader()).await?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), from));
        Ok(from)
    }
}

/// The first position that feeds keep, as `db` has it.
pub(in crate::network) async fn kept_from(db: &impl ConnectionTrait) -> Result<Position, Fault> {
    Ok(stored_position(db, NAME).await?)
}

/// Keeps feeds from going further back than so many days.
pub struct Retention {
    central: CentralDb,
    log: Log,
    topology: Arc<Topology>,
    clock: Clock,
    days: u32,
}

impl Retention {
    /// Feeds of the companies that `topology` shows keep what was recorded in the last `days` days.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, topology: Arc<Topology>, clock: Clock, days: u32) -> Self {
        Self { central, log, topology, clock, days }
    }

    /// Tidies for ever.
    pub async fn run(self) {
        let mut tidying = tokio::time::interval(TIDYING);
        loop {
            tidying.tick().await;
            if let Err(fault) = self.tidy().await {
                tracing::error!(%fault, "old rows of feeds cannot be removed");
            }
        }
    }

    /// Removes what was given up the last time, and gives up what has become too old since.
    ///
    /// # Errors
    /// Where the database cannot. The next time it goes on.
    pub async fn tidy(&self) -> Result<(), Fault> {
        let given_up = kept_from(self.central.reader()).await?;
        self.remove_before(given_up).await?;
        let db = self.central.reader();
        let oldest = Timestamp::from(self.clock.now().to_utc() - time::Duration::days(self.days.into()));
        let end = Position(end_of_log(db).await?.0 + 1);
        let from = pages::first_recorded_from(db, oldest).await?.unwrap_or(end);
        let change = self.log.begin(Actor::central()).await?;
        if claim(&change, NAME).await? < from {
            store_position(change.db(), NAME, from).await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// Removes the rows of events before `position`, those of some companies at once: nobody is kept waiting long for it.
    async fn remove_before(&self, position: Position) -> Result<(), Fault> {
        let chain = self.topology.current();
        let with_all_below = |root| std::iter::once(root).chain(chain.below_in_any_order(root, None));
        let all = chain.root().into_iter().flat_map(with_all_below);
        let owners: Vec<_> = all.map(|node| chain.id(node)).collect();
        for some in owners.chunks(ROWS_A_STATEMENT) {
            let change = self.central.begin().await?;
            store::remove_before(&change, some, position).await?;
            change.commit().await?;
        }
        Ok(())
    }
}
