//! In whose feeds an event is.

use std::collections::HashMap;

use entity::{Position, TenantId, Timestamp, TypeId};

use super::audience::{self, Audience};
use super::newcomers::Newcomers;
use super::types::Types;
use crate::events::Heading;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// In whose feed, which event, and how it is seen there.
pub(in crate::network) type Row = (TenantId, Position, Seen);

/// How an event is seen in a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::network) struct Seen {
    /// How many steps below the owner its subject was; -1 where it was the owner's parent.
    pub(in crate::network) distance: i32,
    /// Of which type it is.
    pub(in crate::network) type_id: TypeId,
}

/// The subject of an event is no company of the chain.
#[derive(Debug)]
pub(in crate::network) struct Stranger;

/// Finds out whose feeds events are in.
pub(in crate::network) struct Rows<'c> {
    chain: &'c Snapshot,
    newcomers: &'c Newcomers,
    types: &'c Types,
    /// Who was below whom before a move; looked up when it is first needed.
    moved: Option<HashMap<NodeIndex, Vec<NodeIndex>>>,
}

impl<'c> Rows<'c> {
    /// Rows for companies of `chain`, which is at or after the events.
    pub(in crate::network) fn of(chain: &'c Snapshot, newcomers: &'c Newcomers, types: &'c Types) -> Self {
        Self { chain, newcomers, types, moved: None }
    }

    /// Adds the rows of `event` to `rows`; none where it is about nobody.
    pub(in crate::network) fn add(&mut self, event: &Heading, rows: &mut Vec<Row>) -> Result<(), Stranger> {
        let Some(subject) = event.subject_tenant_id else { return Ok(()) };
        let node = self.chain.find(subject).ok_or(Stranger)?;
        let at = event.occurred_at.min(event.recorded_at);
        let (position, type_id) = (event.position, self.types.id(&event.event_type));
        let row = |owner: TenantId, distance: i32| (owner, position, Seen { distance, type_id });
        rows.push(row(subject, 0));
        match audience::of(&event.event_type) {
            Audience::Subject => {}
            Audience::Upline => rows.extend(self.upline(node, at, row)),
            Audience::BothUplines => self.both_uplines(event, node, row, rows),
            Audience::UplineAndChildren => {
                rows.extend(self.upline(node, at, row));
                rows.extend(self.children(event, node, at).map(|child| row(child, -1)));
            }
        }
        Ok(())
    }

    fn upline(&self, node: NodeIndex, at: Timestamp, row: impl Fn(TenantId, i32) -> Row) -> impl Iterator<Item = Row> {
        self.chain.ancestors_at(node, at).zip(1..).map(move |(above, distance)| row(self.chain.id(above), distance))
    }

    /// A move happens at the instant at which the parent is another. Who is above on both sides sees how far it is now.
    fn both_uplines(
        &self,
        event: &Heading,
        node: NodeIndex,
        row: impl Fn(TenantId, i32) -> Row + Copy,
        rows: &mut Vec<Row>,
    ) {
        let first = rows.len();
        rows.extend(self.upline(node, event.occurred_at, row));
        let mut before: Vec<Row> = self.upline(node, Timestamp(event.occurred_at.0 - 1), row).collect();
        before.retain(|(owner, ..)| rows[first..].iter().all(|(other, ..)| other != owner));
        rows.append(&mut before);
    }

    fn children(&mut self, event: &Heading, node: NodeIndex, at: Timestamp) -> impl Iterator<Item = TenantId> {
        let (chain, newcomers, position) = (self.chain, self.newcomers, event.position);
        let moved = self.moved.get_or_insert_with(|| chain.moved_from());
        let gone = moved.get(&node).map(Vec::as_slice).unwrap_or_default();
        let candidates =
            chain.children(node).iter().chain(gone.iter().filter(move |gone| chain.parent(**gone) != Some(node)));
        let then = candidates.filter(move |child| {
            chain.parent_at(**child, at) == Some(node) && newcomers.was_there(chain, **child, position)
        });
        then.map(|child| chain.id(*child))
    }
}
