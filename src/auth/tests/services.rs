//! Tokens of services, and that they are good for nothing else.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::auth::{EVENTS_WRITE, Grant, GrantError, NotGranted, Signer};

fn grant(sources: &[&str], types: &[&str]) -> Result<Grant, GrantError> {
    let owned = |prefixes: &[&str]| prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
    Grant::new(owned(sources), owned(types))
}

fn service_claims() -> Value {
    let mut claims = good_claims_with("scope", json!(EVENTS_WRITE));
    claims["sources"] = json!(["orders/"]);
    claims["types"] = json!(["ResellerOrders."]);
    claims
}

fn service_claims_with(name: &str, value: Value) -> Value {
    let mut claims = service_claims();
    claims[name] = value;
    claims
}

/// Why a token with these claims is refused as a service's, or none when it is taken.
async fn refusal_of(claims: &Value) -> Option<Reason> {
    let token = IssuerKey::secret(SECRET).sign(None, claims);
    let verifier = Verifier::load(&by_secret()).await.unwrap();
    verifier.verify_service(&token).await.err().map(|refused| *refused.reason())
}

#[tokio::test]
async fn a_service_publishes_and_nothing_else_and_a_person_publishes_nothing() {
    let verifier = Verifier::load(&by_secret()).await.unwrap();
    let signer = Signer::new(&by_secret()).unwrap();
    let granted = grant(&["orders/"], &["ResellerOrders."]).unwrap();
    let service = signer.sign_service("orders", &granted, Duration::from_hours(1)).unwrap();
    let taken = verifier.verify_service(&service).await.unwrap();
    assert_eq!((taken.name.as_str(), &taken.grant), ("orders", &granted));
    assert_eq!(refusal(&verifier, &service).await, Some(Reason::Kind));
    let person = signer.sign("ann", None, None, Duration::from_hours(1)).unwrap();
    assert_eq!(verifier.verify_service(&person).await.unwrap_err().reason(), &Reason::Kind);
}

#[tokio::test]
async fn a_key_set_signs_services_in_too() {
    let key = IssuerKey::ed25519();
    let verifier = verifier_with(&[key.published_as("a")]).await;
    let token = key.sign(Some("a"), &service_claims());
    assert_eq!(verifier.verify_service(&token).await.unwrap().name, "ann");
    assert_eq!(refusal(&verifier, &token).await, Some(Reason::Kind));
}

#[tokio::test]
async fn other_scopes_make_no_service_of_a_person() {
    let verifier = Verifier::load(&by_secret()).await.unwrap();
    for scope in [json!("openid email"), json!(["openid"]), json!(7), json!({}), json!("events:write2"), Value::Null] {
        let token = IssuerKey::secret(SECRET).sign(None, &good_claims_with("scope", scope.clone()));
        assert_eq!(refusal(&verifier, &token).await, None, "{scope}");
        assert_eq!(refusal_of(&service_claims_with("scope", scope)).await, Some(Reason::Kind));
    }
    for scope in [json!("openid events:write"), json!(["openid", EVENTS_WRITE])] {
        assert_eq!(refusal_of(&service_claims_with("scope", scope)).await, None);
    }
}

#[tokio::test]
async fn the_same_must_hold_of_a_services_token_as_of_a_persons() {
    assert_eq!(refusal_of(&service_claims()).await, None);
    assert_eq!(refusal_of(&service_claims_with("aud", json!("others"))).await, Some(Reason::Audience));
    assert_eq!(refusal_of(&service_claims_with("iss", json!("another"))).await, Some(Reason::Issuer));
    assert_eq!(refusal_of(&service_claims_with("exp", json!(1))).await, Some(Reason::Expired));
    assert_eq!(refusal_of(&service_claims_with("sub", json!(""))).await, Some(Reason::MissingClaim));
}

#[tokio::test]
async fn a_service_without_prefixes_is_refused() {
    let bad = [Value::Null, json!([]), json!([""]), json!(["ok", " "]), json!("orders/"), json!([7]), json!({})];
    for name in ["sources", "types"] {
        for bad in &bad {
            let claims = service_claims_with(name, bad.clone());
            assert_eq!(refusal_of(&claims).await, Some(Reason::Grant), "{name}: {bad}");
        }
    }
    for types in ["ResellerNetwork.", "ResellerNetwork", "ResellerNetwork.settings.", "resellernetwork."] {
        assert_eq!(refusal_of(&service_claims_with("types", json!([types]))).await, Some(Reason::Grant), "{types}");
    }
    assert_eq!(refusal_of(&service_claims_with("sources", json!(["reseller-network"]))).await, Some(Reason::Grant));
}

#[test]
fn a_grant_is_bound_to_its_prefixes_and_never_this_programs_own() {
    let granted = grant(&["orders/", "shop"], &["ResellerOrders.", "Crm."]).unwrap();
    assert_eq!(granted.allows("orders/eu", "ResellerOrders.chain_order.delivered"), Ok(()));
    assert_eq!(granted.allows("shop", "Crm.note"), Ok(()));
    assert_eq!(granted.allows("orders", "Crm.note"), Err(NotGranted::Source));
    assert_eq!(granted.allows("x/orders/", "Crm.note"), Err(NotGranted::Source));
    assert_eq!(granted.allows("shop", "ResellerAdmin.reseller.approved"), Err(NotGranted::Type));
    let wide = grant(&["r", "R"], &["R", "r"]).unwrap();
    for own in ["reseller-network", "Reseller-Network"] {
        assert_eq!(wide.allows(own, "ResellerOrders.x"), Err(NotGranted::Source), "{own}");
    }
    for own in ["ResellerNetwork.settings.changed", "ResellerNetwork.", "ResellerNetwork", "resellerNetwork.x"] {
        assert_eq!(wide.allows("reseller-orders", own), Err(NotGranted::Type), "{own}");
    }
    assert_eq!(wide.allows("reseller-orders", "ResellerNetworks.x"), Ok(()));
}
