//! A company joins by a code.

use entity::{PersonId, ReferralCodeId, Role, TenantId, TenantStatus, Timestamp, referral_code, referral_redemption};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

use super::{Referrals, secret, store};
use crate::auth::{Person, memberships_of, seat};
use crate::bus::contract::admin::{Applicant, Application, ReferralSecret};
use crate::error::{Fault, Refusal, RefusalCode, ServiceError};
use crate::events::{Transaction, check_key};
use crate::modules::admin::store as chain;
use crate::modules::admin::{NewReseller, joined};
use crate::names::check_name;
use crate::tenancy::{Actor, Line, Scope};

/// The most companies of one person that may wait for approval.
const MOST_WAITING: usize = 10;

impl Referrals {
    /// Puts the company of `application` below the one whose code it has: it waits for approval, and who applies is its OWNER. Once for each key.
    ///
    /// # Errors
    /// `NOT_FOUND` for a code that is no good, whatever is wrong with it; `INVALID`; `TOO_MANY` for a person of whom many companies wait already; `CONFLICT` for a key that was used for something else;
    /// `NOT_ALLOWED` for whoever is not central code.
    pub(super) async fn join(&self, actor: Actor, application: Application) -> Result<TenantId, ServiceError> {
        let Application { code, company_name, currency, applicant, idempotency_key: key } = application;
        if actor.scope != Scope::Central {
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "", "A person joins, and no company."));
        }
        let invalid = |why| Refusal::new(RefusalCode::Invalid, "companyName", format!("The name {why}."));
        check_name(&company_name).map_err(invalid)?;
        // Before a transaction that keeps everybody waiting: anybody may try anything.
        check_key(&key)?;
        let mut change = self.log.begin(actor).await?;
        change.lock_chain().await?;
        let new = NewReseller {
            parent: None,
            name: company_name,
            external_id: None,
            currency: currency.code().to_owned(),
            status: TenantStatus::Pending,
            joined_at: change.now(),
        };
        // Who belongs to nobody yet has the keys that they use kept with the company at the top.
        let root = chain::root(change.db()).await?.ok_or_else(no_good)?;
        let mut company = new.into_row(change.now());
        let input = (&code, &company.name, &company.currency);
        if let Some(made) = change.once(root, "joinNetwork", &key, &input, company.id.0).await? {
            // It may have been made a moment ago, and not be shown yet.
            change.commit_and_show().await?;
            return Ok(TenantId(made));
        }
        waits_for_few(&change, actor.person).await?;
        let (parent, code) = redeem(&change, &code).await?;
        company.parent_id = Some(parent);
        let id = company.id;
        change.record(joined(&company));
        chain::insert(change.db(), vec![company]).await?;
        let redemption = referral_redemption::Model {
            owner_tenant_id: parent,
            code_id: code,
            tenant_id: id,
            redeemed_at: change.now(),
        };
        change.in_tenant(parent).insert::<referral_redemption::Entity>(redemption.into()).await?;
        let Applicant { issuer, subject, email } = applicant;
        seat(&mut change, Person { issuer, subject, email }, id, Role::Owner).await?;
        change.commit_and_show().await?;
        Ok(id)
    }
}

/// Refuses one company more of a person with many that wait for approval: else one code could fill the chain.
async fn waits_for_few(change: &Transaction, person: Option<PersonId>) -> Result<(), ServiceError> {
    let Some(person) = person else { return Ok(()) };
    let seats = memberships_of(change.db(), person).await?;
    let waiting = chain::companies(change.db(), seats.iter().map(|seat| seat.owner_tenant_id)).await?;
    let waiting = waiting.iter().filter(|company| company.status == TenantStatus::Pending).count();
    if waiting < MOST_WAITING {
        return Ok(());
    }
    let why = format!("{MOST_WAITING} companies of yours wait for approval already.");
    Err(ServiceError::refused(RefusalCode::TooMany, "", why))
}

/// Counts one more use of the code that has this secret, where it is good for one. Answers whose it is, and which.
async fn redeem(change: &Transaction, code: &ReferralSecret) -> Result<(TenantId, ReferralCodeId), ServiceError> {
    let hash = secret::hash(code);
    let code = store::code_of_secret(change.db(), hash.clone()).await?.ok_or_else(no_good)?;
    let (owner, id) = (code.owner_tenant_id, code.id);
    if !takes_companies(change, owner).await? {
        return Err(no_good().into());
    }
    // One conditional update: of any number who race, as many find it good as it is good for.
    let one_more = [(referral_code::Column::Uses, Expr::col(referral_code::Column::Uses).add(1))];
    let good = good_for_one_more(change.now())
        .add(referral_code::Column::Id.eq(id))
        .add(referral_code::Column::SecretHash.eq(hash));
    if change.in_tenant(owner).update_many::<referral_code::Entity>(one_more, good).await? == 0 {
        return Err(no_good().into());
    }
    Ok((owner, id))
}

/// Whether a company can join below `owner`: not below one that was switched off.
async fn takes_companies(change: &Transaction, owner: TenantId) -> Result<bool, Fault> {
    let line = Line::of(change.db(), owner).await?;
    Ok(line.is_some_and(|line| line.own().status == TenantStatus::Active))
}

fn good_for_one_more(now: Timestamp) -> Condition {
    let left = Condition::any()
        .add(referral_code::Column::MaxUses.is_null())
        .add(Expr::col(referral_code::Column::Uses).lt(Expr::col(referral_code::Column::MaxUses)));
    let not_over =
        Condition::any().add(referral_code::Column::ExpiresAt.is_null()).add(referral_code::Column::ExpiresAt.gt(now));
    Condition::all()
        .add(referral_code::Column::ShownAt.is_not_null())
        .add(referral_code::Column::RevokedAt.is_null())
        .add(left)
        .add(not_over)
}

/// The same for a code that there never was, and for one that is good for nothing any more.
fn no_good() -> Refusal {
    let why = "This code is not good for joining: ask whoever gave it to you for another one.";
    Refusal::new(RefusalCode::NotFound, "code", why)
}
