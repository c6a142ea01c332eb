//! Who may reach whom: down is allowed, up is not. This is the one function that decides it.

use entity::TenantId;

use super::Scope;
use super::topology::{NodeIndex, Snapshot};

/// The company `target`, where code that runs in `scope` may reach it: itself and its downline; from central scope anyone.
///
/// Nothing, alike, for siblings, strangers, ancestors, and for an id that was never issued.
#[must_use]
pub fn reach(chain: &Snapshot, scope: Scope, target: TenantId) -> Option<NodeIndex> {
    let node = chain.find(target)?;
    let allowed = match scope {
        Scope::Central => true,
        Scope::Tenant(own) => chain.is_at_or_above(chain.find(own)?, node),
    };
    allowed.then_some(node)
}
