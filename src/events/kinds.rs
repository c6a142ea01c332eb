//! The types of events, as `type` of a CloudEvent.

/// What begins with this changes the chain: who is in it, below whom, and in which state.
pub const CHAIN: &str = "ResellerAdmin.reseller.";

/// A company applied and waits for approval.
pub const RESELLER_APPLIED: &str = "ResellerAdmin.reseller.applied";
/// A company became active; one not yet known is created under its parent.
pub const RESELLER_APPROVED: &str = "ResellerAdmin.reseller.approved";
/// A company was switched off.
pub const RESELLER_DEACTIVATED: &str = "ResellerAdmin.reseller.deactivated";
/// A company that was switched off is active again.
pub const RESELLER_REACTIVATED: &str = "ResellerAdmin.reseller.reactivated";
/// A freeze was put on a company, in force for its whole subtree.
pub const SUBTREE_FROZEN: &str = "ResellerAdmin.reseller.subtree_frozen";
/// One freeze was removed.
pub const SUBTREE_THAWED: &str = "ResellerAdmin.reseller.subtree_thawed";
/// A company was moved below another parent, with its whole downline.
pub const RESELLER_MOVED: &str = "ResellerAdmin.reseller.moved";

/// A person became a member of a company, or their role there changed. Data: `personId`, `role`.
pub const MEMBERSHIP_GRANTED: &str = "ResellerNetwork.membership.granted";
/// What begins with this changes who may act for a company.
pub const MEMBERSHIP: &str = "ResellerNetwork.membership.";
