//! Codes are made, their secrets shown, and they are revoked.

use entity::{ReferralCodeId, Role, TenantId, Timestamp, referral_code};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use super::{CLAIMABLE_FOR, Referrals, claimable_since, secret, status};
use crate::bus::contract::admin::{
    ClaimedReferralCode, NewReferralCode, ReferralCodeClaim, ReferralCodeRevocation, ReferralCodeStatus, ReferralTerms,
};
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::{Fact, Transaction, kinds};
use crate::modules::admin::rules::check_words;
use crate::tenancy::{Actor, Scope, may_act};

impl Referrals {
    /// Makes a code for `company`, once for each key.
    ///
    /// # Errors
    /// `INVALID`; `NOT_ALLOWED` for a company that is not at the top, whose upline has it made; `FROZEN`; `CONFLICT` for a key that was used otherwise.
    pub(super) async fn generate(
        &self,
        actor: Actor,
        company: TenantId,
        NewReferralCode { terms, idempotency_key }: NewReferralCode,
    ) -> Result<ReferralCodeId, ServiceError> {
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        // Also what central code does for a company takes one that may act.
        let on_behalf = Actor { scope: Scope::Tenant(company), ..actor };
        let line = may_act(change.db(), on_behalf, Role::Admin).await?;
        let is_top = line.is_some_and(|line| line.top().is_none());
        if actor.scope != Scope::Central && !is_top {
            let why = "A company has its codes made by way of its upline.";
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "", why));
        }
        let id = ReferralCodeId::generate();
        let made = change.once(company, "generateReferralCode", &idempotency_key, &terms, id.0).await?;
        if let Some(made) = made {
            return Ok(ReferralCodeId(made));
        }
        terms.check(change.now())?;
        // Nobody ever learns this one: it is good for nothing.
        let unknown = secret::generate();
        let ReferralTerms { max_uses, expires_at, note } = terms;
        let code = referral_code::Model {
            owner_tenant_id: company,
            id,
            secret_hash: secret::hash(&unknown),
            last_four: secret::last_four(&unknown),
            shown_at: None,
            max_uses,
            uses: 0,
            expires_at,
            note,
            created_at: change.now(),
            revoked_at: None,
        };
        let data = json!({ "codeId": id, "maxUses": max_uses, "expiresAt": expires_at.map(Timestamp::to_rfc3339) });
        change.record(Fact { kind: kinds::REFERRAL_CODE_GENERATED, subject: company, data });
        change.in_tenant(company).insert::<referral_code::Entity>(code.into()).await?;
        change.commit_and_show().await?;
        Ok(id)
    }

    /// Makes the secret of a code of `company` anew, and shows it.
    ///
    /// # Errors
    /// `NOT_FOUND`; `NOT_ALLOWED`; `FROZEN`; `EXPIRED`; `CONFLICT` where it was revoked or used up, or has just been claimed by somebody else.
    pub(super) async fn claim(
        &self,
        actor: Actor,
        company: TenantId,
        ReferralCodeClaim { id, unless_shown }: ReferralCodeClaim,
    ) -> Result<ClaimedReferralCode, ServiceError> {
        let (mut change, code) = self.to_change(actor, company, id).await?;
        if unless_shown && code.shown_at.is_some() {
            return Ok(ClaimedReferralCode { secret: None });
        }
        may_be_claimed(&code, change.now())?;
        let secret = secret::generate();
        let columns = [
            (referral_code::Column::SecretHash, Expr::value(secret::hash(&secret))),
            (referral_code::Column::LastFour, Expr::value(secret::last_four(&secret))),
            (referral_code::Column::ShownAt, Expr::value(change.now())),
        ];
        let as_read = Condition::all()
            .add(referral_code::Column::Id.eq(id))
            .add(referral_code::Column::SecretHash.eq(code.secret_hash));
        if change.in_tenant(company).update_many::<referral_code::Entity>(columns, as_read).await? == 0 {
            let why = "Somebody has just claimed it: what they were shown is the code in force.";
            return Err(ServiceError::refused(RefusalCode::Conflict, "id", why));
        }
        let data = json!({ "codeId": id });
        change.record(Fact { kind: kinds::REFERRAL_CODE_CLAIMED, subject: company, data });
        change.commit_and_show().await?;
        Ok(ClaimedReferralCode { secret: Some(secret) })
    }

    /// Revokes a code of `company`; one that was revoked before stays so.
    ///
    /// # Errors
    /// `NOT_FOUND`; `INVALID`; `NOT_ALLOWED`; `FROZEN`.
    pub(super) async fn revoke(
        &self,
        actor: Actor,
        company: TenantId,
        ReferralCodeRevocation { id, reason }: ReferralCodeRevocation,
    ) -> Result<(), ServiceError> {
        reason.as_deref().map_or(Ok(()), |reason| check_words("reason", reason))?;
        let (mut change, _) = self.to_change(actor, company, id).await?;
        let columns = [(referral_code::Column::RevokedAt, Expr::value(change.now()))];
        let good =
            Condition::all().add(referral_code::Column::Id.eq(id)).add(referral_code::Column::RevokedAt.is_null());
        if change.in_tenant(company).update_many::<referral_code::Entity>(columns, good).await? > 0 {
            let data = json!({ "codeId": id, "reason": reason });
            change.record(Fact { kind: kinds::REFERRAL_CODE_REVOKED, subject: company, data });
            change.commit_and_show().await?;
        }
        Ok(())
    }

    /// The code, in a transaction in which `actor` may change it.
    async fn to_change(
        &self,
        actor: Actor,
        company: TenantId,
        id: ReferralCodeId,
    ) -> Result<(Transaction, referral_code::Model), ServiceError> {
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        may_act(change.db(), actor, Role::Admin).await?;
        let of_id = referral_code::Column::Id.eq(id);
        let code = change.in_tenant(company).find::<referral_code::Entity>().filter(of_id).one().await?;
        let no_such_code =
            || ServiceError::refused(RefusalCode::NotFound, "id", "There is no such referral code of yours.");
        Ok((change, code.ok_or_else(no_such_code)?))
    }
}

fn may_be_claimed(code: &referral_code::Model, now: Timestamp) -> Result<(), Refusal> {
    let refuse = |code, why: &str| Err(Refusal::new(code, "id", why));
    match status(code, now) {
        ReferralCodeStatus::Revoked => refuse(RefusalCode::Conflict, "The code was revoked: generate another one."),
        ReferralCodeStatus::UsedUp => {
            refuse(RefusalCode::Conflict, "As many have joined by the code as may: generate another one.")
        }
        ReferralCodeStatus::Expired => refuse(RefusalCode::Expired, "The code has expired: generate another one."),
        ReferralCodeStatus::Active if code.created_at <= claimable_since(now) => {
            let hours = CLAIMABLE_FOR.whole_hours();
            refuse(RefusalCode::Expired, &format!("A code is shown in the first {hours} hours: generate another one."))
        }
        ReferralCodeStatus::Active => Ok(()),
    }
}
