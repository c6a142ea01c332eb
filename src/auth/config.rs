//! What the operator says about tokens.

use std::path::PathBuf;

use super::Secret;

/// The issuer (`iss`) of tokens when the operator names none.
pub const DEFAULT_ISSUER: &str = "reseller-network";

/// The audience (`aud`) of tokens when the operator names none.
pub const DEFAULT_AUDIENCE: &str = "reseller-network";

/// Where keys come from, and whose tokens for whom are taken. Exactly one of `secret` and `jwks` is given.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// A secret shared with the issuer: HS256.
    pub secret: Option<Secret>,
    /// The file or the http(s) URL of a JSON Web Key Set (RFC 7517): RS256, RS384, RS512, ES256, ES384, `EdDSA`.
    pub jwks: Option<String>,
    /// The one issuer whose tokens are taken.
    pub issuer: String,
    /// The audience that a token must be for.
    pub audience: String,
}

impl AuthConfig {
    /// Refuses an empty issuer or audience: it would be met by a token that says nothing.
    pub(super) fn check_names(&self) -> Result<(), ConfigError> {
        match (self.issuer.is_empty(), self.audience.is_empty()) {
            (true, _) => Err(ConfigError::Empty("JWT_ISSUER")),
            (_, true) => Err(ConfigError::Empty("JWT_AUDIENCE")),
            _ => Ok(()),
        }
    }
}

/// Why tokens cannot be checked or signed as configured. Each shows as one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither a secret nor a key set.
    #[error(
        "`serve` needs keys to check tokens with: set JWT_SECRET to a secret of at least 32 bytes, \
         or JWT_JWKS to the file or the http(s) URL of a JSON Web Key Set"
    )]
    NoKeys,
    /// Both a secret and a key set.
    #[error("JWT_SECRET and JWT_JWKS are both set: set exactly one, so that it is clear whose tokens are taken")]
    TwoSources,
    /// A secret that could be guessed.
    #[error("JWT_SECRET is too short: it needs at least 32 bytes, and has {0}")]
    ShortSecret(usize),
    /// An empty issuer or audience, by its variable.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// The key set cannot be fetched, or none of its keys can be used.
    #[error("the keys of JWT_JWKS cannot be loaded from {location}: {reason}")]
    Jwks {
        /// Where from, without credentials.
        location: String,
        /// Why not.
        reason: String,
    },
    /// Tokens are another issuer's business.
    #[error("tokens can be signed only with a secret: set JWT_SECRET, or ask the issuer behind JWT_JWKS for a token")]
    CannotSign,
    /// The file of a secret of our own cannot be written or read.
    #[error("the secret in {} cannot be used: {reason}", path.display())]
    SecretFile {
        /// Which file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}
