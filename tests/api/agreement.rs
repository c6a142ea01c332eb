//! Random histories of a chain: what the service answers, what memory shows, what the database holds, and a naive model all agree.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use entity::{FreezeId, Role, TenantId, TenantStatus, Timestamp};
use proptest::{prelude::*, test_runner::TestRunner};
use reseller_network::{
    clock::Clock,
    error::{RefusalCode, ServiceError},
    modules::admin::NewReseller,
    tenancy::{
        Actor, OpenOptions,
        topology::{FormerParent, FreezeState, TenantState},
    },
};

use crate::support::{
    Backend, TestDatabase,
    chain::{Replica, company, member},
    naive_chain::NaiveChain,
    same_chain::{assert_same, node},
};

#[test]
fn topology_database_and_model_agree_on_every_answer_sqlite() {
    agree(Backend::Sqlite, 24);
}

#[test]
fn topology_database_and_model_agree_on_every_answer_postgres() {
    agree(Backend::Postgres, 8);
}

fn agree(backend: Backend, cases: u32) {
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let history = prop::collection::vec((asker(), operation()), 5..40);
    let outcome = TestRunner::new(config).run(&history, |history| {
        runtime.block_on(follow(backend, &history));
        Ok(())
    });
    outcome.expect("agreement");
}

/// What is asked of the chain. The numbers choose among the companies, or the freezes, that there are.
#[derive(Clone, Debug)]
enum Operation {
    Create { parent: u16, has_external_id: bool, status: TenantStatus },
    Move { who: u16, to: u16 },
    Approve { who: u16 },
    Deactivate { who: u16 },
    Reactivate { who: u16 },
    Freeze { who: u16 },
    Thaw { which: u16 },
}

/// Who asks it.
#[derive(Clone, Debug)]
enum Asker {
    Operator,
    /// One of the line of the company that it is about, itself included.
    OfTheLine(u16, Role),
    Anyone(u16, Role),
}

fn operation() -> impl Strategy<Value = Operation> {
    let status = prop::sample::select(vec![TenantStatus::Active, TenantStatus::Active, TenantStatus::Pending]);
    let who = any::<u16>;
    prop_oneof![
        5 => (who(), any::<bool>(), status)
            .prop_map(|(parent, has_external_id, status)| Operation::Create { parent, has_external_id, status }),
        4 => (who(), who()).prop_map(|(who, to)| Operation::Move { who, to }),
        1 => who().prop_map(|who| Operation::Approve { who }),
        1 => who().prop_map(|who| Operation::Deactivate { who }),
        1 => who().prop_map(|who| Operation::Reactivate { who }),
        2 => who().prop_map(|who| Operation::Freeze { who }),
        2 => who().prop_map(|which| Operation::Thaw { which }),
    ]
}

fn asker() -> impl Strategy<Value = Asker> {
    let role = || prop::sample::select(vec![Role::Owner, Role::Owner, Role::Admin, Role::Viewer]);
    prop_oneof![
        4 => Just(Asker::Operator),
        4 => (any::<u16>(), role()).prop_map(|(which, role)| Asker::OfTheLine(which, role)),
        1 => (any::<u16>(), role()).prop_map(|(which, role)| Asker::Anyone(which, role)),
    ]
}

async fn follow(backend: Backend, history: &[(Asker, Operation)]) {
    let database = TestDatabase::new(backend).await;
    let mut world = World::new(&database).await;
    for (asker, operation) in history {
        world.clock.fetch_add(10, Ordering::Relaxed);
        world.step(asker, operation).await;
        let snapshot = world.replica.snapshot();
        assert_eq!(snapshot.len(), world.model.tenants.len(), "a client reads its own writes");
        for (id, tenant) in &world.model.tenants {
            let parent = snapshot.parent(node(&snapshot, *id)).map(|parent| snapshot.id(parent));
            assert_eq!(parent, tenant.parent);
        }
    }
    assert_same(&world.replica.snapshot(), &world.model);
    assert_same(&world.replica.recount().await, &world.model);
}

struct World {
    replica: Replica,
    model: NaiveChain,
    clock: Arc<AtomicI64>,
}

impl World {
    /// A root alone.
    async fn new(database: &TestDatabase) -> Self {
        let clock = Arc::new(AtomicI64::new(0));
        let hand = clock.clone();
        let read = Clock::reading(move || Timestamp(hand.load(Ordering::Relaxed)));
        let replica = Replica::open_with(&database.url, OpenOptions::default(), read).await;
        let mut world = Self { replica, model: NaiveChain::default(), clock };
        let root = company(None, "Root");
        let id = world.replica.chain.create(Actor::central(), root.clone()).await.expect("a root");
        world.has_created(id, root);
        world
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::Relaxed))
    }

    fn company(&self, number: u16) -> TenantId {
        self.model.choose(number).expect("the root at least")
    }

    fn actor(&self, asker: &Asker, about: TenantId) -> Actor {
        match asker {
            Asker::Operator => Actor::central(),
            Asker::Anyone(number, role) => member(self.company(*number), *role),
            Asker::OfTheLine(number, role) => {
                let mut line = self.model.ancestors(about);
                line.push(about);
                member(line[usize::from(*number) % line.len()], *role)
            }
        }
    }

    /// Does one operation, and sees that the service says what the model's rules say.
    async fn step(&mut self, asker: &Asker, operation: &Operation) {
        match operation {
            Operation::Create { parent, has_external_id, status } => {
                let parent = self.company(*parent);
                let external_id = has_external_id.then(|| format!("Ext/{}", self.model.tenants.len()));
                let new = NewReseller { external_id, status: *status, ..company(parent, "aB") };
                let actor = self.actor(asker, parent);
                let expected = self.may_create(actor, parent);
                if let Some(id) = same(self.replica.chain.create(actor, new.clone()).await, expected) {
                    self.has_created(id, new);
                }
            }
            Operation::Move { who, to } => {
                let (who, to) = (self.company(*who), self.company(*to));
                let actor = self.actor(asker, who);
                let expected = self.may_move(actor, who, to);
                if same(self.replica.chain.move_reseller(actor, who, to).await, expected).is_some() {
                    self.has_moved(who, to);
                }
            }
            Operation::Approve { who } => {
                self.switch(asker, *who, Role::Admin, TenantStatus::Pending, TenantStatus::Active).await;
            }
            Operation::Deactivate { who } => {
                self.switch(asker, *who, Role::Owner, TenantStatus::Active, TenantStatus::Deactivated).await;
            }
            Operation::Reactivate { who } => {
                self.switch(asker, *who, Role::Owner, TenantStatus::Deactivated, TenantStatus::Active).await;
            }
            Operation::Freeze { who } => self.freeze(asker, *who).await,
            Operation::Thaw { which } => self.thaw(asker, *which).await,
        }
    }

    async fn switch(&mut self, asker: &Asker, who: u16, role: Role, from: TenantStatus, to: TenantStatus) {
        let who = self.company(who);
        let actor = self.actor(asker, who);
        let expected = self
            .may_administer(actor, role, who)
            .and_then(|()| if self.model.tenants[&who].status == from { Ok(()) } else { Err(RefusalCode::Conflict) });
        let chain = &self.replica.chain;
        let outcome = match (from, to) {
            (TenantStatus::Pending, _) => chain.approve(actor, who).await,
            (_, TenantStatus::Deactivated) => chain.deactivate(actor, who, "closed").await,
            _ => chain.reactivate(actor, who).await,
        };
        if same(outcome, expected).is_some() {
            self.tenant(who).status = to;
        }
    }

    async fn freeze(&mut self, asker: &Asker, who: u16) {
        let who = self.company(who);
        let actor = self.actor(asker, who);
        // The operator freezes as the root does.
        let placed_by = actor.tenant().or(self.root()).expect("a root");
        let mut expected = self.may_administer(actor, Role::Admin, who);
        if expected.is_ok() && placed_by == who {
            expected = Err(RefusalCode::NotAllowed);
        }
        if expected.is_ok() && self.model.tenants[&who].freezes.iter().any(|freeze| freeze.placed_by == placed_by) {
            expected = Err(RefusalCode::Conflict);
        }
        if let Some(id) = same(self.replica.chain.freeze(actor, who, "late").await, expected) {
            let frozen_at = self.now();
            self.tenant(who).freezes.push(FreezeState { id, placed_by, reason: "late".to_owned(), frozen_at });
        }
    }

    async fn thaw(&mut self, asker: &Asker, which: u16) {
        let freezes = self
            .model
            .tenants
            .values()
            .flat_map(|tenant| tenant.freezes.iter().map(|freeze| (tenant.id, freeze.clone())));
        let freezes: Vec<_> = freezes.collect();
        let Some((on, freeze)) = freezes.get(usize::from(which) % freezes.len().max(1)).cloned() else {
            let unknown = self.replica.chain.thaw(Actor::central(), FreezeId::generate(), None).await;
            same(unknown, Err(RefusalCode::NotFound));
            return;
        };
        let actor = self.actor(asker, on);
        let expected = self.may_thaw(actor, on, &freeze);
        if same(self.replica.chain.thaw(actor, freeze.id, None).await, expected).is_some() {
            self.tenant(on).freezes.retain(|other| other.id != freeze.id);
        }
    }

    fn root(&self) -> Option<TenantId> {
        self.model.tenants.values().find(|tenant| tenant.parent.is_none()).map(|root| root.id)
    }

    fn tenant(&mut self, id: TenantId) -> &mut TenantState {
        self.model.tenants.get_mut(&id).expect("a company of the model")
    }
}

/// The rules, as DESIGN says them, over the naive model.
impl World {
    /// The role, then the status, then the freezes of the company that asks.
    fn may_act(&self, actor: Actor, role: Role) -> Result<(), RefusalCode> {
        let Some(own) = actor.tenant() else { return Ok(()) };
        if actor.role < role || self.model.tenants[&own].status != TenantStatus::Active {
            return Err(RefusalCode::NotAllowed);
        }
        if self.model.is_frozen(own) { Err(RefusalCode::Frozen) } else { Ok(()) }
    }

    fn may_reach(&self, actor: Actor, target: TenantId) -> Result<(), RefusalCode> {
        let reaches = actor.tenant().is_none_or(|own| self.model.is_at_or_above(own, target));
        if reaches { Ok(()) } else { Err(RefusalCode::NotFound) }
    }

    fn may_administer(&self, actor: Actor, role: Role, target: TenantId) -> Result<(), RefusalCode> {
        self.may_act(actor, role)?;
        self.may_reach(actor, target)?;
        if actor.tenant() == Some(target) { Err(RefusalCode::NotAllowed) } else { Ok(()) }
    }

    fn may_create(&self, actor: Actor, parent: TenantId) -> Result<(), RefusalCode> {
        self.may_act(actor, Role::Admin)?;
        self.may_reach(actor, parent)?;
        let pending = self.model.tenants[&parent].status == TenantStatus::Pending;
        if pending { Err(RefusalCode::Invalid) } else { Ok(()) }
    }

    fn may_move(&self, actor: Actor, who: TenantId, to: TenantId) -> Result<(), RefusalCode> {
        self.may_administer(actor, Role::Admin, who)?;
        self.may_reach(actor, to)?;
        let (tenant, target) = (&self.model.tenants[&who], &self.model.tenants[&to]);
        let possible = tenant.parent.is_some_and(|parent| parent != to)
            && !self.model.is_at_or_above(who, to)
            && target.status == TenantStatus::Active;
        if possible { Ok(()) } else { Err(RefusalCode::Invalid) }
    }

    fn may_thaw(&self, actor: Actor, on: TenantId, freeze: &FreezeState) -> Result<(), RefusalCode> {
        self.may_act(actor, Role::Admin)?;
        self.may_reach(actor, on)?;
        let above_placer = actor.tenant().is_none_or(|own| self.model.is_at_or_above(own, freeze.placed_by));
        if above_placer { Ok(()) } else { Err(RefusalCode::NotAllowed) }
    }
}

/// What the model becomes.
impl World {
    fn has_created(&mut self, id: TenantId, new: NewReseller) {
        let snapshot = self.replica.snapshot();
        let slug = match &new.external_id {
            Some(external_id) => external_id.replace('/', "-"),
            // Made at random.
            None => snapshot.slug(node(&snapshot, id)).to_owned(),
        };
        let tenant = TenantState {
            id,
            parent: new.parent,
            name: new.name,
            slug,
            external_id: new.external_id,
            status: new.status,
            currency: iso_currency::Currency::USD,
            joined_at: new.joined_at,
            freezes: Vec::new(),
            former_parents: Vec::new(),
        };
        self.model.tenants.insert(id, tenant);
    }

    fn has_moved(&mut self, who: TenantId, to: TenantId) {
        let until = self.now();
        let tenant = self.tenant(who);
        let before = tenant.parent.replace(to).expect("a parent before");
        tenant.former_parents.push(FormerParent { parent: before, until });
    }
}

/// Asserts that the service did what was expected, and answers what it gave.
fn same<T: std::fmt::Debug>(outcome: Result<T, ServiceError>, expected: Result<(), RefusalCode>) -> Option<T> {
    match (outcome, expected) {
        (Ok(given), Ok(())) => Some(given),
        (Err(ServiceError::Refused(refusal)), Err(code)) if refusal.code == code => None,
        (outcome, expected) => panic!("the service says {outcome:?}, the rules say {expected:?}"),
    }
}
