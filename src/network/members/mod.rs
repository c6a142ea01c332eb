//! Members: who may act for a company, and in which role.
//!
//! Who is invited is known by their address until they accept: as a person for whom `mailto:` vouches, in whose name nobody signs in. So an invitation is a
//! membership like any other, and takes the person's own name when it is accepted.
//!
//! - `inviting`: invitations, and that they are accepted. `changing`: roles, and removals. `reading`: what is seen of members. `store`: persons.

mod changing;
mod inviting;
mod reading;
mod store;

use std::sync::Arc;

use entity::{MembershipId, PersonId, Role, TenantId, Timestamp};

use crate::error::{Refusal, RefusalCode};
use crate::events::Log;
use crate::tenancy::CentralDb;

/// How long an invitation can be accepted.
const ACCEPTED_WITHIN: time::Duration = time::Duration::days(14);

/// The members of companies.
pub struct Members {
    central: CentralDb,
    log: Log,
}

/// A member of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The id of the membership.
    pub id: MembershipId,
    /// The person.
    pub person: PersonId,
    /// Their address, where it is known.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Since when they are a member; or when they were invited.
    pub since: Timestamp,
    /// Until when they can accept, where they were invited and have not.
    pub invited_until: Option<Timestamp>,
}

/// An invitation, as who is invited sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The id of what will be the membership.
    pub id: MembershipId,
    /// The company that invites.
    pub tenant: TenantId,
    /// What the person may do there.
    pub role: Role,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

impl Members {
    /// The members in the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log) -> Arc<Self> {
        Arc::new(Self { central, log })
    }
}

/// Until when an invitation of this instant can be accepted.
fn accepted_until(invited_at: Timestamp) -> Timestamp {
    Timestamp::from(invited_at.to_utc() + ACCEPTED_WITHIN)
}

/// The same for a membership that there never was, and for one of another company.
fn no_such_member() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "id", "There is no such member of your company.")
}
