//! People decide: those of the company that is asked, and the one who asked takes it back.

use std::sync::Arc;

use entity::{Role, TenantId, UplineDecision, UplineRequestId, UplineRequestStatus, upline_request};

use super::action::check_note;
use super::rules::{decider, has_part};
use super::steps::{Decision, Next, decide, go, pass_on};
use super::{UplineRequests, store};
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::tenancy::{Actor, may_act};

impl UplineRequests {
    /// Grants what was asked of the actor's company. It is done at once where that can be.
    ///
    /// # Errors
    /// `NOT_FOUND` for a request in which the company has no part; `NOT_ALLOWED` where another company decides; `CONFLICT` where it was decided already;
    /// `EXPIRED`; `INVALID`; `FROZEN`.
    pub async fn approve(
        self: &Arc<Self>,
        actor: Actor,
        id: UplineRequestId,
        note: Option<String>,
    ) -> Result<(), ServiceError> {
        check_note(note.as_deref(), "note")?;
        let (mut change, row) = self.to_decide(actor, id).await?;
        let next = Next::processing(&row, change.now());
        settle(&mut change, &row, next, Some(Decision { made: UplineDecision::Approved, person: actor.person, note }))
            .await?;
        change.commit_and_show().await?;
        self.carry_on_now(id).await;
        Ok(())
    }

    /// Does not grant what was asked of the actor's company.
    ///
    /// # Errors
    /// As [`approve`](Self::approve).
    pub async fn reject(&self, actor: Actor, id: UplineRequestId, reason: String) -> Result<(), ServiceError> {
        if reason.trim().is_empty() {
            return Err(ServiceError::refused(RefusalCode::Invalid, "reason", "Say why."));
        }
        check_note(Some(&reason), "reason")?;
        let (mut change, row) = self.to_decide(actor, id).await?;
        let next = Next::end(&row, UplineRequestStatus::Rejected);
        let decision = Decision { made: UplineDecision::Rejected, person: actor.person, note: Some(reason) };
        settle(&mut change, &row, next, Some(decision)).await?;
        change.commit_and_show().await?;
        Ok(())
    }

    /// Takes back what the actor's company asked.
    ///
    /// # Errors
    /// `NOT_FOUND`; `NOT_ALLOWED` where another company asked; `CONFLICT` where it was decided already; `FROZEN`.
    pub async fn cancel(&self, actor: Actor, id: UplineRequestId) -> Result<(), ServiceError> {
        let (mut change, own, row) = self.with_part(actor, id).await?;
        if row.owner_tenant_id != own {
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "id", "The company that asked takes it back."));
        }
        let next = Next::end(&row, UplineRequestStatus::Cancelled);
        settle(&mut change, &row, next, None).await?;
        change.commit_and_show().await?;
        Ok(())
    }

    /// The request, which the actor's company is to decide now.
    async fn to_decide(
        &self,
        actor: Actor,
        id: UplineRequestId,
    ) -> Result<(Transaction, upline_request::Model), ServiceError> {
        let (mut change, own, mut row) = self.with_part(actor, id).await?;
        if row.owner_tenant_id == own {
            return Err(ServiceError::refused(
                RefusalCode::NotAllowed,
                "id",
                "Your upline decides what you ask of it.",
            ));
        }
        is_pending(&row)?;
        if row.expires_at <= change.now() {
            return Err(ServiceError::refused(
                RefusalCode::Expired,
                "id",
                "Nobody decided it in time: it can be asked again.",
            ));
        }
        if decider(&change, &row).await?.is_none_or(|(decider, _)| decider != own) {
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "id", "Another company decides about it now."));
        }
        // Whoever decides in the place of a company that was switched off is asked first.
        if row.target_tenant_id != own && pass_on(&mut change, &row, own).await? {
            row.target_tenant_id = own;
        }
        Ok((change, row))
    }

    /// The request, in which the actor's company has a part, in a transaction in which it may act.
    async fn with_part(
        &self,
        actor: Actor,
        id: UplineRequestId,
    ) -> Result<(Transaction, TenantId, upline_request::Model), ServiceError> {
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        may_act(change.db(), actor, Role::Admin).await?;
        let own = actor.tenant().ok_or_else(not_found)?;
        let row = store::locked(change.db(), id).await?.ok_or_else(not_found)?;
        let hops = store::hops(change.db(), &[id]).await?;
        let has_part = has_part(&change, own, &row, &hops).await?;
        if has_part { Ok((change, own, row)) } else { Err(not_found().into()) }
    }
}

/// Takes the request on to `next`, with the decision that makes it.
async fn settle(
    change: &mut Transaction,
    row: &upline_request::Model,
    next: Next,
    decision: Option<Decision>,
) -> Result<(), ServiceError> {
    is_pending(row)?;
    if !go(change, row, next).await? {
        return Err(ServiceError::refused(RefusalCode::Conflict, "id", "It has just changed: look at it again."));
    }
    if let Some(decision) = decision {
        decide(change, row, decision).await?;
    }
    Ok(())
}

fn is_pending(row: &upline_request::Model) -> Result<(), Refusal> {
    if row.status == UplineRequestStatus::Pending {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Conflict,
        "id",
        format!("The request is {}: there is nothing to decide.", row.status),
    ))
}

/// The same for a request that was never made and for one in which the company has no part.
fn not_found() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "id", "There is no such request of yours.")
}
