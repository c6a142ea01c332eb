//! What can go wrong: refusals, which a person must hear about, and faults, which they must not.

mod lasting;

use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

use crate::tenancy::topology::InconsistentChain;

/// Something went wrong inside. The cause is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database could not do what it was asked.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// A computation was cut off.
    #[error("computation: {0}")]
    Computation(#[from] tokio::task::JoinError),
    /// The log has not been followed for too long.
    #[error("what is held in memory is out of date")]
    OutOfDate,
    /// The keys that tokens are checked with cannot be had.
    #[error("keys: {0}")]
    Keys(String),
    /// The rows of the chain contradict one another.
    #[error("chain: {0}")]
    Chain(#[from] InconsistentChain),
    /// A module that is needed did not answer.
    #[error("module {module}: {cause}")]
    Module {
        /// Its name, as aliases have it.
        module: &'static str,
        /// Why, for the log.
        cause: String,
        /// Whether it is there, and the same call would fail again.
        is_lasting: bool,
    },
    /// A row that cannot be: no version of this program writes such.
    #[error("row: {0}")]
    Row(String),
    /// A call that cannot be answered, by a module that is there: it was called in a way that makes no sense, or stumbles over what it is asked.
    #[error("call: {0}")]
    Call(String),
    /// The code gave up: a bug.
    #[error("a panic")]
    Panic,
}

impl Fault {
    /// Whether the same would fail in the same way again, because of what was asked. Where not, something was not there just now, and it is
    /// worth another try.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Database(cause) => lasting::is_lasting(cause),
            Self::Computation(cause) => cause.is_panic(),
            Self::Module { is_lasting, .. } => *is_lasting,
            Self::OutOfDate | Self::Keys(_) => false,
            Self::Chain(_) | Self::Row(_) | Self::Call(_) | Self::Panic => true,
        }
    }
}

/// What a service answers where it does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// An outcome that the person who asked must hear about.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A fault inside.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ServiceError {
    /// A refusal about the input field `field`; an empty name means the whole input.
    #[must_use]
    pub fn refused(code: RefusalCode, field: &str, message: impl Into<String>) -> Self {
        Refusal::new(code, field, message).into()
    }
}

impl From<DbErr> for ServiceError {
    fn from(cause: DbErr) -> Self {
        Self::Fault(cause.into())
    }
}

/// An expected outcome that is not success: what the API calls a user error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The kind, for programs.
    pub code: RefusalCode,
    /// The input field that it is about, from the outside in; empty where it is about the whole.
    pub field: Vec<String>,
    /// What to do about it, for people.
    pub message: String,
}

impl Refusal {
    /// A refusal about the input field `field`; an empty name means the whole input.
    #[must_use]
    pub fn new(code: RefusalCode, field: &str, message: impl Into<String>) -> Self {
        let field = field.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Self { code, field, message: message.into() }
    }
}

/// The kinds of refusal: `UserErrorCode` of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// The input breaks a rule.
    Invalid,
    /// There is no such thing, or the caller may not see it.
    NotFound,
    /// The caller may see it and may not do this to it.
    NotAllowed,
    /// It has changed meanwhile, or contradicts what is there.
    Conflict,
    /// The company is frozen.
    Frozen,
    /// It could be done for a while, which is over.
    Expired,
    /// It was tried too often: it can be tried again later.
    TooMany,
}
