//! What a good token says.

use std::time::Duration;

use entity::{PersonId, Timestamp};
use serde::Deserialize;
use serde_json::{Number, Value};

use super::Reason;
use super::service::{EVENTS_WRITE, Grant, Service};

/// What a verified token says about who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who says so (`iss`).
    pub issuer: String,
    /// Whom the issuer means (`sub`); never empty.
    pub subject: String,
    /// Until when (`exp`). A token works 30 seconds longer, for clocks that differ.
    pub expires_at: Timestamp,
    /// The e-mail address, as the issuer knows it. It is no proof of identity: a person is (`iss`, `sub`).
    pub email: Option<String>,
    /// Whether the issuer has made sure that the address is the person's (`email_verified`).
    pub email_verified: bool,
    /// The tenant that the person means to act for, by id, slug or external id.
    pub tenant: Option<String>,
}

impl Claims {
    /// The id of the person.
    pub fn person_id(&self) -> PersonId {
        PersonId::of(&self.issuer, &self.subject)
    }
}

/// The claims as they are written; the library has checked those that RFC 7519 defines.
#[derive(Deserialize)]
pub(super) struct WrittenClaims {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    sub: String,
    exp: Option<Number>,
    email: Option<String>,
    /// A truth value by OpenID Connect Core 1.0, section 5.1; a text with some issuers.
    email_verified: Option<Value>,
    tenant: Option<String>,
    /// Looked at for one word: issuers write others into it for persons, and not all as RFC 8693 has it.
    scope: Option<Value>,
    sources: Option<Value>,
    types: Option<Value>,
}

impl WrittenClaims {
    /// Whether the token is a service's.
    fn is_of_service(&self) -> bool {
        match &self.scope {
            Some(Value::String(words)) => words.split(' ').any(|word| word == EVENTS_WRITE),
            Some(Value::Array(words)) => words.iter().any(|word| word == EVENTS_WRITE),
            _ => false,
        }
    }

    /// Until when the token is good. It names somebody.
    fn expires_at(&self) -> Result<Timestamp, Reason> {
        if self.sub.is_empty() {
            return Err(Reason::MissingClaim);
        }
        self.exp.as_ref().and_then(instant).ok_or(Reason::MissingClaim)
    }
}

/// A person's token.
impl TryFrom<WrittenClaims> for Claims {
    type Error = Reason;

    fn try_from(written: WrittenClaims) -> Result<Self, Reason> {
        let expires_at = written.expires_at()?;
        if written.is_of_service() {
            return Err(Reason::Kind);
        }
        let WrittenClaims { iss: issuer, sub: subject, email, email_verified, tenant, .. } = written;
        let email_verified = match email_verified {
            Some(Value::Bool(is_verified)) => is_verified,
            Some(Value::String(word)) => word == "true",
            _ => false,
        };
        Ok(Self { issuer, subject, expires_at, email, email_verified, tenant })
    }
}

/// A service's token.
impl TryFrom<WrittenClaims> for Service {
    type Error = Reason;

    fn try_from(written: WrittenClaims) -> Result<Self, Reason> {
        let expires_at = written.expires_at()?;
        if !written.is_of_service() {
            return Err(Reason::Kind);
        }
        let list = |claim: Option<Value>| claim.and_then(|list| serde_json::from_value(list).ok()).ok_or(Reason::Grant);
        let grant = Grant::new(list(written.sources)?, list(written.types)?)?;
        Ok(Self { name: written.sub, expires_at, grant })
    }
}

/// The instant of a `NumericDate` (RFC 7519 section 2): seconds since 1970, perhaps with a fraction.
fn instant(date: &Number) -> Option<Timestamp> {
    let since_1970 = match date.as_u64() {
        Some(seconds) => Duration::from_secs(seconds),
        None => Duration::try_from_secs_f64(date.as_f64()?).ok()?,
    };
    Some(Timestamp(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX)))
}
