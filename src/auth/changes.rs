//! When somebody's rights may have changed: for those who stay signed in.

use std::sync::Arc;

use entity::Position;
use tokio::sync::watch;

use crate::events::{Listener, News, kinds};

/// Tells where the log changes who may sign in.
#[derive(Debug)]
pub struct RightsChanges(watch::Sender<RightsChange>);

/// The last places of the log by which something has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RightsChange {
    /// In the chain, or in memberships.
    pub position: Position,
    /// Counts the changes of memberships: they are looked up only where there was one.
    pub memberships: u64,
}

impl RightsChanges {
    /// None yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(RightsChange::default())))
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<RightsChange> {
        self.0.subscribe()
    }
}

impl Listener for RightsChanges {
    fn happened(&self, news: &[News], end: Position) {
        let any = |prefix: &str| news.iter().any(|news| news.event_type.starts_with(prefix));
        let memberships = any(kinds::MEMBERSHIP);
        if memberships || any(kinds::CHAIN) {
            self.0.send_modify(|change| {
                change.position = end;
                change.memberships += u64::from(memberships);
            });
        }
    }

    fn lost_track(&self) {
        self.0.send_modify(|change| {
            change.position = Position::START;
            change.memberships += 1;
        });
    }
}
