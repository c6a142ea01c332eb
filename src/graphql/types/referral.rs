//! Referral codes: by them companies join below the caller's own.

mod changes;
mod connection;
mod redeemed;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::ReferralCodeId;

pub use self::changes::ReferralMutation;
use self::connection::{ReferralCodeConnection, ReferralCodeFilter};
use self::redeemed::ResellerReferenceConnection;
use super::paging::Paging;
use super::user_error::not_answered;
use crate::bus::contract::admin;
use crate::graphql::context::Sight;
use crate::graphql::id::global;
use crate::graphql::scalars::DateTime;

/// What a referral code is good for.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "admin::ReferralCodeStatus")]
pub enum ReferralCodeStatus {
    /// Companies join by it, once it was shown.
    Active,
    /// As many have joined as may.
    UsedUp,
    /// Its time is over, or nobody claimed it in time.
    Expired,
    /// It was revoked.
    Revoked,
}

/// A code by which companies join.
#[derive(Clone)]
pub struct ReferralCode {
    sight: Sight,
    code: Arc<admin::ReferralCode>,
}

impl ReferralCode {
    /// The code of this id, if it is the caller's company's.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`.
    pub async fn find(sight: &Sight, id: ReferralCodeId) -> Result<Option<Self>> {
        let code = sight.loaders.referral_codes.load(id).await.map_err(|error| not_answered(&error))?;
        Ok(code.map(|code| Self { sight: sight.clone(), code }))
    }
}

/// A code by which companies join below the caller's own reseller. The code itself is shown once, when it is generated or claimed.
#[Object]
impl ReferralCode {
    /// The code's id.
    pub async fn id(&self) -> ID {
        global(self.code.id)
    }

    /// The code's last four characters. Each claim makes them others.
    async fn last_four(&self) -> &str {
        &self.code.last_four
    }

    /// What it is good for.
    async fn status(&self) -> ReferralCodeStatus {
        self.code.status.into()
    }

    /// How many companies may join by it. Null where there is no limit.
    async fn max_uses(&self) -> Option<i32> {
        self.code.terms.max_uses
    }

    /// How many have joined.
    async fn uses(&self) -> i32 {
        self.code.uses
    }

    /// Until when it is good. Null where that is until it is revoked.
    async fn expires_at(&self) -> Option<DateTime> {
        self.code.terms.expires_at.map(DateTime)
    }

    /// What was said of it when it was generated.
    async fn note(&self) -> Option<&str> {
        self.code.terms.note.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.code.created_at)
    }

    /// The companies that joined by it, newest first: those that are still in the caller's reseller's downline. Null where Admin cannot answer.
    async fn redeemed_by(
        &self,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<ResellerReferenceConnection>> {
        let paging = Paging { first, after, last, before };
        ResellerReferenceConnection::of_redeemers(&self.sight, self.code.id, paging).await
    }
}

/// Root fields about referral codes.
#[derive(Default)]
pub struct ReferralQuery;

#[Object]
impl ReferralQuery {
    /// The referral codes of the caller's own reseller, newest first. Null where Admin cannot answer.
    async fn referral_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which all of this holds.")] filter: Option<ReferralCodeFilter>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<ReferralCodeConnection>> {
        let paging = Paging { first, after, last, before };
        ReferralCodeConnection::of(&Sight::of(ctx)?, filter, paging).await
    }
}
