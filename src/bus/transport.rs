//! How a call gets to the module that serves it.

use std::time::Duration;

use super::{Effect, Payload};
use crate::error::Refusal;
use crate::tenancy::{Actor, Scope};

/// A call on its way. Who may call whom was decided before.
pub struct Envelope {
    /// What is called.
    pub alias: &'static str,
    /// Whether it changes something.
    pub effect: Effect,
    /// Who calls, and on whose behalf.
    pub actor: Actor,
    /// In whose scope it is to be done; of each one an answer is expected, in this order.
    pub targets: Vec<Scope>,
    /// What goes in: the alias's `Args`.
    pub args: Payload,
    /// How long the caller waits.
    pub deadline: Duration,
}

/// Brings calls to modules.
#[async_trait::async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Brings `envelope` to its module. The answer is a list: of each target one `Answer` of the alias.
    async fn send(&self, envelope: Envelope) -> Result<Payload, TransportError>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The module did not do it, and the person who asked must hear why.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The module is not there, or cannot answer anybody now. For the log.
    #[error("{0}")]
    Failed(String),
    /// The module is there, and failed at this one call: because of what goes in, or by a fault that others need not meet. For the log.
    #[error("{0}")]
    Stumbled(String),
}
