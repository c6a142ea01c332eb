//! Upline requests: what a company asks of its upline, and the answer on its way back down. It is the only way up.
//!
//! - [`Ask`]: what can be asked, and [`Granted`]: what came of it (`action`).
//! - `asking`: a company asks, in its own scope; `sending_up`: where its settings ask for it. `deciding`: people of the company that is asked decide, or the one who asked takes it back.
//! - `crossing`: the one way from a company's scope to central scope and back: what its upline's settings decide, and what is done once it was
//!   decided. Each step is one transaction, and each can be done again: whoever stops in the middle, `work` goes on.
//! - [`UplineEvents`]: what events start or change requests.
//! - `rules`: who has a part in a request, and who decides. `steps`: what changes of one. `reading`: what is seen of them. `store`: the rows.

mod action;
mod asking;
mod crossing;
mod deciding;
mod events;
mod reading;
mod rules;
mod sending_up;
mod steps;
mod store;
mod work;

use std::sync::Arc;

pub use self::action::{Ask, Asked, Ended, Granted};
pub use self::events::UplineEvents;
pub use self::reading::{Direction, Hop, RequestsQuery, UplineRequest};
use crate::bus::Bus;
use crate::clock::Clock;
use crate::events::Log;
use crate::network::settings::Settings;
use crate::tenancy::CentralDb;

/// What companies ask of their upline.
pub struct UplineRequests {
    central: CentralDb,
    log: Log,
    bus: Bus,
    settings: Arc<Settings>,
    clock: Clock,
    /// Held while what was left is gone on with: twice at once in one process gains nothing, and whoever comes second finds it done.
    working: tokio::sync::Mutex<()>,
}

impl UplineRequests {
    /// The requests in the database behind `central`. `settings` say what companies decide by themselves; `bus` does what was granted.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, bus: Bus, settings: Arc<Settings>, clock: Clock) -> Arc<Self> {
        Arc::new(Self { central, log, bus, settings, clock, working: tokio::sync::Mutex::default() })
    }
}
