//! Upline requests: what a company asks of its upline, and what became of it.

mod changes;
mod connection;
mod details;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::{Role, TenantId, UplineRequestId};

pub use self::changes::UplineMutation;
use self::connection::{UplineDirection, UplineRequestConnection, Wanted};
use self::details::{UplineRequestDetails, UplineRequestResult};
use super::ResellerReference;
use super::paging::Paging;
use super::upline_action::UplineAction;
use super::user_error::{UserError, not_answered};
use crate::graphql::context::Sight;
use crate::graphql::error::internal;
use crate::graphql::id::{global, parse};
use crate::graphql::scalars::DateTime;
use crate::network::upline::{self, Ended, Hop};

/// How far a request is: `PENDING → PROCESSING → COMPLETED | FAILED`, or from `PENDING` to an end without anything being done.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::UplineRequestStatus")]
pub enum UplineRequestStatus {
    /// It waits to be decided.
    Pending,
    /// It was granted, and is being done.
    Processing,
    /// It was done: `result` says what.
    Completed,
    /// It was granted, and could not be done: `failure` says why.
    Failed,
    /// It was not granted: the last of `hops` says why.
    Rejected,
    /// The reseller that asked took it back.
    Cancelled,
    /// Nobody decided it in time.
    Expired,
}

/// What a company decided about a request.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::UplineDecision")]
pub enum UplineDecision {
    /// Nothing yet.
    Waiting,
    /// Yes, by its settings.
    Auto,
    /// Yes, by a person.
    Approved,
    /// No.
    Rejected,
    /// Its own upline is to decide.
    Forwarded,
}

/// Something that a company asks of its upline.
#[derive(Clone)]
pub struct UplineRequest {
    sight: Sight,
    request: Arc<upline::UplineRequest>,
}

impl UplineRequest {
    /// The request of this id, if the caller's company has a part in it.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`.
    pub async fn find(sight: &Sight, id: UplineRequestId) -> Result<Option<Self>> {
        let request = sight.loaders.upline_requests.load(id).await.map_err(|error| not_answered(&error))?;
        Ok(request.map(|request| Self { sight: sight.clone(), request }))
    }

    /// Whether the caller may read what is in it: a VIEWER learns that it is there, and how far.
    fn is_open(&self) -> bool {
        self.sight.seat.role >= Role::Admin
    }
}

/// Something that a reseller asks of its upline: seen by who asked, and by those who are or were asked.
#[Object]
impl UplineRequest {
    /// The request's id.
    pub async fn id(&self) -> ID {
        global(self.request.id)
    }

    /// What kind of thing is asked.
    async fn action(&self) -> UplineAction {
        self.request.asked.action().into()
    }

    /// How far it is.
    async fn status(&self) -> UplineRequestStatus {
        self.request.status.into()
    }

    /// What is asked. Null to a VIEWER.
    async fn request(&self) -> Option<UplineRequestDetails> {
        self.is_open().then(|| UplineRequestDetails::of(&self.sight, &self.request.asked))
    }

    /// What came of it, where it is COMPLETED. Null to a VIEWER.
    async fn result(&self) -> Result<Option<UplineRequestResult>> {
        match &self.request.ended {
            Some(Ended::Granted(granted)) if self.is_open() => UplineRequestResult::of(&self.sight, granted).map(Some),
            _ => Ok(None),
        }
    }

    /// Why it could not be done, where it is FAILED. Null to a VIEWER.
    async fn failure(&self) -> Option<UserError> {
        match &self.request.ended {
            Some(Ended::Failed(refusal)) if self.is_open() => Some(refusal.clone().into()),
            _ => None,
        }
    }

    /// The reseller that asked.
    async fn requester(&self) -> Result<ResellerReference> {
        party(&self.sight, self.request.requester)
    }

    /// The company that decides about it, or did.
    async fn target(&self) -> Result<ResellerReference> {
        party(&self.sight, self.request.target)
    }

    /// The companies that were asked, from the one directly above the reseller that asked upwards.
    async fn hops(&self) -> Result<Vec<UplineHop<'_>>> {
        self.sight.spend(self.request.hops.len())?;
        Ok(self.request.hops.iter().map(|hop| UplineHop { request: self, hop }).collect())
    }

    /// When it was asked.
    async fn created_at(&self) -> DateTime {
        DateTime(self.request.created_at)
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.request.updated_at)
    }

    /// Until when it can be decided.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.request.expires_at)
    }
}

/// A company that was asked.
pub struct UplineHop<'r> {
    request: &'r UplineRequest,
    hop: &'r Hop,
}

/// A company that was asked, and what it decided.
#[Object]
impl UplineHop<'_> {
    /// The company.
    async fn reseller(&self) -> Result<ResellerReference> {
        party(&self.request.sight, self.hop.company)
    }

    /// What it decided.
    async fn decision(&self) -> UplineDecision {
        self.hop.decision.into()
    }

    /// When. Null while it has not.
    async fn decided_at(&self) -> Option<DateTime> {
        self.hop.decided_at.map(DateTime)
    }

    /// What it said about it. Null to a VIEWER.
    async fn note(&self) -> Option<&str> {
        self.hop.note.as_deref().filter(|_| self.request.is_open())
    }
}

/// A company that has a part in a request: known by id and name, and no more.
fn party(sight: &Sight, company: TenantId) -> Result<ResellerReference> {
    ResellerReference::to_party(sight, company)
        .ok_or_else(|| internal("a request of a company that is not in the chain"))
}

/// Root fields about upline requests.
#[derive(Default)]
pub struct UplineQuery;

#[Object]
impl UplineQuery {
    /// The request of this id, where the caller's own reseller asked it or is or was asked. Null otherwise.
    async fn upline_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] id: ID,
    ) -> Result<Option<UplineRequest>> {
        UplineRequest::find(&Sight::of(ctx)?, parse("id", &id)?).await
    }

    /// What the caller's own reseller asks of its upline, or what it is or was asked, newest first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the API")]
    async fn upline_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Whether what the reseller asks, or what it is asked.",
            default_with = "UplineDirection::Outgoing"
        )]
        direction: UplineDirection,
        #[graphql(desc = "Only those that are in one of these states.")] status: Option<Vec<UplineRequestStatus>>,
        #[graphql(desc = "Only those for one of these things.")] action: Option<Vec<UplineAction>>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<UplineRequestConnection> {
        let paging = Paging { first, after, last, before };
        UplineRequestConnection::of(&Sight::of(ctx)?, Wanted { direction, status, action }, paging).await
    }
}
