//! What a person must hear about a mutation: the outcomes of a payload.

use async_graphql::{Enum, Error, SimpleObject};

use crate::bus::{CallError, Unavailable};
use crate::error::{Fault, Refusal, RefusalCode, ServiceError};
use crate::graphql::error::{internal, module_unavailable};

/// The kinds of user error.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::error::RefusalCode")]
pub enum UserErrorCode {
    /// The input breaks a rule.
    Invalid,
    /// There is no such thing, or the caller may not see it.
    NotFound,
    /// The caller may see it and may not do this to it.
    NotAllowed,
    /// It has changed meanwhile, or contradicts what is there: look again, then decide.
    Conflict,
    /// The company is frozen: it reads, and changes nothing.
    Frozen,
    /// It could be done for a while, which is over.
    Expired,
    /// It was tried too often: it can be tried again later.
    TooMany,
}

/// Why a mutation did not do what it was asked. Nothing was changed then.
#[derive(SimpleObject)]
pub struct UserError {
    /// The kind, for programs.
    code: UserErrorCode,
    /// The input field that it is about, from the outside in, list positions as numbers from 0. Null where it is about the whole.
    field: Option<Vec<String>>,
    /// What to do about it, for people.
    message: String,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, field, message } = refusal;
        Self { code: code.into(), field: (!field.is_empty()).then_some(field), message }
    }
}

/// What became of a mutation: what it made, or what the person must hear.
pub type Outcome<T> = Result<T, UserError>;

/// Sorts what a service or the bus answered into the two channels of the API: an outcome of the payload, or an error.
pub trait IntoOutcome<T> {
    /// The outcome.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`, and faults, which are masked.
    fn outcome(self) -> Result<Outcome<T>, Error>;
}

impl<T> IntoOutcome<T> for Result<T, CallError> {
    fn outcome(self) -> Result<Outcome<T>, Error> {
        match self {
            Ok(done) => Ok(Ok(done)),
            Err(CallError::Refused(refusal)) => Ok(Err(refusal.into())),
            Err(CallError::OutOfReach) => Ok(Err(out_of_reach().into())),
            Err(CallError::Unavailable(unavailable)) => Err(cannot_answer(&unavailable)),
        }
    }
}

impl<T> IntoOutcome<T> for Result<T, ServiceError> {
    fn outcome(self) -> Result<Outcome<T>, Error> {
        match self {
            Ok(done) => Ok(Ok(done)),
            Err(ServiceError::Refused(refusal)) => Ok(Err(refusal.into())),
            Err(ServiceError::Fault(Fault::Module { module, cause, .. })) => {
                tracing::warn!(module, cause, "a mutation needs a module that cannot answer");
                Err(module_unavailable(module))
            }
            Err(ServiceError::Fault(fault)) => Err(internal(fault)),
        }
    }
}

impl<T> IntoOutcome<T> for Result<T, Refusal> {
    fn outcome(self) -> Result<Outcome<T>, Error> {
        Ok(self.map_err(UserError::from))
    }
}

/// The same for a company out of reach and for one that there never was.
fn out_of_reach() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "", "There is no such reseller in your downline.")
}

/// The error of a field whose module cannot answer. The cause is in the log.
pub fn cannot_answer(unavailable: &Unavailable) -> Error {
    module_unavailable(unavailable.module.name())
}

/// The error of a query whose call was not answered. What is out of reach is null before, so that a refusal here is a fault of ours.
pub fn not_answered(error: &CallError) -> Error {
    match error {
        CallError::Unavailable(unavailable) => cannot_answer(unavailable),
        CallError::OutOfReach | CallError::Refused(_) => internal(error.to_string()),
    }
}
