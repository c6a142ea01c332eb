//! A set of keys, and what each may be used for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    crypto::verify,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use super::{Reason, Secret};

/// A key, and the algorithms that it may be used with: what the token says never adds one.
#[derive(Clone, Debug)]
pub(super) struct Key {
    id: Option<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) decoding: DecodingKey,
}

impl From<&Secret> for Key {
    fn from(secret: &Secret) -> Self {
        let decoding = DecodingKey::from_secret(secret.bytes());
        Self { id: None, algorithms: vec![Algorithm::HS256], decoding }
    }
}

impl Key {
    /// The key in a member of a set, or none where it is not one that checks signatures in a way we know.
    fn of(member: Value) -> Option<Self> {
        let jwk = Jwk::deserialize(member).ok()?;
        if !is_for_signatures(&jwk) || !is_strong(&jwk.algorithm) {
            return None;
        }
        let algorithms = algorithms(&jwk);
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        // One trial shows whether the library can use the key at all, as a point off its curve.
        verify("", b"", &decoding, *algorithms.first()?).ok()?;
        Some(Self { id: jwk.common.key_id, algorithms, decoding })
    }
}

/// The usable keys of one source.
#[derive(Clone, Debug)]
pub(super) struct KeySet(Vec<Key>);

impl KeySet {
    /// The usable keys of a JSON Web Key Set; the others are left out (RFC 7517 section 5).
    pub(super) fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(json)?;
        Ok(Self(document.keys.into_iter().filter_map(Key::of).collect()))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one is called `id`.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id.as_deref() == Some(id))
    }

    /// The key called `id`, or the only one when a token names none, for a signature by `algorithm`.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&Key, Reason> {
        let Some(id) = id else {
            let [only] = self.0.as_slice() else { return Err(Reason::NoKeyNamed) };
            return if only.algorithms.contains(&algorithm) { Ok(only) } else { Err(Reason::Algorithm) };
        };
        // Keys of different types may share an id (RFC 7517 section 4.5).
        let mut called_so = self.0.iter().filter(|key| key.id.as_deref() == Some(id)).peekable();
        called_so.peek().ok_or(Reason::UnknownKey)?;
        called_so.find(|key| key.algorithms.contains(&algorithm)).ok_or(Reason::Algorithm)
    }
}

fn is_for_signatures(jwk: &Jwk) -> bool {
    let common = &jwk.common;
    common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify))
}

/// What the key's type and curve allow, narrowed to its own `alg` where it has one.
fn algorithms(jwk: &Jwk) -> Vec<Algorithm> {
    let mut algorithms = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => vec![Algorithm::RS256, Algorithm::RS384, Algorithm::RS512],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => vec![Algorithm::ES256],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => vec![Algorithm::ES384],
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => vec![Algorithm::EdDSA],
        // `oct` above all: a secret that is published is none, and would let HS256 in.
        _ => Vec::new(),
    };
    if let Some(own) = jwk.common.key_algorithm {
        algorithms.retain(|algorithm| KeyAlgorithm::from(*algorithm) == own);
    }
    algorithms
}

/// Whether the key is one that its standard allows: RSA from 2048 bits (RFC 7518 section 3.3) to the 4096 that the library
/// takes, Ed25519 of exactly 32 bytes (the library panics at fewer). Curves have one size each.
fn is_strong(parameters: &AlgorithmParameters) -> bool {
    match parameters {
        AlgorithmParameters::RSA(key) => decoded(&key.n).is_some_and(|n| (2048..=4096).contains(&bits(&n))),
        AlgorithmParameters::OctetKeyPair(key) => decoded(&key.x).is_some_and(|x| x.len() == 32),
        _ => true,
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The length of a big-endian number in bits.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros).map_or(0, |first| (number.len() - zeros) * 8 - first.leading_zeros() as usize)
}
