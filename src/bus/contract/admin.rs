//! Admin: who is in the chain, below whom, and in which state; and the codes by which companies join.

use std::fmt;

use entity::{FreezeId, ReferralCodeId, TenantId, Timestamp};
use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::{Listed, Page};
use crate::bus::alias::aliases;
use crate::error::{Refusal, RefusalCode};
use crate::names::are_words;

/// The longest note, in characters.
const MAX_NOTE: usize = 500;

aliases! {
    /// Lets a company trade that waited for approval; called in that company.
    ApproveReseller = "admin.approveReseller": cross_tenant Writes (()) -> ();
    /// Switches a company off; called in that company. Its downline works on.
    DeactivateReseller = "admin.deactivateReseller": cross_tenant Writes (Why) -> ();
    /// Switches a company on again; called in that company.
    ReactivateReseller = "admin.reactivateReseller": cross_tenant Writes (()) -> ();
    /// Puts a freeze on a company and its downline; called in that company.
    FreezeSubtree = "admin.freezeSubtree": cross_tenant Writes (Why) -> FreezeId;
    /// Takes a freeze away. Answers the company that it was on.
    ThawSubtree = "admin.thawSubtree": own_tenant Writes (Thaw) -> TenantId;
    /// Puts a company, with its downline, below another parent; called in that company.
    MoveReseller = "admin.moveReseller": cross_tenant Writes (Move) -> ();
    /// Makes a referral code; called in the company that asked for it, by central code, or by super_admin for itself. Nobody knows its secret yet.
    GenerateReferralCode = "admin.generateReferralCode": own_tenant Writes (NewReferralCode) -> ReferralCodeId;
    /// Makes the secret of one of the company's codes anew, and shows it: the one before is void.
    ClaimReferralCode = "admin.claimReferralCode": own_tenant Writes (ReferralCodeClaim) -> ClaimedReferralCode;
    /// Revokes one of the company's codes: nobody joins by it any more.
    RevokeReferralCode = "admin.revokeReferralCode": own_tenant Writes (ReferralCodeRevocation) -> ();
    /// The company's codes, newest first.
    ListReferralCodes = "admin.listReferralCodes": own_tenant Reads (ReferralCodesQuery) -> ListedReferralCodes;
    /// Those of these codes that are the company's, in the order asked for.
    GetReferralCodes = "admin.getReferralCodes": own_tenant Reads (Vec<ReferralCodeId>) -> Vec<ReferralCode>;
    /// Those who joined by these codes of the company, newest first.
    GetRedemptions = "admin.getRedemptions": own_tenant Reads (Vec<ReferralCodeId>) -> Vec<Redemptions>;
    /// Lets a company join that has a referral code; called by central code, for a person who may be a member nowhere. Answers the company.
    JoinNetwork = "admin.joinNetwork": own_tenant Writes (Application) -> TenantId;
}

/// Why something is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// In the words of who does it.
    pub reason: String,
}

/// A freeze that is to be taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Thaw {
    /// Which.
    pub freeze: FreezeId,
    /// What there is to say of it.
    pub note: Option<String>,
}

/// Where a company is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// Below whom.
    pub new_parent: TenantId,
}

/// What a referral code is to be good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewReferralCode {
    /// How good it is.
    pub terms: ReferralTerms,
    /// Who makes it again with the same key gets the code that there is.
    pub idempotency_key: String,
}

/// How good a referral code is, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferralTerms {
    /// How many companies may join by it; none: any number.
    pub max_uses: Option<i32>,
    /// Until when; none: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// What there is to say of it.
    pub note: Option<String>,
}

impl ReferralTerms {
    /// Refuses what makes no code, at `now`.
    ///
    /// # Errors
    /// `INVALID`, at the field.
    pub fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let refuse = |field: &str, why: String| Err(Refusal::new(RefusalCode::Invalid, field, why));
        if self.max_uses.is_some_and(|most| most < 1) {
            return refuse("maxUses", "Expected 1 or more, or nothing for any number.".to_owned());
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return refuse("expiresAt", "Expected an instant that is still to come.".to_owned());
        }
        if self.note.as_deref().is_some_and(|note| !are_words(note, MAX_NOTE)) {
            return refuse("note", format!("Expected at most {MAX_NOTE} characters."));
        }
        Ok(())
    }
}

/// The secret of a referral code, as people write it. It never shows itself in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReferralSecret(pub String);

impl fmt::Debug for ReferralSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReferralSecret(…)")
    }
}

/// A code whose secret is to be made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferralCodeClaim {
    /// Which.
    pub id: ReferralCodeId,
    /// Only where it was never shown: whoever has it keeps it.
    pub unless_shown: bool,
}

/// A secret that is shown, this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimedReferralCode {
    /// The secret; none where it was shown before, and is to stay.
    pub secret: Option<ReferralSecret>,
}

/// A code that is to be revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferralCodeRevocation {
    /// Which.
    pub id: ReferralCodeId,
    /// What there is to say of it.
    pub reason: Option<String>,
}

/// A referral code, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferralCode {
    /// Its id.
    pub id: ReferralCodeId,
    /// The last four characters of its secret.
    pub last_four: String,
    /// What it is good for now.
    pub status: ReferralCodeStatus,
    /// How good it was made.
    pub terms: ReferralTerms,
    /// How many companies have joined by it.
    pub uses: i32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a referral code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReferralCodeStatus {
    /// Companies join by it, once its secret was shown.
    Active,
    /// As many have joined as may.
    UsedUp,
    /// Its time is over, or nobody had its secret shown in time.
    Expired,
    /// It was revoked.
    Revoked,
}

/// Which codes, and which part of the list of them. A place in the list is an id: ids are in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferralCodesQuery {
    /// In any of these states; in any at all where there is no list.
    pub statuses: Option<Vec<ReferralCodeStatus>>,
    /// Which part of the list.
    pub page: Page<ReferralCodeId>,
}

/// A part of the list of codes, and how long the whole list is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedReferralCodes {
    /// The part.
    pub page: Listed<ReferralCode>,
    /// How many the whole list has.
    pub total: u64,
}

/// Who joined by a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redemptions {
    /// Which code.
    pub code: ReferralCodeId,
    /// The companies, newest first.
    pub companies: Vec<TenantId>,
}

/// A company that wants to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The code that it was given.
    pub code: ReferralSecret,
    /// Its name as people write it.
    pub company_name: String,
    /// The currency that it trades in.
    pub currency: Currency,
    /// Who applies, and is its first member.
    pub applicant: Applicant,
    /// Who applies again with the same key gets the company that there is.
    pub idempotency_key: String,
}

/// A person as their token names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Applicant {
    /// Who vouches for them.
    pub issuer: String,
    /// What that one calls them.
    pub subject: String,
    /// Their address, where it is known.
    pub email: Option<String>,
}
