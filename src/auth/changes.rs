//! When somebody's rights may have changed: for those who stay signed in.

use std::sync::Arc;

use entity::Position;
use tokio::sync::watch;

use crate::events::{Listener, News, kinds};

/// Tells where the log changes who may sign in.
#[derive(Debug)]
pub struct RightsChanges(watch::Sender<Position>);

impl RightsChanges {
    /// None yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(Position::START)))
    }

    /// The last place of the log by which something has changed.
    pub(super) fn subscribe(&self) -> watch::Receiver<Position> {
        self.0.subscribe()
    }
}

impl Listener for RightsChanges {
    fn happened(&self, news: &[News], end: Position) {
        let is_about_rights = |kind: &str| kind.starts_with(kinds::CHAIN) || kind.starts_with(kinds::MEMBERSHIP);
        if news.iter().any(|news| is_about_rights(&news.event_type)) {
            self.0.send_replace(end);
        }
    }

    fn lost_track(&self) {
        self.0.send_replace(Position::START);
    }
}
