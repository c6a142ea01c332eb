//! Members get other roles, and leave. The last OWNER stays: somebody must be able to let others in.

use entity::{MembershipId, PersonId, Role, TenantId, membership};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;
use serde_json::json;

use super::{Members, no_such_member, store};
use crate::error::{Fault, RefusalCode, ServiceError};
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::{Actor, may_act};

impl Members {
    /// Gives a member, or somebody who is invited, another role.
    ///
    /// # Errors
    /// `NOT_FOUND`; `NOT_ALLOWED` for whoever is not an OWNER; `CONFLICT` where no OWNER would be left; `FROZEN`.
    pub async fn change_role(&self, actor: Actor, id: MembershipId, role: Role) -> Result<(), ServiceError> {
        let (mut change, own) = self.begin(actor).await?;
        let member = find(&change, own, id).await?;
        if member.role == role {
            return Ok(());
        }
        let columns = [(membership::Column::Role, Expr::value(role))];
        change.in_tenant(own).update_many::<membership::Entity>(columns, membership::Column::Id.eq(id)).await?;
        has_owner(&change, own).await?;
        let kind = if is_invited(&change, &member).await? { kinds::MEMBER_INVITED } else { kinds::MEMBERSHIP_GRANTED };
        let data = json!({ "personId": member.person_id, "role": role, "oldRole": member.role });
        change.record(Fact { kind, subject: own, data });
        change.commit_and_show().await?;
        Ok(())
    }

    /// Removes a member, in force on their next request; or takes an invitation back.
    ///
    /// # Errors
    /// As [`change_role`](Self::change_role).
    pub async fn remove(&self, actor: Actor, id: MembershipId) -> Result<(), ServiceError> {
        let (mut change, own) = self.begin(actor).await?;
        let member = find(&change, own, id).await?;
        change.in_tenant(own).delete_many::<membership::Entity>(membership::Column::Id.eq(id)).await?;
        has_owner(&change, own).await?;
        let is_invited = is_invited(&change, &member).await?;
        let kind = if is_invited { kinds::INVITATION_WITHDRAWN } else { kinds::MEMBERSHIP_REMOVED };
        let data = json!({ "personId": member.person_id, "oldRole": member.role });
        change.record(Fact { kind, subject: own, data });
        change.commit_and_show().await?;
        Ok(())
    }

    /// Begins a change of the members of the company of `actor`, who must be an OWNER. Nobody else changes members meanwhile: of two OWNERs who remove each
    /// other the later one finds what the earlier one has left.
    pub(super) async fn begin(&self, actor: Actor) -> Result<(Transaction, TenantId), ServiceError> {
        let mut change = self.log.begin(actor).await?;
        change.lock_chain().await?;
        may_act(change.db(), actor, Role::Owner).await?;
        let Some(own) = actor.tenant() else { return Err(no_such_member().into()) };
        is_owner_still(&change, actor, own).await?;
        Ok((change, own))
    }
}

/// Refuses whoever was an OWNER when their request began, and is none any more: what they are removed for they must not undo.
async fn is_owner_still(change: &Transaction, actor: Actor, own: TenantId) -> Result<(), ServiceError> {
    let Some(person) = actor.person else { return Ok(()) };
    let of_person = membership::Column::PersonId.eq(person);
    let seat = change.in_tenant(own).find::<membership::Entity>().filter(of_person).one().await?;
    if seat.is_some_and(|seat| seat.role >= Role::Owner) {
        return Ok(());
    }
    Err(ServiceError::refused(RefusalCode::NotAllowed, "", format!("This takes the role {}.", Role::Owner)))
}

/// Whether `member` is invited, and has not accepted.
async fn is_invited(change: &Transaction, member: &membership::Model) -> Result<bool, Fault> {
    let persons = store::persons(change.db(), [member.person_id]).await?;
    Ok(persons.values().any(|person| person.issuer == PersonId::INVITED))
}

async fn find(change: &Transaction, own: TenantId, id: MembershipId) -> Result<membership::Model, ServiceError> {
    let of_id = membership::Column::Id.eq(id);
    let found = change.in_tenant(own).find::<membership::Entity>().filter(of_id).one().await?;
    Ok(found.ok_or_else(no_such_member)?)
}

/// Refuses a change after which nobody would be an OWNER who has accepted.
async fn has_owner(change: &Transaction, own: TenantId) -> Result<(), ServiceError> {
    if owners(change, own).await? > 0 {
        return Ok(());
    }
    let why = "The last OWNER stays: make somebody else an OWNER first.";
    Err(ServiceError::refused(RefusalCode::Conflict, "id", why))
}

async fn owners(change: &Transaction, own: TenantId) -> Result<usize, Fault> {
    let is_owner = membership::Column::Role.eq(Role::Owner);
    let owners = change.in_tenant(own).find::<membership::Entity>().filter(is_owner).all().await?;
    let persons = store::persons(change.db(), owners.iter().map(|owner| owner.person_id)).await?;
    Ok(persons.values().filter(|person| person.issuer != PersonId::INVITED).count())
}
