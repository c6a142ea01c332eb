//! The log: every fact, written in the transaction of the change that made it, in one order that is the order of commits.
//!
//! - [`Fact`]: what is written. [`kinds`]: the types of events.
//! - [`Log`] begins a [`Transaction`]; its commit appends what it recorded.
//! - [`tail`]: reading on from a [`Position`](entity::Position).
//! - [`Follower`]: keeps what is held in memory at the log's end, and tells [`Listener`]s. [`Consumer`]: acts on events, once each; what it
//!   can do nothing with, it [`park`]s.

mod append;
mod consumer;
mod fact;
mod follower;
pub mod kinds;
mod once;
mod parked;
mod readers;
pub mod tail;
mod told;

pub use append::{Log, Transaction};
pub use consumer::{Consume, Consumer};
pub(crate) use consumer::{claim, store_position, stored_position};
pub(crate) use fact::OWN_SOURCE;
pub use fact::{Fact, Published};
pub use follower::{Follower, Freshness, Listener, MembershipsChanged};
pub(crate) use once::check_key;
pub use parked::park;
pub use tail::News;
pub use told::{Heading, Telling, Told};
