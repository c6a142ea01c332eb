//! Inviting members, changing their roles, and removing them.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::MembershipId;

use super::Member;
use crate::error::ServiceError;
use crate::graphql::context::RequestContext;
use crate::graphql::id::{global, parse};
use crate::graphql::scalars::EmailAddress;
use crate::graphql::types::Reseller;
use crate::graphql::types::user_error::{IntoOutcome, UserError};
use crate::graphql::types::viewer::Role;

/// Somebody who is to be invited.
#[derive(InputObject)]
pub(super) struct InviteMemberInput {
    /// Their address: who signs in with a token that says that it is theirs can accept.
    email: EmailAddress,
    /// What they are to be allowed.
    role: Role,
}

/// What became of an invitation.
#[derive(SimpleObject)]
pub(super) struct InviteMemberPayload {
    /// The member to be: `invitedUntil` says for how long the invitation can be accepted. Null where nobody was invited.
    member: Option<Result<Member>>,
    /// Why nobody was invited; empty where somebody was.
    user_errors: Vec<UserError>,
}

/// A member who is to have another role.
#[derive(InputObject)]
pub(super) struct ChangeMemberRoleInput {
    /// The member, of the caller's own reseller.
    id: ID,
    /// What they are to be allowed.
    role: Role,
}

/// What became of a change of roles.
#[derive(SimpleObject)]
pub(super) struct ChangeMemberRolePayload {
    /// The member. Null where nothing was changed.
    member: Option<Result<Member>>,
    /// Why nothing was changed; empty where it was.
    user_errors: Vec<UserError>,
}

/// A member who is to be removed.
#[derive(InputObject)]
pub(super) struct RemoveMemberInput {
    /// The member, of the caller's own reseller; or somebody who is invited.
    id: ID,
}

/// What became of a removal.
#[derive(SimpleObject)]
pub(super) struct RemoveMemberPayload {
    /// The id of who was removed. Null where nobody was.
    removed_id: Option<ID>,
    /// Why nobody was removed; empty where somebody was.
    user_errors: Vec<UserError>,
}

/// An invitation that is accepted.
#[derive(InputObject)]
pub(super) struct AcceptInvitationInput {
    /// The invitation: one of `viewer { invitations }`.
    id: ID,
}

/// What became of accepting an invitation.
#[derive(SimpleObject)]
pub(super) struct AcceptInvitationPayload {
    /// The company, of which the caller is a member now. Null where they are not, and where it cannot be shown yet.
    reseller: Option<Reseller>,
    /// Why they are not; empty where they are.
    user_errors: Vec<UserError>,
}

/// A member after `done`, or why nothing was.
type Changed = (Option<Result<Member>>, Vec<UserError>);

async fn changed(ctx: &Context<'_>, done: Result<MembershipId, ServiceError>) -> Result<Changed> {
    let id = match done.outcome()? {
        Ok(id) => id,
        Err(error) => return Ok((None, vec![error])),
    };
    let context = RequestContext::of(ctx)?;
    context.look_again();
    Ok((Member::find(&context.sight()?, id).await.transpose(), Vec::new()))
}

/// Changes of members.
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Invites somebody by their address to act for the caller's own reseller. Invited again, they get this role, and time to accept anew. For an OWNER.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and as what.")] input: InviteMemberInput,
    ) -> Result<InviteMemberPayload> {
        let sight = RequestContext::of(ctx)?.sight()?;
        let EmailAddress(email) = input.email;
        let invited = sight.loaders.services.members.invite(sight.loaders.actor, &email, input.role.into()).await;
        let (member, user_errors) = changed(ctx, invited).await?;
        Ok(InviteMemberPayload { member, user_errors })
    }

    /// Gives a member another role, in force on their next request. The last OWNER stays one. For an OWNER.
    async fn change_member_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member, and the role.")] input: ChangeMemberRoleInput,
    ) -> Result<ChangeMemberRolePayload> {
        let id = parse("input.id", &input.id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let done = sight.loaders.services.members.change_role(sight.loaders.actor, id, input.role.into()).await;
        let (member, user_errors) = changed(ctx, done.map(|()| id)).await?;
        Ok(ChangeMemberRolePayload { member, user_errors })
    }

    /// Removes a member, in force on their next request; or takes an invitation back. The last OWNER stays. For an OWNER.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member.")] input: RemoveMemberInput,
    ) -> Result<RemoveMemberPayload> {
        let id: MembershipId = parse("input.id", &input.id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let done = sight.loaders.services.members.remove(sight.loaders.actor, id).await;
        Ok(match done.outcome()? {
            Ok(()) => RemoveMemberPayload { removed_id: Some(global(id)), user_errors: Vec::new() },
            Err(error) => RemoveMemberPayload { removed_id: None, user_errors: vec![error] },
        })
    }

    /// Accepts an invitation to an address that the caller's token says is theirs. For every person who is signed in by a token that is not
    /// bound to a company, also one who is a member nowhere.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation.")] input: AcceptInvitationInput,
    ) -> Result<AcceptInvitationPayload> {
        let id = parse("input.id", &input.id)?;
        let context = RequestContext::of(ctx)?;
        let caller = &context.caller;
        let accepted = match caller.acts_for_themselves() {
            Ok(()) => context.members().accept(&caller.identity, caller.verified_email(), id).await,
            Err(refusal) => Err(refusal.into()),
        };
        Ok(match accepted.outcome()? {
            Ok((company, role)) => {
                let sight = context.new_sight(company, role);
                let reseller = sight.map(|sight| Reseller { node: sight.own, sight });
                AcceptInvitationPayload { reseller, user_errors: Vec::new() }
            }
            Err(error) => AcceptInvitationPayload { reseller: None, user_errors: vec![error] },
        })
    }
}
