//! Which questions were asked lately. Of a great many that may be asked, only those that are asked again are worth remembering the answers of.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use entity::TenantId;

/// How many questions are known at most.
const QUESTIONS: usize = 8_192;

/// The questions that were asked lately, by their hashes. One takes another's place where their hashes say so, and is seldom taken for another:
/// then an answer is remembered that nobody asks for again.
pub(super) struct AskedBefore {
    hasher: RandomState,
    hashes: Box<[AtomicU64]>,
}

impl Default for AskedBefore {
    fn default() -> Self {
        let hashes = std::iter::repeat_with(AtomicU64::default).take(QUESTIONS).collect();
        Self { hasher: RandomState::new(), hashes }
    }
}

impl AskedBefore {
    /// Whether `question` was asked about these companies lately; now it was.
    pub(super) fn again(&self, question: &str, owners: &[TenantId]) -> bool {
        let hash = self.hasher.hash_one((question, owners));
        let place = usize::try_from(hash % QUESTIONS as u64).unwrap_or_default();
        self.hashes[place].swap(hash, Relaxed) == hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_known_when_it_is_asked_again_about_the_same_companies() {
        let (asked, one, other) = (AskedBefore::default(), TenantId::generate(), TenantId::generate());
        assert!(!asked.again("how many?", &[one]));
        assert!(asked.again("how many?", &[one]) && asked.again("how many?", &[one]));
        assert!(!asked.again("how many?", &[other]) && !asked.again("how many?", &[one, other]));
        assert!(!asked.again("how much?", &[one]));
    }
}
