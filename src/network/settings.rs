//! Settings: how a company wants to trade. One record each, with a version.

use std::sync::Arc;

use crate::bus::Bus;
use crate::events::Log;
use crate::tenancy::CentralDb;

/// The companies' settings.
pub struct Settings {
    central: CentralDb,
    log: Log,
}

impl Settings {
    /// The settings in the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log) -> Arc<Self> {
        Arc::new(Self { central, log })
    }

    /// Serves `network.getMargins` on `bus`.
    pub fn register(self: &Arc<Self>, _bus: &Bus) {}
}
