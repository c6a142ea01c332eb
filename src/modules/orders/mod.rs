//! Orders: placed by a company, passed up the chain level by level, delivered by the root.
//!
//! - `placing`, `advancing`: what changes an order. `turn`: whose turn it is, and what may come next. `pricing`: what its lines cost.
//! - `reading`, `listing`, `stats`: what is asked of orders. `sight`: who sees what of one, decided in one place.
//! - `store`: the rows of orders that belong to several companies. `imported`: the legs of orders that came from files.

mod advancing;
mod counts;
mod facts;
mod imported;
mod listing;
mod placing;
mod pricing;
mod reading;
mod serve;
mod sight;
mod stats;
mod store;
mod turn;

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
}
