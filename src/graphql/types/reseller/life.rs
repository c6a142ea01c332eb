//! A reseller's life: it is approved, frozen and thawed, moved, switched off and on, always by a company above it.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{FreezeId, TenantId};

use super::Reseller;
use crate::bus::contract::admin::{
    ApproveReseller, DeactivateReseller, FreezeSubtree, Move, MoveReseller, ReactivateReseller, Thaw, ThawSubtree, Why,
};
use crate::bus::{Alias, CallError};
use crate::error::{Refusal, RefusalCode};
use crate::graphql::context::RequestContext;
use crate::graphql::id::parse;
use crate::graphql::types::freeze::Freeze;
use crate::graphql::types::user_error::{IntoOutcome, Outcome, UserError};

/// A company that is to be approved.
#[derive(InputObject)]
pub(super) struct ApproveResellerInput {
    /// The company: it waits for approval.
    id: ID,
}

/// What became of an approval.
#[derive(SimpleObject)]
pub(super) struct ApproveResellerPayload {
    /// The company. Null where it was not approved.
    reseller: Option<Reseller>,
    /// Why it was not approved; empty where it was.
    user_errors: Vec<UserError>,
}

/// A company that is to be switched off.
#[derive(InputObject)]
pub(super) struct DeactivateResellerInput {
    /// The company: it is active.
    id: ID,
    /// Why: 1 to 500 characters, which everyone above it can read.
    reason: String,
}

/// What became of a deactivation.
#[derive(SimpleObject)]
pub(super) struct DeactivateResellerPayload {
    /// The company. Null where it was not switched off.
    reseller: Option<Reseller>,
    /// Why it was not switched off; empty where it was.
    user_errors: Vec<UserError>,
}

/// A company that is to be switched on again.
#[derive(InputObject)]
pub(super) struct ReactivateResellerInput {
    /// The company: it is switched off.
    id: ID,
}

/// What became of a reactivation.
#[derive(SimpleObject)]
pub(super) struct ReactivateResellerPayload {
    /// The company. Null where it was not switched on.
    reseller: Option<Reseller>,
    /// Why it was not switched on; empty where it was.
    user_errors: Vec<UserError>,
}

/// A company that is to be frozen, with its downline.
#[derive(InputObject)]
pub(super) struct FreezeSubtreeInput {
    /// The company.
    id: ID,
    /// Why: 1 to 500 characters, which the frozen company and everyone above it can read.
    reason: String,
}

/// What became of a freeze.
#[derive(SimpleObject)]
pub(super) struct FreezeSubtreePayload {
    /// The company that it was put on. Null where none was put.
    reseller: Option<Reseller>,
    /// The freeze. Null where none was put.
    freeze: Option<Freeze>,
    /// Why none was put; empty where one was.
    user_errors: Vec<UserError>,
}

/// A freeze that is to be taken away.
#[derive(InputObject)]
pub(super) struct ThawSubtreeInput {
    /// The freeze: put by the caller's own company, or by one below it.
    freeze_id: ID,
    /// What there is to say of it: at most 500 characters.
    note: Option<String>,
}

/// What became of a thaw.
#[derive(SimpleObject)]
pub(super) struct ThawSubtreePayload {
    /// The company that the freeze was on. It is frozen still where there is another one. Null where none was taken away.
    reseller: Option<Reseller>,
    /// Why none was taken away; empty where one was.
    user_errors: Vec<UserError>,
}

/// A company that is to be moved, with its downline.
#[derive(InputObject)]
pub(super) struct MoveResellerInput {
    /// The company.
    id: ID,
    /// Its new parent: the caller's own company, or an active one below it.
    new_parent_id: ID,
}

/// What became of a move.
#[derive(SimpleObject)]
pub(super) struct MoveResellerPayload {
    /// The company. Null where it was not moved.
    reseller: Option<Reseller>,
    /// Why it was not moved; empty where it was.
    user_errors: Vec<UserError>,
}

/// The company that something was done to, and what the person must hear otherwise.
type Done = (Option<Reseller>, Vec<UserError>);

/// Calls `A` in the company that the input field `id` names.
async fn call<A: Alias>(ctx: &Context<'_>, id: &ID, args: A::Args) -> Result<(TenantId, Outcome<A::Answer>)> {
    let target: TenantId = parse("input.id", id)?;
    let sight = RequestContext::of(ctx)?.sight()?;
    let called = sight.loaders.services.bus.call_in_tenant::<A>(sight.loaders.actor, target, args).await;
    Ok((target, called.map_err(about_id).outcome()?))
}

/// The same for what answers nothing.
async fn done<A: Alias<Answer = ()>>(ctx: &Context<'_>, id: &ID, args: A::Args) -> Result<Done> {
    match call::<A>(ctx, id, args).await? {
        (target, Ok(())) => Ok((looked_at_again(ctx, target)?, Vec::new())),
        (_, Err(error)) => Ok((None, vec![error])),
    }
}

/// A company as it is after a change.
fn looked_at_again(ctx: &Context<'_>, company: TenantId) -> Result<Option<Reseller>> {
    let context = RequestContext::of(ctx)?;
    context.look_again();
    let sight = context.sight()?;
    Ok(sight.find(company).map(|node| Reseller { sight, node }))
}

/// The same error, where it is about reach: that of the input field `id`.
fn about_id(error: CallError) -> CallError {
    match error {
        CallError::OutOfReach => {
            Refusal::new(RefusalCode::NotFound, "id", "There is no such reseller in your downline.").into()
        }
        other => other,
    }
}

/// Changes of the life of companies below the caller's own. Nobody does any of this to their own company.
#[derive(Default)]
pub struct LifeMutation;

#[Object]
impl LifeMutation {
    /// Approves a company that waits for it: it trades from now on. For an ADMIN of a company above it.
    async fn approve_reseller(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The company.")] input: ApproveResellerInput,
    ) -> Result<ApproveResellerPayload> {
        let (reseller, user_errors) = done::<ApproveReseller>(ctx, &input.id, ()).await?;
        Ok(ApproveResellerPayload { reseller, user_errors })
    }

    /// Switches a company off: nobody signs in for it any more, and its subscriptions end. Its downline works on, and what they ask of it goes to the next
    /// active company above. For an OWNER of a company above it.
    async fn deactivate_reseller(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The company, and why.")] input: DeactivateResellerInput,
    ) -> Result<DeactivateResellerPayload> {
        let (reseller, user_errors) = done::<DeactivateReseller>(ctx, &input.id, Why { reason: input.reason }).await?;
        Ok(DeactivateResellerPayload { reseller, user_errors })
    }

    /// Switches a company on again. For an OWNER of a company above it.
    async fn reactivate_reseller(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The company.")] input: ReactivateResellerInput,
    ) -> Result<ReactivateResellerPayload> {
        let (reseller, user_errors) = done::<ReactivateReseller>(ctx, &input.id, ()).await?;
        Ok(ReactivateResellerPayload { reseller, user_errors })
    }

    /// Freezes a company and its downline: they read, and change nothing, until the freeze is taken away. A company may have one from each company
    /// above it. For an ADMIN of one of these.
    async fn freeze_subtree(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The company, and why.")] input: FreezeSubtreeInput,
    ) -> Result<FreezeSubtreePayload> {
        let (target, called) = call::<FreezeSubtree>(ctx, &input.id, Why { reason: input.reason }).await?;
        let freeze = match called {
            Ok(freeze) => freeze,
            Err(error) => return Ok(FreezeSubtreePayload { reseller: None, freeze: None, user_errors: vec![error] }),
        };
        let reseller = looked_at_again(ctx, target)?;
        let freeze = Freeze::find(&RequestContext::of(ctx)?.sight()?, freeze);
        Ok(FreezeSubtreePayload { reseller, freeze, user_errors: Vec::new() })
    }

    /// Takes a freeze away. Other causes stay: `Reseller.freezes` lists them. For an ADMIN of the company that put it, or of one above that.
    async fn thaw_subtree(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The freeze.")] input: ThawSubtreeInput,
    ) -> Result<ThawSubtreePayload> {
        let freeze: FreezeId = parse("input.freezeId", &input.freeze_id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let thaw = Thaw { freeze, note: input.note };
        let called = sight.loaders.services.bus.call::<ThawSubtree>(sight.loaders.actor, thaw).await;
        let (reseller, user_errors) = match called.outcome()? {
            Ok(company) => (looked_at_again(ctx, company)?, Vec::new()),
            Err(error) => (None, vec![error]),
        };
        Ok(ThawSubtreePayload { reseller, user_errors })
    }

    /// Puts a company, with its whole downline, below another parent from now on. What was earned before stays with its old upline. For an ADMIN of a
    /// company that is above it, and at or above both parents.
    async fn move_reseller(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The company, and its new parent.")] input: MoveResellerInput,
    ) -> Result<MoveResellerPayload> {
        let new_parent = parse("input.newParentId", &input.new_parent_id)?;
        let (reseller, user_errors) = done::<MoveReseller>(ctx, &input.id, Move { new_parent }).await?;
        Ok(MoveResellerPayload { reseller, user_errors })
    }
}
