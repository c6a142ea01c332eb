//! Goes on with what was left: by a process that was killed, where a module did not answer, and what nobody decided in time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use super::{UplineRequests, store};
use crate::backoff::Backoff;
use crate::error::Fault;

/// How often it is looked for requests that are to go on.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Requests that are looked for at once.
const AT_ONCE: u64 = 100;

/// Requests that go on side by side: one for which a module keeps everybody waiting does not keep the others.
const SIDE_BY_SIDE: usize = 8;

impl UplineRequests {
    /// Goes on with requests for ever.
    pub async fn work(self: Arc<Self>) {
        let mut backoff = Backoff::default();
        loop {
            match self.work_once().await {
                Ok(()) => {
                    backoff.succeeded();
                    tokio::time::sleep(LOOKS_EVERY).await;
                }
                Err(fault) => {
                    tracing::error!(%fault, "upline requests that wait cannot be looked for");
                    backoff.pause().await;
                }
            }
        }
    }

    /// Goes on with requests that are to go on by now, the longest waiting first.
    ///
    /// # Errors
    /// Where they cannot be looked for.
    pub async fn work_once(self: &Arc<Self>) -> Result<(), Fault> {
        let _working = self.working.lock().await;
        let due = store::due(self.central.reader(), self.clock.now(), AT_ONCE).await?;
        let carried = stream::iter(due).map(async |id| {
            let requests = self.clone();
            // Apart, so that a bug in one step ends that step alone.
            let carried = tokio::spawn(async move { requests.carry_on_if_due(id).await }).await;
            if let Err(fault) = carried.unwrap_or_else(|stopped| Err(stopped.into())) {
                tracing::error!(request = %id, %fault, "an upline request cannot go on; it is tried again");
            }
        });
        carried.buffer_unordered(SIDE_BY_SIDE).collect::<()>().await;
        Ok(())
    }
}
