//! What a tenant sees of its part of the chain. Below the API and above the modules; it answers from the tenancy layer.

pub mod activity;
pub mod answers;
pub mod cursor;
pub mod dashboard;
pub mod downline;
pub mod downline_tree;
pub mod figures;
pub mod health;
pub mod members;
pub mod performance;
pub mod referrals;
pub mod series;
mod served;
pub mod settings;
pub mod upline;
pub mod verify;

pub use served::Served;
