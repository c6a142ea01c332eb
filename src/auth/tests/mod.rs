//! Sign-in as an issuer and an attacker see it: real keys, real files, a real key server.

mod algorithms;
mod headers;
mod refusals;
mod rotation;
mod secrets;
mod services;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp, jwk::Jwk};
use serde_json::{Value, json};

use super::{AuthConfig, Reason, Secret, Verifier};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "the-network";
const SECRET: &str = "a secret of forty bytes, for tests alone";

/// A private key of the issuer's.
struct IssuerKey {
    algorithm: Algorithm,
    encoding: EncodingKey,
}

impl IssuerKey {
    fn rsa(algorithm: Algorithm) -> Self {
        let pem = include_bytes!("keys/test-only-rsa.pem");
        Self { algorithm, encoding: EncodingKey::from_rsa_pem(pem).unwrap() }
    }

    fn p256() -> Self {
        let pem = include_bytes!("keys/test-only-p256.pem");
        Self { algorithm: Algorithm::ES256, encoding: EncodingKey::from_ec_pem(pem).unwrap() }
    }

    fn p384() -> Self {
        let pem = include_bytes!("keys/test-only-p384.pem");
        Self { algorithm: Algorithm::ES384, encoding: EncodingKey::from_ec_pem(pem).unwrap() }
    }

    fn ed25519() -> Self {
        Self::ed(include_bytes!("keys/test-only-ed25519.pem"))
    }

    fn other_ed25519() -> Self {
        Self::ed(include_bytes!("keys/test-only-ed25519-other.pem"))
    }

    fn ed(pem: &[u8]) -> Self {
        Self { algorithm: Algorithm::EdDSA, encoding: EncodingKey::from_ed_pem(pem).unwrap() }
    }

    fn secret(text: &str) -> Self {
        Self { algorithm: Algorithm::HS256, encoding: EncodingKey::from_secret(text.as_bytes()) }
    }

    /// The public half as a member of a key set, without `alg` and `use`.
    fn published_as(&self, id: &str) -> Value {
        let mut member = serde_json::to_value(Jwk::from_encoding_key(&self.encoding, self.algorithm).unwrap()).unwrap();
        member.as_object_mut().unwrap().remove("alg");
        member["kid"] = json!(id);
        member
    }

    fn sign(&self, id: Option<&str>, claims: &Value) -> String {
        let header = Header { kid: id.map(str::to_owned), ..Header::new(self.algorithm) };
        encode(&header, claims, &self.encoding).unwrap()
    }
}

/// Claims that are taken.
fn good_claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": get_current_timestamp() + 600 })
}

fn good_claims_with(name: &str, value: Value) -> Value {
    let mut claims = good_claims();
    claims[name] = value;
    claims
}

fn good_claims_without(name: &str) -> Value {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn key_set(members: &[Value]) -> String {
    json!({ "keys": members }).to_string()
}

fn by_secret() -> AuthConfig {
    AuthConfig {
        secret: Some(Secret::new(SECRET).unwrap()),
        jwks: None,
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
    }
}

fn by_key_set(location: &str) -> AuthConfig {
    AuthConfig { secret: None, jwks: Some(location.to_owned()), ..by_secret() }
}

/// A verifier with the keys of a file, and the folder that the file is in.
struct ByFile {
    verifier: Verifier,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for ByFile {
    type Target = Verifier;

    fn deref(&self) -> &Verifier {
        &self.verifier
    }
}

async fn verifier_with(members: &[Value]) -> ByFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, key_set(members)).unwrap();
    let verifier = Verifier::load(&by_key_set(path.to_str().unwrap())).await.unwrap();
    ByFile { verifier, _folder: folder }
}

/// Why `token` is refused, or none when it is taken.
async fn refusal(verifier: &Verifier, token: &str) -> Option<Reason> {
    verifier.verify(token).await.err().map(|refused| *refused.reason())
}
