//! The chain as a service: companies come, are approved, and are switched off and on.

use entity::{Role, TenantId, TenantStatus, Timestamp, tenant};
use serde_json::json;

use super::{names, rules, store};
use crate::error::{RefusalCode, ServiceError};
use crate::events::{Fact, Log, Transaction, kinds};
use crate::names::{check_identifier, check_name};
use crate::tenancy::{Actor, may_act};

/// Changes the chain. Each change is decided and written in one transaction, while no other changes the chain.
#[derive(Clone)]
pub struct Chain {
    log: Log,
}

/// A company that is to be in the chain.
#[derive(Clone, Debug)]
pub struct NewReseller {
    /// Below whom; none for the first company, the root.
    pub parent: Option<TenantId>,
    /// Its name as people write it.
    pub name: String,
    /// Its name in the system that it comes from, from which its slug follows. Without one the slug is made from the name.
    pub external_id: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// Whether it trades at once or waits for approval.
    pub status: TenantStatus,
    /// Since when it belongs to the chain.
    pub joined_at: Timestamp,
}

impl NewReseller {
    /// The row of this company, with the name that the chain will know it by.
    #[must_use]
    pub fn into_row(self, created_at: Timestamp) -> tenant::Model {
        let slug = match &self.external_id {
            Some(external_id) => names::imported_slug(external_id),
            None => names::joined_slug(&self.name),
        };
        tenant::Model {
            id: TenantId::generate(),
            parent_id: self.parent,
            name: self.name,
            slug,
            external_id: self.external_id,
            status: self.status,
            currency: self.currency,
            joined_at: self.joined_at,
            created_at,
        }
    }
}

impl Chain {
    /// The chain of which `log` tells.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self { log }
    }

    /// Adds a company.
    ///
    /// # Errors
    /// `INVALID` for a name, external id or currency that cannot be; `NOT_FOUND` for a parent out of reach; `CONFLICT` for a name that is
    /// taken, or a second root.
    pub async fn create(&self, actor: Actor, new: NewReseller) -> Result<TenantId, ServiceError> {
        check(&new)?;
        let mut change = self.begin(actor, Role::Admin).await?;
        match new.parent {
            Some(parent) => {
                let line = rules::at_or_below(&change, actor, parent, "parentId").await?;
                if line.own().status == TenantStatus::Pending {
                    return rules::refuse(RefusalCode::Invalid, "parentId", "The parent still waits for approval.");
                }
            }
            None if store::root(change.db()).await?.is_some() => {
                return rules::refuse(RefusalCode::Conflict, "parentId", "The chain has its root already.");
            }
            None => {}
        }
        let company = new.into_row(change.now());
        let names = [company.slug.as_str()].into_iter().chain(company.external_id.as_deref());
        if let Some(taken) = store::owners_of_names(change.db(), names).await?.into_keys().next() {
            return rules::refuse(RefusalCode::Conflict, "externalId", format!("{taken:?} is taken."));
        }
        let id = company.id;
        change.record(joined(&company));
        store::insert(change.db(), vec![company]).await?;
        change.commit_and_show().await?;
        Ok(id)
    }

    /// `PENDING → ACTIVE`.
    ///
    /// # Errors
    /// `NOT_FOUND`, `NOT_ALLOWED`, `FROZEN`; `CONFLICT` where the company is not pending.
    pub async fn approve(&self, actor: Actor, id: TenantId) -> Result<(), ServiceError> {
        let fact = Fact { kind: kinds::RESELLER_APPROVED, subject: id, data: json!({}) };
        self.switch(actor, Role::Admin, fact, TenantStatus::Pending, TenantStatus::Active).await
    }

    /// `ACTIVE → DEACTIVATED`. Its descendants work on.
    ///
    /// # Errors
    /// `NOT_FOUND`, `NOT_ALLOWED`, `FROZEN`; `INVALID` for a reason that is empty or too long; `CONFLICT` where the company is not active.
    pub async fn deactivate(&self, actor: Actor, id: TenantId, reason: &str) -> Result<(), ServiceError> {
        rules::check_reason(reason)?;
        let fact = Fact { kind: kinds::RESELLER_DEACTIVATED, subject: id, data: json!({ "reason": reason }) };
        self.switch(actor, Role::Owner, fact, TenantStatus::Active, TenantStatus::Deactivated).await
    }

    /// `DEACTIVATED → ACTIVE`.
    ///
    /// # Errors
    /// `NOT_FOUND`, `NOT_ALLOWED`, `FROZEN`; `CONFLICT` where the company is not deactivated.
    pub async fn reactivate(&self, actor: Actor, id: TenantId) -> Result<(), ServiceError> {
        let fact = Fact { kind: kinds::RESELLER_REACTIVATED, subject: id, data: json!({}) };
        self.switch(actor, Role::Owner, fact, TenantStatus::Deactivated, TenantStatus::Active).await
    }

    async fn switch(
        &self,
        actor: Actor,
        role: Role,
        fact: Fact,
        from: TenantStatus,
        to: TenantStatus,
    ) -> Result<(), ServiceError> {
        let mut change = self.begin(actor, role).await?;
        let line = rules::strictly_below(&change, actor, fact.subject, "id").await?;
        let status = line.own().status;
        if status != from {
            return rules::refuse(RefusalCode::Conflict, "id", format!("The reseller is {status}, not {from}."));
        }
        store::set_status(change.db(), fact.subject, to).await?;
        change.record(fact);
        change.commit_and_show().await?;
        Ok(())
    }

    /// Begins a change by `actor`, who must have at least `role`.
    pub(super) async fn begin(&self, actor: Actor, role: Role) -> Result<Transaction, ServiceError> {
        let mut change = self.log.begin(actor).await?;
        change.lock_chain().await?;
        may_act(change.db(), actor, role).await?;
        Ok(change)
    }
}

fn check(new: &NewReseller) -> Result<(), ServiceError> {
    let invalid = |field: &'static str| {
        move |why: String| -> ServiceError { crate::error::Refusal::new(RefusalCode::Invalid, field, why).into() }
    };
    check_name(&new.name).map_err(invalid("name"))?;
    new.external_id.as_deref().map_or(Ok(()), check_identifier).map_err(invalid("externalId"))?;
    if new.status == TenantStatus::Deactivated {
        return rules::refuse(RefusalCode::Invalid, "status", "A company begins as PENDING or ACTIVE.");
    }
    if names::is_currency(&new.currency) {
        Ok(())
    } else {
        rules::refuse(RefusalCode::Invalid, "currency", "Expected a currency of ISO 4217, such as USD.")
    }
}

/// The fact that `company` is in the chain now.
pub(crate) fn joined(company: &tenant::Model) -> Fact {
    let kind = match company.status {
        TenantStatus::Pending => kinds::RESELLER_APPLIED,
        TenantStatus::Active | TenantStatus::Deactivated => kinds::RESELLER_APPROVED,
    };
    let data = json!({
        "parentId": company.parent_id,
        "name": company.name,
        "slug": company.slug,
        "externalId": company.external_id,
        "currency": company.currency,
        "joinedAt": company.joined_at.to_rfc3339(),
    });
    Fact { kind, subject: company.id, data }
}
