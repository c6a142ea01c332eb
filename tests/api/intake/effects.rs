//! What each event of the contract with the modules does.

use entity::{Role, TenantId, TenantStatus, Timestamp};
use serde_json::{Value, json};
use time::macros::date;

use super::{
    APPROVED, DEACTIVATED, DELIVERED, Elsewhere, FROZEN, MOVED, PRICING, REACTIVATED, SOURCE, STATUS, THAWED, event,
    order, with,
};
use crate::figures::verify::found;
use crate::performance::{DAY, range};
use crate::support::app::id;
use crate::support::chain::Replica;
use crate::support::{TestDatabase, on_both_databases};
use reseller_network::graphql::id::EventRef;

on_both_databases!(
    approved_makes_a_reseller_active_and_one_not_yet_known_is_created_under_its_parent,
    deactivated_ends_its_sign_ins,
    reactivated_makes_it_active_again,
    subtree_frozen_freezes_the_whole_subtree_by_super_admin,
    subtree_thawed_removes_that_freeze_and_without_an_id_super_admins_own,
    moved_takes_the_subtree_with_it_from_then_on,
    pricing_updated_drops_caches_and_shows_each_direct_child_its_new_cost,
    status_changed_counts_an_order_once,
    delivered_counts_an_order_once,
    an_event_of_an_unknown_type_is_stored_and_shown_to_its_subject,
    what_cannot_be_done_is_kept_apart_for_the_operator,
);

fn status(world: &Elsewhere, company: TenantId) -> TenantStatus {
    let chain = world.snapshot();
    chain.status(chain.find(company).expect("a company"))
}

fn is_frozen(world: &Elsewhere, company: TenantId) -> bool {
    let chain = world.snapshot();
    chain.is_frozen(chain.find(company).expect("a company"))
}

/// The events in the feed of a company that were published elsewhere: type and distance, newest first.
async fn feed(world: &Elsewhere, company: TenantId) -> Vec<(String, i64)> {
    let nodes = world.ask_as(company, "{ activity(first: 100) { nodes { id type distance } } }", json!({})).await;
    let published = world.events().await.into_iter().filter(|event| event.source == SOURCE);
    let published: Vec<String> = published.map(|event| id(EventRef(event.position))).collect();
    let is_published = |node: &&Value| published.iter().any(|id| node["id"] == **id);
    let shown = |node: &Value| {
        (node["type"].as_str().expect("a type").to_owned(), node["distance"].as_i64().expect("a distance"))
    };
    nodes.at("/activity/nodes").as_array().expect("events").iter().filter(is_published).map(shown).collect()
}

async fn nothing_differs(world: &Elsewhere) {
    world.is_caught_up().await;
    assert_eq!(found(&Replica::open(world.database_url()).await.central).await, [] as [String; 0]);
}

async fn approved_makes_a_reseller_active_and_one_not_yet_known_is_created_under_its_parent(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own] = world.line().await;
    let pending = world.company_of(Some(own), "Pending", TenantStatus::Pending).await;
    assert_eq!(world.publish(&event("1", APPROVED, "pending", json!({}))).await, "STORED");
    assert_eq!(status(&world, pending), TenantStatus::Active);
    let data =
        json!({ "parentId": "level-1", "name": "A new one", "currency": "EUR", "joinedAt": "2026-02-03T04:05:06Z" });
    assert_eq!(world.publish(&event("2", APPROVED, "north/new", data)).await, "STORED");
    let new = world.named("north/new").expect("it was created");
    assert_eq!((world.named("north-new"), status(&world, new)), (Some(new), TenantStatus::Active));
    let query = "query ($id: ID!) { reseller(id: $id) { name currency joinedAt path { id } } }";
    let shown = world.ask_as(root, query, json!({ "id": id(new) })).await.at("/reseller");
    let path = [root, own, new].map(|company| json!({ "id": id(company) }));
    assert_eq!(
        shown,
        json!({ "name": "A new one", "currency": "EUR", "joinedAt": "2026-02-03T04:05:06Z", "path": path })
    );
    // What is so already is stored, and changes nothing.
    assert_eq!(world.publish(&event("3", APPROVED, "north-new", json!({ "name": "Another" }))).await, "STORED");
    assert_eq!(world.ask_as(root, query, json!({ "id": id(new) })).await.at("/reseller"), shown);
    nothing_differs(&world).await;
}

async fn deactivated_ends_its_sign_ins(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own, child] = world.line().await;
    let (grace, ada) = (world.member("grace", own, Role::Owner).await, world.member("ada", child, Role::Owner).await);
    assert_eq!(world.publish(&event("1", DEACTIVATED, &id(own), json!({ "reason": "unpaid" }))).await, "STORED");
    assert_eq!(status(&world, own), TenantStatus::Deactivated);
    assert_eq!(world.ask(&grace, "{ viewer { role } }", json!({})).await.status, 403);
    assert_eq!(world.ask(&ada, "{ viewer { role } }", json!({})).await.at("/viewer/role"), "OWNER");
    nothing_differs(&world).await;
}

async fn reactivated_makes_it_active_again(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own] = world.line().await;
    for (number, (kind, expected)) in [
        (REACTIVATED, TenantStatus::Active),
        (DEACTIVATED, TenantStatus::Deactivated),
        (REACTIVATED, TenantStatus::Active),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(world.publish(&event(&number.to_string(), kind, "level-1", json!({}))).await, "STORED");
        assert_eq!(status(&world, own), expected);
    }
    let seen = feed(&world, root).await;
    assert_eq!(seen.iter().map(|(kind, _)| &**kind).collect::<Vec<_>>(), [REACTIVATED, DEACTIVATED, REACTIVATED]);
    assert!(seen.iter().all(|(_, distance)| *distance == 1));
}

async fn subtree_frozen_freezes_the_whole_subtree_by_super_admin(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own, child] = world.line().await;
    let data = json!({ "reason": "unpaid", "freezeId": "F-1" });
    assert_eq!(world.publish(&event("1", FROZEN, "level-1", data)).await, "STORED");
    assert_eq!([root, own, child].map(|company| is_frozen(&world, company)), [false, true, true]);
    let query = "query ($id: ID!) { reseller(id: $id) { freezes { reason placedBy { name } placedOn { name } } } }";
    let freezes = world.ask_as(root, query, json!({ "id": id(child) })).await.at("/reseller/freezes");
    assert_eq!(
        freezes,
        json!([{ "reason": "unpaid", "placedBy": { "name": "Root" }, "placedOn": { "name": "Level 1" } }])
    );
    // One for each placer, however often it is told of.
    assert_eq!(world.publish(&event("2", FROZEN, "level-1", json!({ "reason": "again" }))).await, "STORED");
    assert_eq!(world.ask_as(root, query, json!({ "id": id(child) })).await.at("/reseller/freezes"), freezes);
    assert_eq!(feed(&world, root).await, [(FROZEN.to_owned(), 1), (FROZEN.to_owned(), 1)]);
    nothing_differs(&world).await;
}

async fn subtree_thawed_removes_that_freeze_and_without_an_id_super_admins_own(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own, child] = world.line().await;
    let frozen = |id: &str, name: Value| event(id, FROZEN, "level-1", json!({ "reason": "unpaid", "freezeId": name }));
    let thawed = |id: &str, name: Value| event(id, THAWED, "level-1", json!({ "freezeId": name }));
    world.publish(&frozen("1", json!("F-1"))).await;
    // Another's, as far as its name says.
    world.publish(&thawed("2", json!("F-2"))).await;
    assert!(is_frozen(&world, own));
    world.publish(&thawed("3", json!("F-1"))).await;
    assert!(!is_frozen(&world, own));
    world.publish(&frozen("4", Value::Null)).await;
    assert!(is_frozen(&world, child));
    world.publish(&thawed("5", Value::Null)).await;
    assert!(!is_frozen(&world, child));
    // One that was put here is known by the id that the API has for it.
    let ours = world.chain.freeze(reseller_network::tenancy::Actor::central(), own, "late").await.expect("a freeze");
    world.publish(&thawed("6", json!(id(ours)))).await;
    assert!(!is_frozen(&world, own));
    nothing_differs(&world).await;
}

async fn moved_takes_the_subtree_with_it_from_then_on(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, left, moving, below] = world.line().await;
    let right = world.company(Some(root), "Right").await;
    let placed = |id: &str, number: &str| event(id, STATUS, "level-3", order(number, "PLACED", 1_000, world.now()));
    // Before and after the move in one batch: each counts for the chain of its moment. The event's own time moves nothing back.
    let moved = with(
        event("2", MOVED, "level-2", json!({ "newParentId": "right" })),
        json!({ "time": "2026-01-01T00:00:00Z" }),
    );
    let outcomes = world.publish_all(&[placed("1", "A"), moved, placed("3", "B")]).await;
    assert!(outcomes.iter().all(|answer| answer["outcome"] == "STORED"), "{outcomes:?}");
    let chain = world.snapshot();
    let parent = |company| chain.parent(chain.find(company).expect("a company")).map(|parent| chain.id(parent));
    assert_eq!((parent(moving), parent(below)), (Some(right), Some(moving)));
    world.is_caught_up().await;
    assert_eq!(feed(&world, left).await, [(MOVED.to_owned(), 1), (STATUS.to_owned(), 2)]);
    assert_eq!(feed(&world, right).await, [(STATUS.to_owned(), 2), (MOVED.to_owned(), 1)]);
    assert_eq!(feed(&world, root).await, [(STATUS.to_owned(), 3), (MOVED.to_owned(), 2), (STATUS.to_owned(), 3)]);
    nothing_differs(&world).await;
}

async fn pricing_updated_drops_caches_and_shows_each_direct_child_its_new_cost(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own, child, grandchild] = world.line().await;
    let catalog = "{ viewer { reseller { availableCatalog(first: 10) { nodes { sku } } } } }";
    let ask = async |company| world.ask_as(company, catalog, json!({})).await.at("/viewer/reseller");
    for company in [own, child] {
        ask(company).await;
    }
    let calls = world.calls_of("catalog.getAvailableCatalog");
    ask(child).await;
    assert_eq!(calls.take().len(), 0, "what was answered before is told again");
    let item =
        json!({ "sku": "mug", "oldPriceMinor": 120, "newPriceMinor": 130, "currency": "USD", "supplier": "secret" });
    assert_eq!(world.publish(&event("1", PRICING, "level-1", json!({ "items": [item] }))).await, "STORED");
    ask(child).await;
    assert_eq!(calls.take().len(), 1);
    assert_eq!(feed(&world, root).await, [(PRICING.to_owned(), 1)]);
    assert_eq!(feed(&world, child).await, [(PRICING.to_owned(), -1)]);
    assert_eq!(feed(&world, grandchild).await, []);
    let data = world
        .ask_as(child, "{ activity(first: 100, filter: { modules: [CATALOG] }) { nodes { data } } }", json!({}))
        .await;
    let shown = json!({ "items": [{ "sku": "mug", "oldPriceMinor": 120, "newPriceMinor": 130, "currency": "USD" }] });
    assert_eq!(data.at("/activity/nodes/0/data"), shown);
    nothing_differs(&world).await;
}

async fn status_changed_counts_an_order_once(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own, child] = world.line().await;
    let placed_at = Timestamp(world.now().0 - 3 * DAY);
    let told = |id: &str, to: &str, amount| event(id, STATUS, "level-2", order("A", to, amount, placed_at));
    let at = |event: Value, hour: i64| {
        with(event, json!({ "time": Timestamp(placed_at.0 + hour * 3_600_000_000).to_rfc3339() }))
    };
    // Late, twice, and in any order.
    world.publish(&at(told("3", "SHIPPED", 1_000), 3)).await;
    world.publish(&at(told("1", "PLACED", 1_000), 1)).await;
    world.publish(&at(told("1", "PLACED", 1_000), 1)).await;
    world.publish(&at(told("2", "CONFIRMED", 1_000), 2)).await;
    // Another amount, and another source's order of the same name.
    world.publish(&at(told("4", "SHIPPED", 2_000), 4)).await;
    let other = json!({ "source": format!("{}/other", SOURCE) });
    world.publish(&with(at(told("5", "PLACED", 70), 5), other)).await;
    world.is_caught_up().await;
    let period = || range(date!(2026 - 11 - 17), date!(2026 - 11 - 17));
    for (company, level) in [(root, 2), (own, 1), (child, 0)] {
        let shown = world.performance(company, company, period(), Value::Null).await;
        assert_eq!(
            (&shown["orderCount"], &shown["totals"][0]["revenue"]),
            (&json!(2), &json!({ "amount": "10.70", "currency": "USD" }))
        );
        assert_eq!(shown["byLevel"][level]["orderCount"], 2);
    }
    world.publish(&at(told("6", "CANCELLED", 1_000), 6)).await;
    world.is_caught_up().await;
    assert_eq!(world.performance(root, root, period(), Value::Null).await["orderCount"], 1);
    nothing_differs(&world).await;
}

async fn delivered_counts_an_order_once(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [root, own, child] = world.line().await;
    let mut data = order("A", "DELIVERED", 1_000, world.now());
    data["deliveredAt"] = json!(world.now().to_rfc3339());
    data["customer"] = json!({ "email": "secret@example.com" });
    world.publish(&event("2", DELIVERED, "level-2", data)).await;
    world.publish(&event("1", STATUS, "level-2", order("A", "PLACED", 1_000, world.now()))).await;
    world.is_caught_up().await;
    let day = || range(date!(2026 - 11 - 20), date!(2026 - 11 - 20));
    let shown = world.performance(own, own, day(), Value::Null).await;
    assert_eq!((&shown["orderCount"], &shown["totals"][0]["revenue"]["amount"]), (&json!(1), &json!("10.00")));
    // All of it to the subject, and to those above what is named.
    let query = "query ($types: [String!]) { activity(first: 10, filter: { types: $types }) { nodes { data } } }";
    let data = async |company| {
        world.ask_as(company, query, json!({ "types": [DELIVERED] })).await.at("/activity/nodes/0/data")
    };
    assert_eq!(data(child).await["customer"], json!({ "email": "secret@example.com" }));
    let above = data(root).await;
    assert_eq!((&above["orderId"], above.get("customer")), (&json!("A"), None));
    nothing_differs(&world).await;
}

async fn an_event_of_an_unknown_type_is_stored_and_shown_to_its_subject(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own, child] = world.line().await;
    let kind = "ResellerCrm.note.added";
    assert_eq!(
        world.publish(&event("1", kind, "level-1", json!({ "text": "Call them", "n": [1, { "a": null }] }))).await,
        "STORED"
    );
    let query = "query ($types: [String!]) { activity(first: 10, filter: { types: $types }) { nodes { type module summary data } } }";
    let shown = async |company| world.ask_as(company, query, json!({ "types": [kind] })).await.at("/activity/nodes");
    let own_shown = shown(own).await;
    assert_eq!((&own_shown[0]["type"], &own_shown[0]["module"]), (&json!(kind), &json!("OTHER")));
    assert_eq!(own_shown[0]["data"], json!({ "text": "Call them", "n": [1, { "a": null }] }));
    assert_eq!(shown(child).await, json!([]));
    nothing_differs(&world).await;
}

async fn what_cannot_be_done_is_kept_apart_for_the_operator(database: TestDatabase) {
    let world = Elsewhere::open(database).await;
    let [_, own, _] = world.line().await;
    world.company(Some(own), "Taken").await;
    world.publish(&event("0", FROZEN, "level-2", json!({ "reason": "unpaid", "freezeId": "F-1" }))).await;
    let before = world.events().await.len();
    let cases = [
        (
            event("7", FROZEN, "level-1", json!({ "freezeId": "F-1" })),
            "its freezeId is that of a freeze on another company",
        ),
        (event("1", DEACTIVATED, "root", json!({})), "the root of the chain cannot be switched off"),
        (event("2", FROZEN, "root", json!({})), "nobody is above the root who could freeze it"),
        (event("3", MOVED, "root", json!({ "newParentId": "level-1" })), "the root of the chain cannot be moved"),
        (event("4", MOVED, "level-1", json!({ "newParentId": "level-2" })), "a company cannot be moved below itself"),
        (event("5", MOVED, "level-1", json!({ "newParentId": "level-1" })), "a company cannot be moved below itself"),
        (
            event("6", APPROVED, "a b", json!({ "parentId": "root", "name": "A", "currency": "USD" })),
            "the external id of a new company must not contain spaces or control characters",
        ),
    ];
    for (event, why) in &cases {
        assert_eq!(world.publish(event).await, "KEPT_APART");
        assert_eq!(world.publish(event).await, "DUPLICATE");
        assert!(
            world.waiting().await.iter().any(|(_, waits_for, reason)| waits_for.is_none() && reason == why),
            "{why}"
        );
    }
    assert_eq!((world.waiting().await.len(), world.events().await.len()), (cases.len(), before));
    nothing_differs(&world).await;
}
