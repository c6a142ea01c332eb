//! How long callers wait.

use std::time::Duration;

use super::{Effect, Module, Registration};

/// How long callers wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For what reads. For what the network serves twice as long: it asks modules itself, and tells what it has where one of them hangs.
    pub reads: Duration,
    /// For what writes: writers wait for one another.
    pub writes: Duration,
    /// Before what has failed too often is tried again.
    pub retry_after: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { reads: Duration::from_secs(2), writes: Duration::from_secs(15), retry_after: Duration::from_secs(5) }
    }
}

impl Deadlines {
    /// How long a caller of this alias waits.
    pub(super) fn of(&self, alias: &Registration) -> Duration {
        match (alias.effect, alias.module()) {
            (Effect::Reads, Module::Network) => 2 * self.reads,
            (Effect::Reads, _) => self.reads,
            (Effect::Writes, _) => self.writes,
        }
    }
}
