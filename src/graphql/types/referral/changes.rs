//! Generating, claiming and revoking referral codes.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ReferralCodeId;

use super::ReferralCode;
use crate::bus::contract::admin::{
    ClaimReferralCode, ReferralCodeClaim, ReferralCodeRevocation, ReferralSecret, ReferralTerms, RevokeReferralCode,
};
use crate::graphql::context::RequestContext;
use crate::graphql::id::parse;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::upline::UplineRequest;
use crate::graphql::types::user_error::{IntoOutcome, UserError};
use crate::network::referrals::Generated;

/// A referral code that is wanted.
#[derive(InputObject)]
pub(super) struct GenerateReferralCodeInput {
    /// How many companies may join by it: 1 or more; left out, any number.
    max_uses: Option<i32>,
    /// Until when it is good; left out, until it is revoked.
    expires_at: Option<DateTime>,
    /// What there is to say of it, in at most 500 characters.
    note: Option<String>,
    /// A key of the caller's, new for each code: sent again with the same input, it answers with the code that there is, which is not shown again.
    idempotency_key: String,
}

/// What became of the wish for a code.
#[derive(SimpleObject)]
pub(super) struct GenerateReferralCodePayload {
    /// The code. Null where none was made, or not yet: `uplineRequest` then says how far it is.
    referral_code: Option<Result<ReferralCode>>,
    /// The code itself, for whoever is to join: shown here only. Null where it was shown before; `claimReferralCode` makes it anew.
    code: Option<String>,
    /// The request to super_admin by which it is made. Null for super_admin's own, and where nothing was asked.
    upline_request: Option<Result<UplineRequest>>,
    /// Why nothing was asked; empty where it was.
    user_errors: Vec<UserError>,
}

/// A referral code that is to be shown.
#[derive(InputObject)]
pub(super) struct ClaimReferralCodeInput {
    /// The code: one of the caller's own reseller, made in the last 24 hours.
    id: ID,
}

/// What became of a claim.
#[derive(SimpleObject)]
pub(super) struct ClaimReferralCodePayload {
    /// The code. Null where it was not shown.
    referral_code: Option<Result<ReferralCode>>,
    /// The code itself, made anew and shown here only: what was shown before is void. Null where it was not shown.
    code: Option<String>,
    /// Why it was not shown; empty where it was.
    user_errors: Vec<UserError>,
}

/// A referral code by which nobody is to join any more.
#[derive(InputObject)]
pub(super) struct RevokeReferralCodeInput {
    /// The code: one of the caller's own reseller.
    id: ID,
    /// What there is to say of it, in at most 500 characters.
    reason: Option<String>,
}

/// What became of a revocation.
#[derive(SimpleObject)]
pub(super) struct RevokeReferralCodePayload {
    /// The code. Null where it was not revoked.
    referral_code: Option<Result<ReferralCode>>,
    /// Why it was not revoked; empty where it was.
    user_errors: Vec<UserError>,
}

/// A code as it is after a change.
async fn looked_at_again(ctx: &Context<'_>, id: ReferralCodeId) -> Result<Option<Result<ReferralCode>>> {
    let context = RequestContext::of(ctx)?;
    context.look_again();
    Ok(ReferralCode::find(&context.sight()?, id).await.transpose())
}

/// Changes of referral codes.
#[derive(Default)]
pub struct ReferralMutation;

#[Object]
impl ReferralMutation {
    /// Asks super_admin for a code by which companies join below the caller's own reseller. Where its settings let it, the code is made and shown at once;
    /// otherwise it can be claimed for 24 hours once it was made. For an ADMIN.
    async fn generate_referral_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the code is to be good for.")] input: GenerateReferralCodeInput,
    ) -> Result<GenerateReferralCodePayload> {
        let sight = RequestContext::of(ctx)?.sight()?;
        let GenerateReferralCodeInput { max_uses, expires_at, note, idempotency_key } = input;
        let terms = ReferralTerms { max_uses, expires_at: expires_at.map(|DateTime(at)| at), note };
        let generated = sight.loaders.services.referrals.generate(sight.loaders.actor, terms, &idempotency_key).await;
        let (Generated { code, secret, request }, user_errors) = match generated.outcome()? {
            Ok(generated) => (generated, Vec::new()),
            Err(error) => (Generated::default(), vec![error]),
        };
        let context = RequestContext::of(ctx)?;
        context.look_again();
        let sight = context.sight()?;
        let referral_code = match code {
            Some(id) => ReferralCode::find(&sight, id).await.transpose(),
            None => None,
        };
        let upline_request = match request {
            Some(id) => UplineRequest::find(&sight, id).await.transpose(),
            None => None,
        };
        let code = secret.map(|ReferralSecret(secret)| secret);
        Ok(GenerateReferralCodePayload { referral_code, code, upline_request, user_errors })
    }

    /// Makes the secret of a code anew and shows it: for a code that was made later than it was asked for, or whose answer was lost. For 24 hours after the
    /// code was made. For an ADMIN.
    async fn claim_referral_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: ClaimReferralCodeInput,
    ) -> Result<ClaimReferralCodePayload> {
        let id = parse("input.id", &input.id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let claim = ReferralCodeClaim { id, unless_shown: false };
        let claimed = sight.loaders.services.bus.call::<ClaimReferralCode>(sight.loaders.actor, claim).await;
        Ok(match claimed.outcome()? {
            Ok(claimed) => ClaimReferralCodePayload {
                referral_code: looked_at_again(ctx, id).await?,
                code: claimed.secret.map(|ReferralSecret(secret)| secret),
                user_errors: Vec::new(),
            },
            Err(error) => ClaimReferralCodePayload { referral_code: None, code: None, user_errors: vec![error] },
        })
    }

    /// Revokes a code: nobody joins by it any more. Those who have, stay. For an ADMIN.
    async fn revoke_referral_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: RevokeReferralCodeInput,
    ) -> Result<RevokeReferralCodePayload> {
        let id = parse("input.id", &input.id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let revocation = ReferralCodeRevocation { id, reason: input.reason };
        let revoked = sight.loaders.services.bus.call::<RevokeReferralCode>(sight.loaders.actor, revocation).await;
        let (referral_code, user_errors) = match revoked.outcome()? {
            Ok(()) => (looked_at_again(ctx, id).await?, Vec::new()),
            Err(error) => (None, vec![error]),
        };
        Ok(RevokeReferralCodePayload { referral_code, user_errors })
    }
}
