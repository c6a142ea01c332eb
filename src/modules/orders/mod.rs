//! Orders: placed by a company, passed up the chain level by level, delivered by the root.

use std::sync::Arc;

use crate::bus::Bus;
use crate::events::Log;
use crate::tenancy::CentralDb;

/// The Orders module.
pub struct Orders {
    central: CentralDb,
    log: Log,
    bus: Bus,
}

impl Orders {
    /// The orders of which `log` tells. What they cost, Catalog says over `bus`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, bus: Bus) -> Arc<Self> {
        Arc::new(Self { central, log, bus })
    }

    /// Serves its aliases on `bus`.
    pub fn register(self: &Arc<Self>, _bus: &Bus) {}
}
