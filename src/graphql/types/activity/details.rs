//! What an event says, with a type of its own for each type of event, for clients that generate code.

mod network;
mod said;

use async_graphql::{ID, SimpleObject, Union};
use serde_json::Value;

use self::network::{
    InvitationWithdrawn, MemberInvited, MembershipGranted, MembershipRemoved, ReferralCodeClaimed,
    ReferralCodeGenerated, ReferralCodeRevoked, SettingsChanged, UplineRequestReceived, UplineRequestStatusChanged,
};
use self::said::Said;
use crate::events::kinds;
use crate::graphql::scalars::{Currency, DateTime};
use crate::graphql::types::OrderStatus;
use crate::graphql::types::money::Money;

/// What an event says. A field is null where the publisher did not say it, and where the caller may not know it.
#[derive(Union)]
pub enum ActivityDetails {
    /// `ResellerAdmin.reseller.applied`
    Applied(ResellerApplied),
    /// `ResellerAdmin.reseller.approved`
    Approved(ResellerApproved),
    /// `ResellerAdmin.reseller.deactivated`
    Deactivated(ResellerDeactivated),
    /// `ResellerAdmin.reseller.moved`
    Moved(ResellerMoved),
    /// `ResellerAdmin.reseller.subtree_frozen`
    Frozen(SubtreeFrozen),
    /// `ResellerAdmin.reseller.subtree_thawed`
    Thawed(SubtreeThawed),
    /// `ResellerCatalog.product.saved`
    ProductSaved(ProductSaved),
    /// `ResellerCatalog.catalog.pricing.updated`
    PricingUpdated(PricingUpdated),
    /// `ResellerCatalog.access.changed`
    AccessChanged(CatalogAccessChanged),
    /// `ResellerOrders.chain_order.status_changed`
    OrderStatusChanged(OrderStatusChanged),
    /// `ResellerOrders.chain_order.delivered`
    OrderDelivered(OrderDelivered),
    /// `ResellerFinance.ledger.posted`
    LedgerPosted(LedgerPosted),
    /// `ResellerNetwork.membership.granted`
    MembershipGranted(MembershipGranted),
    /// `ResellerNetwork.settings.changed`
    SettingsChanged(SettingsChanged),
    /// `ResellerFinance.credit.granted`
    CreditLimitChanged(CreditLimitChanged),
    /// `ResellerNetwork.upline_request.status_changed`
    UplineRequestStatusChanged(UplineRequestStatusChanged),
    /// `ResellerNetwork.upline_request.received`
    UplineRequestReceived(UplineRequestReceived),
    /// `ResellerNetwork.membership.removed`
    MembershipRemoved(MembershipRemoved),
    /// `ResellerNetwork.invitation.sent`
    MemberInvited(MemberInvited),
    /// `ResellerNetwork.invitation.withdrawn`
    InvitationWithdrawn(InvitationWithdrawn),
    /// `ResellerNetwork.referral_code.generated`
    ReferralCodeGenerated(ReferralCodeGenerated),
    /// `ResellerNetwork.referral_code.claimed`
    ReferralCodeClaimed(ReferralCodeClaimed),
    /// `ResellerNetwork.referral_code.revoked`
    ReferralCodeRevoked(ReferralCodeRevoked),
}

/// A company applied, and waits for approval.
#[derive(SimpleObject)]
pub struct ResellerApplied {
    /// The reseller that it wants to be below.
    parent_id: Option<ID>,
    /// What it was called then.
    name: Option<String>,
    /// The currency that it trades in.
    currency: Option<Currency>,
}

/// A company became active.
#[derive(SimpleObject)]
pub struct ResellerApproved {
    /// The reseller that it is below; told where it came into the chain.
    parent_id: Option<ID>,
    /// What it was called then.
    name: Option<String>,
    /// The currency that it trades in.
    currency: Option<Currency>,
    /// When it joined.
    joined_at: Option<DateTime>,
}

/// A company was switched off.
#[derive(SimpleObject)]
pub struct ResellerDeactivated {
    /// Why.
    reason: Option<String>,
}

/// A company was moved below another one, with its downline.
#[derive(SimpleObject)]
pub struct ResellerMoved {
    /// The reseller that it is below since.
    new_parent_id: Option<ID>,
    /// The reseller that it was below before.
    old_parent_id: Option<ID>,
}

/// A freeze was put on a company, in force for its whole downline.
#[derive(SimpleObject)]
pub struct SubtreeFrozen {
    /// The freeze.
    freeze_id: Option<ID>,
    /// Why.
    reason: Option<String>,
}

/// A freeze was removed.
#[derive(SimpleObject)]
pub struct SubtreeThawed {
    /// The freeze.
    freeze_id: Option<ID>,
    /// What whoever removed it said to that.
    note: Option<String>,
}

/// A product is new, or another.
#[derive(SimpleObject)]
pub struct ProductSaved {
    /// Its number in the trade.
    sku: Option<String>,
    /// What it is called.
    name: Option<String>,
    /// Its category.
    category: Option<String>,
    /// What the root pays for one.
    list_price: Option<Money>,
}

/// Prices that a company takes have changed: to its children, their costs.
#[derive(SimpleObject)]
pub struct PricingUpdated {
    /// Which ones. To a child, those of products that it may sell.
    items: Vec<PriceChange>,
}

/// A price that has changed.
#[derive(SimpleObject)]
pub(super) struct PriceChange {
    /// The product's number in the trade.
    sku: Option<String>,
    /// What it was.
    old_price: Option<Money>,
    /// What it is since.
    new_price: Option<Money>,
}

/// A company was granted other categories.
#[derive(SimpleObject)]
pub struct CatalogAccessChanged {
    /// Whether it may sell all.
    all: Option<bool>,
    /// Which ones, where not all.
    categories: Vec<String>,
}

/// An order went a step on.
#[derive(SimpleObject)]
pub struct OrderStatusChanged {
    /// The order, as its publisher calls it; of this program's own, its id.
    order_id: Option<String>,
    /// What people call it; told to its placer alone.
    reference: Option<String>,
    /// How far it was; null where it was placed.
    from: Option<OrderStatus>,
    /// How far it is since.
    to: Option<OrderStatus>,
    /// What its placer pays.
    amount: Option<Money>,
    /// When it was placed.
    placed_at: Option<DateTime>,
}

/// An order has arrived.
#[derive(SimpleObject)]
pub struct OrderDelivered {
    /// The order, as its publisher calls it; of this program's own, its id.
    order_id: Option<String>,
    /// What people call it; told to its placer alone.
    reference: Option<String>,
    /// What its placer pays.
    amount: Option<Money>,
    /// When it was placed.
    placed_at: Option<DateTime>,
    /// When it arrived.
    delivered_at: Option<DateTime>,
}

/// An entry was added to a ledger.
#[derive(SimpleObject)]
pub struct LedgerPosted {
    /// The entry.
    entry_id: Option<ID>,
    /// What the company gained (above zero) or came to owe (below).
    amount: Option<Money>,
    /// The order that it is for, if it is for one.
    order_id: Option<ID>,
}

/// A company may owe another amount.
#[derive(SimpleObject)]
pub struct CreditLimitChanged {
    /// What it may owe.
    limit: Option<Money>,
    /// What it might owe before; null where it was nothing.
    old_limit: Option<Money>,
}

impl ActivityDetails {
    /// What an event of this type says, by the data that the caller may know. None where nothing is known of the type, or there is nothing to say.
    pub fn of(event_type: &str, data: &Value) -> Option<Self> {
        let said = Said(data);
        let amount = || said.money("amountMinor");
        Some(match event_type {
            kinds::RESELLER_APPLIED => Self::Applied(ResellerApplied {
                parent_id: said.id("parentId"),
                name: said.text("name"),
                currency: said.currency(),
            }),
            kinds::RESELLER_APPROVED => Self::Approved(ResellerApproved {
                parent_id: said.id("parentId"),
                name: said.text("name"),
                currency: said.currency(),
                joined_at: said.instant("joinedAt"),
            }),
            kinds::RESELLER_DEACTIVATED => Self::Deactivated(ResellerDeactivated { reason: said.text("reason") }),
            kinds::RESELLER_MOVED => Self::Moved(ResellerMoved {
                new_parent_id: said.id("newParentId"),
                old_parent_id: said.id("oldParentId"),
            }),
            kinds::SUBTREE_FROZEN => {
                Self::Frozen(SubtreeFrozen { freeze_id: said.id("freezeId"), reason: said.text("reason") })
            }
            kinds::SUBTREE_THAWED => {
                Self::Thawed(SubtreeThawed { freeze_id: said.id("freezeId"), note: said.text("note") })
            }
            kinds::PRODUCT_SAVED => Self::ProductSaved(ProductSaved {
                sku: said.text("sku"),
                name: said.text("name"),
                category: said.text("category"),
                list_price: said.money("listPriceMinor"),
            }),
            kinds::PRICING_UPDATED => Self::PricingUpdated(PricingUpdated { items: said.items() }),
            kinds::ACCESS_CHANGED => Self::AccessChanged(CatalogAccessChanged {
                all: data.get("all").and_then(Value::as_bool),
                categories: said.value("categories").unwrap_or_default(),
            }),
            kinds::ORDER_STATUS_CHANGED => Self::OrderStatusChanged(OrderStatusChanged {
                order_id: said.text("orderId"),
                reference: said.text("reference"),
                from: said.value::<entity::OrderStatus>("from").map(Into::into),
                to: said.value::<entity::OrderStatus>("to").map(Into::into),
                amount: amount(),
                placed_at: said.instant("placedAt"),
            }),
            kinds::ORDER_DELIVERED => Self::OrderDelivered(OrderDelivered {
                order_id: said.text("orderId"),
                reference: said.text("reference"),
                amount: amount(),
                placed_at: said.instant("placedAt"),
                delivered_at: said.instant("deliveredAt"),
            }),
            kinds::LEDGER_POSTED => Self::LedgerPosted(LedgerPosted {
                entry_id: said.id("entryId"),
                amount: amount(),
                order_id: said.id("orderId"),
            }),
            kinds::CREDIT_GRANTED => Self::CreditLimitChanged(CreditLimitChanged {
                limit: said.money("limitMinor"),
                old_limit: said.money("oldLimitMinor"),
            }),
            _ => return network::of(event_type, &said),
        })
    }
}
