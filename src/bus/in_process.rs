//! The transport for modules inside: a call is a function call, and values stay as they are.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};

use entity::TenantId;
use futures_util::FutureExt;

use super::{Alias, Effect, Envelope, Payload, Transport, TransportError};
use crate::error::{Fault, ServiceError};
use crate::tenancy::{Actor, Scope};

/// A call that has arrived.
pub struct Request<A: Alias> {
    /// Who calls, and on whose behalf.
    pub actor: Actor,
    /// In whose scope it is to be done.
    pub targets: Vec<Scope>,
    /// What goes in.
    pub args: A::Args,
}

impl<A: Alias> Request<A> {
    /// Who calls, as somebody who acts for `tenant`: what central code has done in a company, is done on the company's behalf.
    #[must_use]
    pub fn actor_in(&self, tenant: TenantId) -> Actor {
        Actor { scope: Scope::Tenant(tenant), ..self.actor }
    }

    /// The companies in whose scope it is to be done.
    ///
    /// # Errors
    /// A fault of the caller's: an operation of companies was called in nobody's scope.
    pub fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        let tenant = |scope: &Scope| match scope {
            Scope::Tenant(tenant) => Some(*tenant),
            Scope::Central => None,
        };
        let tenants: Option<Vec<_>> = self.targets.iter().map(tenant).collect();
        tenants.ok_or_else(|| Fault::Call(format!("{} was called in no company's scope", A::NAME)))
    }

    /// The only company in whose scope it is to be done.
    ///
    /// # Errors
    /// A fault of the caller's: there are more, or none.
    pub fn tenant(&self) -> Result<TenantId, Fault> {
        match *self.tenants()? {
            [tenant] => Ok(tenant),
            _ => Err(Fault::Call(format!("{} was called in several companies at once", A::NAME))),
        }
    }
}

/// Serves an operation.
#[async_trait::async_trait]
pub trait Serve<A: Alias>: Send + Sync + 'static {
    /// Answers for each target of `request`, in their order.
    async fn serve(&self, request: Request<A>) -> Result<Vec<A::Answer>, ServiceError>;
}

/// Brings calls to the modules of this process.
#[derive(Default)]
pub struct InProcess {
    handlers: RwLock<HashMap<&'static str, Arc<dyn Handle>>>,
}

impl InProcess {
    /// From now on `server` serves `A`.
    pub fn serve<A: Alias>(&self, server: Arc<impl Serve<A>>) {
        let handler = Arc::new(Handler { server, alias: PhantomData::<A> });
        self.handlers.write().unwrap_or_else(PoisonError::into_inner).insert(A::NAME, handler);
    }

    /// Forgets all servers, which may hold the bus themselves.
    pub fn clear(&self) {
        self.handlers.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[async_trait::async_trait]
impl Transport for InProcess {
    async fn send(&self, envelope: Envelope) -> Result<Payload, TransportError> {
        let handler = self.handlers.read().unwrap_or_else(PoisonError::into_inner).get(envelope.alias).cloned();
        let handler = handler.ok_or_else(|| TransportError::Failed(format!("nobody serves {}", envelope.alias)))?;
        let effect = envelope.effect;
        let answering = async move { AssertUnwindSafe(handler.handle(envelope)).catch_unwind().await };
        let answered = match effect {
            Effect::Reads => answering.await,
            // Who no longer waits must not cut it off in the middle.
            Effect::Writes => {
                let running = tokio::spawn(answering).await;
                running.map_err(|cause| TransportError::Failed(cause.to_string()))?
            }
        };
        answered.map_err(|_| TransportError::Stumbled("a panic".to_owned()))?
    }
}

#[async_trait::async_trait]
trait Handle: Send + Sync {
    async fn handle(&self, envelope: Envelope) -> Result<Payload, TransportError>;
}

struct Handler<A, S> {
    server: Arc<S>,
    alias: PhantomData<A>,
}

#[async_trait::async_trait]
impl<A: Alias, S: Serve<A>> Handle for Handler<A, S> {
    async fn handle(&self, envelope: Envelope) -> Result<Payload, TransportError> {
        let Envelope { actor, targets, args, .. } = envelope;
        let args = args.read().map_err(TransportError::Failed)?;
        match self.server.serve(Request { actor, targets, args }).await {
            Ok(answers) => Ok(Payload::of(answers)),
            Err(ServiceError::Refused(refusal)) => Err(TransportError::Refused(refusal)),
            Err(ServiceError::Fault(fault)) if fault.is_lasting() => Err(TransportError::Stumbled(fault.to_string())),
            Err(ServiceError::Fault(fault)) => Err(TransportError::Failed(fault.to_string())),
        }
    }
}
