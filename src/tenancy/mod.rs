//! Whose rows: on whose behalf code runs, whom it may reach, and the handles that keep it there.
//!
//! - [`Scope`]: on whose behalf; [`access`]: the one rule of who may reach whom.
//! - [`Database`]: owns the connections. [`TenantHandle`] is one tenant's view of it, [`CentralDb`] is the platform's.
//! - [`topology`]: the whole chain in memory, from which the rule is answered.

pub mod access;
mod actor;
mod bulk;
mod central;
mod database;
mod guard;
mod handle;
mod line;
mod pools;
mod scope;
mod sums;
pub mod topology;

pub use actor::Actor;
pub(crate) use bulk::{insert_rows, one_of, union_all};
pub use central::CentralDb;
pub(crate) use central::{Lock, ROWS_A_STATEMENT, lock, share};
pub use database::{Database, Observer, OpenError, OpenOptions};
pub use guard::InTransaction;
pub use handle::{TenantDb, TenantHandle, TenantSelect};
pub(crate) use line::{Line, may_act};
pub use scope::Scope;
pub(crate) use sums::{sums_of, whole_sum};
