//! What goes into the topology, and what is refused.

use entity::{FreezeId, TenantId, TenantStatus, Timestamp};
use iso_currency::Currency;

/// All that the topology keeps of one company, as the database has it at one position of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantState {
    /// Its id.
    pub id: TenantId,
    /// The company one step up; none at the root.
    pub parent: Option<TenantId>,
    /// Its name as people write it.
    pub name: String,
    /// Its short name, for ever.
    pub slug: String,
    /// Its name in the system that it came from; for ever, once it has one.
    pub external_id: Option<String>,
    /// Where it stands in its life.
    pub status: TenantStatus,
    /// The currency it trades in.
    pub currency: Currency,
    /// When it joined the chain.
    pub joined_at: Timestamp,
    /// The freezes on the company itself.
    pub freezes: Vec<FreezeState>,
    /// The parents that it had before, oldest first.
    pub former_parents: Vec<FormerParent>,
}

/// One cause of freezing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeState {
    /// Its id.
    pub id: FreezeId,
    /// The company that put it there.
    pub placed_by: TenantId,
    /// Why, in the placer's words.
    pub reason: String,
    /// When it was put.
    pub frozen_at: Timestamp,
}

/// A parent that a company had until it was moved away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerParent {
    /// Who it was.
    pub parent: TenantId,
    /// The instant of the move: from then on another parent counts.
    pub until: Timestamp,
}

/// Why companies do not make up a chain. The database keeps such a state out, so that this means a fault, not bad input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InconsistentChain {
    /// A parent, present or former, that is not in the chain.
    #[error("tenant {tenant} names the parent {parent}, which is not in the chain")]
    UnknownParent {
        /// The company below it.
        tenant: TenantId,
        /// The parent.
        parent: TenantId,
    },
    /// A company that would be its own ancestor.
    #[error("tenant {0} would be its own ancestor")]
    Cycle(TenantId),
    /// A second company without a parent.
    #[error("tenants {0} and {1} both have no parent")]
    TwoRoots(TenantId, TenantId),
    /// The same company twice.
    #[error("tenant {0} is there twice")]
    DuplicateTenant(TenantId),
    /// A slug or external id of two companies.
    #[error("the name {name:?} of tenant {tenant} is another's already")]
    DuplicateName {
        /// The later one.
        tenant: TenantId,
        /// The slug or external id.
        name: String,
    },
    /// A slug or external id that is not what it was.
    #[error("a slug or external id of tenant {0} has changed")]
    ChangedName(TenantId),
    /// The same freeze twice.
    #[error("freeze {0} is there twice")]
    DuplicateFreeze(FreezeId),
    /// More companies, or a longer name, than 32 bits can count.
    #[error("the chain is larger than memory can address")]
    TooLarge,
}
