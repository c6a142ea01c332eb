//! Pages of a sorted listing: one look at everything that matches, keeping no more than the page.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use entity::TenantId;

use super::{Direction, Downline, InvalidCursor, NodeIndex, Order, OrderField, Page, PageRequest, Place, Take};
use crate::network::cursor::{OwnedKey, SortKey};

impl Downline<'_> {
    pub(super) fn sorted_page(&self, order: Order, request: &PageRequest) -> Result<Page, InvalidCursor> {
        let after = request.after.as_deref().map(|cursor| place(order, cursor)).transpose()?;
        let before = request.before.as_deref().map(|cursor| place(order, cursor)).transpose()?;
        let (wanted, from_the_end) = match request.take {
            Take::First(wanted) => (wanted, false),
            Take::Last(wanted) => (wanted, true),
        };
        let ascending = (order.direction == Direction::Ascending) != from_the_end;
        let mut best = Best { wanted, heap: BinaryHeap::new(), left_out: false };
        let (mut any_up_to_after, mut any_from_before) = (false, false);
        for node in self.matching() {
            let row = Row { key: self.key(order.field, node), id: self.snapshot.id(node), node };
            let compared_with = |(key, id): &(OwnedKey, TenantId)| {
                directed(order.direction, (row.key, row.id).cmp(&(key.as_key(), *id)))
            };
            let is_up_to_after = after.as_ref().is_some_and(|after| compared_with(after).is_le());
            let is_from_before = before.as_ref().is_some_and(|before| compared_with(before).is_ge());
            any_up_to_after |= is_up_to_after;
            any_from_before |= is_from_before;
            if !is_up_to_after && !is_from_before {
                best.offer(Ranked { row, ascending });
            }
        }
        let left_out = best.left_out;
        let mut nodes: Vec<_> = best.heap.into_sorted_vec().into_iter().map(|ranked| ranked.row.node).collect();
        if from_the_end {
            nodes.reverse();
        }
        let has_next = any_from_before || (left_out && !from_the_end);
        let has_previous = any_up_to_after || (left_out && from_the_end);
        Ok(Page { nodes, has_next, has_previous })
    }

    pub(super) fn key(&self, field: OrderField, node: NodeIndex) -> SortKey<'_> {
        match field {
            OrderField::Name => SortKey::Name(self.snapshot.folded_name(node)),
            OrderField::JoinedAt => SortKey::JoinedAt(self.snapshot.joined_at(node)),
            OrderField::DescendantCount => SortKey::DescendantCount(self.snapshot.descendant_count(node) as u64),
        }
    }
}

/// The place of a cursor, if it is one of this order.
pub(super) fn place(order: Order, cursor: &str) -> Result<(OwnedKey, TenantId), InvalidCursor> {
    match Place::decode(cursor)? {
        Place::Sorted(its_order, key, id) if its_order == order => Ok((key, id)),
        _ => Err(InvalidCursor),
    }
}

fn directed(direction: Direction, ordering: Ordering) -> Ordering {
    match direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row<'a> {
    key: SortKey<'a>,
    id: TenantId,
    node: NodeIndex,
}

/// A row that is the smaller, the nearer it is to the end from which the page is taken.
#[derive(PartialEq, Eq)]
struct Ranked<'a> {
    row: Row<'a>,
    /// The same for all rows of a page.
    ascending: bool,
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let ordering = self.row.cmp(&other.row);
        if self.ascending { ordering } else { ordering.reverse() }
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The smallest rows of all that were offered.
struct Best<'a> {
    wanted: usize,
    heap: BinaryHeap<Ranked<'a>>,
    left_out: bool,
}

impl<'a> Best<'a> {
    fn offer(&mut self, ranked: Ranked<'a>) {
        if self.heap.len() < self.wanted {
            self.heap.push(ranked);
            return;
        }
        self.left_out = true;
        if let Some(mut worst) = self.heap.peek_mut()
            && ranked < *worst
        {
            *worst = ranked;
        }
    }
}
