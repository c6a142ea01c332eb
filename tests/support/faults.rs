//! Transports of tests: they stand before modules, and do what a module does that is down, slow or mad; or count what goes to it.

use std::sync::{Arc, Mutex, PoisonError};

use entity::TenantId;
use reseller_network::bus::{Envelope, Payload, Transport, TransportError};
use reseller_network::error::{Refusal, RefusalCode};
use reseller_network::tenancy::{Actor, Scope};
use tokio::sync::Semaphore;

/// Says at once that it failed.
pub(crate) struct Failing;

/// Is there, and fails at every call.
pub(crate) struct Stumbling;

/// Never answers.
pub(crate) struct Hanging;

/// Answers what nobody can read.
pub(crate) struct Garbage;

/// Always answers this.
pub(crate) struct Answering(pub(crate) serde_json::Value);

/// Refuses everything, with [`refusal`].
pub(crate) struct Refusing;

/// What [`Refusing`] says.
pub(crate) fn refusal() -> Refusal {
    Refusal::new(RefusalCode::NotAllowed, "lines.0.sku", "Not on a Sunday.")
}

#[async_trait::async_trait]
impl Transport for Failing {
    async fn send(&self, _: Envelope) -> Result<Payload, TransportError> {
        Err(TransportError::Failed("10.0.0.3 refused the connection".to_owned()))
    }
}

#[async_trait::async_trait]
impl Transport for Stumbling {
    async fn send(&self, _: Envelope) -> Result<Payload, TransportError> {
        Err(TransportError::Stumbled("a number that is too large".to_owned()))
    }
}

#[async_trait::async_trait]
impl Transport for Hanging {
    async fn send(&self, _: Envelope) -> Result<Payload, TransportError> {
        std::future::pending().await
    }
}

#[async_trait::async_trait]
impl Transport for Garbage {
    async fn send(&self, _: Envelope) -> Result<Payload, TransportError> {
        Ok(Payload::Json(br#"[{"garbage": [null]}]"#.to_vec()))
    }
}

#[async_trait::async_trait]
impl Transport for Answering {
    async fn send(&self, _: Envelope) -> Result<Payload, TransportError> {
        Ok(Payload::Json(serde_json::to_vec(&self.0).expect("JSON")))
    }
}

#[async_trait::async_trait]
impl Transport for Refusing {
    async fn send(&self, _: Envelope) -> Result<Payload, TransportError> {
        Err(TransportError::Refused(refusal()))
    }
}

/// Brings all values as JSON, as they travel between processes.
pub(crate) struct ThroughJson(pub(crate) Arc<dyn Transport>);

#[async_trait::async_trait]
impl Transport for ThroughJson {
    async fn send(&self, envelope: Envelope) -> Result<Payload, TransportError> {
        let args = as_json(envelope.args);
        as_json_result(self.0.send(Envelope { args, ..envelope }).await)
    }
}

fn as_json_result(answered: Result<Payload, TransportError>) -> Result<Payload, TransportError> {
    match answered {
        Ok(payload) => Ok(as_json(payload)),
        Err(TransportError::Refused(refusal)) => {
            let refusal = serde_json::to_vec(&refusal).expect("a refusal as JSON");
            Err(TransportError::Refused(serde_json::from_slice(&refusal).expect("the same refusal")))
        }
        Err(failed) => Err(failed),
    }
}

fn as_json(payload: Payload) -> Payload {
    match payload {
        Payload::Value(value) => Payload::Json(value.to_json().expect("a value that can travel")),
        json @ Payload::Json(_) => json,
    }
}

/// A call that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) alias: &'static str,
    pub(crate) actor: Actor,
    pub(crate) targets: Vec<Scope>,
}

impl Call {
    /// The companies in whose scope it was to be done.
    pub(crate) fn tenants(&self) -> Vec<TenantId> {
        let tenant = |scope: &Scope| match scope {
            Scope::Tenant(tenant) => Some(*tenant),
            Scope::Central => None,
        };
        self.targets.iter().filter_map(tenant).collect()
    }
}

/// The calls that went to some modules. Clones are the same list.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    /// All since the last time.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Passes calls on, and notes them.
pub(crate) struct Recording {
    pub(crate) calls: Calls,
    pub(crate) behind: Arc<dyn Transport>,
}

#[async_trait::async_trait]
impl Transport for Recording {
    async fn send(&self, envelope: Envelope) -> Result<Payload, TransportError> {
        let call = Call { alias: envelope.alias, actor: envelope.actor, targets: envelope.targets.clone() };
        self.calls.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        self.behind.send(envelope).await
    }
}

/// Switches modules over to a fault, and back. Clones are the same switch.
#[derive(Clone, Default)]
pub(crate) struct Switch(Arc<Mutex<Option<Arc<dyn Transport>>>>);

impl Switch {
    /// From now on calls go to `fault` and not to the modules.
    pub(crate) fn to(&self, fault: impl Transport) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(fault));
    }

    /// From now on calls go to the modules again.
    pub(crate) fn back(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What a [`Switch`] stands before.
pub(crate) struct Switched {
    pub(crate) switch: Switch,
    pub(crate) behind: Arc<dyn Transport>,
}

#[async_trait::async_trait]
impl Transport for Switched {
    async fn send(&self, envelope: Envelope) -> Result<Payload, TransportError> {
        let fault = self.switch.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        fault.unwrap_or_else(|| self.behind.clone()).send(envelope).await
    }
}

/// Keeps calls back until it is told to let them through.
#[derive(Clone)]
pub(crate) struct Gate(Arc<(Semaphore, Semaphore)>);

impl Gate {
    /// A closed gate.
    pub(crate) fn closed() -> Self {
        Self(Arc::new((Semaphore::new(0), Semaphore::new(0))))
    }

    /// Returns when a call has come to the gate.
    pub(crate) async fn call(&self) {
        self.0.0.acquire().await.expect("an open semaphore").forget();
    }

    /// Lets one call through.
    pub(crate) fn let_through(&self) {
        self.0.1.add_permits(1);
    }
}

/// What a [`Gate`] stands before.
pub(crate) struct Gated {
    pub(crate) gate: Gate,
    pub(crate) behind: Arc<dyn Transport>,
}

#[async_trait::async_trait]
impl Transport for Gated {
    async fn send(&self, envelope: Envelope) -> Result<Payload, TransportError> {
        // The module answers first: what it read is from before whatever happens at the gate.
        let answered = self.behind.send(envelope).await;
        self.gate.0.0.add_permits(1);
        self.gate.0.1.acquire().await.expect("an open semaphore").forget();
        answered
    }
}

/// A module that does what it is asked, and whose answer never comes.
pub(crate) struct Losing(pub(crate) Arc<dyn Transport>);

#[async_trait::async_trait]
impl Transport for Losing {
    async fn send(&self, envelope: Envelope) -> Result<Payload, TransportError> {
        self.0.send(envelope).await?;
        Err(TransportError::Failed("the answer was lost".to_owned()))
    }
}
