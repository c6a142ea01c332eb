//! Events that other programs publish: taken in once each, with what they do to the chain.
//!
//! - `cloudevent`: an event as it comes, by CloudEvents 1.0. `told`: what its data must have, for the types of the contract with the modules.
//! - [`Intake`] takes events in, in one transaction with their effects on the chain, which `effects` decides; what comes of the log (figures, feeds,
//!   caches) comes of them as of any other event.
//! - What names a company that is not known waits in a table of its own (`store`) until [`TakingUp`] sees the company come.

mod cloudevent;
mod desk;
mod effects;
mod store;
mod taking_up;
mod told;

pub use cloudevent::{CloudEvent, Malformed};
pub use desk::{Intake, Outcome};
pub use store::waiting;
pub use taking_up::TakingUp;
