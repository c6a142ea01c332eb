//! The four modules of the supply chain. So far: Admin, who is in the chain.

pub mod admin;
