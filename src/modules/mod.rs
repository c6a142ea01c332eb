//! The supply-chain modules. They speak to one another over the bus and by events alone.

pub mod admin;
pub mod catalog;
pub mod finance;
pub mod orders;
