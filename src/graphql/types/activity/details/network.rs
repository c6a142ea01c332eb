//! What events of the network itself say: members, settings, requests to the upline, referral codes.

use async_graphql::{ID, SimpleObject};

use super::{ActivityDetails, Said};
use crate::events::kinds;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::upline::UplineRequestStatus;
use crate::graphql::types::upline_action::UplineAction;
use crate::graphql::types::viewer::Role;

/// A person became a member of a company, or their role there changed.
#[derive(SimpleObject)]
pub struct MembershipGranted {
    /// The person.
    pub(super) person_id: Option<ID>,
    /// What they may do.
    pub(super) role: Option<Role>,
    /// What they might do before; null for who was no member.
    pub(super) old_role: Option<Role>,
}

/// A company's settings are others.
#[derive(SimpleObject)]
pub struct SettingsChanged {
    /// Their version since.
    pub(super) version: Option<i32>,
}

/// A company asked its upline for something, or that went on.
#[derive(SimpleObject)]
pub struct UplineRequestStatusChanged {
    /// The request.
    pub(super) request_id: Option<ID>,
    /// What is asked.
    pub(super) action: Option<UplineAction>,
    /// How far it was; null for a new one.
    pub(super) from: Option<UplineRequestStatus>,
    /// How far it is.
    pub(super) to: Option<UplineRequestStatus>,
}

/// A company is asked for something by one below it.
#[derive(SimpleObject)]
pub struct UplineRequestReceived {
    /// The request.
    pub(super) request_id: Option<ID>,
    /// What is asked.
    pub(super) action: Option<UplineAction>,
    /// Who asks.
    pub(super) requester_id: Option<ID>,
}

/// A person is a member of a company no more.
#[derive(SimpleObject)]
pub struct MembershipRemoved {
    /// The person.
    pub(super) person_id: Option<ID>,
    /// What they might do.
    pub(super) old_role: Option<Role>,
}

/// Somebody was invited to act for a company.
#[derive(SimpleObject)]
pub struct MemberInvited {
    /// The person, as long as they have not accepted.
    pub(super) person_id: Option<ID>,
    /// What they may do once they have.
    pub(super) role: Option<Role>,
    /// What they were invited to before; null for who was not.
    pub(super) old_role: Option<Role>,
}

/// An invitation was taken back.
#[derive(SimpleObject)]
pub struct InvitationWithdrawn {
    /// The person, as long as they had not accepted.
    pub(super) person_id: Option<ID>,
    /// What they were invited to.
    pub(super) old_role: Option<Role>,
}

/// A referral code was made for a company.
#[derive(SimpleObject)]
pub struct ReferralCodeGenerated {
    /// The code.
    pub(super) code_id: Option<ID>,
    /// How many companies may join by it; null where there is no limit.
    pub(super) max_uses: Option<i32>,
    /// Until when it is good; null where that is until it is revoked.
    pub(super) expires_at: Option<DateTime>,
}

/// A company's referral code was made anew and shown: what was shown before is void.
#[derive(SimpleObject)]
pub struct ReferralCodeClaimed {
    /// The code.
    pub(super) code_id: Option<ID>,
}

/// A company's referral code was revoked.
#[derive(SimpleObject)]
pub struct ReferralCodeRevoked {
    /// The code.
    pub(super) code_id: Option<ID>,
    /// What was said of it.
    pub(super) reason: Option<String>,
}

/// What an event of the network itself says.
pub(super) fn of(event_type: &str, said: &Said<'_>) -> Option<ActivityDetails> {
    Some(match event_type {
        kinds::MEMBERSHIP_GRANTED => ActivityDetails::MembershipGranted(MembershipGranted {
            person_id: said.id("personId"),
            role: said.value::<entity::Role>("role").map(Into::into),
            old_role: said.value::<entity::Role>("oldRole").map(Into::into),
        }),
        kinds::MEMBERSHIP_REMOVED => ActivityDetails::MembershipRemoved(MembershipRemoved {
            person_id: said.id("personId"),
            old_role: said.value::<entity::Role>("oldRole").map(Into::into),
        }),
        kinds::MEMBER_INVITED => ActivityDetails::MemberInvited(MemberInvited {
            person_id: said.id("personId"),
            role: said.value::<entity::Role>("role").map(Into::into),
            old_role: said.value::<entity::Role>("oldRole").map(Into::into),
        }),
        kinds::INVITATION_WITHDRAWN => ActivityDetails::InvitationWithdrawn(InvitationWithdrawn {
            person_id: said.id("personId"),
            old_role: said.value::<entity::Role>("oldRole").map(Into::into),
        }),
        kinds::SETTINGS_CHANGED => ActivityDetails::SettingsChanged(SettingsChanged { version: said.value("version") }),
        kinds::UPLINE_REQUEST_STATUS_CHANGED => {
            ActivityDetails::UplineRequestStatusChanged(UplineRequestStatusChanged {
                request_id: said.id("requestId"),
                action: said.value::<entity::UplineAction>("action").map(Into::into),
                from: said.value::<entity::UplineRequestStatus>("from").map(Into::into),
                to: said.value::<entity::UplineRequestStatus>("to").map(Into::into),
            })
        }
        kinds::UPLINE_REQUEST_RECEIVED => ActivityDetails::UplineRequestReceived(UplineRequestReceived {
            request_id: said.id("requestId"),
            action: said.value::<entity::UplineAction>("action").map(Into::into),
            requester_id: said.id("requesterId"),
        }),
        kinds::REFERRAL_CODE_GENERATED => ActivityDetails::ReferralCodeGenerated(ReferralCodeGenerated {
            code_id: said.id("codeId"),
            max_uses: said.value("maxUses"),
            expires_at: said.instant("expiresAt"),
        }),
        kinds::REFERRAL_CODE_CLAIMED => {
            ActivityDetails::ReferralCodeClaimed(ReferralCodeClaimed { code_id: said.id("codeId") })
        }
        kinds::REFERRAL_CODE_REVOKED => ActivityDetails::ReferralCodeRevoked(ReferralCodeRevoked {
            code_id: said.id("codeId"),
            reason: said.text("reason"),
        }),
        _ => return None,
    })
}
