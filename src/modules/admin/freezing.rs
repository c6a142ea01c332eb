//! Freezing and thawing a subtree. A freeze is one row on the company that it was put on, whatever the size of its downline.

use entity::{FreezeId, Role, TenantId, freeze};
use sea_orm::ColumnTrait;
use serde_json::json;

use super::{Chain, rules, store};
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::{Actor, Line, Scope, access};

impl Chain {
    /// Puts a freeze on `id`, in force for its whole subtree. Central code freezes as the root does.
    ///
    /// # Errors
    /// `NOT_FOUND`, `NOT_ALLOWED`, `FROZEN`; `INVALID` for a reason that is empty or too long; `CONFLICT` where this placer has one on it.
    pub async fn freeze(&self, actor: Actor, id: TenantId, reason: &str) -> Result<FreezeId, ServiceError> {
        rules::check_reason(reason)?;
        let mut change = self.begin(actor, Role::Admin).await?;
        let placer = placer(&change, actor).await?;
        rules::strictly_below(&change, Actor { scope: Scope::Tenant(placer), ..actor }, id, "id").await?;
        if store::freeze_by(change.db(), id, placer).await?.is_some() {
            return rules::refuse(RefusalCode::Conflict, "id", "You have a freeze on this reseller already.");
        }
        let freeze = freeze::Model {
            id: FreezeId::generate(),
            owner_tenant_id: id,
            placed_by_tenant_id: placer,
            reason: reason.to_owned(),
            frozen_at: change.now(),
        };
        let freeze_id = freeze.id;
        let data = json!({ "freezeId": freeze_id, "reason": reason, "placedBy": placer });
        change.record(Fact { kind: kinds::SUBTREE_FROZEN, subject: id, data });
        change.in_tenant(id).insert::<freeze::Entity>(freeze.into()).await?;
        change.commit_and_show().await?;
        Ok(freeze_id)
    }

    /// Removes one freeze, by its placer or the placer's ancestors; others stay. Answers the company that it was on.
    ///
    /// # Errors
    /// `NOT_FOUND`, `NOT_ALLOWED`, `FROZEN`; `INVALID` for a note that is too long.
    pub async fn thaw(&self, actor: Actor, freeze_id: FreezeId, note: Option<&str>) -> Result<TenantId, ServiceError> {
        note.map_or(Ok(()), |note| rules::check_words("note", note))?;
        let not_found = || Refusal::new(RefusalCode::NotFound, "freezeId", "There is no such freeze in your downline.");
        let mut change = self.begin(actor, Role::Admin).await?;
        let freeze = store::freeze(change.db(), freeze_id).await?.ok_or_else(not_found)?;
        let owner = freeze.owner_tenant_id;
        let line = Line::of(change.db(), owner).await?.ok_or_else(not_found)?;
        if !access::allows(actor.scope, |own| line.has_at_or_above(own)) {
            return Err(not_found().into());
        }
        let placers = Line::of(change.db(), freeze.placed_by_tenant_id).await?;
        let is_above_placer = |own| placers.is_some_and(|line| line.has_at_or_above(own));
        if !access::may_thaw(actor.scope, owner, |own| line.has_at_or_above(own), is_above_placer) {
            let message = "Only the company that put the freeze, and those above it, may take it away.";
            return rules::refuse(RefusalCode::NotAllowed, "freezeId", message);
        }
        change.in_tenant(owner).delete_many::<freeze::Entity>(freeze::Column::Id.eq(freeze_id)).await?;
        let data = json!({ "freezeId": freeze_id, "note": note });
        change.record(Fact { kind: kinds::SUBTREE_THAWED, subject: owner, data });
        change.commit_and_show().await?;
        Ok(owner)
    }
}

async fn placer(change: &Transaction, actor: Actor) -> Result<TenantId, ServiceError> {
    match actor.scope {
        Scope::Tenant(own) => Ok(own),
        Scope::Central => store::root(change.db()).await?.ok_or_else(|| rules::not_found("id")),
    }
}
