//! The tail of the log: reads what is new once, whoever watches, and tells those whose feeds it is in.

use std::sync::Arc;

use entity::{Position, TenantId};

use super::super::audience;
use super::super::newcomers::Newcomers;
use super::super::reading::ActivityEvent;
use super::super::rows::Rows;
use super::super::types::Types;
use super::{EVENT_BYTES, Live, Watching};
use crate::backoff::Backoff;
use crate::error::Fault;
use crate::events::tail::read_types_after;
use crate::events::{Heading, Telling};
use crate::tenancy::CentralDb;

/// Events that are read at once: each may have as much data as an event may have at all.
const PAGE: u64 = 100;

/// Tells those who watch feeds what is new in them.
pub struct Tail {
    central: CentralDb,
    live: Arc<Live>,
    newcomers: Newcomers,
}

impl Tail {
    /// The tail of the log behind `central`.
    #[must_use]
    pub fn new(central: CentralDb, live: Arc<Live>) -> Self {
        Self { central, live, newcomers: Newcomers::default() }
    }

    /// Follows the feeds for ever.
    pub async fn run(mut self) {
        let (mut written, mut backoff) = (self.live.written.clone(), Backoff::default());
        loop {
            let end = *written.borrow_and_update();
            match self.tell_up_to(end).await {
                Ok(()) => {
                    backoff.succeeded();
                    if written.changed().await.is_err() {
                        return;
                    }
                }
                Err(fault) => {
                    tracing::error!(%fault, "what is new in feeds cannot be told; it is tried again");
                    backoff.pause().await;
                }
            }
        }
    }

    async fn tell_up_to(&mut self, end: Position) -> Result<(), Fault> {
        loop {
            let behind = self.live.watching().behind(end);
            let Some(after) = behind else { return Ok(()) };
            let mut events: Vec<Telling> = read_types_after(self.central.reader(), after, &[], PAGE).await?;
            let is_all = (events.len() as u64) < PAGE;
            events.retain(|event| event.position <= end);
            let up_to = events.last().filter(|_| !is_all).map_or(end, |last| last.position);
            self.tell(&events, up_to).await?;
        }
    }

    async fn tell(&mut self, events: &[Telling], up_to: Position) -> Result<(), Fault> {
        let chain = self.live.topology.shown(up_to).await?;
        if events.iter().any(|event| audience::of(&event.event_type).has_children()) {
            self.newcomers.look(self.central.reader(), &chain).await?;
        }
        // Only the table needs the types' numbers.
        let types = Types::default();
        let mut rows = Rows::of(&chain, &self.newcomers, &types);
        let mut told = Vec::new();
        for event in events {
            let mut of_event = Vec::new();
            // An event of nobody in the chain is in no feed.
            if rows.add(&heading(event), &mut of_event).is_ok() {
                told.push((event, of_event));
            }
        }
        let mut watching = self.live.watching();
        for (event, rows) in told {
            for (owner, _, seen) in rows {
                watching.tell(owner, event, seen.distance);
            }
        }
        watching.told = up_to;
        drop(watching);
        // Nothing earlier will be asked.
        self.newcomers.forget(up_to);
        Ok(())
    }
}

impl Watching {
    /// From where on something is to be told; nothing where all is, and where nobody watches.
    fn behind(&mut self, end: Position) -> Option<Position> {
        // The log may have gone back, as after a restore.
        if self.inboxes.is_empty() || self.told > end {
            self.told = end;
        }
        (self.told < end).then_some(self.told)
    }

    fn tell(&self, owner: TenantId, event: &Telling, distance: i32) {
        let Some(inboxes) = self.inboxes.get(&owner) else { return };
        let Some(told) = ActivityEvent::told(event, distance).map(Arc::new) else { return };
        for inbox in inboxes.iter().filter(|inbox| inbox.filter.admits(&told)) {
            inbox.put(&told, EVENT_BYTES + event.data.len());
        }
    }
}

fn heading(event: &Telling) -> Heading {
    Heading {
        position: event.position,
        event_type: event.event_type.clone(),
        subject_tenant_id: event.subject_tenant_id,
        occurred_at: event.occurred_at,
        recorded_at: event.recorded_at,
    }
}
