//! The answers in memory: bounded by their size.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use entity::{TenantId, Timestamp};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::changes::Moment;
use super::waiting::Written;
use crate::bus::Alias;
use crate::bus::contract::network::Known;

/// How many bytes of answers are held, as JSON has them.
const BYTES: u64 = 32 << 20;

/// How many answers there is room for, about.
const EXPECTED: usize = 60_000;

/// What an entry takes besides its answer, roughly.
const OVERHEAD: usize = 300;

/// What was asked of whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The alias and its arguments.
    pub(super) question: Arc<str>,
    /// The company.
    pub(super) owner: TenantId,
}

/// A last known answer.
pub(super) struct Remembered {
    pub(super) answer: Arc<dyn Any + Send + Sync>,
    /// When the module told it.
    pub(super) as_of: Timestamp,
    /// When the call began. None of what was read from the table: what has happened since is not known.
    pub(super) asked: Option<Moment>,
    /// What of it was given to be written.
    pub(super) written: Option<Written>,
    /// Whether that could not be written.
    pub(super) lost: AtomicBool,
    /// Bytes, as JSON has it.
    pub(super) size: usize,
}

impl Remembered {
    /// What of it the table has, or will have soon.
    pub(super) fn written(&self) -> Option<Written> {
        self.written.filter(|_| !self.lost.load(Relaxed))
    }

    /// The answer of `A`.
    pub(super) fn known<A: Alias>(&self, stale: bool) -> Option<Known<Arc<A::Answer>>> {
        let value = self.answer.clone().downcast().ok()?;
        Some(Known { value, as_of: self.as_of, stale })
    }
}

/// The answers in memory. A request reads hundreds of them: hence a cache that takes no notes of who reads.
pub(super) struct Memory(Cache<Key, Arc<Remembered>, Bytes>);

/// Weighs answers by their bytes.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Remembered>> for Bytes {
    fn weight(&self, key: &Key, remembered: &Arc<Remembered>) -> u64 {
        (key.question.len() + remembered.size + OVERHEAD) as u64
    }
}

impl Memory {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(EXPECTED, BYTES, Bytes))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Remembered>> {
        self.0.get(key)
    }

    /// The answer to `key` could not be written.
    pub(super) fn lost(&self, key: &Key) {
        if let Some(remembered) = self.0.get(key) {
            remembered.lost.store(true, Relaxed);
        }
    }

    pub(super) fn put(&self, key: Key, remembered: Remembered) {
        self.0.insert(key, Arc::new(remembered));
    }

    /// The same, unless there is one meanwhile.
    pub(super) fn put_new(&self, key: &Key, remembered: Remembered) {
        // Fails with nothing but what was to be done.
        let _ = self.0.get_or_insert_with::<_, Infallible>(key, || Ok(Arc::new(remembered)));
    }
}
