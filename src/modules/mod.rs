//! The supply-chain modules. They speak to one another over the bus and by events alone.
//!
//! [`import`] and [`export`] are none of them: platform code for the rows of all.

pub mod admin;
pub mod catalog;
pub mod export;
pub mod finance;
pub mod import;
pub mod orders;
