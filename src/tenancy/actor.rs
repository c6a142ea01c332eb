//! Who does something, for the log and for the rules of roles.

use entity::{PersonId, Role, TenantId};

use super::Scope;

/// Who does something, and on whose behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// On whose behalf.
    pub scope: Scope,
    /// The person, where one is known.
    pub person: Option<PersonId>,
    /// What the person may do there; central code may do everything.
    pub role: Role,
}

impl Actor {
    /// The program itself, or its operator on the command line.
    #[must_use]
    pub fn central() -> Self {
        Self { scope: Scope::Central, person: None, role: Role::Owner }
    }

    /// The company on whose behalf it is done, if any.
    #[must_use]
    pub fn tenant(&self) -> Option<TenantId> {
        match self.scope {
            Scope::Central => None,
            Scope::Tenant(tenant) => Some(tenant),
        }
    }
}

/// Code that only reads needs to say no more than on whose behalf.
impl From<Scope> for Actor {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Central => Self::central(),
            Scope::Tenant(_) => Self { scope, person: None, role: Role::Viewer },
        }
    }
}
