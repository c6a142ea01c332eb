//! The supply-chain modules. They speak to one another over the bus and by events alone.
//!
//! [`import`] is none of them: platform code that writes the rows of all.

pub mod admin;
pub mod catalog;
pub mod finance;
pub mod import;
pub mod orders;
