//! Why a call has no answer.

use super::Module;
use crate::error::{Fault, Refusal, RefusalCode, ServiceError};

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The caller may not reach the target, or there is none, or the alias does not cross tenants: all alike.
    #[error("the target is out of reach")]
    OutOfReach,
    /// The module did not do it, and the person who asked must hear why.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The module cannot answer now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// The module cannot answer now: it is down, too slow, or talks nonsense; or it stumbles over this one call. The cause is in the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot answer: {cause}", .module.name())]
pub struct Unavailable {
    /// The module.
    pub module: Module,
    /// Why, for the log.
    pub cause: String,
    /// Whether the module is there, and the same call would fail again.
    pub is_lasting: bool,
}

impl From<Unavailable> for Fault {
    fn from(unavailable: Unavailable) -> Self {
        let Unavailable { module, cause, is_lasting } = unavailable;
        Self::Module { module: module.name(), cause, is_lasting }
    }
}

/// For a module that calls another: what it cannot do without is its own fault, and a refusal is passed on.
impl From<CallError> for ServiceError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::OutOfReach => {
                Refusal::new(RefusalCode::NotFound, "", "There is no such reseller in your downline.").into()
            }
            CallError::Refused(refusal) => refusal.into(),
            CallError::Unavailable(unavailable) => Fault::from(unavailable).into(),
        }
    }
}
