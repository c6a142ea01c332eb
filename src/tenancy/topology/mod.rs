//! The whole chain in memory: who is above whom, who is frozen, how many are below, in which order.
//!
//! [`Snapshot`] is the chain at one position of the log and never changes; a request holds one for its whole life.
//! [`Topology`] is what lives on: it has the current snapshot, and publishes the next one as the log grows. Snapshots share
//! what is the same in both, so that the next one costs what has changed, not what there is.
//!
//! All but [`store`] knows neither database nor log: whoever follows the log brings the states of the changed companies.

mod advance;
mod ancestry;
mod build;
mod census;
mod column;
mod directory;
mod freezes;
mod insert;
mod node;
mod preorder;
mod snapshot;
mod state;
pub mod store;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use entity::Position;
use tokio::sync::watch;

use crate::error::Fault;

pub use freezes::FrozenNodes;
pub use node::{NodeIndex, fold};
pub use preorder::{Preorder, ReversedPreorder};
pub use snapshot::{Snapshot, State};
pub use state::{FormerParent, FreezeState, InconsistentChain, TenantState};

/// How long the program itself waits for a picture that it needs, before it looks anew.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// The chain as this process knows it now.
#[derive(Debug)]
pub struct Topology {
    current: ArcSwap<Snapshot>,
    /// Held by who makes the next snapshot: one after the other, none lost.
    writing: Mutex<()>,
    applied: watch::Sender<Position>,
}

impl Topology {
    /// A topology that starts with `snapshot`.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        let applied = watch::Sender::new(snapshot.position());
        Self { current: ArcSwap::from_pointee(snapshot), writing: Mutex::new(()), applied }
    }

    /// The newest picture. Take it once for each request, and answer all of the request from it.
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Publishes the chain at `position`, where `changed` is the whole state of each company that has changed since
    /// the current snapshot, new ones included, in any order. A position that is no later than the current one is ignored.
    ///
    /// # Errors
    /// Where the result would not be one tree: nothing is published then, and only a rebuild helps.
    pub fn advance(&self, position: Position, changed: &[TenantState]) -> Result<(), InconsistentChain> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current();
        if position > current.position() {
            self.publish(current.advanced(position, changed)?);
        }
        Ok(())
    }

    /// Publishes a rebuilt chain. Answers whether it did: one that is older than the current one is ignored, for what was
    /// read once must not be unread.
    pub fn replace(&self, rebuilt: Snapshot) -> bool {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = rebuilt.position() >= self.current().position();
        if is_current {
            self.publish(rebuilt);
        }
        is_current
    }

    /// Publishes a rebuilt chain, whatever its position: for a log that went back, as after a restore.
    pub fn restart(&self, rebuilt: Snapshot) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.publish(rebuilt);
    }

    /// The position of the last event that is in the current snapshot.
    pub fn position(&self) -> Position {
        *self.applied.borrow()
    }

    /// Returns as soon as the current snapshot holds `position`: for a client that wants to read what it has just written.
    ///
    /// Waits as long as it takes; the caller sets the time limit. Safe to cancel.
    pub async fn wait_for(&self, position: Position) {
        // The sender lives in `self`, so that the channel cannot be closed meanwhile.
        let _ = self.applied.subscribe().wait_for(|applied| *applied >= position).await;
    }

    /// The current picture, as soon as it holds `position`.
    ///
    /// # Errors
    /// Where it does not for too long: then the log may be another by now.
    pub(crate) async fn shown(&self, position: Position) -> Result<Arc<Snapshot>, Fault> {
        let waiting = tokio::time::timeout(SHOWN_WITHIN, self.wait_for(position)).await;
        waiting.map_err(|_| Fault::OutOfDate)?;
        Ok(self.current())
    }

    fn publish(&self, next: Snapshot) {
        let position = next.position();
        self.current.store(Arc::new(next));
        self.applied.send_replace(position);
    }
}
