//! Credit: how much a company may owe its upline, as that granted it.

use entity::{TenantId, UplineRequestId, credit_limit};
use sea_orm::ActiveValue::Set;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;
use serde_json::json;

use super::Finance;
use crate::bus::contract::finance::GrantCredit;
use crate::error::{RefusalCode, ServiceError};
use crate::events::{Fact, Transaction, kinds};
use crate::money::{MAX_MINOR, Money};
use crate::tenancy::{Actor, Line, Scope};

impl Finance {
    /// Lets `company` owe so much, on behalf of `by` above it: once for each request. Answers the limit.
    ///
    /// # Errors
    /// `NOT_ALLOWED` for whoever is not central code; `INVALID`; `CONFLICT` where another is the nearest active company above by now.
    pub(super) async fn grant_credit(
        &self,
        actor: Actor,
        company: TenantId,
        GrantCredit { amount, by, request }: GrantCredit,
    ) -> Result<Money, ServiceError> {
        let refuse = |code, why| Err(ServiceError::refused(code, "amount", why));
        if actor.scope != Scope::Central {
            return refuse(RefusalCode::NotAllowed, "A company cannot do this to itself: ask your upline.");
        }
        if !(1..=MAX_MINOR).contains(&amount.minor) {
            return refuse(RefusalCode::Invalid, "Expected an amount above zero.");
        }
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        // Of two grants to one company the later one finds what the earlier has left.
        change.lock_ledgers().await?;
        if is_done(&change, company, amount, request).await? {
            return Ok(amount);
        }
        let line = Line::of(change.db(), company).await?;
        if line.and_then(|line| line.active_upline()) != Some(by) {
            return refuse(RefusalCode::Conflict, "Another company is the nearest active one above by now: ask again.");
        }
        let old = write(&change, company, amount, by).await?;
        let data = json!({
            "currency": amount.currency.code(),
            "limitMinor": amount.minor,
            "oldLimitMinor": old,
            "grantedBy": by,
        });
        change.record(Fact { kind: kinds::CREDIT_GRANTED, subject: company, data });
        change.commit_and_show().await?;
        Ok(amount)
    }
}

/// Whether it was done for this request before: another may have changed the limit since.
async fn is_done(
    change: &Transaction,
    company: TenantId,
    amount: Money,
    request: UplineRequestId,
) -> Result<bool, ServiceError> {
    let made = change.once(company, "requestCredit", &request.to_string(), &amount, request.0).await?;
    Ok(made.is_some())
}

/// Makes `limit` what `company` may owe. Answers what it might before: minor units.
async fn write(
    change: &Transaction,
    company: TenantId,
    limit: Money,
    granter: TenantId,
) -> Result<Option<i64>, ServiceError> {
    let own = change.in_tenant(company);
    let in_currency = credit_limit::Column::Currency.eq(limit.currency.code());
    let old = own.find::<credit_limit::Entity>().filter(in_currency.clone()).one().await?;
    if old.is_some() {
        let columns = [
            (credit_limit::Column::LimitMinor, Expr::value(limit.minor)),
            (credit_limit::Column::GrantedByTenantId, Expr::value(granter)),
            (credit_limit::Column::GrantedAt, Expr::value(change.now())),
        ];
        own.update_many::<credit_limit::Entity>(columns, in_currency).await?;
    } else {
        let row = credit_limit::ActiveModel {
            owner_tenant_id: Set(company),
            currency: Set(limit.currency.code().to_owned()),
            limit_minor: Set(limit.minor),
            granted_by_tenant_id: Set(granter),
            granted_at: Set(change.now()),
        };
        own.insert::<credit_limit::Entity>(row).await?;
    }
    Ok(old.map(|old| old.limit_minor))
}
