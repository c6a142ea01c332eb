//! What can be asked of an upline.

use async_graphql::Enum;

/// What a reseller can ask of its upline.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::UplineAction")]
pub enum UplineAction {
    /// To take over an order that the reseller holds.
    ForwardOrder,
    /// To grant it a category of products.
    RequestCatalogAccess,
    /// To set how much it may owe.
    RequestCredit,
    /// To make a code by which companies join below the reseller; super_admin alone is asked.
    GenerateReferralCode,
}
