//! What this process remembers of the catalog: the products, and the terms of companies that were asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::TenantId;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::pricing::{Override, Terms};
use super::products::Products;

/// How much the remembered terms may weigh together, in bytes, about.
const MOST: u64 = 32 * 1024 * 1024;

/// How many terms there is room for, about.
const EXPECTED: usize = 40_000;

/// What terms weigh beside their overrides, in bytes, about.
const BARE: usize = 400;

/// What is remembered is what the database has, as far as the log has told of it.
pub(super) struct Memory {
    terms: Cache<TenantId, Arc<Terms>, Bytes>,
    /// Held while something is kept or forgotten, so that nothing is kept that was forgotten meanwhile.
    state: Mutex<State>,
}

/// Weighs terms by the bytes that they take, about.
#[derive(Clone)]
struct Bytes;

impl Weighter<TenantId, Arc<Terms>> for Bytes {
    fn weight(&self, _: &TenantId, terms: &Arc<Terms>) -> u64 {
        let overrides = terms.overrides.len() * size_of::<Override>();
        let categories = terms.grant.as_ref().map_or(0, |grant| grant.access.categories.len());
        let names = (categories + terms.margins.by_category.len()) * size_of::<[String; 2]>();
        (BARE + overrides + names) as u64
    }
}

#[derive(Default)]
struct State {
    forgotten: Forgotten,
    products: Option<Arc<Products>>,
}

/// Counts how often something was forgotten. What was read from the database before that may be what was to be forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forgotten(u64);

impl Memory {
    pub(super) fn new() -> Self {
        Self { terms: Cache::with_weighter(EXPECTED, MOST, Bytes), state: Mutex::default() }
    }

    /// How often something was forgotten by now: asked before reading what is to be kept.
    pub(super) fn forgotten(&self) -> Forgotten {
        self.state().forgotten
    }

    /// The products, where they are known.
    pub(super) fn products(&self) -> Option<Arc<Products>> {
        self.state().products.clone()
    }

    /// The terms of those of `tenants` whose are known, and the others.
    pub(super) fn terms(&self, tenants: &[TenantId]) -> (HashMap<TenantId, Arc<Terms>>, Vec<TenantId>) {
        let (mut known, mut others) = (HashMap::with_capacity(tenants.len()), Vec::new());
        for tenant in tenants {
            match self.terms.get(tenant) {
                Some(terms) => drop(known.insert(*tenant, terms)),
                None => others.push(*tenant),
            }
        }
        (known, others)
    }

    /// Remembers `products`, which were read when so much was forgotten.
    pub(super) fn keep_products(&self, since: Forgotten, products: &Arc<Products>) {
        let mut state = self.state();
        if state.forgotten == since {
            state.products = Some(products.clone());
        }
    }

    /// Remembers `terms`, which were read when so much was forgotten.
    pub(super) fn keep_terms(&self, since: Forgotten, terms: &HashMap<TenantId, Arc<Terms>>) {
        let state = self.state();
        if state.forgotten == since {
            for (tenant, terms) in terms {
                self.terms.insert(*tenant, terms.clone());
            }
        }
    }

    /// Forgets the products.
    pub(super) fn forget_products(&self) {
        self.forgetting().products = None;
    }

    /// Forgets the terms of `tenants`.
    pub(super) fn forget_terms(&self, tenants: impl IntoIterator<Item = TenantId>) {
        let _forgetting = self.forgetting();
        tenants.into_iter().for_each(|tenant| drop(self.terms.remove(&tenant)));
    }

    /// Forgets everything.
    pub(super) fn forget_all(&self) {
        let mut forgetting = self.forgetting();
        forgetting.products = None;
        self.terms.clear();
    }

    fn forgetting(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.forgotten.0 += 1;
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_forgotten_while_it_was_read_is_not_kept() {
        let memory = Memory::new();
        let [one, other] = [TenantId::generate(), TenantId::generate()];
        let read: HashMap<_, _> = [(one, Arc::default()), (other, Arc::default())].into();
        let since = memory.forgotten();
        memory.keep_terms(since, &read);
        assert_eq!(memory.terms(&[one, other]).1, []);
        memory.forget_terms([one]);
        memory.keep_terms(since, &read);
        assert_eq!(memory.terms(&[one, other]).1, [one]);
        memory.keep_products(since, &Arc::default());
        assert!(memory.products().is_none());
        memory.keep_products(memory.forgotten(), &Arc::default());
        assert!(memory.products().is_some());
        memory.forget_all();
        assert_eq!(memory.terms(&[one, other]).1, [one, other]);
        assert!(memory.products().is_none());
    }
}
