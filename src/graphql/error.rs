//! Errors of the API: the closed list of their codes, how a resolver makes one, and what a client gets to see.
//!
//! Two channels, never both: what a person must hear about is a `userError` of a mutation's payload; the rest is an
//! error with one of these codes in `extensions.code`. Nothing about the inside leaves: causes go to the log.
//!
//! A resolver whose field may be null must return `Option<Result<T>>` (`result.transpose()`), not `Result<Option<T>>`:
//! the library puts a null where it meets an `Option` around the error, so the second form loses all that is around it.

mod mask;
#[cfg(test)]
mod tests;

pub use mask::{SOMETHING_WENT_WRONG, failed_before_execution, internal_failure, mask, syntax_error};

use std::fmt::Display;

use async_graphql::{Error, ErrorExtensionValues, Pos, ServerError, Value};

/// Every code that `extensions.code` may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// Nobody is signed in, or the token is no good.
    Unauthenticated,
    /// Signed in, and not allowed.
    Forbidden,
    /// A value that the client sent is not what the field takes.
    BadUserInput,
    /// A module that the field needs is down, slow, or talks nonsense.
    ModuleUnavailable,
    /// The cursor is older than what is kept.
    CursorExpired,
    /// A subscriber read too slowly, and was ended; the error carries the cursor to resume from.
    SlowConsumer,
    /// Too much was asked in too short a time.
    RateLimited,
    /// One of the [limits](super::limits) on a document was passed.
    QueryTooComplex,
    /// A persisted document was named by its hash, and it is not known here. The name is that of Apollo's automatic
    /// persisted queries.
    PersistedQueryNotFound,
    /// The request's time ran out.
    Timeout,
    /// A fault of ours. The message carries the request id and nothing else.
    Internal,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document, its operation's name or its variables do not fit the schema.
    GraphqlValidationFailed,
}

impl ErrorCode {
    /// The whole list.
    pub const ALL: [Self; 13] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::BadUserInput,
        Self::ModuleUnavailable,
        Self::CursorExpired,
        Self::SlowConsumer,
        Self::RateLimited,
        Self::QueryTooComplex,
        Self::PersistedQueryNotFound,
        Self::Timeout,
        Self::Internal,
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
    ];

    /// The code as clients read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::ModuleUnavailable => "MODULE_UNAVAILABLE",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::SlowConsumer => "SLOW_CONSUMER",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
        }
    }

    /// The code of this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// The code that `error` carries, if it is one of the list.
    pub fn of(error: &ServerError) -> Option<Self> {
        match error.extensions.as_ref()?.get("code")? {
            Value::String(name) => Self::from_name(name),
            _ => None,
        }
    }

    /// An error of a resolver with this code.
    pub fn error(self, message: impl Into<String>) -> Error {
        let mut error = Error::new(message);
        error.extensions.get_or_insert_default().set("code", self.as_str());
        error
    }

    /// Puts this code on an error that the library made.
    pub fn mark(self, error: &mut ServerError) {
        error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", self.as_str());
    }

    /// An error of a whole request with this code, which stands nowhere in the answer's data.
    pub fn request_error(self, message: impl Into<String>) -> ServerError {
        let mut error = ServerError::new(message, None);
        self.mark(&mut error);
        error
    }
}

/// An error of a field as one of the whole request, which stands nowhere in the document.
pub fn as_request_error(error: Error) -> ServerError {
    let mut error = error.into_server_error(Pos::default());
    error.locations.clear();
    error
}

/// Adds one more extension to an error.
fn with(mut error: Error, name: &str, value: impl Into<Value>) -> Error {
    error.extensions.get_or_insert_default().set(name, value);
    error
}

/// Nobody is signed in, and the field needs somebody.
pub fn unauthenticated() -> Error {
    ErrorCode::Unauthenticated.error("Sign in first: send a valid bearer token.")
}

/// The caller may not do this. Says nothing about what is behind it.
pub fn forbidden() -> Error {
    ErrorCode::Forbidden.error("You are not allowed to do this.")
}

/// The value of the argument `field` is not what it takes; `expected` says what is, such as "a number from 1 to 100".
pub fn bad_user_input(field: &str, expected: impl Display) -> Error {
    with(ErrorCode::BadUserInput.error(format!("{field} must be {expected}.")), "field", field)
}

/// The module of this name, such as "orders", can't answer now.
pub fn module_unavailable(module: &str) -> Error {
    let message = format!("The {module} module can't answer at the moment. Try again later.");
    with(ErrorCode::ModuleUnavailable.error(message), "module", module)
}

/// The cursor is older than what is kept.
pub fn cursor_expired() -> Error {
    ErrorCode::CursorExpired.error("This cursor is older than what is kept. Start again without one.")
}

/// The subscriber fell behind and is ended; `cursor` is where it may go on.
pub fn slow_consumer(cursor: &str) -> Error {
    let message = "This subscription fell too far behind. Subscribe again after the cursor given here.";
    with(ErrorCode::SlowConsumer.error(message), "cursor", cursor)
}

/// Too much in too short a time; `retry_after` is in seconds.
pub fn rate_limited(retry_after: u64) -> Error {
    let message = format!("Too many requests. Try again in {retry_after} s.");
    with(ErrorCode::RateLimited.error(message), "retryAfter", retry_after)
}

/// The persisted document is not known here. The message is the one that Apollo's clients look for.
pub fn persisted_query_not_found() -> Error {
    ErrorCode::PersistedQueryNotFound.error("PersistedQueryNotFound")
}

/// The request's time ran out.
pub fn timeout() -> Error {
    ErrorCode::Timeout.error("This took too long and was stopped. Ask for less, or try again later.")
}

/// A fault of ours. The cause is for the log; [`mask`] takes it out of the answer.
pub fn internal(cause: impl Display + Send + Sync + 'static) -> Error {
    Error::new_with_source(cause)
}
