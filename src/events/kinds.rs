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

/// A person became a member of a company, or their role there changed. Data: `personId`, `role`, and `oldRole` where they had one.
pub const MEMBERSHIP_GRANTED: &str = "ResellerNetwork.membership.granted";
/// A person is a member of a company no more. Data: `personId`, `oldRole`.
pub const MEMBERSHIP_REMOVED: &str = "ResellerNetwork.membership.removed";
/// Somebody was invited to act for a company, or to another role there. Data: `personId`, `role`, and `oldRole` where they were invited before.
pub const MEMBER_INVITED: &str = "ResellerNetwork.invitation.sent";
/// An invitation was taken back. Data: `personId`, `oldRole`.
pub const INVITATION_WITHDRAWN: &str = "ResellerNetwork.invitation.withdrawn";
/// What begins with this changes who may act for a company.
pub const MEMBERSHIP: &str = "ResellerNetwork.membership.";

/// A company asked its upline for something, or that went on. Data: `requestId`, `action`, `from` (null for a new one), `to`.
pub const UPLINE_REQUEST_STATUS_CHANGED: &str = "ResellerNetwork.upline_request.status_changed";
/// A company is asked for something by one below it. Data: `requestId`, `action`, `requesterId`.
pub const UPLINE_REQUEST_RECEIVED: &str = "ResellerNetwork.upline_request.received";

/// A referral code was made for a company. Data: `codeId`, `maxUses`, `expiresAt`.
pub const REFERRAL_CODE_GENERATED: &str = "ResellerNetwork.referral_code.generated";
/// The secret of a company's referral code was made anew and shown. Data: `codeId`.
pub const REFERRAL_CODE_CLAIMED: &str = "ResellerNetwork.referral_code.claimed";
/// A company's referral code was revoked. Data: `codeId`, `reason`.
pub const REFERRAL_CODE_REVOKED: &str = "ResellerNetwork.referral_code.revoked";

/// A product of the root is new or another. Data: `sku`, and what it is now.
pub const PRODUCT_SAVED: &str = "ResellerCatalog.product.saved";
/// Prices that a company takes have changed. Data: `items` of `sku`, `oldPriceMinor`, `newPriceMinor`, `currency`; `oldCurrency` where it was another.
pub const PRICING_UPDATED: &str = "ResellerCatalog.catalog.pricing.updated";
/// A company was granted other categories. Data: `all`, `categories`, `grantedBy`.
pub const ACCESS_CHANGED: &str = "ResellerCatalog.access.changed";
/// What begins with this changes what companies sell, or at which price.
pub const CATALOG: &str = "ResellerCatalog.";

/// An order went a step on. Data: `orderId`, `reference`, `from` (null at first), `to`, `amountMinor`, `currency`, `placedAt`, and `note` where there is one.
/// Subject and amount are the placer's.
pub const ORDER_STATUS_CHANGED: &str = "ResellerOrders.chain_order.status_changed";
/// An order has arrived. Data: `orderId`, `reference`, `amountMinor`, `currency`, `placedAt`, `deliveredAt`; `imported` where it came from a file.
pub const ORDER_DELIVERED: &str = "ResellerOrders.chain_order.delivered";
/// What begins with this changes orders.
pub const ORDERS: &str = "ResellerOrders.";

/// An entry was added to a company's ledger. Data: `entryId`, `amountMinor`, `currency`, `kind`, and `orderId` where it is for one order.
pub const LEDGER_POSTED: &str = "ResellerFinance.ledger.posted";
/// A company may owe another amount. Data: `currency`, `limitMinor`, `oldLimitMinor` (null where there was none), `grantedBy`.
pub const CREDIT_GRANTED: &str = "ResellerFinance.credit.granted";
/// What begins with this changes ledgers.
pub const FINANCE: &str = "ResellerFinance.";

/// What begins with this is published by this program alone.
pub const NETWORK: &str = "ResellerNetwork.";
/// A company's settings are others. Data: `version`, and for each part that has changed `old` and `new`.
pub const SETTINGS_CHANGED: &str = "ResellerNetwork.settings.changed";
