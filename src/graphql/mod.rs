//! The inner edge: how a GraphQL document is bounded, cached, executed and written.
//!
//! A request passes, in this order: [`limits`] on its text, the cache of parsed [`documents`], [`limits`] on what it
//! costs, execution, [`error`] masking, and [`json`], which writes the answer. [`raw`] is for fields that write their
//! own JSON. [`types`] are the types of the API, and [`schema`] puts them together.

pub mod budget;
pub mod context;
pub mod documents;
pub mod error;
pub mod id;
pub mod json;
pub mod limits;
pub mod loaders;
pub mod raw;
pub mod scalars;
pub mod schema;
pub mod subscriptions;
pub mod types;
