//! How well a part of the chain is: what is wrong in it, and how bad that is.
//!
//! Who is frozen, switched off or waits is counted from the chain in memory; who placed no orders, and which orders and upline requests wait, is observed in the
//! database, for the whole chain at once (`observed`). What was found of a company is told again while neither has changed.

mod modules;
mod observed;
mod reasons;
mod store;

use std::sync::{Arc, Weak};

use entity::{TenantId, Timestamp};

pub use self::modules::ModuleState;
use self::observed::{Observed, Observer};
use self::reasons::Found;
pub use self::reasons::{Counts, FAILED_DAYS, IDLE_DAYS, LATE_DAYS, LISTED, Reason, ReasonCode, WAITING_DAYS};
use crate::bus::Bus;
use crate::bus::contract::network::HealthStatus;
use crate::clock::Clock;
use crate::error::Fault;
use crate::tenancy::topology::{NodeIndex, Snapshot, State};
use crate::tenancy::{CentralDb, Scope, access};

/// Of how many companies it is kept what was found.
const KEPT: u64 = 10_000;

/// A walk through more companies than this is done off the threads that serve requests.
const LARGE: usize = 5_000;

/// How well a company and its downline are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHealth {
    /// The worst of the reasons; healthy without any.
    pub status: HealthStatus,
    /// When orders were last looked at. The chain and the modules are those of now.
    pub checked_at: Timestamp,
    /// What there is to tell, the worst first.
    pub reasons: Vec<Reason>,
    /// How many companies are how.
    pub counts: Counts,
    /// The modules that can be asked.
    pub modules: Vec<ModuleState>,
}

/// Looks after the chain's health.
pub struct Healths {
    bus: Bus,
    observer: Observer,
    kept: moka::sync::Cache<TenantId, Arc<Kept>>,
}

/// What was found of a company, and of what.
struct Kept {
    state: State,
    /// Not the observation itself, which is large, and another one soon.
    observed: Weak<Observed>,
    found: Arc<Found>,
}

impl Healths {
    /// Of the chain in the database behind `central`, and of the modules on `bus`.
    #[must_use]
    pub fn new(central: CentralDb, bus: Bus, clock: Clock) -> Arc<Self> {
        let kept = moka::sync::Cache::new(KEPT);
        Arc::new(Self { bus, observer: Observer::new(central, clock), kept })
    }

    /// How well `root` and its downline are. Nothing where it is out of reach.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn of(&self, chain: &Arc<Snapshot>, scope: Scope, root: TenantId) -> Result<Option<ChainHealth>, Fault> {
        let Some(node) = access::reach(chain, scope, root) else { return Ok(None) };
        let observed = self.observer.observed().await?;
        let found = self.found(chain, node, &observed).await?;
        let modules = modules::of(&self.bus);
        let mut reasons = found.reasons.clone();
        reasons.extend(modules::reason(&modules));
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity));
        let status = reasons.iter().map(|reason| reason.severity).max().unwrap_or(HealthStatus::Healthy);
        let (checked_at, counts) = (observed.at, found.counts);
        Ok(Some(ChainHealth { status, checked_at, reasons, counts, modules }))
    }

    async fn found(
        &self,
        chain: &Arc<Snapshot>,
        root: NodeIndex,
        observed: &Arc<Observed>,
    ) -> Result<Arc<Found>, Fault> {
        let id = chain.id(root);
        let kept = self.kept.get(&id);
        if let Some(kept) =
            kept.filter(|kept| kept.state == *chain.state() && Weak::ptr_eq(&kept.observed, &Arc::downgrade(observed)))
        {
            return Ok(kept.found.clone());
        }
        let found = if chain.descendant_count(root) > LARGE {
            let (chain, observed) = (chain.clone(), observed.clone());
            tokio::task::spawn_blocking(move || Found::below(&chain, root, &observed)).await?
        } else {
            Found::below(chain, root, observed)
        };
        let found = Arc::new(found);
        let kept = Kept { state: chain.state().clone(), observed: Arc::downgrade(observed), found: found.clone() };
        self.kept.insert(id, Arc::new(kept));
        Ok(found)
    }
}
