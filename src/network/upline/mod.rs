//! Upline requests: what a company asks of its upline, and the answer on its way back down. It is the only way up.
//!
//! - [`Ask`]: what can be asked, and [`Granted`]: what came of it (`action`).
//! - `asking`: a company asks, in its own scope; [`SendingUp`]: where its settings ask for it. `deciding`: people of the company that is asked decide, or the one who asked takes it back.
//! - `crossing`: the one way from a company's scope to central scope and back: what its upline's settings decide, and what is done once it was
//!   decided. Each step is one transaction, and each can be done again: whoever stops in the middle, `work` goes on.
//! - `reading`: who may see which request. `store`: the rows.

mod action;
mod asking;
mod crossing;
mod deciding;
mod reading;
mod sending_up;
mod steps;
mod store;
mod work;

use std::sync::Arc;

pub use self::action::{Ask, Asked, Ended, Granted};
pub use self::reading::{Direction, Hop, RequestsQuery, UplineRequest};
pub use self::sending_up::SendingUp;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::events::Log;
use crate::network::settings::Settings;
use crate::tenancy::CentralDb;
use crate::tenancy::topology::Topology;

/// What companies ask of their upline.
pub struct UplineRequests {
    central: CentralDb,
    log: Log,
    topology: Arc<Topology>,
    bus: Bus,
    settings: Arc<Settings>,
    clock: Clock,
}

impl UplineRequests {
    /// The requests in the database behind `central`. `settings` say what companies decide by themselves; `bus` does what was granted.
    #[must_use]
    pub fn new(
        central: CentralDb,
        log: Log,
        topology: Arc<Topology>,
        bus: Bus,
        settings: Arc<Settings>,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new(Self { central, log, topology, bus, settings, clock })
    }
}
