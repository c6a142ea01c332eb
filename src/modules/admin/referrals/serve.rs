//! The aliases of referral codes on the bus.

use std::sync::Arc;

use entity::{ReferralCodeId, TenantId};

use super::Referrals;
use crate::bus::contract::admin::{
    ClaimReferralCode, ClaimedReferralCode, GenerateReferralCode, GetRedemptions, GetReferralCodes, JoinNetwork,
    ListReferralCodes, ListedReferralCodes, Redemptions, ReferralCode, RevokeReferralCode,
};
use crate::bus::{Bus, Request, Serve};
use crate::error::ServiceError;

impl Referrals {
    /// Serves its aliases on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<GenerateReferralCode>(self.clone());
        bus.serve::<ClaimReferralCode>(self.clone());
        bus.serve::<RevokeReferralCode>(self.clone());
        bus.serve::<ListReferralCodes>(self.clone());
        bus.serve::<GetReferralCodes>(self.clone());
        bus.serve::<GetRedemptions>(self.clone());
        bus.serve::<JoinNetwork>(self.clone());
    }
}

#[async_trait::async_trait]
impl Serve<GenerateReferralCode> for Referrals {
    async fn serve(&self, request: Request<GenerateReferralCode>) -> Result<Vec<ReferralCodeId>, ServiceError> {
        Ok(vec![self.generate(request.actor, request.tenant()?, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<ClaimReferralCode> for Referrals {
    async fn serve(&self, request: Request<ClaimReferralCode>) -> Result<Vec<ClaimedReferralCode>, ServiceError> {
        Ok(vec![self.claim(request.actor, request.tenant()?, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<RevokeReferralCode> for Referrals {
    async fn serve(&self, request: Request<RevokeReferralCode>) -> Result<Vec<()>, ServiceError> {
        let company = request.tenant()?;
        Ok(vec![self.revoke(request.actor, company, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<ListReferralCodes> for Referrals {
    async fn serve(&self, request: Request<ListReferralCodes>) -> Result<Vec<ListedReferralCodes>, ServiceError> {
        Ok(vec![self.list(request.tenant()?, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<GetReferralCodes> for Referrals {
    async fn serve(&self, request: Request<GetReferralCodes>) -> Result<Vec<Vec<ReferralCode>>, ServiceError> {
        Ok(vec![self.codes(request.tenant()?, &request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<GetRedemptions> for Referrals {
    async fn serve(&self, request: Request<GetRedemptions>) -> Result<Vec<Vec<Redemptions>>, ServiceError> {
        Ok(vec![self.redemptions(request.tenant()?, &request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<JoinNetwork> for Referrals {
    async fn serve(&self, request: Request<JoinNetwork>) -> Result<Vec<TenantId>, ServiceError> {
        Ok(vec![self.join(request.actor, request.args).await?])
    }
}
