//! Who may subscribe, and to whose events: what the table of isolation says of fields that are answered at once.

use entity::{Role, TenantId, TenantStatus};
use serde_json::{Value, json};

use super::{FEED, Line, have_begun, number};
use crate::support::app::id;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    members_of_an_approved_company_may_subscribe_and_nobody_else,
    events_about_another_tenant_do_not_come_whatever_is_asked_for,
);

/// The fields that this is about, and their arguments that take ids.
pub(crate) const FIELDS: [&str; 1] = ["Subscription.activity"];
pub(crate) const ARGUMENTS: [&str; 1] = ["Subscription.activity(filter.subjectId)"];

async fn members_of_an_approved_company_may_subscribe_and_nobody_else(database: TestDatabase) {
    let line = Line::open(database).await;
    let pending = line.app.company_of(Some(line.own), "Pending", TenantStatus::Pending).await;
    line.app.grant(&[("everywhere", line.own, Role::Owner), ("everywhere", line.child, Role::Owner)]).await;
    for (name, role, company) in
        [("viewer", Role::Viewer, line.own), ("admin", Role::Admin, line.own), ("owner", Role::Owner, line.child)]
    {
        let token = line.app.member(name, company, role).await;
        line.app.is_caught_up().await;
        let mut socket = line.served.signed_in(&token).await;
        socket.subscribe("feed", FEED, json!({})).await;
        have_begun(&mut socket).await;
        line.happens(line.child, 1).await;
        assert_eq!(number(&socket.next_of("feed").await["activity"]), 1, "{name}");
    }
    let applicant = line.app.member("applicant", pending, Role::Owner).await;
    for token in [applicant, line.app.token("everywhere"), line.app.token("nobody")] {
        let mut socket = line.served.signed_in(&token).await;
        socket.subscribe("feed", FEED, json!({})).await;
        let refused = socket.message().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("feed")));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    }
}

async fn events_about_another_tenant_do_not_come_whatever_is_asked_for(database: TestDatabase) {
    let line = Line::open(database).await;
    let sibling = line.app.company(Some(line.root), "Sibling").await;
    let (mut own, mut other) = (line.connect("grace", line.own).await, line.connect("ada", sibling).await);
    for (name, subject) in [("sibling", sibling), ("root", line.root), ("nobody", TenantId::generate())] {
        let filter = json!({ "subjectId": id(subject), "modules": ["ORDERS"] });
        own.subscribe(name, FEED, json!({ "filter": filter })).await;
    }
    for socket in [&mut own, &mut other] {
        socket.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
        have_begun(socket).await;
    }
    line.happens(sibling, 1).await;
    line.happens(line.root, 2).await;
    line.happens(line.child, 3).await;
    assert_eq!(number(&other.next_of("feed").await["activity"]), 1);
    assert_eq!(number(&own.next_of("feed").await["activity"]), 3);
    have_begun(&mut own).await;
    // An own cursor of another tenant's event leads nowhere either.
    let feed = line.feed("alan", sibling, json!({ "modules": ["ORDERS"] })).await;
    let after = json!({ "filter": { "modules": ["ORDERS"] }, "after": feed[0]["cursor"] });
    own.subscribe("after", FEED, after).await;
    let edge: Value = own.next_of("after").await["activity"].clone();
    assert_eq!(number(&edge), 3);
}
