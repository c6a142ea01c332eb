//! The key set in force, and how it follows its source.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    task::JoinHandle,
};

use super::{
    Reason,
    config::ConfigError,
    jwks::{FetchError, Source},
    keys::{Key, KeySet},
};

/// At most one fetch in this time, whatever tokens say.
pub(super) const FETCH_INTERVAL: Duration = Duration::from_mins(1);

/// Keys older than this are fetched anew, so that a withdrawn key stops working.
pub(super) const REFRESH_AGE: Duration = Duration::from_mins(10);

/// Keys older than this were not asked for in a long time: nobody is let in by them before they are fetched anew.
pub(super) const WAIT_AGE: Duration = Duration::from_mins(20);

/// What time it is. A value, so that a test can say so.
#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    /// A clock that shows what `now` returns.
    pub(super) fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The key set in force: the last one that its source gave.
#[derive(Debug)]
pub(super) struct Rotation {
    source: Source,
    clock: Clock,
    in_force: ArcSwap<Fetched>,
    /// Whether the last fetch failed.
    failing: AtomicBool,
    /// Held by the one fetch under way; inside, when the last one ended (none since the start).
    turn: Arc<Mutex<Option<Instant>>>,
}

#[derive(Debug)]
struct Fetched {
    keys: KeySet,
    at: Instant,
}

impl Rotation {
    /// Fetches the first set from `location`; an error when it cannot be had or has no usable key.
    pub(super) async fn start(location: &str, clock: Clock) -> Result<Arc<Self>, ConfigError> {
        let unusable = |location: String, reason: String| ConfigError::Jwks { location, reason };
        // What is not a URL may still hold a password, so it is not repeated.
        let source = Source::at(location).map_err(|error| unusable("the URL given".to_owned(), error.to_string()))?;
        let keys = source.fetch().await.map_err(|error| unusable(source.to_string(), error.to_string()))?;
        if keys.len() == 0 {
            let reason = "none of its keys can be used (RSA from 2048 bits, P-256, P-384 or Ed25519, for signatures)";
            return Err(unusable(source.to_string(), reason.to_owned()));
        }
        tracing::info!(%source, keys = keys.len(), "keys loaded");
        let in_force = ArcSwap::from_pointee(Fetched { keys, at: (clock.0)() });
        let turn = Arc::new(Mutex::new(None));
        Ok(Arc::new(Self { source, clock, in_force, failing: AtomicBool::new(false), turn }))
    }

    /// The key for a token that names the key `id` and was signed by `algorithm`.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: jsonwebtoken::Algorithm,
    ) -> Result<Key, Reason> {
        self.keep_fresh().await;
        if id.is_some_and(|id| !self.in_force.load().keys.knows(id)) {
            self.refresh().await;
        }
        self.in_force.load().keys.find(id, algorithm).cloned().map_err(|reason| match reason {
            Reason::UnknownKey if self.is_failing() => Reason::KeysUnavailable,
            reason => reason,
        })
    }

    /// Sees to it that old keys are fetched anew: beside the request, or before it when they are very old. A source that
    /// is known to fail is not waited for.
    async fn keep_fresh(self: &Arc<Self>) {
        let age = self.now().saturating_duration_since(self.in_force.load().at);
        if age > WAIT_AGE && !self.is_failing() {
            self.refresh().await;
        } else if age > REFRESH_AGE
            && let Ok(turn) = Arc::clone(&self.turn).try_lock_owned()
        {
            drop(self.fetch_in(turn));
        }
    }

    /// Fetches the set and waits for it, unless that was done a moment ago. Callers at the same time share one fetch.
    async fn refresh(self: &Arc<Self>) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if let Some(fetch) = self.fetch_in(turn) {
            // It ends by its own timeout, and what came of it shows in the set.
            let _ = fetch.await;
        }
    }

    /// Begins a fetch, unless the last one is too recent. It is a task of its own, so that a client that hangs up cannot
    /// stop what others wait for.
    fn fetch_in(self: &Arc<Self>, mut turn: OwnedMutexGuard<Option<Instant>>) -> Option<JoinHandle<()>> {
        if turn.is_some_and(|last| self.now().saturating_duration_since(last) < FETCH_INTERVAL) {
            return None;
        }
        let rotation = Arc::clone(self);
        Some(tokio::spawn(async move {
            rotation.take_over(rotation.source.fetch().await);
            *turn = Some(rotation.now());
        }))
    }

    /// Puts a fetched set in force, also an empty one: the source says that all keys are withdrawn. Without one, the last
    /// known stays.
    fn take_over(&self, fetched: Result<KeySet, FetchError>) {
        let source = &self.source;
        self.failing.store(fetched.is_err(), Ordering::Relaxed);
        match fetched {
            Ok(keys) => {
                if keys.len() == 0 {
                    tracing::warn!(%source, "the key set has no usable key any more: every token is refused");
                }
                self.in_force.store(Arc::new(Fetched { keys, at: self.now() }));
            }
            Err(error) => tracing::warn!(%source, %error, "keys cannot be fetched: the last known stay in force"),
        }
    }

    fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    fn now(&self) -> Instant {
        (self.clock.0)()
    }
}
