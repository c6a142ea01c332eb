//! Goes on with what was left: by a process that was killed, where a module did not answer, and what nobody decided in time.

use std::sync::Arc;
use std::time::Duration;

use super::{UplineRequests, store};
use crate::backoff::Backoff;
use crate::error::Fault;

/// How often it is looked for requests that are to go on.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Requests that are looked for at once.
const AT_ONCE: u64 = 100;

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

    /// Goes on with all requests that are to go on by now. One that cannot keeps no other waiting.
    ///
    /// # Errors
    /// Where they cannot be looked for.
    pub async fn work_once(&self) -> Result<(), Fault> {
        loop {
            let due = store::due(self.central.reader(), self.clock.now(), AT_ONCE).await?;
            let is_all = (due.len() as u64) < AT_ONCE;
            for id in due {
                if let Err(fault) = self.carry_on_if_due(id).await {
                    tracing::error!(request = %id, %fault, "an upline request cannot go on; it is tried again");
                }
            }
            if is_all {
                return Ok(());
            }
        }
    }
}
