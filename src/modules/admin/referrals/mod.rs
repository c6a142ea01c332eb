//! The registry of referral codes: by a code a company joins below the one that asked for it.
//!
//! A code is made without anybody knowing its secret; claiming it makes the secret anew and shows it, once. Of a secret only a hash is stored.
//!
//! - `secret`: what a secret looks like. `making`: codes are made, claimed and revoked. `joining`: a company joins by one.
//! - `reading`: what is asked of codes. `store`: the one question that is not asked on behalf of a company: whose a secret is.

mod joining;
mod making;
mod reading;
mod secret;
mod serve;
mod store;

use std::sync::Arc;

use entity::{Timestamp, referral_code};

use crate::bus::contract::admin::ReferralCodeStatus;
use crate::clock::Clock;
use crate::events::Log;
use crate::tenancy::CentralDb;

/// For how long after a code was made its secret can be shown.
const CLAIMABLE_FOR: time::Duration = time::Duration::hours(24);

/// The registry of referral codes.
pub struct Referrals {
    central: CentralDb,
    log: Log,
    clock: Clock,
}

impl Referrals {
    /// The codes in the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, clock: Clock) -> Arc<Self> {
        Arc::new(Self { central, log, clock })
    }
}

/// What a code that was made at this instant or earlier is good for, whose secret was not shown by `now`: nothing any more.
fn claimable_since(now: Timestamp) -> Timestamp {
    Timestamp::from(now.to_utc() - CLAIMABLE_FOR)
}

/// What `code` is good for at `now`.
fn status(code: &referral_code::Model, now: Timestamp) -> ReferralCodeStatus {
    let is_over = code.expires_at.is_some_and(|end| end <= now);
    let is_unclaimed = code.shown_at.is_none() && code.created_at <= claimable_since(now);
    if code.revoked_at.is_some() {
        ReferralCodeStatus::Revoked
    } else if code.max_uses.is_some_and(|most| code.uses >= most) {
        ReferralCodeStatus::UsedUp
    } else if is_over || is_unclaimed {
        ReferralCodeStatus::Expired
    } else {
        ReferralCodeStatus::Active
    }
}
