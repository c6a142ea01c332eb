//! Who may reach whom: down is allowed, up is not. Whatever crosses tenants asks here.
//!
//! The rule is answered from the chain in memory for reading, and from the rows of the database for a change, inside its transaction.

use entity::TenantId;

use super::Scope;
use super::topology::{NodeIndex, Snapshot};

/// The rule: a company reaches those that it is at or above; central scope reaches anyone. `is_at_or_above` says whether a company is at
/// or above the one in question.
#[must_use]
pub fn allows(scope: Scope, is_at_or_above: impl FnOnce(TenantId) -> bool) -> bool {
    match scope {
        Scope::Central => true,
        Scope::Tenant(own) => is_at_or_above(own),
    }
}

/// Whether a freeze on `placed_on` may be taken away in `scope`: by its placer or one above it, and never by the frozen company itself.
#[must_use]
pub fn may_thaw(
    scope: Scope,
    placed_on: TenantId,
    is_at_or_above_placed_on: impl FnOnce(TenantId) -> bool,
    is_at_or_above_placer: impl FnOnce(TenantId) -> bool,
) -> bool {
    scope != Scope::Tenant(placed_on) && allows(scope, is_at_or_above_placed_on) && allows(scope, is_at_or_above_placer)
}

/// The company `target`, where code that runs in `scope` may reach it.
///
/// Nothing, alike, for siblings, strangers, ancestors, and for an id that was never issued.
#[must_use]
pub fn reach(chain: &Snapshot, scope: Scope, target: TenantId) -> Option<NodeIndex> {
    reach_from(chain, scope)(target)
}

/// The same for several companies: where the scope's own company stands is looked up once.
pub fn reach_from(chain: &Snapshot, scope: Scope) -> impl Fn(TenantId) -> Option<NodeIndex> + '_ {
    let own = match scope {
        Scope::Central => None,
        Scope::Tenant(own) => chain.find(own),
    };
    move |target| {
        let node = chain.find(target)?;
        allows(scope, |_| own.is_some_and(|own| chain.is_at_or_above(own, node))).then_some(node)
    }
}
