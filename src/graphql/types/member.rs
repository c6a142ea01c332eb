//! Members of the caller's own company.

mod changes;
mod connection;
mod invitation;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::MembershipId;

pub use self::changes::MemberMutation;
use self::connection::MemberConnection;
pub use self::invitation::Invitation;
use super::paging::Paging;
use super::user_error::not_answered;
use super::viewer::Role;
use crate::graphql::context::Sight;
use crate::graphql::id::global;
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::network::members;

/// A member of the caller's own company.
pub struct Member(Arc<members::Member>);

impl Member {
    /// The member of this id, if it is one of the caller's company.
    ///
    /// # Errors
    /// Faults, which are masked.
    pub async fn find(sight: &Sight, id: MembershipId) -> Result<Option<Self>> {
        let member = sight.loaders.members.load(id).await.map_err(|error| not_answered(&error))?;
        Ok(member.map(Self))
    }
}

/// A person who may act for the caller's own reseller, or who is invited to.
#[Object]
impl Member {
    /// The membership's id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The person, whichever company they act for. Another one once who is invited has accepted.
    async fn user_id(&self) -> ID {
        global(self.0.person)
    }

    /// The person's address, as it was when they last became a member of a company, or as they were invited. Null where none is known.
    async fn email(&self) -> Option<EmailAddress> {
        self.0.email.clone().map(EmailAddress)
    }

    /// What they may do; for who is invited, once they have accepted.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Since when they are a member; for who is invited, since when that.
    async fn since(&self) -> DateTime {
        DateTime(self.0.since)
    }

    /// Until when who is invited can accept. Null for a member.
    async fn invited_until(&self) -> Option<DateTime> {
        self.0.invited_until.map(DateTime)
    }
}

/// Root fields about members.
#[derive(Default)]
pub struct MemberQuery;

#[Object]
impl MemberQuery {
    /// Who may act for the caller's own reseller, and who is invited to, oldest first.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<MemberConnection> {
        MemberConnection::of(&Sight::of(ctx)?, Paging { first, after, last, before }).await
    }
}
