//! Admin: who is in the chain, below whom, and in which state.
//!
//! - [`Chain`]: creating, approving, switching off, freezing, thawing and moving.
//! - [`Referrals`]: the codes by which companies join.
//! - [`names`]: slugs and currencies of companies.
//! - `serve`: its aliases on the bus. `store`: the rows behind it.

mod chain;
mod freezing;
mod moving;
pub mod names;
mod referrals;
mod rules;
mod serve;
pub(crate) mod store;

pub(crate) use chain::joined;
pub use chain::{Chain, NewReseller};
pub use referrals::Referrals;
pub use store::{find, has_root};
