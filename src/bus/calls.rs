//! Calling: who may, how long it may take, and whether it is tried at all.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use entity::TenantId;
use tokio::time::Instant;

use super::breaker::{Breaker, Health};
use super::in_process::{InProcess, Serve};
use super::{Alias, CallError, Deadlines, Envelope, Payload, Registration, Transport, TransportError, Unavailable};
use crate::clock::Clock;
use crate::tenancy::topology::{Snapshot, Topology};
use crate::tenancy::{Actor, Scope, access};

/// The bus. Clones are the same bus.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    topology: Arc<Topology>,
    clock: Clock,
    deadlines: Deadlines,
    in_process: Arc<InProcess>,
    routes: RwLock<BTreeMap<&'static str, Route>>,
}

/// The way to the module that serves an alias.
#[derive(Clone)]
struct Route {
    registration: Registration,
    transport: Arc<dyn Transport>,
    breaker: Arc<Breaker>,
}

/// Whether an alias can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasHealth {
    /// The alias.
    pub registration: Registration,
    /// Whether it can be called.
    pub health: Health,
}

impl Bus {
    /// A bus that nobody serves on yet, for the chain that `topology` shows.
    #[must_use]
    pub fn new(topology: Arc<Topology>, clock: Clock, deadlines: Deadlines) -> Self {
        let (in_process, routes) = (Arc::default(), RwLock::default());
        Self(Arc::new(Inner { topology, clock, deadlines, in_process, routes }))
    }

    /// Registers `A`, which `server` serves from now on.
    pub fn serve<A: Alias>(&self, server: Arc<impl Serve<A>>) {
        self.0.in_process.serve::<A>(server);
        let breaker = Arc::new(Breaker::new(self.0.deadlines.retry_after, self.0.clock.now()));
        let route = Route { registration: A::registration(), transport: self.0.in_process.clone(), breaker };
        self.0.routes.write().unwrap_or_else(PoisonError::into_inner).insert(A::NAME, route);
    }

    /// From now on calls of the aliases that begin with `prefix` go by the transport that `wrap` makes of the one they went by.
    pub fn reroute(&self, prefix: &str, wrap: impl Fn(Arc<dyn Transport>) -> Arc<dyn Transport>) {
        let mut routes = self.0.routes.write().unwrap_or_else(PoisonError::into_inner);
        for (_, route) in routes.iter_mut().filter(|(name, _)| name.starts_with(prefix)) {
            route.transport = wrap(route.transport.clone());
        }
    }

    /// Ends the bus: its modules may hold it themselves, so that it would else live for ever.
    pub fn close(&self) {
        self.0.routes.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.0.in_process.clear();
    }

    /// All aliases with their health, by name.
    #[must_use]
    pub fn aliases(&self) -> Vec<AliasHealth> {
        let routes = self.0.routes.read().unwrap_or_else(PoisonError::into_inner);
        let health = |route: &Route| AliasHealth { registration: route.registration, health: route.breaker.health() };
        routes.values().map(health).collect()
    }

    /// Calls `A` in the caller's own scope.
    ///
    /// # Errors
    /// `Refused` with what a person must hear; `Unavailable` where the module cannot answer.
    pub async fn call<A: Alias>(&self, actor: impl Into<Actor>, args: A::Args) -> Result<A::Answer, CallError> {
        let actor = actor.into();
        let mut answers = self.call_in::<A>(actor, vec![actor.scope], args).await?;
        answers.pop().ok_or(CallError::OutOfReach)
    }

    /// Calls `A` in the scope of `target`.
    ///
    /// # Errors
    /// `OutOfReach` where the caller is not at or above it, or the alias does not cross tenants; and as [`call`](Self::call).
    pub async fn call_in_tenant<A: Alias>(
        &self,
        actor: impl Into<Actor>,
        target: TenantId,
        args: A::Args,
    ) -> Result<A::Answer, CallError> {
        let mut answers = self.call_in::<A>(actor.into(), vec![Scope::Tenant(target)], args).await?;
        answers.pop().ok_or(CallError::OutOfReach)
    }

    /// Calls `A` in the scopes of all `targets` with one message. The answers are in their order.
    ///
    /// # Errors
    /// As [`call_in_tenant`](Self::call_in_tenant), where any of them is out of reach; nothing is called then.
    pub async fn call_in_tenants<A: Alias>(
        &self,
        actor: impl Into<Actor>,
        targets: &[TenantId],
        args: A::Args,
    ) -> Result<Vec<A::Answer>, CallError> {
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let targets = targets.iter().map(|target| Scope::Tenant(*target)).collect();
        self.call_in::<A>(actor.into(), targets, args).await
    }

    /// Calls `A` in those of `targets` that are in reach, with one message. The answers are in the order of the targets; of one that is out of
    /// reach there is none.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn call_in_reach<A: Alias>(
        &self,
        actor: Actor,
        targets: &[TenantId],
        args: A::Args,
    ) -> Result<Vec<Option<A::Answer>>, CallError> {
        let reach = self.reach::<A>(actor);
        let admitted = reach.admitted(targets);
        let scopes = targets.iter().zip(&admitted).filter(|(_, admitted)| **admitted);
        let scopes: Vec<Scope> = scopes.map(|(target, _)| Scope::Tenant(*target)).collect();
        if scopes.is_empty() {
            return Ok(targets.iter().map(|_| None).collect());
        }
        let mut answers = self.deliver::<A>(actor, scopes, args).await?.into_iter();
        Ok(admitted.into_iter().map(|admitted| if admitted { answers.next() } else { None }).collect())
    }

    /// Where `actor` may call `A`, by the chain of this moment.
    #[must_use]
    pub fn reach<A: Alias>(&self, actor: Actor) -> Reach<A> {
        Reach { chain: self.0.topology.current(), scope: actor.scope, alias: PhantomData }
    }

    async fn call_in<A: Alias>(
        &self,
        actor: Actor,
        targets: Vec<Scope>,
        args: A::Args,
    ) -> Result<Vec<A::Answer>, CallError> {
        let reach = self.reach::<A>(actor);
        if !targets.iter().copied().all(reach.rule()) {
            return Err(CallError::OutOfReach);
        }
        self.deliver::<A>(actor, targets, args).await
    }

    /// Calls `A` in `targets`, all of which are in reach.
    async fn deliver<A: Alias>(
        &self,
        actor: Actor,
        targets: Vec<Scope>,
        args: A::Args,
    ) -> Result<Vec<A::Answer>, CallError> {
        let unavailable = |cause: &str, is_lasting| {
            CallError::from(Unavailable { module: A::registration().module(), cause: cause.to_owned(), is_lasting })
        };
        let route = self.0.routes.read().unwrap_or_else(PoisonError::into_inner).get(A::NAME).cloned();
        let Some(route) = route else { return Err(unavailable("nobody serves it", false)) };
        if !route.breaker.lets_through(Instant::now()) {
            return Err(unavailable("it has failed too often; it is tried again soon", false));
        }
        let answered = send::<A>(&route, self.0.deadlines.of(&route.registration), actor, targets, args).await;
        let now = self.0.clock.now();
        match answered {
            Ok(answers) => {
                route.breaker.succeeded(now);
                Ok(answers)
            }
            Err(TransportError::Refused(refusal)) => {
                route.breaker.succeeded(now);
                Err(refusal.into())
            }
            Err(TransportError::Failed(cause)) => {
                tracing::error!(alias = A::NAME, cause, "a module cannot answer");
                route.breaker.failed(&cause, Instant::now(), now);
                Err(unavailable(&cause, false))
            }
            Err(TransportError::Stumbled(cause)) => {
                tracing::error!(alias = A::NAME, cause, "a module failed at a call");
                route.breaker.stumbled(&cause, now);
                Err(unavailable(&cause, true))
            }
        }
    }
}

/// Where an alias may be called on somebody's behalf: rule 2 of the design, and the alias's mark.
pub struct Reach<A> {
    chain: Arc<Snapshot>,
    scope: Scope,
    alias: PhantomData<fn() -> A>,
}

impl<A: Alias> Reach<A> {
    /// Whether it may be called in `target`.
    #[must_use]
    pub fn admits(&self, target: TenantId) -> bool {
        self.rule()(Scope::Tenant(target))
    }

    /// Of each of `targets`, whether it may be called there.
    #[must_use]
    pub fn admitted(&self, targets: &[TenantId]) -> Vec<bool> {
        let admits = self.rule();
        targets.iter().map(|target| admits(Scope::Tenant(*target))).collect()
    }

    /// Says of a scope whether it may be called there.
    fn rule(&self) -> impl Fn(Scope) -> bool + '_ {
        let reach = access::reach_from(&self.chain, self.scope);
        move |target| match (self.scope, target) {
            (Scope::Central, _) => true,
            (own, target) if own == target => true,
            (_, Scope::Tenant(target)) => A::CROSS_TENANT && reach(target).is_some(),
            (_, Scope::Central) => false,
        }
    }
}

async fn send<A: Alias>(
    route: &Route,
    deadline: Duration,
    actor: Actor,
    targets: Vec<Scope>,
    args: A::Args,
) -> Result<Vec<A::Answer>, TransportError> {
    let expected = targets.len();
    let args = Payload::of(args);
    let envelope = Envelope { alias: A::NAME, effect: A::EFFECT, actor, targets, args, deadline };
    let answered = tokio::time::timeout(deadline, route.transport.send(envelope)).await;
    let payload = answered.map_err(|_| TransportError::Failed(format!("no answer within {deadline:?}")))??;
    let answers: Vec<A::Answer> = payload.read().map_err(TransportError::Failed)?;
    if answers.len() == expected {
        return Ok(answers);
    }
    Err(TransportError::Failed(format!("{} answers for {expected} targets", answers.len())))
}
