//! Invitations, as who is invited sees them.

use async_graphql::{ID, SimpleObject};
use entity::TenantStatus;

use crate::graphql::id::global;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::ResellerReference;
use crate::graphql::types::viewer::Role;
use crate::network::members;
use crate::tenancy::topology::Snapshot;

/// That a company invites the person who asks.
#[derive(SimpleObject)]
pub struct Invitation {
    /// The invitation's id, for `acceptInvitation`.
    id: ID,
    /// The company.
    reseller: ResellerReference,
    /// What the person may do there, once they have accepted.
    role: Role,
    /// Until when it can be accepted.
    expires_at: DateTime,
}

impl Invitation {
    /// The same, of a company of `chain`; nothing where that was switched off.
    pub fn of(chain: &Snapshot, invitation: members::Invitation) -> Option<Self> {
        let node = chain.find(invitation.tenant).filter(|node| chain.status(*node) != TenantStatus::Deactivated)?;
        Some(Self {
            id: global(invitation.id),
            reseller: ResellerReference::to(chain, node),
            role: invitation.role.into(),
            expires_at: DateTime(invitation.expires_at),
        })
    }
}
