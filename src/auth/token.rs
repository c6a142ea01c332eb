//! Tokens of our own, for the `token` and `demo` commands.

use std::time::Duration;

use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::service::{EVENTS_WRITE, Grant};
use super::{AuthConfig, ConfigError};

/// Signs tokens with the secret (HS256) that a [`Verifier`](super::Verifier) of the same configuration takes.
#[derive(Clone, Debug)]
pub struct Signer {
    key: EncodingKey,
    issuer: String,
    audience: String,
}

/// Why a token was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// Nobody would be signed in.
    #[error("a token needs a subject")]
    NoSubject,
    /// It would have ended before its first second, or never.
    #[error("a token must be valid for at least one second, and end at some time")]
    Lifetime,
    /// The library could not sign.
    #[error("the token cannot be signed")]
    Library(#[from] jsonwebtoken::errors::Error),
}

#[derive(Serialize)]
struct OurClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: u64,
    nbf: u64,
    exp: u64,
    jti: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    /// Whoever signs with our secret says whose the address is.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    service: Option<ServiceClaims<'a>>,
}

#[derive(Serialize)]
struct ServiceClaims<'a> {
    scope: &'static str,
    sources: &'a [String],
    types: &'a [String],
}

/// Of whom a token is.
#[derive(Clone, Copy, Default)]
struct Bearer<'a> {
    email: Option<&'a str>,
    tenant: Option<&'a str>,
    grant: Option<&'a Grant>,
}

impl Signer {
    /// A signer for `config`, which must have a secret and no key set.
    pub fn new(config: &AuthConfig) -> Result<Self, ConfigError> {
        config.check_names()?;
        let key = match (&config.secret, &config.jwks) {
            (Some(secret), None) => EncodingKey::from_secret(secret.bytes()),
            (Some(_), Some(_)) => return Err(ConfigError::TwoSources),
            (None, _) => return Err(ConfigError::CannotSign),
        };
        Ok(Self { key, issuer: config.issuer.clone(), audience: config.audience.clone() })
    }

    /// A token for `subject`, from now on and for `ttl` (whole seconds), with the claims `email` and `tenant` where given.
    pub fn sign(
        &self,
        subject: &str,
        email: Option<&str>,
        tenant: Option<&str>,
        ttl: Duration,
    ) -> Result<String, SignError> {
        self.sign_for(subject, Bearer { email, tenant, grant: None }, ttl)
    }

    /// A token for the service `name`, which may publish what `grant` says, from now on and for `ttl` (whole seconds).
    pub fn sign_service(&self, name: &str, grant: &Grant, ttl: Duration) -> Result<String, SignError> {
        self.sign_for(name, Bearer { grant: Some(grant), ..Bearer::default() }, ttl)
    }

    fn sign_for(&self, subject: &str, bearer: Bearer<'_>, ttl: Duration) -> Result<String, SignError> {
        if subject.is_empty() {
            return Err(SignError::NoSubject);
        }
        let now = get_current_timestamp();
        let exp = now.checked_add(ttl.as_secs()).filter(|exp| *exp > now).ok_or(SignError::Lifetime)?;
        let claims = OurClaims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: subject,
            iat: now,
            nbf: now,
            exp,
            jti: Uuid::now_v7(),
            email: bearer.email,
            email_verified: bearer.email.map(|_| true),
            tenant: bearer.tenant,
            service: bearer.grant.map(|grant| ServiceClaims {
                scope: EVENTS_WRITE,
                sources: grant.sources(),
                types: grant.types(),
            }),
        };
        Ok(encode(&Header::default(), &claims, &self.key)?)
    }
}
