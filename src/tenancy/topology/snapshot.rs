//! The chain at one position of the log.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use entity::{FreezeId, Position, TenantId, TenantStatus, Timestamp};
use iso_currency::Currency;

use super::census::Shape;
use super::column::Column;
use super::directory::Directory;
use super::node::{Counts, Links, Profile, Rare};
use super::{FreezeState, NodeIndex};

/// A consistent, unchanging picture of the whole chain at one position of the log.
///
/// A request holds one for its whole life, so that it never mixes two states. Clones share all memory, and a later
/// snapshot shares what did not change. Methods that take a [`NodeIndex`] want one of this snapshot or of an earlier
/// one of the same topology; another may panic.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub(super) position: Position,
    pub(super) root: Option<NodeIndex>,
    pub(super) links: Column<Links>,
    pub(super) counts: Column<Counts>,
    pub(super) children: Column<Option<Arc<[NodeIndex]>>>,
    pub(super) profiles: Column<Profile>,
    pub(super) rare: Column<Option<Arc<Rare>>>,
    /// All freezes of the chain and where they are.
    pub(super) freezes: Arc<std::collections::HashMap<FreezeId, NodeIndex>>,
    /// Counts by level and by when companies joined, for as long as they hold.
    pub(super) shape: Shape,
    pub(super) state: State,
    directory: Arc<RwLock<Directory>>,
}

/// Which state of the chain a snapshot shows: equal for two of one process where no company has changed in between.
#[derive(Clone, Debug, Default)]
pub struct State(Arc<()>);

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Snapshot {
    /// Which state of the chain it shows: the same at later positions, as long as no company changes.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The position of the last event that this picture holds.
    pub fn position(&self) -> Position {
        self.position
    }

    /// How many companies the chain has.
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether the chain has no company yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The company at the top, unless the chain is empty.
    pub fn root(&self) -> Option<NodeIndex> {
        self.root
    }

    /// The company with this id.
    pub fn find(&self, id: TenantId) -> Option<NodeIndex> {
        self.directory().find_id(id, |node| self.has(node) && self.id(node) == id)
    }

    /// The company with this slug or external id, letter for letter.
    pub fn find_named(&self, name: &str) -> Option<NodeIndex> {
        let named = |node| self.has(node) && (self.slug(node) == name || self.external_id(node) == Some(name));
        self.directory().find_name(name, named)
    }

    /// Its id.
    pub fn id(&self, node: NodeIndex) -> TenantId {
        self.profiles.get(node).id
    }

    /// The company one step up; none at the root.
    pub fn parent(&self, node: NodeIndex) -> Option<NodeIndex> {
        self.links.get(node).parent.some()
    }

    /// Steps to the root of the chain, which has 0.
    pub fn depth(&self, node: NodeIndex) -> u32 {
        self.links.get(node).depth
    }

    /// Its name as people write it.
    pub fn name(&self, node: NodeIndex) -> &str {
        self.profiles.get(node).name()
    }

    /// Its name without regard to case: what names are ordered by.
    pub fn folded_name(&self, node: NodeIndex) -> &str {
        self.profiles.get(node).folded_name()
    }

    /// Name, slug and external id without regard to case (see [`fold`](super::fold)), with a NUL between them: what a search looks at.
    pub fn search_text(&self, node: NodeIndex) -> &str {
        self.profiles.get(node).search_text()
    }

    /// Its short name.
    pub fn slug(&self, node: NodeIndex) -> &str {
        self.profiles.get(node).slug()
    }

    /// Its name in the system that it came from.
    pub fn external_id(&self, node: NodeIndex) -> Option<&str> {
        self.profiles.get(node).external_id()
    }

    /// Where it stands in its life.
    pub fn status(&self, node: NodeIndex) -> TenantStatus {
        self.counts.get(node).status
    }

    /// The currency it trades in.
    pub fn currency(&self, node: NodeIndex) -> Currency {
        self.profiles.get(node).currency
    }

    /// When it joined the chain.
    pub fn joined_at(&self, node: NodeIndex) -> Timestamp {
        self.profiles.get(node).joined_at
    }

    /// Its children, by name without regard to case, then by id.
    pub fn children(&self, node: NodeIndex) -> &[NodeIndex] {
        self.children.get(node).as_deref().unwrap_or_default()
    }

    /// How many children it has.
    pub fn child_count(&self, node: NodeIndex) -> usize {
        self.children(node).len()
    }

    /// How many companies are below it, at any depth.
    pub fn descendant_count(&self, node: NodeIndex) -> usize {
        self.counts.get(node).descendants as usize
    }

    /// How many of its descendants are `ACTIVE`, frozen or not.
    pub fn active_descendant_count(&self, node: NodeIndex) -> usize {
        self.counts.get(node).active_descendants as usize
    }

    /// The freezes on the company itself, not those of its ancestors.
    pub fn own_freezes(&self, node: NodeIndex) -> &[FreezeState] {
        self.rare(node).map(|rare| rare.freezes.as_slice()).unwrap_or_default()
    }

    pub(super) fn rare(&self, node: NodeIndex) -> Option<&Rare> {
        self.rare.get(node).as_deref()
    }

    /// What siblings are ordered by.
    pub(super) fn sibling_key(&self, node: NodeIndex) -> (&str, TenantId) {
        let profile = self.profiles.get(node);
        (profile.folded_name(), profile.id)
    }

    fn has(&self, node: NodeIndex) -> bool {
        node.number() < self.len()
    }

    fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }
}
