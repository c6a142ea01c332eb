//! Modules by their names.

use async_graphql::Enum;

/// A module of the supply chain.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::bus::Module")]
pub enum Module {
    /// Who is in the chain.
    Admin,
    /// Products and prices.
    Catalog,
    /// Orders on their way up the chain.
    Orders,
    /// Balances and payments.
    Finance,
    /// The reseller network itself.
    Network,
    /// Another one.
    Other,
}
