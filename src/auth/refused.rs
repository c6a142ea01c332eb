//! Why a token is refused: one answer for the client, the reason for the log.

use jsonwebtoken::errors::{Error, ErrorKind};

/// A token was refused. It shows alike for every bad token; the reason is its source.
#[derive(Debug, thiserror::Error)]
#[error("the token was refused")]
pub struct Refused(#[from] Reason);

impl Refused {
    /// Why: for the log alone.
    pub fn reason(&self) -> &Reason {
        &self.0
    }

    /// Whether the fault is ours or the key server's: the token may have been good.
    pub fn is_fault(&self) -> bool {
        matches!(self.0, Reason::KeysUnavailable)
    }
}

/// Why a token was refused. No part of the token is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not exactly one `Authorization` header with a bearer token.
    #[error("not exactly one Authorization header with a bearer token")]
    Header,
    /// Longer than [`Verifier::MAX_TOKEN_BYTES`](super::Verifier::MAX_TOKEN_BYTES).
    #[error("the token is too long")]
    TooLong,
    /// Not a signed JSON Web Token with claims of the right types, or its algorithm is not one that we know, as `none`.
    #[error("the token is not a well-formed JSON Web Token of a known algorithm")]
    Malformed,
    /// It carries header parameters that must be understood, and we understand none (RFC 7515 section 4.1.11).
    #[error("the token has critical header parameters")]
    Critical,
    /// It names no key, and there is more than one, or none.
    #[error("the token names no key, and there is not exactly one")]
    NoKeyNamed,
    /// It names a key that is not in the set in force.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// It names a key that is not in the set in force, which could not be fetched anew: a fault.
    #[error("the token names an unknown key, and the keys cannot be fetched")]
    KeysUnavailable,
    /// Its algorithm is not one of its key's.
    #[error("the token's algorithm is not one of its key's")]
    Algorithm,
    /// The signature does not fit.
    #[error("the signature is wrong")]
    Signature,
    /// `exp` is past.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is to come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Another issuer's.
    #[error("the token is another issuer's")]
    Issuer,
    /// For another audience.
    #[error("the token is for another audience")]
    Audience,
    /// `exp`, `iss`, `aud` or `sub` is missing or empty.
    #[error("the token lacks exp, iss, aud or sub")]
    MissingClaim,
    /// It is a service's, where a person signs in, or a person's, where a service publishes.
    #[error("the token is a service's where a person's is needed, or the other way round")]
    Kind,
    /// It says `events:write`, and not, or not as lists of texts, which sources and types.
    #[error("the token's sources or types are no lists of prefixes that may be granted")]
    Grant,
}

impl From<Error> for Reason {
    // The library's own texts may quote claims, so only the kind is taken over.
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidSignature => Self::Signature,
            ErrorKind::InvalidAlgorithm => Self::Algorithm,
            ErrorKind::ExpiredSignature => Self::Expired,
            ErrorKind::ImmatureSignature => Self::NotYetValid,
            ErrorKind::InvalidIssuer => Self::Issuer,
            ErrorKind::InvalidAudience => Self::Audience,
            ErrorKind::MissingRequiredClaim(_) => Self::MissingClaim,
            _ => Self::Malformed,
        }
    }
}
