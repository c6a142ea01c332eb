//! Who is asking, and for which company: from the headers of a request to the caller.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use entity::{PersonId, Role, TenantId, TenantStatus, event, membership};
use jsonwebtoken::{EncodingKey, Header, encode};
use reseller_network::auth::{AuthConfig, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Grant, Secret, Signer};
use reseller_network::tenancy::Actor;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Database, EntityTrait, QueryFilter, TransactionTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::family::Family;
use crate::isolation::{root_fields::ROOT_FIELDS, table::OpenTo};
use crate::support::app::{Answer, NOW, SECRET, TestApp, auth_config, id, person};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    every_bad_token_is_refused_alike,
    a_company_is_named_by_any_of_its_names,
    claim_and_header_must_agree,
    no_such_company_and_one_of_others_are_refused_alike,
    a_person_of_several_companies_chooses_one,
    a_member_of_nothing_sees_only_themselves,
    who_waits_for_approval_sees_only_themselves,
    who_was_switched_off_acts_for_nobody,
    a_membership_changed_elsewhere_is_in_force,
);

const WHO: &str = "{ viewer { reseller { name } role } }";

async fn every_bad_token_is_refused_alike(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let good = app.member("owner", family.own, Role::Owner).await;
    assert_eq!(acts_for(&app.ask(&good, WHO, json!({})).await), ("Own".to_owned(), "OWNER".to_owned()));

    let nobody = app.ask_with(&[], WHO, json!({})).await;
    assert_eq!((nobody.status, &*nobody.code()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    assert_eq!(nobody.headers["www-authenticate"], "Bearer");
    assert_eq!(nobody.json().get("data"), None);

    let other = AuthConfig { secret: Some(Secret::new("x".repeat(32)).unwrap()), ..auth_config() };
    let wrong_key = Signer::new(&other).unwrap().sign("owner", None, None, Duration::from_mins(1)).unwrap();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let tampered = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let foreign = claims(DEFAULT_ISSUER, "another audience", 600);
    let expired = claims(DEFAULT_ISSUER, DEFAULT_AUDIENCE, -60);
    let issuer = claims("another issuer", DEFAULT_AUDIENCE, 600);
    let granted = Grant::new(vec!["orders/".to_owned()], vec!["ResellerOrders.".to_owned()]).unwrap();
    // Named as a person who may.
    let service = app.signer.sign_service("owner", &granted, Duration::from_mins(1)).unwrap();
    for token in ["", "x", "a.b.c", &wrong_key, &tampered, &foreign, &expired, &issuer, &service] {
        let answer = app.ask(token, WHO, json!({})).await;
        assert_eq!(answer.whole(), nobody.whole(), "{token}");
    }
    let bearer = format!("Bearer {good}");
    for headers in [
        vec![("authorization", bearer.as_str()), ("authorization", bearer.as_str())],
        vec![("authorization", good.as_str())],
        vec![("authorization", "Basic b3duZXI6cGFzc3dvcmQ=")],
    ] {
        assert_eq!(app.ask_with(&headers, WHO, json!({})).await.whole(), nobody.whole(), "{headers:?}");
    }
    // Nothing is parsed for strangers.
    assert_eq!(app.ask_with(&[], "{ no such", json!({})).await.whole(), nobody.whole());
}

async fn a_company_is_named_by_any_of_its_names(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let root = app.company(None, "Root").await;
    let west = app.company(Some(root), "States/West").await;
    app.grant(&[("of both", root, Role::Viewer), ("of both", west, Role::Admin)]).await;
    let token = app.token("of both");
    for name in [id(west), west.to_string(), "states-west".to_owned(), "states/west".to_owned()] {
        let by_header = app.ask_for(&name, &token, WHO, json!({})).await;
        assert_eq!(acts_for(&by_header), ("States/West".to_owned(), "ADMIN".to_owned()), "{name}");
        let bound = app.token_for("of both", Some(&name));
        let by_token = app.ask(&bound, "{ viewer { reseller { name } role memberships { role } } }", json!({})).await;
        assert_eq!(acts_for(&by_token), ("States/West".to_owned(), "ADMIN".to_owned()), "{name}");
        // A bound token opens no other seat.
        assert_eq!(by_token.at("/viewer/memberships"), json!([{ "role": "ADMIN" }]));
    }
}

async fn claim_and_header_must_agree(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    app.grant(&[("of both", family.own, Role::Viewer), ("of both", family.child, Role::Admin)]).await;
    let token = app.token_for("of both", Some("child"));
    let agreeing = app.ask_for(&id(family.child), &token, WHO, json!({})).await;
    assert_eq!(acts_for(&agreeing).0, "Child");
    for header in ["own", "no-such", "", "child, own"] {
        assert_forbidden(&app.ask_for(header, &token, WHO, json!({})).await);
    }
    let both = [("authorization", &*format!("Bearer {token}")), ("x-tenant-id", "child"), ("x-tenant-id", "child")];
    assert_forbidden(&app.ask_with(&both, WHO, json!({})).await);
}

async fn no_such_company_and_one_of_others_are_refused_alike(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let token = app.member("owner", family.own, Role::Owner).await;
    let no_such = app.ask_for("no-such", &token, WHO, json!({})).await;
    assert_forbidden(&no_such);
    let (child, stranger) = (id(family.child), id(family.stranger));
    for name in [&*id(TenantId::generate()), &Uuid::nil().to_string(), "%00", &child, &stranger, "stranger", "root"] {
        let by_header = app.ask_for(name, &token, WHO, json!({})).await;
        assert_eq!(by_header.whole(), no_such.whole(), "{name}");
        let by_token = app.ask(&app.token_for("owner", Some(name)), WHO, json!({})).await;
        assert_eq!(by_token.whole(), no_such.whole(), "{name}");
    }
    let bytes = app.ask_for("stränger", &token, WHO, json!({})).await;
    assert_eq!(bytes.whole(), no_such.whole());
}

async fn a_person_of_several_companies_chooses_one(database: TestDatabase) {
    const SEATS: &str =
        "{ viewer { reseller { id } role memberships { role reseller { name depth parent { id } } } } }";
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    app.grant(&[("of two", family.sibling, Role::Viewer), ("of two", family.child, Role::Owner)]).await;
    let token = app.token("of two");
    let seat =
        |role: &str, name: &str| json!({ "role": role, "reseller": { "name": name, "depth": 0, "parent": null } });
    let expected = json!({ "viewer": { "reseller": null, "role": null, "memberships": [seat("VIEWER", "Sibling"), seat("OWNER", "Child")] } });
    assert_eq!(app.ask(&token, SEATS, json!({})).await.data(), expected);
    let hint = everything_else_is_forbidden(&app, &token).await;
    assert!(hint.contains("X-Tenant-ID"), "{hint}");
    assert_eq!(acts_for(&app.ask_for("child", &token, WHO, json!({})).await).0, "Child");
}

async fn a_member_of_nothing_sees_only_themselves(database: TestDatabase) {
    let app = TestApp::start(database).await;
    Family::create(&app).await;
    let token = app.token("nobody");
    let viewer =
        app.ask(&token, "{ viewer { userId email reseller { id } role memberships { role } } }", json!({})).await;
    let expected = json!({ "userId": id(person("nobody").id()), "email": "nobody@example.com", "reseller": null, "role": null, "memberships": [] });
    assert_eq!(viewer.at("/viewer"), expected);
    let message = everything_else_is_forbidden(&app, &token).await;
    assert_eq!(message, "You are a member of no company yet.");
}

async fn who_waits_for_approval_sees_only_themselves(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let applicant = app.company_of(Some(family.own), "Applicant", TenantStatus::Pending).await;
    let token = app.member("applicant", applicant, Role::Owner).await;
    let status = app.ask(&token, "{ viewer { reseller { name status } } }", json!({})).await;
    assert_eq!(status.at("/viewer/reseller"), json!({ "name": "Applicant", "status": "PENDING" }));
    let message = everything_else_is_forbidden(&app, &token).await;
    assert_eq!(message, "Your company waits for approval.");
    app.chain.approve(Actor::central(), applicant).await.unwrap();
    assert_eq!(app.ask(&token, "{ downline { totalCount } }", json!({})).await.at("/downline/totalCount"), 0);
}

async fn who_was_switched_off_acts_for_nobody(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    app.grant(&[("of one", family.own, Role::Owner), ("of two", family.own, Role::Owner)]).await;
    app.grant(&[("of two", family.child, Role::Viewer)]).await;
    let no_such = app.ask_for("no-such", &app.token("of one"), WHO, json!({})).await;
    app.chain.deactivate(Actor::central(), family.own, "a test").await.unwrap();

    for subject in ["of one", "of two"] {
        assert_eq!(app.ask_for("own", &app.token(subject), WHO, json!({})).await.whole(), no_such.whole());
        assert_eq!(app.ask(&app.token_for(subject, Some("own")), WHO, json!({})).await.whole(), no_such.whole());
    }
    // Naming none: the company that is off counts as none, and who has no other is refused too.
    assert_eq!(app.ask(&app.token("of one"), WHO, json!({})).await.whole(), no_such.whole());
    assert_eq!(acts_for(&app.ask(&app.token("of two"), WHO, json!({})).await).0, "Child");

    app.chain.reactivate(Actor::central(), family.own).await.unwrap();
    assert_eq!(acts_for(&app.ask(&app.token("of one"), WHO, json!({})).await).0, "Own");
}

async fn a_membership_changed_elsewhere_is_in_force(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let family = Family::create(&app).await;
    let token = app.member("somebody", family.own, Role::Viewer).await;
    assert_eq!(acts_for(&app.ask(&token, WHO, json!({})).await).1, "VIEWER");
    app.grant(&[("somebody", family.own, Role::Owner)]).await;
    assert_eq!(acts_for(&app.ask(&token, WHO, json!({})).await).1, "OWNER");
    remove(&app, person("somebody").id(), family.own).await;
    assert_forbidden(&app.ask_for("own", &token, WHO, json!({})).await);
    assert_eq!(app.ask(&token, WHO, json!({})).await.at("/viewer/reseller"), Value::Null);
}

/// Ends a membership as another process does: its row goes, and the log tells of it.
async fn remove(app: &TestApp, person: PersonId, tenant: TenantId) {
    let change = Database::connect(app.database_url()).await.unwrap().begin().await.unwrap();
    let member = membership::Entity::delete_many().filter(membership::Column::PersonId.eq(person));
    assert_eq!(member.exec(&change).await.unwrap().rows_affected, 1);
    let fact = event::ActiveModel {
        position: sea_orm::ActiveValue::NotSet,
        source: Set("reseller-network".to_owned()),
        event_id: Set(Uuid::now_v7().to_string()),
        event_type: Set("ResellerNetwork.membership.removed".to_owned()),
        subject_tenant_id: Set(Some(tenant)),
        actor_tenant_id: Set(None),
        actor_person_id: Set(None),
        occurred_at: Set(NOW),
        recorded_at: Set(NOW),
        data: Set(json!({ "personId": person })),
    };
    let position = event::Entity::insert(fact).exec(&change).await.unwrap().last_insert_id;
    change.commit().await.unwrap();
    app.has_seen(position).await;
}

/// Asks every root field but `viewer`. Answers the message, which is the same for all.
async fn everything_else_is_forbidden(app: &TestApp, token: &str) -> String {
    let never = id(TenantId::generate());
    let mut messages = Vec::new();
    for field in ROOT_FIELDS.iter().filter(|field| field.open_to == OpenTo::Members) {
        let answer = app.ask(token, field.document, json!({ "id": never })).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{}", field.name);
        messages.push(answer.message());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    messages.remove(0)
}

fn acts_for(answer: &Answer) -> (String, String) {
    let viewer = answer.at("/viewer");
    let text = |pointer: &str| viewer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("/reseller/name"), text("/role"))
}

fn assert_forbidden(answer: &Answer) {
    assert_eq!((answer.status, &*answer.code()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    assert_eq!(answer.json().get("data"), None);
}

/// A token with the right key.
fn claims(issuer: &str, audience: &str, ends_in: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let claims = json!({ "iss": issuer, "aud": audience, "sub": "owner", "exp": now + ends_in });
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::default(), &claims, &key).unwrap()
}
