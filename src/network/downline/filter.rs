//! Which companies a listing shows.

use std::cell::{Cell, OnceCell};

use memchr::memmem::Finder;

use super::{Filter, Query};
use crate::tenancy::topology::{FrozenNodes, NodeIndex, Snapshot, fold};

/// A query's search and filter, ready to be asked of many companies.
#[derive(Debug)]
pub(super) struct Matcher<'a> {
    snapshot: &'a Snapshot,
    filter: &'a Filter,
    search: Option<Finder<'static>>,
    /// How often it was asked whether a company is frozen.
    asked: Cell<usize>,
    frozen: OnceCell<FrozenNodes>,
}

/// After so many climbs to look for a freeze, it pays to find all the frozen ones.
const CLIMBS: usize = if cfg!(test) { 2 } else { 1_000 };

impl<'a> Matcher<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, query: &'a Query) -> Self {
        let search = query.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
        let search = search.map(|search| Finder::new(fold(search).as_bytes()).into_owned());
        Self { snapshot, filter: &query.filter, search, asked: Cell::new(0), frozen: OnceCell::new() }
    }

    /// Whether there is nothing to ask. (How deep a listing goes is decided by its walk.)
    pub(super) fn takes_all(&self) -> bool {
        self.search.is_none() && Filter { max_depth: None, ..self.filter.clone() } == Filter::default()
    }

    /// Asks the cheap questions first.
    pub(super) fn takes(&self, node: NodeIndex) -> bool {
        let Self { snapshot, filter, search, .. } = self;
        filter.status.as_ref().is_none_or(|wanted| wanted.contains(&snapshot.status(node)))
            && filter.min_depth.is_none_or(|depth| depth <= snapshot.depth(node))
            && filter.joined_after.is_none_or(|instant| instant <= snapshot.joined_at(node))
            && filter.joined_before.is_none_or(|instant| snapshot.joined_at(node) < instant)
            && search.as_ref().is_none_or(|search| search.find(snapshot.search_text(node).as_bytes()).is_some())
            && filter.frozen.is_none_or(|frozen| frozen == self.is_frozen(node))
    }

    fn is_frozen(&self, node: NodeIndex) -> bool {
        if self.asked.get() < CLIMBS {
            self.asked.set(self.asked.get() + 1);
            return self.snapshot.is_frozen(node);
        }
        self.frozen.get_or_init(|| self.snapshot.frozen_nodes()).contains(node)
    }
}
