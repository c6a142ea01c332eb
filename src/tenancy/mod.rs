//! Whose rows: on whose behalf code runs, whom it may reach, and the handles that keep it there.

mod scope;
pub mod topology;

pub use scope::Scope;
