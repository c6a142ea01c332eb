//! Who sees which type of event.
//!
//! The contract: the subject and each of its ancestors; for a price change also each direct child, whose cost it changes (DESIGN 7). But an ancestor sees of
//! a descendant what the API shows of a `Reseller`, not its settings, members, codes, webhooks, or the requests in which it has no part (DESIGN 4). Nor its
//! ledger: of that the API shows an ancestor what it comes to, and no entry.

use crate::events::kinds;

/// Who sees an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Audience {
    /// Its subject alone.
    Subject,
    /// Its subject and all above.
    Upline,
    /// Its subject and all above it before and after the event.
    BothUplines,
    /// Its subject, all above, and each company directly below.
    UplineAndChildren,
}

impl Audience {
    /// Whether companies below the subject see it.
    pub(super) fn has_children(self) -> bool {
        self == Self::UplineAndChildren
    }
}

/// What is about the trade, of which each company above has its part. Whatever else there is stays with its subject: what is not known to be for others
/// is not shown to them.
const FOR_UPLINE: [&str; 4] = [kinds::CHAIN, kinds::CATALOG, kinds::ORDERS, kinds::CREDIT_GRANTED];

/// Who sees events of this type.
pub(in crate::network) fn of(event_type: &str) -> Audience {
    match event_type {
        kinds::PRICING_UPDATED => Audience::UplineAndChildren,
        kinds::RESELLER_MOVED => Audience::BothUplines,
        _ if FOR_UPLINE.iter().any(|prefix| event_type.starts_with(prefix)) => Audience::Upline,
        _ => Audience::Subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_companys_own_business_stays_with_it() {
        let own = [
            kinds::SETTINGS_CHANGED,
            kinds::MEMBERSHIP_GRANTED,
            kinds::MEMBERSHIP_REMOVED,
            kinds::MEMBER_INVITED,
            kinds::INVITATION_WITHDRAWN,
            kinds::LEDGER_POSTED,
            kinds::UPLINE_REQUEST_STATUS_CHANGED,
            kinds::UPLINE_REQUEST_RECEIVED,
            kinds::REFERRAL_CODE_GENERATED,
            kinds::REFERRAL_CODE_CLAIMED,
            kinds::REFERRAL_CODE_REVOKED,
        ];
        let of_other_modules = ["ResellerNetwork.something.else", "ResellerCrm.note.added", "", "ResellerAdmin"];
        for kind in own.into_iter().chain(of_other_modules) {
            assert_eq!(of(kind), Audience::Subject, "{kind}");
        }
    }

    #[test]
    fn what_is_about_the_trade_is_seen_above() {
        let trade = [
            kinds::RESELLER_APPLIED,
            kinds::SUBTREE_FROZEN,
            kinds::PRODUCT_SAVED,
            kinds::ACCESS_CHANGED,
            kinds::ORDER_STATUS_CHANGED,
            kinds::ORDER_DELIVERED,
            kinds::CREDIT_GRANTED,
        ];
        for kind in trade {
            assert_eq!(of(kind), Audience::Upline, "{kind}");
        }
        assert_eq!(of(kinds::PRICING_UPDATED), Audience::UplineAndChildren);
        assert_eq!(of(kinds::RESELLER_MOVED), Audience::BothUplines);
    }
}
