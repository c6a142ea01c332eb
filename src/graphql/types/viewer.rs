//! Who is asking.

use async_graphql::{Context, Enum, ID, Object, Result};

use super::Reseller;
use super::member::Invitation;
use crate::graphql::context::{RequestContext, Sight};
use crate::graphql::error::internal;
use crate::graphql::id::global;
use crate::graphql::scalars::EmailAddress;

/// What a member may do in a company. A later role may do all that an earlier one may.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::Role")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also acts.
    Admin,
    /// Also manages members, webhooks and deactivation.
    Owner,
}

/// The person who asks, and the company that they act for.
pub struct Viewer<'c>(&'c RequestContext);

/// A company that the person is a member of.
pub struct Membership {
    sight: Sight,
}

/// The person who asks, and the company that they act for.
#[Object]
impl Viewer<'_> {
    /// The person, whichever company they act for.
    async fn user_id(&self) -> ID {
        global(self.0.caller.person)
    }

    /// The person's address, as their token has it.
    async fn email(&self) -> Option<EmailAddress> {
        self.0.caller.identity.email.clone().map(EmailAddress)
    }

    /// The company that the person acts for. Null for a person who is a member nowhere, or who is a member of several and has named none.
    async fn reseller(&self) -> Option<Reseller> {
        self.0.own_sight().map(|sight| Reseller { node: sight.own, sight })
    }

    /// What the person may do in that company. Null where there is none.
    async fn role(&self) -> Option<Role> {
        self.0.caller.role().map(Role::from)
    }

    /// Companies that invite the person, by an address that their token says is theirs. `acceptInvitation` makes them a member. None by a
    /// token that is bound to a company.
    async fn invitations(&self) -> Result<Vec<Invitation>> {
        let caller = &self.0.caller;
        let Some(email) = caller.verified_email().filter(|_| !caller.is_bound) else { return Ok(Vec::new()) };
        let invitations = self.0.members().invitations(email, self.0.now()).await.map_err(internal)?;
        self.0.budget.spend(invitations.len())?;
        let chain = self.0.chain();
        Ok(invitations.into_iter().filter_map(|invitation| Invitation::of(&chain, invitation)).collect())
    }

    /// All companies that the person may act for, oldest membership first. Name one in the header `X-Tenant-ID`.
    async fn memberships(&self) -> Result<Vec<Membership>> {
        let memberships: Vec<_> = self.0.open_seats().map(|sight| Membership { sight }).collect();
        self.0.budget.spend(memberships.len())?;
        Ok(memberships)
    }
}

/// A company that a person may act for.
#[Object]
impl Membership {
    /// The company, seen as its member sees it.
    async fn reseller(&self) -> Reseller {
        Reseller { node: self.sight.own, sight: self.sight.clone() }
    }

    /// What the person may do there.
    async fn role(&self) -> Role {
        self.sight.seat.role.into()
    }
}

/// Root fields about the caller.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking, and for which company. Works for every signed-in person, also where their company waits for approval.
    async fn viewer<'c>(&self, ctx: &Context<'c>) -> Result<Viewer<'c>> {
        RequestContext::of(ctx).map(Viewer)
    }
}
