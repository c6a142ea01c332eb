//! On whose behalf code runs.

use entity::TenantId;

/// On whose behalf code runs. Always an explicit value, never ambient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Nobody's: the program itself.
    Central,
    /// A company's.
    Tenant(TenantId),
}
