//! One process's view of a database: what `serve` holds in memory, and the services over it, without HTTP.

use std::{sync::Arc, time::Duration};

use entity::{Position, Role, TenantId, TenantStatus, Timestamp};
use reseller_network::{
    clock::Clock,
    error::{Refusal, RefusalCode, ServiceError},
    events::{Follower, Log, tail},
    modules::admin::{Chain, NewReseller},
    tenancy::{
        Actor, CentralDb, Database, OpenOptions, Scope,
        topology::{NodeIndex, Snapshot, Topology, store},
    },
};
use tokio::task::AbortHandle;

/// A process of the program on a database. Several of them on one database are replicas.
pub(crate) struct Replica {
    pub(crate) database: Database,
    pub(crate) central: CentralDb,
    pub(crate) log: Log,
    pub(crate) topology: Arc<Topology>,
    pub(crate) chain: Chain,
    follower: AbortHandle,
}

impl Replica {
    /// Opens the database at `url`, brings its schema up to date, and follows its log.
    pub(crate) async fn open(url: &str) -> Self {
        Self::open_with(url, OpenOptions::default(), Clock::system()).await
    }

    pub(crate) async fn open_with(url: &str, options: OpenOptions, clock: Clock) -> Self {
        let database = Database::open(url, OpenOptions { create: true, ..options }).await.expect("a database");
        database.migrate().await.expect("the schema of this program");
        let central = database.in_central();
        let topology = Arc::new(Topology::new(store::load(&central).await.expect("a chain")));
        let log = Log::new(central.clone(), clock);
        let follower = Follower::new(central.clone(), log.clone(), topology.clone(), Vec::new());
        let follower = tokio::spawn(follower.run()).abort_handle();
        let chain = Chain::new(log.clone());
        Self { database, central, log, topology, chain, follower }
    }

    /// The chain as this process has it in memory now.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.topology.current()
    }

    /// The chain in memory, as soon as it has all that is in the database by now.
    pub(crate) async fn caught_up(&self) -> Arc<Snapshot> {
        let end = self.end_of_log().await;
        let waiting = self.topology.wait_for(end);
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("the follower reads the log");
        self.snapshot()
    }

    /// The chain that the rows of the database make up.
    pub(crate) async fn recount(&self) -> Snapshot {
        store::load(&self.central).await.expect("a chain")
    }

    /// The position of the last event.
    pub(crate) async fn end_of_log(&self) -> Position {
        self.recount().await.position()
    }

    /// The types and subjects of all events after `position`.
    pub(crate) async fn facts_after(&self, position: Position) -> Vec<(String, Option<TenantId>)> {
        let events = tail::read_after(&self.central, position, 1_000_000).await.expect("the log");
        events.into_iter().map(|event| (event.event_type, event.subject_tenant_id)).collect()
    }

    /// Adds an active company, as the operator.
    pub(crate) async fn add(&self, parent: impl Into<Option<TenantId>>, name: &str) -> TenantId {
        self.chain.create(Actor::central(), company(parent, name)).await.expect("a company that may be added")
    }

    /// Adds a company that waits for approval.
    pub(crate) async fn add_pending(&self, parent: TenantId, name: &str) -> TenantId {
        let new = NewReseller { status: TenantStatus::Pending, ..company(parent, name) };
        self.chain.create(Actor::central(), new).await.expect("a company that may apply")
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

/// An active company that the chain does not have yet.
pub(crate) fn company(parent: impl Into<Option<TenantId>>, name: &str) -> NewReseller {
    NewReseller {
        parent: parent.into(),
        name: name.to_owned(),
        external_id: None,
        currency: "USD".to_owned(),
        status: TenantStatus::Active,
        joined_at: Timestamp(0),
    }
}

/// Somebody who acts for `tenant` in `role`.
pub(crate) fn member(tenant: TenantId, role: Role) -> Actor {
    Actor { scope: Scope::Tenant(tenant), person: None, role }
}

/// Who may do all that a company may.
pub(crate) fn owner(tenant: TenantId) -> Actor {
    member(tenant, Role::Owner)
}

/// What a service refused. A fault inside is not a refusal.
#[track_caller]
pub(crate) fn refusal<T: std::fmt::Debug>(outcome: Result<T, ServiceError>) -> Refusal {
    match outcome {
        Err(ServiceError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal: {other:?}"),
    }
}

#[track_caller]
pub(crate) fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, ServiceError>, code: RefusalCode) {
    let refusal = refusal(outcome);
    assert_eq!(refusal.code, code, "{refusal}");
}

/// Where `tenant` is in `snapshot`.
#[track_caller]
pub(crate) fn node(snapshot: &Snapshot, tenant: TenantId) -> NodeIndex {
    snapshot.find(tenant).expect("the company is in the chain")
}

/// The parent of `tenant` in `snapshot`.
#[track_caller]
pub(crate) fn parent(snapshot: &Snapshot, tenant: TenantId) -> Option<TenantId> {
    snapshot.parent(node(snapshot, tenant)).map(|parent| snapshot.id(parent))
}

#[track_caller]
pub(crate) fn is_frozen(snapshot: &Snapshot, tenant: TenantId) -> bool {
    snapshot.is_frozen(node(snapshot, tenant))
}
