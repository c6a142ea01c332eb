//! In whose feeds an event is.

use std::collections::HashMap;

use entity::{Position, TenantId, Timestamp};

use super::audience::{self, Audience};
use super::newcomers::Newcomers;
use crate::events::Heading;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// In whose feed, which event, and how many steps below the owner its subject was; -1 where it was the owner's parent.
pub(in crate::network) type Row = (TenantId, Position, i32);

/// The subject of an event is no company of the chain.
#[derive(Debug)]
pub(in crate::network) struct Stranger;

/// Finds out whose feeds events are in.
pub(in crate::network) struct Rows<'c> {
    chain: &'c Snapshot,
    newcomers: &'c Newcomers,
    /// Who was below whom before a move; looked up when it is first needed.
    moved: Option<HashMap<NodeIndex, Vec<NodeIndex>>>,
}

impl<'c> Rows<'c> {
    /// Rows for companies of `chain`, which is at or after the events.
    pub(in crate::network) fn of(chain: &'c Snapshot, newcomers: &'c Newcomers) -> Self {
        Self { chain, newcomers, moved: None }
    }

    /// Adds the rows of `event` to `rows`; none where it is about nobody.
    pub(in crate::network) fn add(&mut self, event: &Heading, rows: &mut Vec<Row>) -> Result<(), Stranger> {
        let Some(subject) = event.subject_tenant_id else { return Ok(()) };
        let node = self.chain.find(subject).ok_or(Stranger)?;
        let at = event.occurred_at.min(event.recorded_at);
        rows.push((subject, event.position, 0));
        match audience::of(&event.event_type) {
            Audience::Subject => {}
            Audience::Upline => self.upline(event, node, at, rows),
            Audience::BothUplines => self.both_uplines(event, node, rows),
            Audience::UplineAndChildren => {
                self.upline(event, node, at, rows);
                self.children(event, node, at, rows);
            }
        }
        Ok(())
    }

    fn upline(&self, event: &Heading, node: NodeIndex, at: Timestamp, rows: &mut Vec<Row>) {
        let above = self.chain.ancestors_at(node, at).zip(1..);
        rows.extend(above.map(|(above, distance)| (self.chain.id(above), event.position, distance)));
    }

    /// A move happens at the instant at which the parent is another. Who is above on both sides sees how far it is now.
    fn both_uplines(&self, event: &Heading, node: NodeIndex, rows: &mut Vec<Row>) {
        let first = rows.len();
        self.upline(event, node, event.occurred_at, rows);
        let mut before = Vec::new();
        self.upline(event, node, Timestamp(event.occurred_at.0 - 1), &mut before);
        before.retain(|(owner, ..)| rows[first..].iter().all(|(other, ..)| other != owner));
        rows.append(&mut before);
    }

    fn children(&mut self, event: &Heading, node: NodeIndex, at: Timestamp, rows: &mut Vec<Row>) {
        let chain = self.chain;
        let moved = self.moved.get_or_insert_with(|| chain.moved_from());
        let gone = moved.get(&node).map(Vec::as_slice).unwrap_or_default();
        let candidates =
            chain.children(node).iter().chain(gone.iter().filter(|gone| chain.parent(**gone) != Some(node)));
        let then = candidates.filter(|child| {
            chain.parent_at(**child, at) == Some(node) && self.newcomers.was_there(chain, **child, event.position)
        });
        rows.extend(then.map(|child| (chain.id(*child), event.position, -1)));
    }
}
