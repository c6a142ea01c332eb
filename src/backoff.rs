//! Pauses between attempts at what fails and is tried again.

use std::time::Duration;

/// The pause after the first failure.
const FIRST: Duration = Duration::from_millis(400);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(5);

/// Counts failures in a row, and pauses twice as long after each as after the one before, up to a bound.
#[derive(Debug)]
pub(crate) struct Backoff {
    failures: u32,
    longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { failures: 0, longest: LONGEST }
    }
}

impl Backoff {
    /// Pauses no longer than the first time: for what must not wait.
    pub(crate) fn steady() -> Self {
        Self { failures: 0, longest: FIRST }
    }

    /// Whether the last attempt failed.
    pub(crate) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Waits after a failure, before the next attempt.
    pub(crate) async fn pause(&mut self) {
        let pause = self.longest.min(FIRST * 2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        tokio::time::sleep(pause).await;
    }

    /// The last attempt has succeeded.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }
}
