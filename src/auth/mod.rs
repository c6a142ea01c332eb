//! Who is asking: from a request's headers to a person, and to the company that they act for.
//!
//! The map of the folder, in the order of a request:
//!
//! - [`bearer`]: the token out of the headers.
//! - [`Verifier`]: the token into [`Claims`], or [`Refused`], which says nothing to the client and its [`Reason`] to the log.
//! - `keys`: a set of keys and what each may be used for; `rotation`: the set in force; `jwks`: where it is fetched from.
//! - [`Memberships`]: the person's seats; [`SignIn`]: the one to act from, and so the [`Caller`].
//! - [`RightsChanges`]: when those who stay signed in are to be looked at again.
//! - [`AuthConfig`], [`Secret`]: what the operator configures. [`Signer`]: tokens of our own, for the `token` and `demo` commands.
//! - [`Service`]: a program that publishes events. Its token says `scope` `events:write`, and as lists of prefixes which `sources` and `types`
//!   it may publish; it signs nobody in, and a person's token publishes nothing.
//!
//! A person is who an issuer says it is: (`iss`, `sub`), see [`Claims::person_id`].

mod bearer;
mod changes;
mod claims;
mod config;
mod jwks;
mod keys;
mod memberships;
mod refused;
mod rotation;
mod secret;
mod service;
mod sign_in;
mod token;
mod verifier;

#[cfg(test)]
mod tests;

pub use bearer::bearer;
pub use changes::{RightsChange, RightsChanges};
pub use claims::Claims;
pub use config::{AuthConfig, ConfigError, DEFAULT_AUDIENCE, DEFAULT_ISSUER};
pub use memberships::{Memberships, Person, Seat, grant, know, memberships_of, seat};
pub use refused::{Reason, Refused};
pub use secret::{Secret, load_or_create};
pub use service::{EVENTS_WRITE, Grant, GrantError, NotGranted, Service};
pub use sign_in::{Caller, SignIn, SignInError, TENANT_HEADER, find};
pub use token::{SignError, Signer};
pub use verifier::Verifier;
