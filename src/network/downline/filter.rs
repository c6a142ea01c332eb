//! Which companies a listing shows.

use memchr::memmem::Finder;

use super::{Filter, Query};
use crate::tenancy::topology::{NodeIndex, Snapshot, fold};

/// A query's search and filter, ready to be asked of many companies.
#[derive(Debug)]
pub(super) struct Matcher<'a> {
    snapshot: &'a Snapshot,
    filter: &'a Filter,
    search: Option<Finder<'static>>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, query: &'a Query) -> Self {
        let search = query.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
        let search = search.map(|search| Finder::new(fold(search).as_bytes()).into_owned());
        Self { snapshot, filter: &query.filter, search }
    }

    /// Whether there is nothing to ask. (How deep a listing goes is decided by its walk.)
    pub(super) fn takes_all(&self) -> bool {
        self.search.is_none() && Filter { max_depth: None, ..self.filter.clone() } == Filter::default()
    }

    /// Asks the cheap questions first.
    pub(super) fn takes(&self, node: NodeIndex) -> bool {
        let Self { snapshot, filter, search } = self;
        filter.status.as_ref().is_none_or(|wanted| wanted.contains(&snapshot.status(node)))
            && filter.min_depth.is_none_or(|depth| depth <= snapshot.depth(node))
            && filter.joined_after.is_none_or(|instant| instant <= snapshot.joined_at(node))
            && filter.joined_before.is_none_or(|instant| snapshot.joined_at(node) < instant)
            && search.as_ref().is_none_or(|search| search.find(snapshot.search_text(node).as_bytes()).is_some())
            && filter.frozen.is_none_or(|frozen| frozen == snapshot.is_frozen(node))
    }
}
