//! Members: invited by their address, given other roles, and removed, in force on the next request. The last OWNER stays.

pub(crate) mod inviting;

use entity::{MembershipId, Role, TenantId, public_id};
use futures_util::future::join_all;
use reseller_network::error::RefusalCode;
use reseller_network::http::connections::ConnectionLimits;
use reseller_network::tenancy::{Actor, Scope};
use serde_json::{Value, json};

use crate::support::app::{Setup, TestApp, person};
use crate::support::chain::refusal;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    an_owner_gives_roles_which_are_in_force_on_the_next_request,
    who_is_removed_is_a_member_no_more_also_on_open_connections,
    the_last_owner_stays,
    of_two_owners_who_remove_each_other_one_stays,
    who_was_removed_while_their_request_ran_changes_nothing,
    only_an_owner_changes_members,
    members_are_seen_by_their_company_alone,
);

/// A company, and one below it: `owner`, `admin` and `viewer` of the first one, each named by their role.
struct World {
    app: TestApp,
    company: TenantId,
}

const MEMBER: &str = "id userId email role since invitedUntil";

impl World {
    async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, Setup::default()).await
    }

    async fn open_with(database: TestDatabase, setup: Setup) -> Self {
        let app = TestApp::start_with(database, setup).await;
        let root = app.company(None, "Root").await;
        let company = app.company(Some(root), "Company").await;
        let child = app.company(Some(company), "Child").await;
        app.grant(&[("root", root, Role::Owner), ("child", child, Role::Owner)]).await;
        for (person, role) in [("owner", Role::Owner), ("admin", Role::Admin), ("viewer", Role::Viewer)] {
            app.grant(&[(person, company, role)]).await;
        }
        Self { app, company }
    }

    async fn ask(&self, person: &str, document: &str, variables: Value) -> Value {
        self.app.ask(&self.app.token(person), document, variables).await.data()
    }

    /// What comes of the mutation `field` with this input, for `person`.
    async fn does(&self, person: &str, field: &str, input: Value) -> Value {
        let name = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
        let what = match field {
            "removeMember" => "removedId".to_owned(),
            "acceptInvitation" => "reseller { id name }".to_owned(),
            _ => format!("member {{ {MEMBER} }}"),
        };
        let document = format!(
            "mutation ($input: {name}Input!) {{ {field}(input: $input) {{ {what} userErrors {{ code field message }} }} }}"
        );
        self.ask(person, &document, json!({ "input": input })).await[field].clone()
    }

    /// The members that `person` sees, oldest first.
    async fn members(&self, person: &str) -> Vec<Value> {
        let document = format!("{{ members(first: 100) {{ nodes {{ {MEMBER} }} totalCount }} }}");
        let listed = self.ask(person, &document, json!({})).await["members"].clone();
        let nodes = listed["nodes"].as_array().cloned().expect("a list");
        assert_eq!(listed["totalCount"], json!(nodes.len()));
        nodes
    }

    /// The id of the membership of `subject` in the company.
    async fn member(&self, subject: &str) -> Value {
        let members = self.members("viewer").await;
        let address = json!(format!("{subject}@example.com"));
        members.iter().find(|member| member["email"] == address).expect("a member")["id"].clone()
    }

    async fn role(&self, person: &str) -> Value {
        self.ask(person, "{ viewer { role } }", json!({})).await["viewer"]["role"].clone()
    }
}

/// Why nothing came of a mutation: the code, and the field.
fn why(payload: &Value) -> (Value, Value) {
    (payload["userErrors"][0]["code"].clone(), payload["userErrors"][0]["field"].clone())
}

async fn an_owner_gives_roles_which_are_in_force_on_the_next_request(database: TestDatabase) {
    let world = World::open(database).await;
    let viewer = world.member("viewer").await;
    let changed = world.does("owner", "changeMemberRole", json!({ "id": viewer, "role": "ADMIN" })).await;
    assert_eq!((&changed["userErrors"], &changed["member"]["role"]), (&json!([]), &json!("ADMIN")));
    assert_eq!(world.role("viewer").await, "ADMIN");
    let update = "mutation { updateSettings(input: { version: 0 }) { userErrors { code } } }";
    assert_eq!(world.ask("viewer", update, json!({})).await["updateSettings"]["userErrors"], json!([]), "it acts");
    let again = world.does("owner", "changeMemberRole", json!({ "id": viewer, "role": "ADMIN" })).await;
    assert_eq!(again["member"], changed["member"]);

    world.app.is_caught_up().await;
    let document = "{ activity(first: 1, filter: { types: [\"ResellerNetwork.membership.granted\"] }) { nodes { summary
        details { ... on MembershipGranted { personId role oldRole } } } } }";
    let told = world.ask("owner", document, json!({})).await["activity"]["nodes"][0].clone();
    let details = json!({ "personId": changed["member"]["userId"], "role": "ADMIN", "oldRole": "VIEWER" });
    assert_eq!((&told["summary"], &told["details"]), (&json!("Somebody became ADMIN of Company"), &details));
}

async fn who_is_removed_is_a_member_no_more_also_on_open_connections(database: TestDatabase) {
    let world = World::open(database).await;
    let served = world.app.served(ConnectionLimits::default()).await;
    let mut socket = served.signed_in(&world.app.token("admin")).await;
    let admin = world.member("admin").await;
    let removed = world.does("owner", "removeMember", json!({ "id": admin })).await;
    assert_eq!((&removed["userErrors"], &removed["removedId"]), (&json!([]), &admin));
    assert_eq!(world.role("admin").await, Value::Null, "a member nowhere");
    assert_eq!(socket.closed().await.0, 4403, "the connection ends");
    let again = world.does("owner", "removeMember", json!({ "id": admin })).await;
    assert_eq!(why(&again), (json!("NOT_FOUND"), json!(["id"])));
    assert_eq!(world.members("owner").await.len(), 2);
}

async fn the_last_owner_stays(database: TestDatabase) {
    let world = World::open(database).await;
    let owner = world.member("owner").await;
    let last = (json!("CONFLICT"), json!(["id"]));
    assert_eq!(why(&world.does("owner", "removeMember", json!({ "id": owner })).await), last);
    for role in ["ADMIN", "VIEWER"] {
        assert_eq!(why(&world.does("owner", "changeMemberRole", json!({ "id": owner, "role": role })).await), last);
    }
    // Who is invited has not come yet.
    let invited = world.does("owner", "inviteMember", json!({ "email": "new@example.com", "role": "OWNER" })).await;
    assert_eq!(invited["userErrors"], json!([]));
    assert_eq!(why(&world.does("owner", "removeMember", json!({ "id": owner })).await), last);
    assert_eq!(world.role("owner").await, "OWNER");

    let admin = world.member("admin").await;
    world.does("owner", "changeMemberRole", json!({ "id": admin, "role": "OWNER" })).await;
    assert_eq!(world.does("owner", "removeMember", json!({ "id": owner })).await["userErrors"], json!([]));
    assert_eq!(world.role("owner").await, Value::Null);
}

async fn of_two_owners_who_remove_each_other_one_stays(database: TestDatabase) {
    let world = World::open(database).await;
    world.app.grant(&[("other", world.company, Role::Owner)]).await;
    let (owner, other) = (world.member("owner").await, world.member("other").await);
    let race = [("owner", &other), ("other", &owner), ("owner", &owner), ("other", &other)];
    let remove = race.map(|(person, id)| world.app.ask_as_it_is(person, id));
    join_all(remove).await;
    let left = world.members("viewer").await;
    let owners = left.iter().filter(|member| member["role"] == "OWNER").count();
    assert_eq!(owners, 1, "{left:?}");
}

async fn who_was_removed_while_their_request_ran_changes_nothing(database: TestDatabase) {
    let world = World::open(database).await;
    world.app.grant(&[("other", world.company, Role::Owner)]).await;
    let other = world.member("other").await;
    world.does("owner", "removeMember", json!({ "id": other })).await;
    // As a request that was signed in before.
    let removed = Actor { scope: Scope::Tenant(world.company), person: Some(person("other").id()), role: Role::Owner };
    let members = world.app.running().services.members.clone();
    let invited = members.invite(removed, "friend@example.com", Role::Owner).await;
    assert_eq!(refusal(invited).code, RefusalCode::NotAllowed);
    let owner =
        MembershipId(public_id::parse("member", world.member("owner").await.as_str().expect("an id")).expect("an id"));
    assert_eq!(refusal(members.remove(removed, owner).await).code, RefusalCode::NotAllowed);
    assert_eq!(refusal(members.change_role(removed, owner, Role::Viewer).await).code, RefusalCode::NotAllowed);
    assert_eq!(world.members("owner").await.len(), 3);
}

async fn only_an_owner_changes_members(database: TestDatabase) {
    let world = World::open(database).await;
    let viewer = world.member("viewer").await;
    let changes = async |person: &str| {
        [
            why(&world.does(person, "inviteMember", json!({ "email": "new@example.com", "role": "VIEWER" })).await).0,
            why(&world.does(person, "changeMemberRole", json!({ "id": viewer, "role": "OWNER" })).await).0,
            why(&world.does(person, "removeMember", json!({ "id": viewer })).await).0,
        ]
    };
    for person in ["admin", "viewer"] {
        assert_eq!(changes(person).await, ["NOT_ALLOWED"; 3], "{person}");
    }
    let frozen = world.app.chain.freeze(Actor::central(), world.company, "late").await;
    frozen.expect("a freeze");
    assert_eq!(changes("owner").await, ["FROZEN"; 3]);
    assert_eq!(world.members("owner").await.len(), 3);
}

async fn members_are_seen_by_their_company_alone(database: TestDatabase) {
    let world = World::open(database).await;
    for person in ["owner", "admin", "viewer"] {
        let roles: Vec<_> = world.members(person).await.iter().map(|member| member["role"].clone()).collect();
        assert_eq!(roles, ["OWNER", "ADMIN", "VIEWER"], "oldest first, as {person} sees them");
    }
    for person in ["root", "child"] {
        assert_eq!(world.members(person).await.len(), 1, "{person} sees its own");
        let viewer = world.member("viewer").await;
        let refused = world.does(person, "removeMember", json!({ "id": viewer })).await;
        assert_eq!(why(&refused), (json!("NOT_FOUND"), json!(["id"])), "not even an ancestor");
    }
    let document =
        "query ($first: Int, $after: String, $last: Int) { members(first: $first, after: $after, last: $last) {
        edges { cursor node { role } } pageInfo { hasNextPage hasPreviousPage } totalCount } }";
    let page = async |arguments| world.ask("viewer", document, arguments).await["members"].clone();
    let first = page(json!({ "first": 2 })).await;
    assert_eq!((&first["pageInfo"]["hasNextPage"], &first["totalCount"]), (&json!(true), &json!(3)));
    let rest = page(json!({ "first": 2, "after": first["edges"][1]["cursor"] })).await;
    assert_eq!(rest["edges"][0]["node"]["role"], "VIEWER");
    assert_eq!(page(json!({ "last": 1 })).await["edges"], rest["edges"]);
}

impl TestApp {
    /// Asks to remove a member, whatever comes of it: who was removed meanwhile is refused.
    async fn ask_as_it_is(&self, person: &str, member: &Value) {
        let document = "mutation ($id: ID!) { removeMember(input: { id: $id }) { removedId userErrors { code } } }";
        self.ask(&self.token(person), document, json!({ "id": member })).await;
    }
}
