//! People are invited by their address, and accept where their token says that the address is theirs.

use entity::{MembershipId, PersonId, Role, TenantId, membership};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait};
use serde_json::json;

use super::{Members, accepted_until, store};
use crate::auth::{Person, know};
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::{Actor, Scope, may_act};

/// The longest address (RFC 5321, section 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;

impl Members {
    /// Invites whoever has the address `email` to the company of `actor`. An invitation that is there gets this role, and can be accepted for as long again.
    ///
    /// # Errors
    /// `INVALID`; `NOT_ALLOWED` for whoever is not an OWNER; `FROZEN`.
    pub async fn invite(&self, actor: Actor, email: &str, role: Role) -> Result<MembershipId, ServiceError> {
        check_address(email)?;
        let (mut change, own) = self.begin(actor).await?;
        let email = email.trim().to_ascii_lowercase();
        let person = PersonId::invited(&email);
        let members = change.in_tenant(own);
        let of_person = membership::Column::PersonId.eq(person);
        let there = members.find::<membership::Entity>().filter(of_person).one().await?;
        let mut data = json!({ "personId": person, "role": role });
        let id = if let Some(there) = there {
            data["oldRole"] = json!(there.role);
            let columns = [
                (membership::Column::Role, Expr::value(role)),
                (membership::Column::CreatedAt, Expr::value(change.now())),
            ];
            members.update_many::<membership::Entity>(columns, membership::Column::Id.eq(there.id)).await?;
            there.id
        } else {
            let issuer = PersonId::INVITED.to_owned();
            know(&change, Person { issuer, subject: email.clone(), email: Some(email) }).await?;
            let row = membership::ActiveModel {
                id: Set(MembershipId::generate()),
                owner_tenant_id: Set(own),
                person_id: Set(person),
                role: Set(role),
                created_at: Set(change.now()),
            };
            members.insert::<membership::Entity>(row).await?.id
        };
        change.record(Fact { kind: kinds::MEMBER_INVITED, subject: own, data });
        change.commit_and_show().await?;
        Ok(id)
    }

    /// Makes `person`, whose address is surely `email`, a member of the company that has invited them. Who is one already gets the role where it is a greater
    /// one; who has accepted before is told the same again. Answers the company, and the role.
    ///
    /// # Errors
    /// `NOT_FOUND` for an invitation of somebody else, or that there never was, and for who has no address; `EXPIRED`; `NOT_ALLOWED` for a company that
    /// cannot act.
    pub async fn accept(
        &self,
        person: &Person,
        email: Option<&str>,
        id: MembershipId,
    ) -> Result<(TenantId, Role), ServiceError> {
        let (own_id, email) = (person.id(), email.ok_or_else(no_such_invitation)?);
        // Before a transaction that keeps everybody waiting: anybody may try anything.
        let db = self.central.reader();
        if store::membership(db, PersonId::invited(email), id).await?.is_none() {
            return accepted_before(db, own_id, id).await;
        }
        let mut change = self.log.begin(Actor { person: Some(own_id), ..Actor::central() }).await?;
        change.lock_chain().await?;
        let invitation = store::membership(change.db(), PersonId::invited(email), id).await?;
        let Some(invitation) = invitation else { return accepted_before(change.db(), own_id, id).await };
        if accepted_until(invitation.created_at) <= change.now() {
            let why = "The invitation has expired: ask for another one.";
            return Err(ServiceError::refused(RefusalCode::Expired, "id", why));
        }
        let tenant = invitation.owner_tenant_id;
        let invited = Actor { scope: Scope::Tenant(tenant), person: Some(own_id), role: invitation.role };
        may_act(change.db(), invited, Role::Viewer).await.map_err(of_company)?;
        know(&change, person.clone()).await?;
        let (old_role, role) = take_seat(&change, own_id, &invitation).await?;
        let mut data = json!({ "personId": own_id, "role": role });
        if let Some(old_role) = old_role {
            data["oldRole"] = json!(old_role);
        }
        if old_role != Some(role) {
            change.record(Fact { kind: kinds::MEMBERSHIP_GRANTED, subject: tenant, data });
        }
        change.commit_and_show().await?;
        Ok((tenant, role))
    }
}

/// The company of the invitation `id`, and the role, where `person` has accepted it before.
async fn accepted_before(
    db: &impl ConnectionTrait,
    person: PersonId,
    id: MembershipId,
) -> Result<(TenantId, Role), ServiceError> {
    let seat = store::membership(db, person, id).await?.ok_or_else(no_such_invitation)?;
    Ok((seat.owner_tenant_id, seat.role))
}

/// What somebody who is no member yet hears of a company that cannot act: not why.
fn of_company(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Refused(_) => {
            ServiceError::refused(RefusalCode::NotAllowed, "id", "This company can take nobody in at the moment.")
        }
        fault @ ServiceError::Fault(_) => fault,
    }
}

/// Puts the invited person's own name into `invitation`; or, where they are a member already, takes it away, and gives them the greater of both roles. Answers
/// the role that they had, and the one that they have then.
async fn take_seat(
    change: &Transaction,
    person: PersonId,
    invitation: &membership::Model,
) -> Result<(Option<Role>, Role), ServiceError> {
    let members = change.in_tenant(invitation.owner_tenant_id);
    let of_person = membership::Column::PersonId.eq(person);
    let this = membership::Column::Id.eq(invitation.id);
    let Some(known) = members.find::<membership::Entity>().filter(of_person).one().await? else {
        let columns = [
            (membership::Column::PersonId, Expr::value(person)),
            (membership::Column::CreatedAt, Expr::value(change.now())),
        ];
        members.update_many::<membership::Entity>(columns, Condition::all().add(this)).await?;
        return Ok((None, invitation.role));
    };
    members.delete_many::<membership::Entity>(this).await?;
    let role = known.role.max(invitation.role);
    let columns = [(membership::Column::Role, Expr::value(role))];
    members.update_many::<membership::Entity>(columns, membership::Column::Id.eq(known.id)).await?;
    Ok((Some(known.role), role))
}

/// Refuses what is no address. Whether anybody has it, only a letter to it tells.
fn check_address(email: &str) -> Result<(), Refusal> {
    let is_plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    let parts = email.trim().rsplit_once('@');
    let is_address = parts.is_some_and(|(local, domain)| is_plain(local) && is_plain(domain) && !domain.contains('@'));
    if is_address && email.trim().len() <= MAX_ADDRESS {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::Invalid, "email", "Expected an e-mail address, such as ada@example.com."))
}

/// The same for an invitation that there never was, and for one of somebody else.
fn no_such_invitation() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "id", "There is no such invitation to an address of yours.")
}
