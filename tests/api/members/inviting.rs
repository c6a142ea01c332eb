//! Invitations: for whoever has an address, and nobody else.

use std::time::Duration;

use futures_util::future::join_all;
use reseller_network::auth::{DEFAULT_AUDIENCE, DEFAULT_ISSUER};
use reseller_network::bus::contract::admin::{ReferralSecret, ReferralTerms};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use super::{MEMBER, World, why};
use crate::support::app::{SECRET, Setup};
use crate::support::chain::owner;
use crate::support::{TestDatabase, on_both_databases};
use crate::upline::later;

on_both_databases!(
    who_is_invited_accepts_and_is_a_member,
    an_invitation_is_for_whoever_has_the_address_and_nobody_else,
    a_token_that_is_bound_to_a_company_opens_no_other_one,
    who_is_invited_again_has_the_last_role_and_the_whole_time,
    an_invitation_can_be_accepted_for_two_weeks,
    an_invitation_that_was_taken_back_is_none,
    a_member_who_is_invited_gets_the_greater_role,
    an_invitation_that_is_accepted_twice_at_once_is_one_membership,
    an_address_counts_letter_for_letter_beyond_ascii,
    an_address_that_is_only_claimed_is_shown_to_nobody,
    what_is_no_address_is_refused,
);

/// Arguments that take the id of something that is a person's, whichever company they act for: `an_invitation_is_for_whoever_has_the_address_and_nobody_else`.
pub(crate) const ARGUMENTS: [&str; 1] = ["Mutation.acceptInvitation(input.id)"];

const MINE: &str =
    "{ viewer { role invitations { id role expiresAt reseller { resellerId name } } memberships { role } } }";

impl World {
    /// The id of the invitation of whoever has this address.
    async fn invites(&self, email: &str, role: &str) -> Value {
        let invited = self.does("owner", "inviteMember", json!({ "email": email, "role": role })).await;
        assert_eq!(invited["userErrors"], json!([]));
        invited["member"]["id"].clone()
    }

    async fn accepts(&self, person: &str, invitation: &Value) -> Value {
        self.does(person, "acceptInvitation", json!({ "id": invitation })).await
    }

    async fn mine(&self, person: &str) -> Value {
        self.ask(person, MINE, json!({})).await["viewer"].clone()
    }
}

async fn who_is_invited_accepts_and_is_a_member(database: TestDatabase) {
    let world = World::open(database).await;
    let invitation = world.invites(" New@Example.com", "ADMIN").await;
    let listed = world.members("viewer").await.pop().expect("a member to be");
    assert_eq!(
        (&listed["id"], &listed["email"], &listed["role"]),
        (&invitation, &json!("new@example.com"), &json!("ADMIN"))
    );
    assert!(listed["invitedUntil"].is_string());

    let mine = world.mine("new").await;
    assert_eq!((&mine["role"], &mine["memberships"]), (&Value::Null, &json!([])), "not a member yet");
    let shown = &mine["invitations"][0];
    assert_eq!(
        (&shown["id"], &shown["role"], &shown["reseller"]["name"]),
        (&invitation, &json!("ADMIN"), &json!("Company"))
    );
    assert_eq!(shown["expiresAt"], listed["invitedUntil"]);
    let accepted = world.accepts("new", &invitation).await;
    assert_eq!((&accepted["userErrors"], &accepted["reseller"]["name"]), (&json!([]), &json!("Company")));
    let mine = world.mine("new").await;
    assert_eq!((&mine["role"], &mine["invitations"]), (&json!("ADMIN"), &json!([])));
    let document = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Member {{ {MEMBER} }} }} }}");
    let member = world.ask("new", &document, json!({ "id": invitation })).await["node"].clone();
    assert_eq!((&member["id"], &member["invitedUntil"]), (&invitation, &Value::Null), "it is the same thing still");
    let me = world.ask("new", "{ viewer { userId } }", json!({})).await["viewer"]["userId"].clone();
    assert_eq!(member["userId"], me);
    assert_eq!(world.accepts("new", &invitation).await, accepted, "whose answer was lost asks again");

    world.app.is_caught_up().await;
    let document = "{ activity(first: 2, filter: { types: [\"ResellerNetwork.membership.granted\", \"ResellerNetwork.invitation.sent\"] }) { nodes { summary data } } }";
    let told = world.ask("owner", document, json!({})).await["activity"]["nodes"].clone();
    assert_eq!(told[0]["summary"], "Somebody became ADMIN of Company");
    assert_eq!(told[1]["summary"], "Somebody was invited to be ADMIN of Company");
    assert!(!told.to_string().contains('@'), "no event has an address: {told}");
}

async fn an_invitation_is_for_whoever_has_the_address_and_nobody_else(database: TestDatabase) {
    let world = World::open(database).await;
    let invitation = world.invites("new@example.com", "OWNER").await;
    let nobody = (json!("NOT_FOUND"), json!(["id"]));
    let never_issued = json!(crate::support::app::id(entity::MembershipId::generate()));
    let of_a_member = world.member("viewer").await;
    for other in [&never_issued, &of_a_member] {
        assert_eq!(world.accepts("new", other).await, world.accepts("somebody", &invitation).await, "all alike");
    }
    for person in ["somebody", "child", "viewer"] {
        assert_eq!(world.mine(person).await["invitations"], json!([]), "{person}");
        assert_eq!(why(&world.accepts(person, &invitation).await), nobody, "{person}");
    }
    // An address of which the issuer has not made sure is a claim, and no proof.
    let claims = json!({ "email": "new@example.com" });
    for verified in [json!(null), json!(false), json!("false"), json!(1)] {
        let mut claims = claims.clone();
        claims["email_verified"] = verified;
        let token = token_that_says("impostor", claims);
        let seen = world.app.ask(&token, MINE, json!({})).await.data();
        assert_eq!(seen["viewer"]["invitations"], json!([]));
        let document = "mutation ($id: ID!) { acceptInvitation(input: { id: $id }) { userErrors { code field } } }";
        let refused = world.app.ask(&token, document, json!({ "id": invitation })).await.data();
        assert_eq!(why(&refused["acceptInvitation"]), nobody);
    }
    let token = token_that_says("one more", json!({ "email": "NEW@example.com", "email_verified": "true" }));
    let seen = world.app.ask(&token, MINE, json!({})).await.data();
    assert_eq!(seen["viewer"]["invitations"][0]["id"], invitation, "in whichever letters");
}

async fn a_token_that_is_bound_to_a_company_opens_no_other_one(database: TestDatabase) {
    let world = World::open(database).await;
    let invitation = world.invites("child@example.com", "OWNER").await;
    let bound = world.app.token_for("child", Some("child"));
    let seen = world.app.ask(&bound, MINE, json!({})).await.data();
    assert_eq!(seen["viewer"]["invitations"], json!([]));
    let document =
        "mutation ($id: ID!) { acceptInvitation(input: { id: $id }) { reseller { name } userErrors { code } } }";
    let refused = world.app.ask(&bound, document, json!({ "id": invitation })).await.data();
    assert_eq!(refused["acceptInvitation"], json!({ "reseller": null, "userErrors": [{ "code": "NOT_ALLOWED" }] }));
    let document = "mutation { joinNetwork(input: { code: \"0\", companyName: \"X\", currency: \"USD\", idempotencyKey: \"one\" }) { userErrors { code } } }";
    let refused = world.app.ask(&bound, document, json!({})).await.data();
    assert_eq!(refused["joinNetwork"]["userErrors"], json!([{ "code": "NOT_ALLOWED" }]));
    assert_eq!(world.accepts("child", &invitation).await["userErrors"], json!([]), "with one that is not bound");
}

async fn who_is_invited_again_has_the_last_role_and_the_whole_time(database: TestDatabase) {
    let world = World::open(database).await;
    let invitation = world.invites("new@example.com", "OWNER").await;
    assert_eq!(world.invites("new@example.com", "VIEWER").await, invitation);
    let changed = world.does("owner", "changeMemberRole", json!({ "id": invitation, "role": "ADMIN" })).await;
    assert_eq!(changed["member"]["role"], "ADMIN");
    assert_eq!(world.members("owner").await.len(), 4);
    world.accepts("new", &invitation).await;
    assert_eq!(world.role("new").await, "ADMIN");
}

async fn an_invitation_can_be_accepted_for_two_weeks(database: TestDatabase) {
    let world = World::open(database).await;
    let invitation = world.invites("new@example.com", "ADMIN").await;
    let day = Duration::from_hours(24);
    let world = world.at(Duration::from_hours(14 * 24 - 1)).await;
    assert_eq!(world.mine("new").await["invitations"][0]["id"], invitation);
    let world = world.at(14 * day).await;
    assert_eq!(world.mine("new").await["invitations"], json!([]));
    assert_eq!(why(&world.accepts("new", &invitation).await), (json!("EXPIRED"), json!(["id"])));
    assert_eq!(world.invites("new@example.com", "ADMIN").await, invitation);
    assert_eq!(world.accepts("new", &invitation).await["userErrors"], json!([]), "it was invited again");
}

async fn an_invitation_that_was_taken_back_is_none(database: TestDatabase) {
    let world = World::open(database).await;
    let invitation = world.invites("new@example.com", "ADMIN").await;
    let removed = world.does("owner", "removeMember", json!({ "id": invitation })).await;
    assert_eq!(removed["removedId"], invitation);
    assert_eq!(world.mine("new").await["invitations"], json!([]));
    assert_eq!(why(&world.accepts("new", &invitation).await).0, "NOT_FOUND");
    world.app.is_caught_up().await;
    let document = "{ activity(first: 1, filter: { modules: [NETWORK] }) { nodes { summary details { ... on InvitationWithdrawn { oldRole } } } } }";
    let told = world.ask("owner", document, json!({})).await["activity"]["nodes"][0].clone();
    let expected =
        json!({ "summary": "Somebody is not invited to Company any more", "details": { "oldRole": "ADMIN" } });
    assert_eq!(told, expected);
    // Nor is one of a company that cannot act.
    let invitation = world.invites("new@example.com", "ADMIN").await;
    world.app.chain.freeze(Actor::central(), world.company, "late").await.expect("a freeze");
    assert_eq!(why(&world.accepts("new", &invitation).await).0, "NOT_ALLOWED", "not why");
}

async fn a_member_who_is_invited_gets_the_greater_role(database: TestDatabase) {
    let world = World::open(database).await;
    for (role, then) in [("ADMIN", "ADMIN"), ("VIEWER", "ADMIN"), ("OWNER", "OWNER")] {
        let invitation = world.invites("viewer@example.com", role).await;
        assert_eq!(world.accepts("viewer", &invitation).await["userErrors"], json!([]));
        assert_eq!((world.role("viewer").await, world.members("owner").await.len()), (json!(then), 3));
    }
}

async fn an_invitation_that_is_accepted_twice_at_once_is_one_membership(database: TestDatabase) {
    let world = World::open(database).await;
    let invitation = world.invites("new@example.com", "ADMIN").await;
    let race = join_all((0..10).map(|_| world.accepts("new", &invitation))).await;
    assert!(race.iter().all(|accepted| accepted["userErrors"] == json!([])), "all are told the same");
    assert_eq!(world.members("owner").await.len(), 4);
}

async fn an_address_counts_letter_for_letter_beyond_ascii(database: TestDatabase) {
    let world = World::open(database).await;
    world.invites("mike@example.com", "OWNER").await;
    // The Kelvin sign is a k in small letters, and another person's.
    let token = token_that_says("somebody", json!({ "email": "mi\u{212A}e@example.com", "email_verified": true }));
    let seen = world.app.ask(&token, MINE, json!({})).await.data();
    assert_eq!(seen["viewer"]["invitations"], json!([]));
}

async fn an_address_that_is_only_claimed_is_shown_to_nobody(database: TestDatabase) {
    let world = World::open(database).await;
    let generated =
        world.app.running().services.referrals.generate(owner(world.company), ReferralTerms::default(), "one").await;
    let ReferralSecret(secret) = generated.expect("a request").secret.expect("a secret");
    let document = "mutation ($code: String!) { joinNetwork(input: { code: $code, companyName: \"X\", currency: \"USD\", idempotencyKey: \"one\" }) { userErrors { code } } }";
    let token = token_that_says("viewer", json!({ "email": "ceo@example.com" }));
    let headers = [("authorization", &*format!("Bearer {token}")), ("x-tenant-id", "company")];
    let joined = world.app.ask_with(&headers, document, json!({ "code": secret })).await.data();
    assert_eq!(joined["joinNetwork"]["userErrors"], json!([]));
    let addresses: Vec<_> = world.members("owner").await.iter().map(|member| member["email"].clone()).collect();
    assert_eq!(
        addresses,
        ["owner@example.com", "admin@example.com", "viewer@example.com"],
        "nor is a known one forgotten"
    );
}

async fn what_is_no_address_is_refused(database: TestDatabase) {
    let world = World::open(database).await;
    let long = format!("{}@example.com", "x".repeat(250));
    for email in ["@", "a@", "@b", "a b@c", "a@b@ c", "a@b\u{0}c", &long] {
        let refused = world.does("owner", "inviteMember", json!({ "email": email, "role": "VIEWER" })).await;
        assert_eq!(why(&refused), (json!("INVALID"), json!(["email"])), "{email:?}");
    }
    assert_eq!(world.members("owner").await.len(), 3);
}

/// A token of `subject` with these claims too, signed as all those of tests are.
fn token_that_says(subject: &str, mut claims: Value) -> String {
    let soon = jsonwebtoken::get_current_timestamp() + 600;
    for (name, value) in [
        ("iss", json!(DEFAULT_ISSUER)),
        ("aud", json!(DEFAULT_AUDIENCE)),
        ("sub", json!(subject)),
        ("exp", json!(soon)),
    ] {
        claims[name] = value;
    }
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).expect("a token")
}

impl World {
    /// The same, so much later than tests begin.
    async fn at(self, by: Duration) -> Self {
        let Self { app, company } = self;
        Self { app: app.restart(Setup { clock: later(by), ..Setup::default() }).await, company }
    }
}
