//! The types of the API, one file an area, each with the root fields that belong to it.

pub mod activity;
pub mod catalog;
pub mod change;
pub mod dashboard;
pub mod downline;
pub mod downline_tree;
pub mod freeze;
pub mod health;
pub mod ledger;
pub mod member;
pub mod module;
pub mod money;
pub mod node;
pub mod order;
pub mod order_figures;
pub mod order_status;
pub mod paging;
pub mod performance;
pub mod period;
pub mod plain;
pub mod referral;
pub mod reseller;
pub mod series;
pub mod settings;
pub mod summary;
pub mod upline;
pub mod upline_action;
pub mod user_error;
pub mod viewer;

pub use freeze::{Freeze, ResellerReference};
pub use order_status::OrderStatus;
pub use reseller::Reseller;
