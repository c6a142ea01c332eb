//! Reseller Network: the control plane of a multi-tenant reseller chain.
//!
//! The map of the code, from the edges inwards; imports run this way and never back (`tests/api/architecture.rs`):
//!
//! - [`cli`]: the commands of the program, and [`app`], which puts the parts together.
//! - [`http`]: the outer edge: axum routes.
//! - [`graphql`]: the inner edge: the schema, its limits, and how answers are written.
//! - [`network`], [`modules`]: what the program is about, by domain.
//! - [`auth`]: who is asking.
//! - [`bus`]: how modules call one another, and the contract of these calls; [`events`]: the log, which is the truth.
//! - [`tenancy`]: whose rows: scopes, the one access rule, scoped handles, and the chain in memory.
//! - [`money`]: amounts and rates. [`names`]: what things may be called. `entity`, `migration`: the tables.

pub mod app;
pub mod auth;
mod backoff;
pub mod bus;
pub mod cli;
pub mod clock;
pub mod config;
pub mod error;
pub mod events;
pub mod graphql;
pub mod http;
pub mod modules;
pub mod money;
pub mod names;
pub mod network;
pub mod telemetry;
pub mod tenancy;

// So that the model of the chain in `tests/support`, and the comparison with it, serve the tests of this crate too.
#[cfg(test)]
extern crate self as reseller_network;
#[cfg(test)]
#[path = "../tests/support/naive_chain.rs"]
mod naive_chain;
#[cfg(test)]
#[path = "../tests/support/same_chain.rs"]
mod same_chain;
