//! The chain as a service: who may change what, and what the change does.

mod freezing;
mod life;
mod moves;
mod moving;

use entity::{FreezeId, Role, TenantId, TenantStatus};
use reseller_network::{
    error::{Refusal, RefusalCode, ServiceError},
    modules::admin::NewReseller,
    tenancy::{Actor, topology::Snapshot},
};

use crate::support::{
    TestDatabase,
    chain::{Replica, assert_refused, company, is_frozen, member, node, owner, parent, refusal},
    on_both_databases,
};

on_both_databases!(
    down_is_allowed_up_and_sideways_is_not,
    nobody_administers_itself,
    a_viewer_changes_nothing_an_admin_acts_an_owner_deactivates,
    statuses_go_from_pending_to_active_to_deactivated_and_back,
    a_company_that_is_not_active_changes_nothing,
    one_database_holds_one_chain,
    slugs_and_external_ids_are_one_namespace,
    what_cannot_be_a_company_is_refused,
    a_client_reads_its_own_writes,
    another_replica_follows,
    every_change_is_one_fact,
);

/// A root with the children `left` and `right`, `child` below `left`, and `grandchild` below that.
struct Family {
    replica: Replica,
    root: TenantId,
    left: TenantId,
    right: TenantId,
    child: TenantId,
    grandchild: TenantId,
}

impl std::ops::Deref for Family {
    type Target = Replica;

    fn deref(&self) -> &Replica {
        &self.replica
    }
}

impl Family {
    async fn new(database: &TestDatabase) -> Self {
        Self::of(Replica::open(&database.url).await).await
    }

    async fn of(replica: Replica) -> Self {
        let root = replica.add(None, "Root").await;
        let left = replica.add(root, "Left").await;
        let right = replica.add(root, "Right").await;
        let child = replica.add(left, "Child").await;
        let grandchild = replica.add(child, "Grandchild").await;
        Self { replica, root, left, right, child, grandchild }
    }

    /// What each operation answers when `actor` asks it of `target`, first those that take the target by its id.
    async fn ask_all(&self, actor: Actor, target: TenantId) -> Vec<Refusal> {
        let chain = &self.chain;
        vec![
            refusal(chain.approve(actor, target).await),
            refusal(chain.deactivate(actor, target, "closed").await),
            refusal(chain.reactivate(actor, target).await),
            refusal(chain.freeze(actor, target, "late").await),
            refusal(chain.move_reseller(actor, target, self.child).await),
        ]
    }

    async fn frozen(&self, placer: TenantId, target: TenantId) -> FreezeId {
        self.chain.freeze(owner(placer), target, "late").await.expect("a freeze by one above")
    }

    async fn moved(&self, actor: Actor, who: TenantId, below: TenantId) {
        self.chain.move_reseller(actor, who, below).await.expect("a move");
    }
}

fn status(snapshot: &Snapshot, tenant: TenantId) -> TenantStatus {
    snapshot.status(node(snapshot, tenant))
}

async fn down_is_allowed_up_and_sideways_is_not(database: TestDatabase) {
    let family = Family::new(&database).await;
    let actor = owner(family.left);
    let stranger = family.add(family.right, "Stranger").await;
    let end = family.end_of_log().await;
    let never_issued = family.ask_all(actor, TenantId::generate()).await;
    assert!(never_issued.iter().all(|refusal| refusal.code == RefusalCode::NotFound), "{never_issued:?}");
    for target in [family.root, family.right, stranger] {
        assert_eq!(
            family.ask_all(actor, target).await,
            never_issued,
            "not to be told from an id that was never issued"
        );
    }
    let below_unknown = refusal(family.chain.create(actor, company(TenantId::generate(), "New")).await);
    let to_unknown = refusal(family.chain.move_reseller(actor, family.grandchild, TenantId::generate()).await);
    for target in [family.root, family.right, stranger] {
        assert_eq!(refusal(family.chain.create(actor, company(target, "New")).await), below_unknown);
        assert_eq!(refusal(family.chain.move_reseller(actor, family.grandchild, target).await), to_unknown);
    }
    assert_eq!(family.end_of_log().await, end, "nothing has happened");
    for target in [family.child, family.grandchild] {
        family.chain.deactivate(actor, target, "closed").await.expect("one below");
    }
    let own_child = family.chain.create(actor, company(family.left, "New")).await.expect("a child of its own");
    assert_eq!(parent(&family.snapshot(), own_child), Some(family.left));
}

async fn nobody_administers_itself(database: TestDatabase) {
    let family = Family::new(&database).await;
    for tenant in [family.left, family.root] {
        for refusal in family.ask_all(owner(tenant), tenant).await {
            assert_eq!(refusal.code, RefusalCode::NotAllowed, "{refusal}");
        }
    }
    assert_refused(family.chain.freeze(Actor::central(), family.root, "late").await, RefusalCode::NotAllowed);
    let freeze = family.frozen(family.root, family.child).await;
    let outcome = family.chain.thaw(owner(family.child), freeze, None).await;
    assert_refused(outcome, RefusalCode::Frozen);
}

async fn a_viewer_changes_nothing_an_admin_acts_an_owner_deactivates(database: TestDatabase) {
    let family = Family::new(&database).await;
    let (chain, target) = (&family.chain, family.child);
    let freeze = family.frozen(family.root, family.grandchild).await;
    let viewer = member(family.root, Role::Viewer);
    for refusal in family.ask_all(viewer, target).await {
        assert_eq!(refusal.code, RefusalCode::NotAllowed, "{refusal}");
    }
    assert_refused(chain.thaw(viewer, freeze, None).await, RefusalCode::NotAllowed);
    assert_refused(chain.create(viewer, company(target, "New")).await, RefusalCode::NotAllowed);
    let unknown = refusal(chain.freeze(viewer, TenantId::generate(), "late").await);
    assert_eq!(
        refusal(chain.freeze(viewer, target, "late").await),
        unknown,
        "the role comes first: it tells nothing of the id"
    );

    let admin = member(family.root, Role::Admin);
    assert_refused(chain.deactivate(admin, target, "closed").await, RefusalCode::NotAllowed);
    assert_refused(chain.reactivate(admin, target).await, RefusalCode::NotAllowed);
    chain.thaw(admin, freeze, Some("paid")).await.expect("an admin thaws");
    chain.freeze(admin, target, "late").await.expect("an admin freezes");
    chain.move_reseller(admin, target, family.right).await.expect("an admin moves");
    chain.create(admin, company(target, "New")).await.expect("an admin creates");
    let pending = family.add_pending(target, "Pending").await;
    chain.approve(admin, pending).await.expect("an admin approves");
    chain.deactivate(owner(family.root), target, "closed").await.expect("an owner deactivates");
    chain.reactivate(owner(family.root), target).await.expect("an owner reactivates");
}

async fn statuses_go_from_pending_to_active_to_deactivated_and_back(database: TestDatabase) {
    let family = Family::new(&database).await;
    let (chain, actor) = (&family.chain, owner(family.root));
    let company = family.add_pending(family.left, "Applicant").await;
    let is = async |expected| assert_eq!(status(&*family.caught_up().await, company), expected);
    is(TenantStatus::Pending).await;
    assert_refused(chain.deactivate(actor, company, "closed").await, RefusalCode::Conflict);
    assert_refused(chain.reactivate(actor, company).await, RefusalCode::Conflict);
    chain.approve(actor, company).await.expect("pending");
    is(TenantStatus::Active).await;
    assert_refused(chain.approve(actor, company).await, RefusalCode::Conflict);
    assert_refused(chain.reactivate(actor, company).await, RefusalCode::Conflict);
    chain.deactivate(actor, company, "closed").await.expect("active");
    is(TenantStatus::Deactivated).await;
    assert_refused(chain.approve(actor, company).await, RefusalCode::Conflict);
    assert_refused(chain.deactivate(actor, company, "closed").await, RefusalCode::Conflict);
    chain.reactivate(actor, company).await.expect("deactivated");
    is(TenantStatus::Active).await;
}

async fn a_company_that_is_not_active_changes_nothing(database: TestDatabase) {
    let family = Family::new(&database).await;
    let pending = family.add_pending(family.left, "Pending").await;
    let outcome = family.chain.create(owner(pending), company(pending, "Below")).await;
    assert_refused(outcome, RefusalCode::NotAllowed);
    let outcome = family.chain.create(owner(family.root), company(pending, "Below")).await;
    assert_refused(outcome, RefusalCode::Invalid);
    let outcome = family.chain.move_reseller(owner(family.root), family.right, pending).await;
    assert_refused(outcome, RefusalCode::Invalid);
    family.chain.deactivate(owner(family.root), family.left, "closed").await.expect("active");
    for refusal in family.ask_all(owner(family.left), family.child).await {
        assert_eq!(refusal.code, RefusalCode::NotAllowed, "{refusal}");
    }
    let outcome = family.chain.move_reseller(owner(family.root), family.right, family.left).await;
    assert_refused(outcome, RefusalCode::Invalid);
    family.chain.freeze(owner(family.child), family.grandchild, "late").await.expect("its descendants work on");
}

async fn one_database_holds_one_chain(database: TestDatabase) {
    let family = Family::new(&database).await;
    assert_refused(family.chain.create(Actor::central(), company(None, "Second")).await, RefusalCode::Conflict);
    let other = Replica::open(&database.url).await;
    assert_refused(other.chain.create(Actor::central(), company(None, "Second")).await, RefusalCode::Conflict);
    let by_tenant = family.chain.create(owner(family.left), company(None, "Second")).await;
    assert!(matches!(by_tenant, Err(ServiceError::Refused(_))), "{by_tenant:?}");
    let connection = crate::connect(&database.url).await;
    let past_the_service = "UPDATE tenants SET parent_id = NULL WHERE name = 'Left'";
    assert!(sea_orm::ConnectionTrait::execute_unprepared(&connection, past_the_service).await.is_err());
}

async fn slugs_and_external_ids_are_one_namespace(database: TestDatabase) {
    let family = Family::new(&database).await;
    let named =
        |external_id: &str| NewReseller { external_id: Some(external_id.to_owned()), ..company(family.left, "Texas") };
    let texas = family.chain.create(Actor::central(), named("us/texas")).await.expect("a new name");
    let snapshot = family.snapshot();
    assert_eq!(snapshot.find_named("us/texas"), snapshot.find(texas));
    assert_eq!(snapshot.find_named("us-texas"), snapshot.find(texas));
    for taken in ["us/texas", "us-texas"] {
        assert_refused(family.chain.create(Actor::central(), named(taken)).await, RefusalCode::Conflict);
    }
    let twice = [family.add(family.left, "Same").await, family.add(family.left, "Same").await];
    let snapshot = family.snapshot();
    let [one, other] = twice.map(|tenant| snapshot.slug(node(&snapshot, tenant)).to_owned());
    assert!(one.starts_with("same-") && other.starts_with("same-") && one != other, "{one} {other}");
}

async fn what_cannot_be_a_company_is_refused(database: TestDatabase) {
    let family = Family::new(&database).await;
    let new = || company(family.left, "New");
    for refused in [
        NewReseller { name: String::new(), ..new() },
        NewReseller { name: " x".to_owned(), ..new() },
        NewReseller { name: "x\ny".to_owned(), ..new() },
        NewReseller { name: "x".repeat(201), ..new() },
        NewReseller { external_id: Some("a b".to_owned()), ..new() },
        NewReseller { external_id: Some(String::new()), ..new() },
        NewReseller { currency: "usd".to_owned(), ..new() },
        NewReseller { currency: "XYZ".to_owned(), ..new() },
    ] {
        let outcome = family.chain.create(owner(family.root), refused.clone()).await;
        let refusal = refusal(outcome);
        assert_eq!((refusal.code, refusal.field.len()), (RefusalCode::Invalid, 1), "{refused:?}: {refusal}");
    }
}

async fn a_client_reads_its_own_writes(database: TestDatabase) {
    let family = Family::new(&database).await;
    let is_parent = |expected| assert_eq!(parent(&family.snapshot(), family.child), Some(expected));
    for below in [family.right, family.left, family.root, family.left] {
        family.moved(owner(family.root), family.child, below).await;
        is_parent(below);
    }
    let freeze = family.frozen(family.root, family.child).await;
    assert!(is_frozen(&family.snapshot(), family.grandchild));
    family.chain.thaw(owner(family.root), freeze, None).await.expect("by its placer");
    assert!(!is_frozen(&family.snapshot(), family.grandchild));
    family.chain.deactivate(owner(family.root), family.child, "closed").await.expect("active");
    assert_eq!(status(&family.snapshot(), family.child), TenantStatus::Deactivated);
}

async fn another_replica_follows(database: TestDatabase) {
    let one = Replica::open(&database.url).await;
    let other = Replica::open(&database.url).await;
    let family = Family::of(one).await;
    family.moved(owner(family.root), family.child, family.right).await;
    family.frozen(family.root, family.right).await;
    let seen = other.caught_up().await;
    assert_eq!(parent(&seen, family.child), Some(family.right));
    assert!(is_frozen(&seen, family.grandchild));
    // And the other way round, each deciding by the database and not by what it has in memory.
    let frozen = other.chain.freeze(owner(family.right), family.grandchild, "late").await;
    assert_refused(frozen, RefusalCode::Frozen);
    other.chain.deactivate(owner(family.root), family.left, "closed").await.expect("active");
    assert_eq!(status(&*family.caught_up().await, family.left), TenantStatus::Deactivated);
}

async fn every_change_is_one_fact(database: TestDatabase) {
    let family = Family::new(&database).await;
    let before = family.end_of_log().await;
    let (chain, actor, child) = (&family.chain, owner(family.root), family.child);
    let pending = family.add_pending(family.left, "Applicant").await;
    chain.approve(actor, pending).await.expect("pending");
    let freeze = family.frozen(family.root, child).await;
    chain.thaw(actor, freeze, None).await.expect("by its placer");
    family.moved(actor, child, family.right).await;
    chain.deactivate(actor, child, "closed").await.expect("active");
    assert_refused(chain.deactivate(actor, child, "closed").await, RefusalCode::Conflict);
    chain.reactivate(actor, child).await.expect("deactivated");
    let expected = [
        ("applied", pending),
        ("approved", pending),
        ("subtree_frozen", child),
        ("subtree_thawed", child),
        ("moved", child),
        ("deactivated", child),
        ("reactivated", child),
    ];
    let expected = expected.map(|(kind, subject)| (format!("ResellerAdmin.reseller.{kind}"), Some(subject)));
    assert_eq!(family.facts_after(before).await, expected);
}
