//! The module bus: how modules, and the network over them, call one another.
//!
//! - [`Alias`]: an operation, by its name such as `catalog.getStats`, with the types of what goes in and comes out; [`contract`] has them all.
//! - [`Bus`]: calls within a tenant, and across tenants where the rule and the alias allow it; with a deadline, and not while a
//!   circuit breaker is open.
//! - [`Serve`]: what a module implements. [`Transport`]: how a call gets there; [`InProcess`] is the one for modules inside.

mod alias;
mod breaker;
mod calls;
pub mod contract;
mod deadlines;
mod error;
mod in_process;
mod payload;
mod transport;

pub use alias::{Alias, Effect, Module, Registration};
pub use breaker::Health;
pub use calls::{AliasHealth, Bus, Reach};
pub use deadlines::Deadlines;
pub use error::{CallError, Unavailable};
pub use in_process::{InProcess, Request, Serve};
pub use payload::{Payload, Portable};
pub use transport::{Envelope, Transport, TransportError};
