//! Finance: an append-only double-entry ledger for each company and currency.
//!
//! - `ledger`: adds postings, each with two entries that add up to nothing. No entry is ever changed or removed.
//! - `delivered`: posts delivered orders, once each. `payments`: what children paid. `credit`: what companies may owe.
//! - `reading`: what is asked of ledgers. `store`: the rows of several companies' ledgers.

mod credit;
mod delivered;
mod ledger;
mod payments;
mod reading;
mod serve;
mod store;

use std::sync::Arc;

use crate::bus::Bus;
use crate::events::Log;
use crate::tenancy::CentralDb;

/// The Finance module.
pub struct Finance {
    central: CentralDb,
    log: Log,
    bus: Bus,
}

impl Finance {
    /// The ledgers of the chain. Which legs a delivered order had, Orders says over `bus`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, bus: Bus) -> Arc<Self> {
        Arc::new(Self { central, log, bus })
    }
}
