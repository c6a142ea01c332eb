//! Which keys are taken from a set, and what for.

use serde_json::{Value, json};

use super::*;

fn all_kinds() -> Vec<IssuerKey> {
    let mut keys: Vec<_> = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512].map(IssuerKey::rsa).into();
    keys.extend([IssuerKey::p256(), IssuerKey::p384(), IssuerKey::ed25519()]);
    keys
}

fn with(mut member: Value, name: &str, value: Value) -> Value {
    member[name] = value;
    member
}

#[tokio::test]
async fn every_kind_of_key_signs_somebody_in() {
    for key in all_kinds() {
        let verifier = verifier_with(&[key.published_as("k")]).await;
        let claims = verifier.verify(&key.sign(Some("k"), &good_claims())).await.unwrap();
        assert_eq!(claims.subject, "ann", "{:?}", key.algorithm);
        assert_eq!(claims.person_id(), entity::PersonId::of(ISSUER, "ann"));
    }
}

#[tokio::test]
async fn the_key_is_picked_by_its_id() {
    let (first, second) = (IssuerKey::ed25519(), IssuerKey::other_ed25519());
    let verifier = verifier_with(&[first.published_as("first"), second.published_as("second")]).await;
    assert_eq!(refusal(&verifier, &second.sign(Some("second"), &good_claims())).await, None);
    assert_eq!(refusal(&verifier, &second.sign(Some("first"), &good_claims())).await, Some(Reason::Signature));
    assert_eq!(refusal(&verifier, &second.sign(Some("third"), &good_claims())).await, Some(Reason::UnknownKey));
}

#[tokio::test]
async fn a_token_that_names_no_key_needs_a_set_of_one() {
    let key = IssuerKey::ed25519();
    let token = key.sign(None, &good_claims());
    let one = verifier_with(&[key.published_as("k"), json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "s" })]).await;
    assert_eq!(refusal(&one, &token).await, None);
    let two = verifier_with(&[key.published_as("k"), IssuerKey::p256().published_as("other")]).await;
    assert_eq!(refusal(&two, &token).await, Some(Reason::NoKeyNamed));
}

#[tokio::test]
async fn keys_of_different_types_may_share_an_id() {
    let (ed, p256) = (IssuerKey::ed25519(), IssuerKey::p256());
    let verifier = verifier_with(&[ed.published_as("k"), p256.published_as("k")]).await;
    assert_eq!(refusal(&verifier, &ed.sign(Some("k"), &good_claims())).await, None);
    assert_eq!(refusal(&verifier, &p256.sign(Some("k"), &good_claims())).await, None);
}

#[tokio::test]
async fn a_key_with_an_algorithm_is_used_with_that_one_alone() {
    let (rs256, rs384) = (IssuerKey::rsa(Algorithm::RS256), IssuerKey::rsa(Algorithm::RS384));
    let verifier = verifier_with(&[with(rs256.published_as("k"), "alg", json!("RS256"))]).await;
    assert_eq!(refusal(&verifier, &rs256.sign(Some("k"), &good_claims())).await, None);
    assert_eq!(refusal(&verifier, &rs384.sign(Some("k"), &good_claims())).await, Some(Reason::Algorithm));
}

#[tokio::test]
async fn a_public_rsa_key_is_no_hmac_secret() {
    let rsa = IssuerKey::rsa(Algorithm::RS256);
    let published = rsa.published_as("k");
    let verifier = verifier_with(std::slice::from_ref(&published)).await;
    let n = published["n"].as_str().unwrap();
    let raw_n = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, n).unwrap();
    let pem = include_bytes!("keys/test-only-rsa-public.pem");
    for secret in [n.as_bytes(), &raw_n, pem, published.to_string().as_bytes(), b""] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let forger = IssuerKey { algorithm, encoding: EncodingKey::from_secret(secret) };
            for id in [Some("k"), None] {
                let token = forger.sign(id, &good_claims());
                assert_eq!(refusal(&verifier, &token).await, Some(Reason::Algorithm));
            }
        }
    }
}

#[tokio::test]
async fn a_published_secret_opens_nothing() {
    let forger = IssuerKey::secret(SECRET);
    let oct = with(forger.published_as("s"), "alg", json!("HS256"));
    let verifier = verifier_with(&[oct, IssuerKey::ed25519().published_as("k")]).await;
    assert_eq!(refusal(&verifier, &forger.sign(Some("s"), &good_claims())).await, Some(Reason::UnknownKey));
    assert_eq!(refusal(&verifier, &forger.sign(Some("k"), &good_claims())).await, Some(Reason::Algorithm));
}

#[tokio::test]
async fn a_key_that_is_not_for_signatures_is_left_out() {
    let key = IssuerKey::ed25519();
    for (name, value, taken) in [
        ("use", json!("sig"), true),
        ("use", json!("enc"), false),
        ("use", json!("other"), false),
        ("key_ops", json!(["verify"]), true),
        ("key_ops", json!(["encrypt"]), false),
        ("alg", json!("EdDSA"), true),
        ("alg", json!("HS256"), false),
        ("alg", json!("RS256"), false),
        ("alg", json!("none"), false),
    ] {
        let case = format!("{name}: {value}");
        let odd = with(key.published_as("odd"), name, value);
        let verifier = verifier_with(&[odd, IssuerKey::p256().published_as("k")]).await;
        let refusal = refusal(&verifier, &key.sign(Some("odd"), &good_claims())).await;
        assert_eq!(refusal, (!taken).then_some(Reason::UnknownKey), "{case}");
    }
}

#[tokio::test]
async fn a_key_that_we_do_not_understand_spoils_nothing() {
    let good = IssuerKey::p256();
    let odd = [
        json!({ "kty": "AKP", "kid": "odd", "alg": "ML-DSA-44", "pub": "AAAA" }),
        json!({ "kty": "EC", "kid": "odd", "crv": "secp256k1", "x": "AAAA", "y": "AAAA" }),
        json!({ "kty": "EC", "kid": "odd", "crv": "P-256", "x": "AAAA", "y": "AAAA" }),
        json!({ "kty": "OKP", "kid": "odd", "crv": "Ed25519", "x": "AAAA" }),
        json!({ "kty": "OKP", "kid": "odd", "crv": "Ed25519", "x": "!" }),
        json!({ "kty": "RSA", "kid": "odd", "n": "AQAB", "e": "AQAB" }),
        json!({ "kty": "RSA", "kid": "odd" }),
        json!({ "kid": "odd" }),
        json!({ "kty": 7, "use": 7 }),
        json!("odd"),
        Value::Null,
    ];
    let good_token = good.sign(Some("k"), &good_claims());
    let forged: Vec<_> = all_kinds().iter().map(|forger| forger.sign(Some("odd"), &good_claims())).collect();
    for member in odd {
        let verifier = verifier_with(&[member.clone(), good.published_as("k")]).await;
        assert_eq!(refusal(&verifier, &good_token).await, None, "{member}");
        for token in &forged {
            assert_eq!(refusal(&verifier, token).await, Some(Reason::UnknownKey), "{member}");
        }
    }
}

#[tokio::test]
async fn a_short_rsa_key_is_left_out() {
    let rsa = IssuerKey::rsa(Algorithm::RS256);
    // 2,047 bits, and 2,048 with leading zeros that do not count.
    let bits = |first: u8| [vec![0, 0, first], vec![0xff; 255]].concat();
    for (modulus, taken) in [(bits(0x7f), false), (bits(0xff), true)] {
        let n = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, modulus);
        let verifier =
            verifier_with(&[with(rsa.published_as("k"), "n", json!(n)), IssuerKey::p256().published_as("other")]).await;
        let expected = if taken { Reason::Signature } else { Reason::UnknownKey };
        assert_eq!(refusal(&verifier, &rsa.sign(Some("k"), &good_claims())).await, Some(expected));
    }
}
