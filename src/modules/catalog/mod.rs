//! Catalog: what the chain sells, who may sell it, and what it costs whom.

use std::sync::Arc;

use crate::bus::Bus;
use crate::events::{Listener, Log};
use crate::tenancy::CentralDb;
use crate::tenancy::topology::Topology;

/// The Catalog module.
pub struct Catalog {
    central: CentralDb,
    log: Log,
    bus: Bus,
    topology: Arc<Topology>,
}

impl Catalog {
    /// The catalog of the chain that `topology` shows.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, bus: Bus, topology: Arc<Topology>) -> Arc<Self> {
        Arc::new(Self { central, log, bus, topology })
    }

    /// Serves its aliases on `bus`.
    pub fn register(self: &Arc<Self>, _bus: &Bus) {}
}

impl Listener for Catalog {}
