//! A loader: what the fields of one request ask for one by one is fetched in one go.

use std::collections::HashMap;
use std::fmt::Debug;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dataloader::BatchFn;
use dataloader::cached::Loader;
use entity::TenantId;
use futures_util::future::join_all;

use crate::bus::{Alias, Bus, CallError, Module, Unavailable};
use crate::error::Fault;
use crate::tenancy::Actor;

/// What became of one key: its value, nothing where there is none in reach, or why nobody can say.
pub type Loaded<V> = Result<Option<V>, Arc<CallError>>;

/// Fetches values by their keys.
pub trait Fetch: Send + Sync + 'static {
    /// What is asked for.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// What there is of it. It is cloned for each field that asks for it.
    type Value: Clone + Send + Sync + 'static;

    /// The values of `keys`, each of which is there once. A key that it leaves out has no value.
    fn fetch(&self, keys: Vec<Self::Key>) -> impl Future<Output = HashMap<Self::Key, Loaded<Self::Value>>> + Send + '_;

    /// The value of `key`, where it need not be fetched.
    fn at_hand(&self, _key: &Self::Key) -> Option<Self::Value> {
        None
    }
}

/// Fetches something of companies: of all of which the same is asked, with one call.
pub trait FetchOfEach: Send + Sync + 'static {
    /// What is asked of a company.
    type Args: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// What there is of it.
    type Value: Clone + Send + Sync + 'static;

    /// What there is of each of `tenants`, in their order. One that is out of reach by now costs the others nothing.
    fn fetch_of_each(
        &self,
        tenants: &[TenantId],
        args: Self::Args,
    ) -> impl Future<Output = Vec<Loaded<Self::Value>>> + Send;

    /// What there is of `tenant`, where it need not be fetched.
    fn at_hand_of(&self, _tenant: TenantId, _args: &Self::Args) -> Option<Self::Value> {
        None
    }
}

impl<F: FetchOfEach> Fetch for F {
    type Key = (TenantId, F::Args);
    type Value = F::Value;

    async fn fetch(&self, keys: Vec<Self::Key>) -> HashMap<Self::Key, Loaded<Self::Value>> {
        let mut calls: HashMap<F::Args, Vec<TenantId>> = HashMap::new();
        for (tenant, args) in keys {
            calls.entry(args).or_default().push(tenant);
        }
        let calls = calls.into_iter().map(async |(args, tenants)| {
            let loaded = self.fetch_of_each(&tenants, args.clone()).await;
            tenants.into_iter().map(move |tenant| (tenant, args.clone())).zip(loaded)
        });
        join_all(calls).await.into_iter().flatten().collect()
    }

    fn at_hand(&self, (tenant, args): &Self::Key) -> Option<F::Value> {
        self.at_hand_of(*tenant, args)
    }
}

/// Collects keys until nothing more is ready, and fetches them together; each once a request. There is no timer. What is at hand waits for
/// nothing.
pub struct Batch<F: Fetch> {
    fetch: Arc<F>,
    /// Made when something is to be fetched: a request asks few of its loaders.
    loader: OnceLock<LoaderOf<F>>,
    /// What the request was told: of one key always the same.
    told: Mutex<HashMap<F::Key, Loaded<F::Value>>>,
}

impl<F: Fetch> Batch<F> {
    /// A loader of what `fetch` gets.
    pub fn new(fetch: F) -> Self {
        Self { fetch: Arc::new(fetch), loader: OnceLock::new(), told: Mutex::default() }
    }

    /// The value of `key`.
    pub async fn load(&self, key: F::Key) -> Loaded<F::Value> {
        if let Some(told) = self.told(&key) {
            return told;
        }
        let loaded = match self.fetch.at_hand(&key) {
            Some(value) => Ok(Some(value)),
            None => self.fetched(&key).await,
        };
        self.tell(key, loaded)
    }

    /// The value of `key`, fetched together with what its siblings ask for.
    async fn fetched(&self, key: &F::Key) -> Loaded<F::Value> {
        // One turn of the executor brings all siblings; how many they are is bounded by the limits on the document.
        let new = || Loader::new(Whole(self.fetch.clone())).with_yield_count(1).with_max_batch_size(usize::MAX);
        let loader = self.loader.get_or_init(new);
        loop {
            // Every key that was fetched is there. Where it is not, the field that carried the batch was given up, as happens when a sibling
            // that must not be null fails; then it is asked for again.
            if let Ok(loaded) = loader.try_load(key.clone()).await {
                return loaded;
            }
        }
    }

    fn told(&self, key: &F::Key) -> Option<Loaded<F::Value>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// What the request is told of `key`: `loaded`, unless it was told something before.
    fn tell(&self, key: F::Key, loaded: Loaded<F::Value>) -> Loaded<F::Value> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.entry(key).or_insert(loaded).clone()
    }
}

impl<F: FetchOfEach> Batch<F> {
    /// What there is of each of `tenants`, in their order, fetched now: who knows all of a list need not collect it. None where it fails for one
    /// of them; what became of each is then loaded.
    pub async fn load_of_each(&self, tenants: &[TenantId], args: &F::Args) -> Option<Vec<Option<F::Value>>> {
        let fetched = self.fetch.fetch_of_each(tenants, args.clone()).await;
        if fetched.iter().all(Result::is_ok) {
            return Some(fetched.into_iter().filter_map(Result::ok).collect());
        }
        for (tenant, loaded) in tenants.iter().zip(fetched) {
            // What became of it is asked for field by field.
            let _ = self.tell((*tenant, args.clone()), loaded);
        }
        None
    }
}

type LoaderOf<F> = Loader<<F as Fetch>::Key, Loaded<<F as Fetch>::Value>, Whole<F>>;

/// Answers every key.
struct Whole<F>(Arc<F>);

impl<F: Fetch> BatchFn<F::Key, Loaded<F::Value>> for Whole<F> {
    async fn load(&mut self, keys: &[F::Key]) -> HashMap<F::Key, Loaded<F::Value>> {
        let mut loaded = self.0.fetch(keys.to_vec()).await;
        for key in keys {
            loaded.entry(key.clone()).or_insert(Ok(None));
        }
        loaded
    }
}

/// Fetches what a module says of companies: of all for which the same is asked, with one call.
pub struct InTenants<A> {
    actor: Actor,
    bus: Bus,
    alias: std::marker::PhantomData<fn() -> A>,
}

impl<A: Alias> InTenants<A> {
    /// Calls `A` on behalf of `actor`.
    pub fn new(actor: Actor, bus: Bus) -> Self {
        Self { actor, bus, alias: std::marker::PhantomData }
    }
}

impl<A: Alias> FetchOfEach for InTenants<A>
where
    A::Args: Debug + Eq + Hash,
{
    type Args = A::Args;
    type Value = Arc<A::Answer>;

    async fn fetch_of_each(&self, tenants: &[TenantId], args: A::Args) -> Vec<Loaded<Arc<A::Answer>>> {
        match self.bus.call_in_reach::<A>(self.actor, tenants, args).await {
            Ok(answers) => answers.into_iter().map(|answer| Ok(answer.map(Arc::new))).collect(),
            Err(error) => failed(tenants, error),
        }
    }
}

/// What becomes of a question that the network itself cannot answer.
pub(super) fn cannot(fault: &Fault) -> Arc<CallError> {
    tracing::error!(cause = %fault, "what the network keeps cannot be read");
    Arc::new(Unavailable { module: Module::Network, cause: fault.to_string(), is_lasting: fault.is_lasting() }.into())
}

/// The same failure for each of `keys`.
pub(super) fn each_failed<K: Eq + Hash, V>(keys: Vec<K>, error: &Arc<CallError>) -> HashMap<K, Loaded<V>> {
    keys.into_iter().map(|key| (key, Err(error.clone()))).collect()
}

/// The same failure for each of `tenants`.
pub(super) fn failed<V>(tenants: &[TenantId], error: CallError) -> Vec<Loaded<V>> {
    let error = Arc::new(error);
    tenants.iter().map(|_| Err(error.clone())).collect()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::Semaphore;

    use super::*;

    /// Doubles even numbers, when it may. Remembers what it was asked for.
    struct Doubling {
        may: Arc<Semaphore>,
        batches: Arc<Mutex<Vec<usize>>>,
        at_hand: Arc<Mutex<HashMap<u32, u32>>>,
    }

    impl Fetch for Doubling {
        type Key = u32;
        type Value = u32;

        async fn fetch(&self, keys: Vec<u32>) -> HashMap<u32, Loaded<u32>> {
            self.batches.lock().unwrap().push(keys.len());
            self.may.acquire().await.unwrap().forget();
            let double =
                |key: u32| (key, if key == 13 { Err(Arc::new(CallError::OutOfReach)) } else { Ok(Some(2 * key)) });
            keys.into_iter().filter(|key| *key != 7).map(double).collect()
        }

        fn at_hand(&self, key: &u32) -> Option<u32> {
            self.at_hand.lock().unwrap().get(key).copied()
        }
    }

    fn doubling(fetches: usize) -> (Batch<Doubling>, Arc<Semaphore>, Arc<Mutex<Vec<usize>>>) {
        let (may, batches) = (Arc::new(Semaphore::new(fetches)), Arc::default());
        let doubling = Doubling { may: may.clone(), batches: Arc::clone(&batches), at_hand: Arc::default() };
        (Batch::new(doubling), may, batches)
    }

    #[tokio::test]
    async fn what_is_at_hand_is_not_fetched_and_stays_the_same_for_the_whole_request() {
        let (batch, _, batches) = doubling(1);
        let at_hand = batch.fetch.at_hand.clone();
        at_hand.lock().unwrap().insert(1, 100);
        assert!(matches!(batch.load(1).now_or_never(), Some(Ok(Some(100)))));
        at_hand.lock().unwrap().insert(1, 200);
        assert!(matches!(batch.load(1).await, Ok(Some(100))), "others know better meanwhile");

        assert!(matches!(batch.load(2).await, Ok(Some(4))));
        at_hand.lock().unwrap().insert(2, 200);
        assert!(matches!(batch.load(2).await, Ok(Some(4))));
        assert_eq!(*batches.lock().unwrap(), [1]);
    }

    #[tokio::test]
    async fn what_is_asked_for_at_once_is_fetched_at_once_and_once() {
        let (batch, _, batches) = doubling(1);
        let loaded = join_all((0..500).chain(0..500).map(|key| batch.load(key))).await;
        assert!(matches!(loaded[4], Ok(Some(8))) && matches!(loaded[504], Ok(Some(8))));
        assert!(matches!(loaded[7], Ok(None)), "left out");
        assert!(loaded[13].is_err() && matches!(loaded[14], Ok(Some(28))), "one that fails costs the others nothing");
        assert!(matches!(batch.load(4).await, Ok(Some(8))));
        assert_eq!(*batches.lock().unwrap(), [500]);
    }

    #[tokio::test]
    async fn a_batch_whose_carrier_was_given_up_is_fetched_again() {
        let (batch, may, batches) = doubling(0);
        let (mut first, mut second) = (Box::pin(batch.load(1)), Box::pin(batch.load(2)));
        while batches.lock().unwrap().is_empty() {
            assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        drop(first);
        may.add_permits(1);
        assert!(matches!(second.await, Ok(Some(4))));
        assert_eq!(*batches.lock().unwrap(), [2, 1]);
    }
}
