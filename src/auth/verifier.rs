//! From a token to who is asking.

use std::{sync::Arc, time::Instant};

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header};

use super::{
    AuthConfig, Claims, ConfigError, Reason, Refused, Service,
    claims::WrittenClaims,
    keys::Key,
    rotation::{Clock, Rotation},
};

/// Checks tokens. Cheap to clone; clones share their keys.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Keys,
    /// What must hold of every token; its algorithms are set from the key each time.
    rules: Validation,
}

#[derive(Clone, Debug)]
enum Keys {
    Secret(Key),
    Set(Arc<Rotation>),
}

impl Verifier {
    /// The longest token that is looked at.
    pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

    /// By how many seconds our clock and an issuer's may differ.
    pub const LEEWAY_SECONDS: u64 = 30;

    /// A verifier with its keys loaded: an error when there are none to be had.
    pub async fn load(config: &AuthConfig) -> Result<Self, ConfigError> {
        Self::load_by(config, Clock::new(Instant::now)).await
    }

    /// The same, by another clock for the age of keys.
    pub(super) async fn load_by(config: &AuthConfig, clock: Clock) -> Result<Self, ConfigError> {
        config.check_names()?;
        let keys = match (&config.secret, &config.jwks) {
            (Some(secret), None) => Keys::Secret(Key::from(secret)),
            (None, Some(location)) => Keys::Set(Rotation::start(location, clock).await?),
            (Some(_), Some(_)) => return Err(ConfigError::TwoSources),
            (None, None) => return Err(ConfigError::NoKeys),
        };
        Ok(Self { keys, rules: rules(&config.issuer, &config.audience) })
    }

    /// Which person is asking, by a token that is whole, in time, from the issuer, for us, and signed by a key of the issuer's.
    pub async fn verify(&self, token: &str) -> Result<Claims, Refused> {
        Ok(self.check(token).await?.try_into()?)
    }

    /// Which service publishes, by a token of which the same holds.
    pub async fn verify_service(&self, token: &str) -> Result<Service, Refused> {
        Ok(self.check(token).await?.try_into()?)
    }

    async fn check(&self, token: &str) -> Result<WrittenClaims, Reason> {
        if token.len() > Self::MAX_TOKEN_BYTES {
            return Err(Reason::TooLong);
        }
        let header = decode_header(token)?;
        if header.crit.is_some() {
            return Err(Reason::Critical);
        }
        let key = self.key(&header).await?;
        let rules = Validation { algorithms: key.algorithms, ..self.rules.clone() };
        Ok(decode::<WrittenClaims>(token, &key.decoding, &rules)?.claims)
    }

    /// The key that `header` names. A secret is the only key there is, so a name is not looked at.
    async fn key(&self, header: &Header) -> Result<Key, Reason> {
        match &self.keys {
            Keys::Secret(key) if key.algorithms.contains(&header.alg) => Ok(key.clone()),
            Keys::Secret(_) => Err(Reason::Algorithm),
            Keys::Set(keys) => keys.find(header.kid.as_deref(), header.alg).await,
        }
    }
}

/// The library checks little by itself: `nbf`, `iss` and `sub` must be asked for, and 60 seconds of leeway be cut.
fn rules(issuer: &str, audience: &str) -> Validation {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.algorithms.clear();
    rules.leeway = Verifier::LEEWAY_SECONDS;
    rules.validate_nbf = true;
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules
}
