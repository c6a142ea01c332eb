//! The rows of the database: one file per table, typed ids, and the owner trait.
//!
//! Entities use the plain derive with hand-written relations. The dense format (`#[sea_orm::model]`) would add
//! inherent finders that no lint can see and that carry no tenant filter.

pub mod event;
pub mod former_parent;
pub mod freeze;
mod id;
pub mod membership;
mod owned;
pub mod person;
pub mod public_id;
pub mod tenant;
pub mod tenant_name;
mod timestamp;

pub use event::Position;
pub use id::{EventId, FreezeId, MembershipId, PersonId, TenantId};
pub use membership::Role;
pub use owned::{OWNER_COLUMN, Owned, owned_tables};
pub use tenant::TenantStatus;
pub use timestamp::Timestamp;
