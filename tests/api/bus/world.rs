//! A bus with one module, which does what it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use entity::{Position, TenantId, TenantStatus, Timestamp};
use iso_currency::Currency;
use reseller_network::bus::{Alias, Bus, CallError, Deadlines, Effect, Request, Serve, Transport, Unavailable};
use reseller_network::clock::Clock;
use reseller_network::error::{Fault, ServiceError};
use reseller_network::tenancy::Scope;
use reseller_network::tenancy::topology::{Snapshot, TenantState, Topology};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::Carrier;
use crate::support::faults::refusal;

/// Longer than anything takes; a test that waits so long has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What the module is to do with a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Task {
    Repeat(String),
    Refuse,
    Fail,
    Stumble,
    Panic,
    Hang,
    AnswerOnce,
}

/// What the module answers of each target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) target: Option<TenantId>,
    pub(super) text: String,
}

macro_rules! test_aliases {
    ($($alias:ident = $name:literal: $crossing:literal $effect:ident ($args:ty) -> $answer:ty;)+) => { $(
        pub(super) enum $alias {}

        impl Alias for $alias {
            type Args = $args;
            type Answer = $answer;

            const NAME: &'static str = $name;
            const DESCRIPTION: &'static str = "An operation of tests.";
            const CROSS_TENANT: bool = $crossing;
            const EFFECT: Effect = Effect::$effect;
        }
    )+ };
}

test_aliases! {
    Look = "test.look": true Reads (Task) -> Done;
    Glance = "test.glance": true Reads (Task) -> Done;
    Keep = "test.keep": true Writes (()) -> ();
    Unserved = "nobody.serves": true Reads (Task) -> Done;
}

/// The module behind the bus.
pub(super) struct Module {
    pub(super) asked: AtomicU32,
    /// A write says here that it has begun, waits for its permit, and says that it is done.
    pub(super) begun: Semaphore,
    pub(super) permits: Semaphore,
    pub(super) done: Semaphore,
}

impl Module {
    async fn answer<A: Alias<Args = Task>>(&self, request: Request<A>) -> Result<Vec<Done>, ServiceError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let done = |text: &str| {
            let tenant = |scope: &Scope| match scope {
                Scope::Tenant(tenant) => Some(*tenant),
                Scope::Central => None,
            };
            let done = |scope| Done { target: tenant(scope), text: text.to_owned() };
            request.targets.iter().map(done).collect::<Vec<_>>()
        };
        match request.args {
            Task::Repeat(ref text) => Ok(done(text)),
            Task::Refuse => Err(refusal().into()),
            Task::Fail => {
                let cause = "10.0.0.3 refused the connection".to_owned();
                Err(Fault::Module { module: "tests", cause, is_lasting: false }.into())
            }
            Task::Stumble => Err(Fault::Row("a number that is too large".to_owned()).into()),
            Task::Panic => panic!("the module panics, as it was told"),
            Task::Hang => std::future::pending().await,
            Task::AnswerOnce => Ok(done("only once").into_iter().take(1).collect()),
        }
    }
}

#[async_trait::async_trait]
impl Serve<Look> for Module {
    async fn serve(&self, request: Request<Look>) -> Result<Vec<Done>, ServiceError> {
        self.answer(request).await
    }
}

#[async_trait::async_trait]
impl Serve<Glance> for Module {
    async fn serve(&self, request: Request<Glance>) -> Result<Vec<Done>, ServiceError> {
        self.answer(request).await
    }
}

#[async_trait::async_trait]
impl Serve<Keep> for Module {
    async fn serve(&self, request: Request<Keep>) -> Result<Vec<()>, ServiceError> {
        self.begun.add_permits(1);
        self.permits.acquire().await.expect("an open semaphore").forget();
        self.done.add_permits(1);
        Ok(vec![(); request.targets.len()])
    }
}

/// A company with two children, and the bus over a transport, with the module at its other end.
pub(super) struct World {
    pub(super) bus: Bus,
    pub(super) module: Arc<Module>,
    pub(super) company: TenantId,
    pub(super) children: [TenantId; 2],
    carrier: Carrier,
}

impl World {
    /// Callers wait as long as a test does; nothing that failed too often is tried again.
    pub(super) fn new(carrier: Carrier) -> Self {
        Self::with(carrier, Deadlines { reads: PATIENCE, writes: PATIENCE, retry_after: PATIENCE })
    }

    pub(super) fn with(carrier: Carrier, deadlines: Deadlines) -> Self {
        let company = TenantId::generate();
        let children = [TenantId::generate(), TenantId::generate()];
        let below = children.map(|child| state(child, Some(company)));
        let states = std::iter::once(state(company, None)).chain(below);
        let chain = Snapshot::build(Position(1), states).expect("a chain");
        let clock = Clock::reading(|| Timestamp(1));
        let bus = Bus::new(Arc::new(Topology::new(chain)), clock, deadlines);
        let new = || Semaphore::new(0);
        let module = Arc::new(Module { asked: AtomicU32::new(0), begun: new(), permits: new(), done: new() });
        bus.serve::<Look>(module.clone());
        bus.serve::<Glance>(module.clone());
        bus.serve::<Keep>(module.clone());
        bus.reroute("test.", carrier);
        Self { bus, module, company, children, carrier }
    }

    /// From now on this is at the other end of the transport, in the module's place.
    pub(super) fn replace_module(&self, broken: &Arc<dyn Transport>) {
        self.bus.reroute("test.", |_| (self.carrier)(broken.clone()));
    }

    /// Calls the module in both children, as the company.
    pub(super) async fn look(&self, task: Task) -> Result<Vec<Done>, CallError> {
        self.bus.call_in_tenants::<Look>(Scope::Tenant(self.company), &self.children, task).await
    }

    /// Whether `alias` can be called, as the bus sees it.
    pub(super) fn is_available(&self, alias: &str) -> bool {
        let aliases = self.bus.aliases();
        aliases.iter().find(|known| known.registration.name == alias).expect("a known alias").health.available
    }
}

fn state(id: TenantId, parent: Option<TenantId>) -> TenantState {
    TenantState {
        id,
        parent,
        name: id.to_string(),
        slug: id.to_string(),
        external_id: None,
        status: TenantStatus::Active,
        currency: Currency::USD,
        joined_at: Timestamp(0),
        freezes: Vec::new(),
        former_parents: Vec::new(),
    }
}

/// Why the module could not answer.
#[track_caller]
pub(super) fn unavailable<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> Unavailable {
    match outcome {
        Err(CallError::Unavailable(unavailable)) => unavailable,
        other => panic!("expected that the module cannot answer: {other:?}"),
    }
}
