//! Which companies a listing shows.

use std::cell::{Cell, OnceCell};

use entity::TenantStatus;
use memchr::memmem::Finder;

use super::{Filter, Query};
use crate::tenancy::topology::{FrozenNodes, NodeIndex, Snapshot, fold};

/// Some of the statuses, one bit for each: as fast to ask however many were named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusSet(u8);

impl StatusSet {
    /// Whether `status` is in it.
    #[must_use]
    pub fn contains(self, status: TenantStatus) -> bool {
        self.0 & bit(status) != 0
    }
}

impl FromIterator<TenantStatus> for StatusSet {
    fn from_iter<I: IntoIterator<Item = TenantStatus>>(statuses: I) -> Self {
        Self(statuses.into_iter().fold(0, |bits, status| bits | bit(status)))
    }
}

fn bit(status: TenantStatus) -> u8 {
    1 << status as u8
}

/// A query's search and filter, ready to be asked of many companies below one root.
#[derive(Debug)]
pub(super) struct Matcher<'a> {
    snapshot: &'a Snapshot,
    root: NodeIndex,
    /// How far below the root it is asked.
    levels: Option<u32>,
    filter: &'a Filter,
    search: Option<Finder<'static>>,
    /// Whether the root is frozen, and so all below it.
    all_frozen: OnceCell<bool>,
    /// How many steps up were gone to look for a freeze.
    climbed: Cell<u32>,
    frozen: OnceCell<FrozenNodes>,
}

/// After so many steps up to look for freezes, it pays to find all the frozen ones.
const CLIMBED: u32 = if cfg!(test) { 4 } else { 10_000 };

impl<'a> Matcher<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, root: NodeIndex, levels: Option<u32>, query: &'a Query) -> Self {
        let search = query.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
        let search = search.map(|search| Finder::new(fold(search).as_bytes()).into_owned());
        let (all_frozen, frozen) = (OnceCell::new(), OnceCell::new());
        Self { snapshot, root, levels, filter: &query.filter, search, all_frozen, climbed: Cell::new(0), frozen }
    }

    /// Whether there is nothing to ask. (How deep a listing goes is decided by its walk.)
    pub(super) fn takes_all(&self) -> bool {
        self.search.is_none() && Filter { max_depth: None, ..*self.filter } == Filter::default()
    }

    /// Asks the cheap questions first.
    pub(super) fn takes(&self, node: NodeIndex) -> bool {
        let Self { snapshot, filter, search, .. } = self;
        filter.status.is_none_or(|wanted| wanted.contains(snapshot.status(node)))
            && filter.min_depth.is_none_or(|depth| depth <= snapshot.depth(node))
            && filter.joined_after.is_none_or(|instant| instant <= snapshot.joined_at(node))
            && filter.joined_before.is_none_or(|instant| snapshot.joined_at(node) < instant)
            && search.as_ref().is_none_or(|search| search.find(snapshot.search_text(node).as_bytes()).is_some())
            && filter.frozen.is_none_or(|frozen| frozen == self.is_frozen(node))
    }

    /// Looks no further than from the root down, so that what it costs has nothing to do with the freezes of strangers.
    fn is_frozen(&self, node: NodeIndex) -> bool {
        let Self { snapshot, root, .. } = *self;
        if *self.all_frozen.get_or_init(|| snapshot.is_frozen(root)) {
            return true;
        }
        let steps = snapshot.depth(node) - snapshot.depth(root);
        let climbed = self.climbed.get().saturating_add(steps);
        if climbed <= CLIMBED {
            self.climbed.set(climbed);
            return snapshot.has_freeze_below(root, node);
        }
        self.frozen.get_or_init(|| snapshot.frozen_nodes(root, self.levels)).contains(node)
    }
}
