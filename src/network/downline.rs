//! Listing a downline: search, filter, order, and pages in both directions, from one snapshot of the chain.

mod filter;
mod sorted;
#[cfg(test)]
mod tests;
mod tree_order;

use entity::Timestamp;

pub use super::cursor::InvalidCursor;
use super::cursor::Place;
use crate::tenancy::topology::{NodeIndex, Snapshot};
use filter::Matcher;
pub use filter::StatusSet;

/// Which companies a listing shows. What is not said does not matter; all that is said must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these statuses. None at all, if the set is empty.
    pub status: Option<StatusSet>,
    /// Frozen, by an own or an ancestor's freeze; or not frozen.
    pub frozen: Option<bool>,
    /// Joined at this instant or later.
    pub joined_after: Option<Timestamp>,
    /// Joined before this instant, so that two ranges that meet share no company.
    pub joined_before: Option<Timestamp>,
    /// At least so many steps below the root of the whole chain, as in [`Snapshot::depth`].
    pub min_depth: Option<u32>,
    /// At most so many steps below the root of the whole chain.
    pub max_depth: Option<u32>,
}

/// What companies are sorted by. Where that is equal, the id decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// What is compared.
    pub field: OrderField,
    /// Which end comes first. Descending is exactly the reverse of ascending, ties included.
    pub direction: Direction,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderField {
    /// The name, without regard to case.
    Name,
    /// When the company joined the chain.
    JoinedAt,
    /// How many companies are below it.
    DescendantCount,
}

/// Which end of an order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest.
    Ascending,
    /// The largest.
    Descending,
}

/// What a listing shows, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Part of the name, the slug or the external id, without regard to case. Blanks around it, and an empty one, do not matter.
    pub search: Option<String>,
    /// Which companies it shows.
    pub filter: Filter,
    /// Sorted by this; otherwise in the order of the tree: a parent before its children, siblings by name.
    pub order: Option<Order>,
}

/// Which end of what is left between the cursors a page takes, and how many from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// At most so many from the beginning.
    First(usize),
    /// At most so many from the end.
    Last(usize),
}

/// Which page (as in the GraphQL Cursor Connections Specification). Both cursors may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Which end, and how many.
    pub take: Take,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The companies, in the listing's order whichever end was taken.
    pub nodes: Vec<NodeIndex>,
    /// Whether the listing has any after these.
    pub has_next: bool,
    /// Whether the listing has any before these.
    pub has_previous: bool,
}

/// A listing of what is below one company, that company not included.
///
/// Without search, filter and order a page costs its own size. Otherwise it may look at the whole downline (about a
/// tenth of a second for 1,000,000 companies): off the async threads for large ones.
#[derive(Debug)]
pub struct Downline<'a> {
    snapshot: &'a Snapshot,
    root: NodeIndex,
    /// How far below the root it goes.
    levels: Option<u32>,
    matcher: Matcher<'a>,
    order: Option<Order>,
}

impl<'a> Downline<'a> {
    /// Everything below `root` that `query` asks for.
    pub fn below(snapshot: &'a Snapshot, root: NodeIndex, query: &'a Query) -> Self {
        Self::down_to(None, snapshot, root, query)
    }

    /// The children of `parent` that `query` asks for.
    pub fn children(snapshot: &'a Snapshot, parent: NodeIndex, query: &'a Query) -> Self {
        Self::down_to(Some(1), snapshot, parent, query)
    }

    fn down_to(levels: Option<u32>, snapshot: &'a Snapshot, root: NodeIndex, query: &'a Query) -> Self {
        let shown = query.filter.max_depth.map(|depth| depth.saturating_sub(snapshot.depth(root)));
        let levels = levels.into_iter().chain(shown).min();
        Self { snapshot, root, levels, matcher: Matcher::new(snapshot, root, levels, query), order: query.order }
    }

    /// One page.
    ///
    /// # Errors
    /// [`InvalidCursor`] where a cursor is not of this order; in tree order also where its company is not below the root (any more).
    pub fn page(&self, request: &PageRequest) -> Result<Page, InvalidCursor> {
        match self.order {
            None => self.tree_page(request),
            Some(order) => self.sorted_page(order, request),
        }
    }

    /// How many companies [`page`](Self::page) may look at.
    pub fn visits_of_page(&self, request: &PageRequest) -> usize {
        let (Take::First(size) | Take::Last(size)) = request.take;
        if self.order.is_none() && self.matcher.takes_all() { size } else { self.size() }
    }

    /// How many companies [`total_count`](Self::total_count) looks at.
    pub fn visits_of_count(&self) -> usize {
        if self.matcher.takes_all() && matches!(self.levels, None | Some(1)) { 0 } else { self.size() }
    }

    /// Whether a cursor is of this listing, and still holds.
    pub fn knows(&self, cursor: &str) -> bool {
        match self.order {
            None => self.node_at(cursor).is_ok(),
            Some(order) => sorted::place(order, cursor).is_ok(),
        }
    }

    /// How many companies there are to look at, at most.
    fn size(&self) -> usize {
        match self.levels {
            Some(0) => 0,
            Some(1) => self.snapshot.child_count(self.root),
            _ => self.snapshot.descendant_count(self.root),
        }
    }

    /// How many companies all pages have together. Counts them one by one only where there is a search or a filter.
    pub fn total_count(&self) -> usize {
        match self.levels {
            None if self.matcher.takes_all() => self.snapshot.descendant_count(self.root),
            Some(1) if self.matcher.takes_all() => self.snapshot.child_count(self.root),
            _ => self.matching().count(),
        }
    }

    /// The cursor of a company of this listing.
    pub fn cursor(&self, node: NodeIndex) -> String {
        let id = self.snapshot.id(node);
        match self.order {
            None => Place::Tree(id).encode(),
            Some(order) => Place::Sorted(order, self.key(order.field, node).into(), id).encode(),
        }
    }

    /// All that match, in no order.
    fn matching(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        self.snapshot.below_in_any_order(self.root, self.levels).filter(|&node| self.matcher.takes(node))
    }
}
