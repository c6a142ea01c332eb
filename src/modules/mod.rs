//! The supply-chain modules. They speak to one another over the bus and by events alone.
//!
//! [`import`], [`export`] and [`intake`] are none of them: platform code for the rows of all, and for what modules elsewhere publish.

pub mod admin;
pub mod catalog;
pub mod export;
pub mod finance;
pub mod import;
pub mod intake;
pub mod orders;
