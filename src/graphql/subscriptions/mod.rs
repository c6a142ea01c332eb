//! Subscriptions: operations whose answers go on for as long as something happens.
//!
//! - `source`: what its resolver says that it watches, and what it is brought.
//! - `execution`: makes a message of each event. `group`: subscribers with the same tenant, role, document and variables share one; `ring` holds the
//!   messages that not all of them have had. `sharing`: who is the same.
//! - [`Deliveries`]: what one subscriber gets. It reads the log on from its cursor until it has caught up with its group, and is one of it from there.

mod deliveries;
mod execution;
mod group;
mod ring;
mod sharing;
mod source;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_graphql::ServerError;
use entity::{Position, TenantId};
use tokio::sync::watch;

pub use self::deliveries::{Delivered, Deliveries};
use self::execution::Execution;
pub use self::execution::Message;
use self::group::{Group, Seat};
use self::ring::{Memory, Ring};
use self::sharing::Shared;
pub use self::source::{Source, Told, Watched};
use super::context::Services;
use super::documents::{Answer, Prepared};
use super::error::{ErrorCode, as_request_error, cursor_expired, internal_failure};
use super::schema::ApiExecutor;
use crate::auth::{Caller, RightsChange};
use crate::network::activity::{Live, Walk};
use crate::tenancy::topology::{Snapshot, Topology};
use crate::tenancy::{Scope, access};

/// Runs subscriptions.
pub struct Subscriptions {
    api: Arc<ApiExecutor>,
    services: Arc<Services>,
    topology: Arc<Topology>,
    live: Arc<Live>,
    /// Where the log changes who sees whom.
    changes: watch::Receiver<RightsChange>,
    groups: Mutex<HashMap<Shared, Arc<Group>>>,
    /// What the messages of companies with groups take.
    memories: Mutex<HashMap<TenantId, Weak<Memory>>>,
}

/// Who subscribes to what.
pub struct Subscriber {
    /// Who asks.
    pub caller: Caller,
    /// The operation.
    pub prepared: Prepared,
    /// The cursor of the last event that the client has had, where it says so beside the operation: it counts more than one in there.
    pub last_event_id: Option<String>,
    /// Names the request in the log.
    pub request_id: String,
}

impl Subscriptions {
    /// Subscriptions to what `live` tells, on `api`. `changes` says where the log changes who sees whom.
    #[must_use]
    pub fn new(
        api: Arc<ApiExecutor>,
        services: Arc<Services>,
        topology: Arc<Topology>,
        live: Arc<Live>,
        changes: watch::Receiver<RightsChange>,
    ) -> Arc<Self> {
        let (groups, memories) = (Mutex::default(), Mutex::default());
        Arc::new(Self { api, services, topology, live, changes, groups, memories })
    }

    /// Begins a subscription.
    ///
    /// # Errors
    /// The answer to an operation that is none, and to one whose field refuses it.
    pub async fn open(self: &Arc<Self>, subscriber: Subscriber) -> Result<Deliveries, Answer> {
        let Subscriber { caller, mut prepared, last_event_id, request_id } = subscriber;
        let failed = |error: ServerError| Answer::refused(error);
        let Some(seat) = caller.seat else { return Err(failed(ErrorCode::Forbidden.request_error(NO_COMPANY))) };
        prepared.keep_one_root_field().map_err(failed)?;
        let shared = Shared::of(seat, &prepared);
        // What comes while it begins is new.
        let now = self.live.now();
        let (execution, watched) = Execution::begin(self, caller, prepared, &request_id).await?;
        let cursor = match &last_event_id {
            Some(cursor) => Some(source::position(cursor).map_err(failed)?),
            None => watched.after,
        };
        self.check_kept(cursor, &request_id).await.map_err(failed)?;
        // Another process may be ahead of this one; what nobody has given out yet is no cursor.
        if let Some(cursor) = cursor
            && !self.live.reaches(cursor).await
        {
            return Err(failed(as_request_error(cursor_expired())));
        }
        let walk = self.live.walk(shared.tenant(), watched.filter, cursor.unwrap_or(now));
        Ok(Deliveries::new(self.clone(), shared, walk, execution, request_id))
    }

    async fn check_kept(&self, cursor: Option<Position>, request_id: &str) -> Result<(), ServerError> {
        let Some(cursor) = cursor else { return Ok(()) };
        match self.services.feeds.kept_from().await {
            Ok(kept_from) if cursor < kept_from => Err(as_request_error(cursor_expired())),
            Ok(_) => Ok(()),
            Err(fault) => {
                tracing::error!(%fault, request_id, "a subscription cannot begin");
                Err(internal_failure(request_id))
            }
        }
    }

    /// Takes a seat in the group of `shared` for who has come so far on their `walk`, if the group still has what comes after that. Where there is no
    /// such group, one begins there, with the execution of who comes.
    fn join(self: &Arc<Self>, shared: &Shared, walk: &Walk, own: &mut Option<Execution>) -> Option<Seat> {
        let after = walk.after();
        let mut groups = self.groups();
        let serves = |group: &&Arc<Group>| !group.has_failed() && !group.is_stalled_before(after);
        if let Some(group) = groups.get(shared).filter(serves) {
            return Seat::take(self, group, after);
        }
        let group = Group::new(shared.clone(), Ring::new(after, &self.memory_of(shared.tenant())));
        let execution = own.take()?;
        // Before it begins: else it could be ahead by then.
        let seat = Seat::take(self, &group, after)?;
        let watch = self.live.watch(walk.owner(), walk.filter().clone(), after);
        group.begin(watch, execution, self.out_of_sight(walk.owner(), walk.filter().subject));
        groups.insert(shared.clone(), group);
        Some(seat)
    }

    /// What counts the messages of a company's groups, for as long as it has any.
    fn memory_of(&self, tenant: TenantId) -> Arc<Memory> {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(memory) = memories.get(&tenant).and_then(Weak::upgrade) {
            return memory;
        }
        memories.retain(|_, memory| memory.strong_count() > 0);
        let memory = Arc::default();
        memories.insert(tenant, Arc::downgrade(&memory));
        memory
    }

    /// Resolves when the company `subject`, which `tenant` sees now, is out of its sight.
    fn out_of_sight(&self, tenant: TenantId, subject: Option<TenantId>) -> impl Future<Output = ()> + Send + 'static {
        let (topology, mut changes) = (self.topology.clone(), self.changes.clone());
        let is_in_sight =
            move |chain: &Snapshot, subject| access::reach(chain, Scope::Tenant(tenant), subject).is_some();
        let watched = subject.filter(|subject| is_in_sight(&topology.current(), *subject));
        async move {
            let Some(subject) = watched else { return std::future::pending().await };
            while changes.changed().await.is_ok() {
                let position = changes.borrow_and_update().position;
                topology.wait_for(position).await;
                if !is_in_sight(&topology.current(), subject) {
                    return;
                }
            }
        }
    }

    /// Ends a group that nobody belongs to any more.
    fn leave(&self, group: &Arc<Group>) {
        let mut groups = self.groups();
        if group.is_empty() {
            group.end();
            // Another one may have taken its place.
            if groups.get(group.shared()).is_some_and(|known| Arc::ptr_eq(known, group)) {
                groups.remove(group.shared());
            }
        }
    }

    fn groups(&self) -> std::sync::MutexGuard<'_, HashMap<Shared, Arc<Group>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const NO_COMPANY: &str = "A subscription is on behalf of a company: name one in X-Tenant-ID.";
