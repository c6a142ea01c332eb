//! Where a company is, by id and by name.

use std::hash::{BuildHasher, Hash, RandomState};

use entity::TenantId;
use hashbrown::HashTable;

use super::NodeIndex;

/// Finds nodes by id and by name. It holds neither, only their hashes: who asks compares with the node itself.
///
/// So all snapshots share one directory, although a later one knows more: an entry that does not fit the asker's own
/// snapshot is not its answer. Entries are only added, and a batch that failed may leave some behind that fit nothing.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Seeded at random: names come from outside.
    hasher: RandomState,
    ids: HashTable<Entry>,
    names: HashTable<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    hash: u32,
    node: NodeIndex,
}

impl Directory {
    /// The node with this id, as `is_it` decides.
    pub(super) fn find_id(&self, id: TenantId, is_it: impl Fn(NodeIndex) -> bool) -> Option<NodeIndex> {
        find(&self.ids, self.hash(id), is_it)
    }

    /// The node with this slug or external id, as `is_it` decides.
    pub(super) fn find_name(&self, name: &str, is_it: impl Fn(NodeIndex) -> bool) -> Option<NodeIndex> {
        find(&self.names, self.hash(name), is_it)
    }

    pub(super) fn add_id(&mut self, id: TenantId, node: NodeIndex) {
        let hash = self.hash(id);
        add(&mut self.ids, Entry { hash, node });
    }

    pub(super) fn add_name(&mut self, name: &str, node: NodeIndex) {
        let hash = self.hash(name);
        add(&mut self.names, Entry { hash, node });
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "half of the hash saves 24 MB at 1,000,000 tenants and costs hardly a collision"
    )]
    fn hash(&self, key: impl Hash) -> u32 {
        self.hasher.hash_one(key) as u32
    }
}

fn find(table: &HashTable<Entry>, hash: u32, is_it: impl Fn(NodeIndex) -> bool) -> Option<NodeIndex> {
    table.find(spread(hash), |entry| entry.hash == hash && is_it(entry.node)).map(|entry| entry.node)
}

fn add(table: &mut HashTable<Entry>, entry: Entry) {
    if table.find(spread(entry.hash), |present| *present == entry).is_none() {
        table.insert_unique(spread(entry.hash), entry, |present| spread(present.hash));
    }
}

/// The table looks at the lowest and the highest bits of 64: a multiplication (by 2^64 / φ) carries 32 of them there.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
