//! Tokens that are refused, and the little that is forgiven.

use std::{error::Error, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::auth::{ConfigError, SignError, Signer};

async fn verifier() -> Verifier {
    Verifier::load(&by_secret()).await.unwrap()
}

async fn refusal_of(claims: &Value) -> Option<Reason> {
    refusal(&verifier().await, &IssuerKey::secret(SECRET).sign(None, claims)).await
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

#[tokio::test]
async fn what_we_sign_we_take() {
    let signer = Signer::new(&by_secret()).unwrap();
    let before = get_current_timestamp();
    let token = signer.sign("ann", Some("ann@example.com"), Some("ohio"), Duration::from_hours(1)).unwrap();
    let claims = verifier().await.verify(&token).await.unwrap();
    assert_eq!((claims.issuer.as_str(), claims.subject.as_str()), (ISSUER, "ann"));
    assert_eq!((claims.email.as_deref(), claims.tenant.as_deref()), (Some("ann@example.com"), Some("ohio")));
    let lifetime = claims.expires_at.0 / 1_000_000 - i64::try_from(before).unwrap();
    assert!((3_600..3_610).contains(&lifetime), "{lifetime}");
}

#[test]
fn a_signer_makes_no_token_for_nobody_or_for_no_time() {
    let signer = Signer::new(&by_secret()).unwrap();
    let sign = |subject, ttl| signer.sign(subject, None, None, ttl).unwrap_err();
    assert!(matches!(sign("", Duration::from_mins(1)), SignError::NoSubject));
    assert!(matches!(sign("ann", Duration::from_millis(999)), SignError::Lifetime));
    assert!(matches!(sign("ann", Duration::MAX), SignError::Lifetime));
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    for algorithm in ["none", "None", "NONE", "", "HS256", "HS257"] {
        let token = unsigned(&json!({ "typ": "JWT", "alg": algorithm }), &good_claims());
        assert!(refusal(&verifier().await, &token).await.is_some(), "{algorithm}");
    }
    assert_eq!(
        refusal(&verifier().await, &unsigned(&json!({ "alg": "none" }), &good_claims())).await,
        Some(Reason::Malformed)
    );
}

#[tokio::test]
async fn another_secret_or_another_hash_is_refused() {
    let other = IssuerKey::secret("another secret, also of forty bytes long");
    assert_eq!(refusal(&verifier().await, &other.sign(None, &good_claims())).await, Some(Reason::Signature));
    let longer_hash = IssuerKey { algorithm: Algorithm::HS512, ..IssuerKey::secret(SECRET) };
    assert_eq!(refusal(&verifier().await, &longer_hash.sign(None, &good_claims())).await, Some(Reason::Algorithm));
    let rsa = IssuerKey::rsa(Algorithm::RS256);
    assert_eq!(refusal(&verifier().await, &rsa.sign(None, &good_claims())).await, Some(Reason::Algorithm));
}

#[tokio::test]
async fn a_token_of_another_issuer_or_for_others_is_refused() {
    assert_eq!(refusal_of(&good_claims_with("iss", json!("https://else.example"))).await, Some(Reason::Issuer));
    assert_eq!(refusal_of(&good_claims_with("iss", json!("https://issuer.example/"))).await, Some(Reason::Issuer));
    assert_eq!(refusal_of(&good_claims_with("iss", json!([ISSUER, "x"]))).await, Some(Reason::Malformed));
    assert_eq!(refusal_of(&good_claims_with("aud", json!("others"))).await, Some(Reason::Audience));
    assert_eq!(refusal_of(&good_claims_with("aud", json!([]))).await, Some(Reason::Audience));
    assert_eq!(refusal_of(&good_claims_with("aud", json!(["others", AUDIENCE]))).await, None);
}

#[tokio::test]
async fn a_token_says_who_for_whom_and_until_when() {
    for name in ["exp", "iss", "aud", "sub"] {
        assert_eq!(refusal_of(&good_claims_without(name)).await, Some(Reason::MissingClaim), "{name}");
        assert!(refusal_of(&good_claims_with(name, Value::Null)).await.is_some(), "{name}: null");
        assert!(refusal_of(&good_claims_with(name, json!({}))).await.is_some(), "{name}: object");
    }
    assert_eq!(refusal_of(&good_claims_with("sub", json!(""))).await, Some(Reason::MissingClaim));
}

#[tokio::test]
async fn claims_of_the_wrong_type_are_refused() {
    for (name, value) in [("sub", json!(7)), ("email", json!(["a"])), ("tenant", json!(7)), ("nbf", json!("soon"))] {
        assert_eq!(refusal_of(&good_claims_with(name, value)).await, Some(Reason::Malformed), "{name}");
    }
    assert_eq!(refusal_of(&good_claims_with("exp", json!("9999999999"))).await, Some(Reason::Malformed));
    assert_eq!(refusal_of(&good_claims_with("exp", json!(-1))).await, Some(Reason::MissingClaim));
}

#[tokio::test]
async fn clocks_may_differ_by_thirty_seconds() {
    let now = get_current_timestamp();
    assert_eq!(refusal_of(&good_claims_with("exp", json!(now - 15))).await, None);
    assert_eq!(refusal_of(&good_claims_with("exp", json!(now - 32))).await, Some(Reason::Expired));
    assert_eq!(refusal_of(&good_claims_with("exp", json!(0))).await, Some(Reason::Expired));
    assert_eq!(refusal_of(&good_claims_with("nbf", json!(now + 30))).await, None);
    assert_eq!(refusal_of(&good_claims_with("nbf", json!(now + 45))).await, Some(Reason::NotYetValid));
}

#[tokio::test]
async fn the_end_of_a_token_may_be_any_number() {
    let ends_at = |exp: Value| async move {
        let token = IssuerKey::secret(SECRET).sign(None, &good_claims_with("exp", exp));
        verifier().await.verify(&token).await.unwrap().expires_at
    };
    assert_eq!(ends_at(json!(4_102_444_800_u64)).await, Timestamp(4_102_444_800_000_000));
    assert_eq!(ends_at(json!(4_102_444_800.5)).await, Timestamp(4_102_444_800_500_000));
    assert_eq!(ends_at(json!(u64::MAX)).await, Timestamp(i64::MAX));
    assert_eq!(ends_at(json!(1e19)).await, Timestamp(i64::MAX));
}

#[tokio::test]
async fn an_oversized_token_is_refused_unread() {
    let padded = |length: usize| {
        let token = IssuerKey::secret(SECRET).sign(None, &good_claims_with("pad", json!("x".repeat(length))));
        (token.len() <= Verifier::MAX_TOKEN_BYTES, token)
    };
    let (fits, token) = padded(5_800);
    assert!(fits && refusal(&verifier().await, &token).await.is_none());
    let (fits, token) = padded(6_200);
    assert!(!fits);
    assert_eq!(refusal(&verifier().await, &token).await, Some(Reason::TooLong));
}

#[tokio::test]
async fn critical_header_parameters_are_refused() {
    let header = Header { crit: Some(vec!["b64".to_owned()]), ..Header::default() };
    let token = encode(&header, &good_claims(), &EncodingKey::from_secret(SECRET.as_bytes())).unwrap();
    assert_eq!(refusal(&verifier().await, &token).await, Some(Reason::Critical));
}

#[tokio::test]
async fn a_key_that_the_token_brings_along_is_not_used() {
    let forger = IssuerKey::ed25519();
    let jwk = serde_json::from_value(forger.published_as("k")).unwrap();
    let header = Header { jwk: Some(jwk), kid: Some("k".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let token = encode(&header, &good_claims(), &forger.encoding).unwrap();
    let verifier = verifier_with(&[IssuerKey::other_ed25519().published_as("k")]).await;
    assert_eq!(refusal(&verifier, &token).await, Some(Reason::Signature));
}

#[tokio::test]
async fn no_character_of_a_token_can_be_changed() {
    let verifier = verifier().await;
    let token = IssuerKey::secret(SECRET).sign(None, &good_claims());
    for at in 0..token.len() {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        let mut changed = token.clone();
        changed.replace_range(at..=at, other);
        assert!(verifier.verify(&changed).await.is_err(), "position {at}");
    }
}

#[tokio::test]
async fn every_bad_token_is_refused_alike() {
    let verifier = verifier().await;
    let expired = IssuerKey::secret(SECRET).sign(None, &good_claims_with("exp", json!(1)));
    for token in ["", ".", "..", "a.b.c", "a.b.c.d.e", &expired] {
        let refused = verifier.verify(token).await.unwrap_err();
        assert_eq!(refused.to_string(), "the token was refused");
        assert!(!refused.is_fault() && refused.source().is_some());
    }
}

proptest! {
    #[test]
    fn no_text_is_a_token(header in ".{0,40}", claims in "\\PC{0,40}", signature in "[A-Za-z0-9_-]{0,50}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let encoded = format!("{}.{}.{signature}", encode(&header), encode(&claims));
        runtime.block_on(async {
            let verifier = verifier().await;
            for token in [header.clone(), format!("{header}.{claims}.{signature}"), encoded] {
                assert!(verifier.verify(&token).await.is_err());
            }
        });
    }
}

#[tokio::test]
async fn exactly_one_source_of_keys_is_configured() {
    let none = AuthConfig { secret: None, ..by_secret() };
    let both = AuthConfig { jwks: Some("jwks.json".to_owned()), ..by_secret() };
    let unnamed = AuthConfig { issuer: String::new(), ..by_secret() };
    let for_nobody = AuthConfig { audience: String::new(), ..by_secret() };
    let error = |config: AuthConfig| async move { Verifier::load(&config).await.unwrap_err() };
    let text = error(none.clone()).await.to_string();
    assert!(["serve", "JWT_SECRET", "JWT_JWKS"].iter().all(|word| text.contains(word)), "{text}");
    assert!(matches!(error(both.clone()).await, ConfigError::TwoSources));
    assert!(matches!(error(unnamed).await, ConfigError::Empty("JWT_ISSUER")));
    assert!(matches!(error(for_nobody).await, ConfigError::Empty("JWT_AUDIENCE")));
    assert!(matches!(Signer::new(&both).unwrap_err(), ConfigError::TwoSources));
    assert!(matches!(Signer::new(&by_key_set("jwks.json")).unwrap_err(), ConfigError::CannotSign));
}
