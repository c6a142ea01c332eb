//! What modules answer about companies, remembered: asked for once, and told as stale where the module cannot answer any more.
//!
//! An answer is fresh while nothing has happened that could change it (`changes`), and no longer than a minute, for a module elsewhere may
//! tell of nothing. What a module last answered is kept in memory and, written behind the requests, in the table `network_cache`.
//!
//! What a module answers of a company must not depend on who asks: it is remembered for all who may.

mod changes;
mod memory;
mod store;
mod waiting;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use entity::{TenantId, Timestamp};
use futures_util::FutureExt;
use tokio::time::Interval;

use self::changes::{Changes, Moment};
use self::memory::{Key, Memory, Remembered};
use self::waiting::Waiting;
use crate::bus::contract::network::Known;
use crate::bus::{Alias, Bus, CallError, Module, Unavailable};
use crate::clock::Clock;
use crate::error::Fault;
use crate::events::{Listener, News};
use crate::tenancy::topology::{Snapshot, Topology};
use crate::tenancy::{Actor, CentralDb};

/// For how long an answer is fresh at most: in microseconds.
const MAX_AGE: i64 = 60_000_000;

/// For how long answers wait, to be written together.
const PAUSE: Duration = Duration::from_secs(2);

/// How often old answers are looked for.
const TIDYING: Duration = Duration::from_hours(6);

/// How long an answer is kept that nobody renews.
const KEPT: time::Duration = time::Duration::days(30);

/// What a module answered of one company, now or when it last could; or why there is nothing to tell.
pub type Told<T> = Result<Known<Arc<T>>, Unavailable>;

/// The last known answers of the modules.
pub struct Answers {
    central: CentralDb,
    bus: Bus,
    topology: Arc<Topology>,
    clock: Clock,
    changes: Changes,
    memory: Memory,
    waiting: Waiting,
}

impl Answers {
    /// Asks the modules over `bus`; keeps what they answered in memory, and in the table `network_cache`.
    #[must_use]
    pub fn new(central: CentralDb, bus: Bus, topology: Arc<Topology>, clock: Clock) -> Arc<Self> {
        let (changes, memory, waiting) = (Changes::default(), Memory::new(), Waiting::default());
        Arc::new(Self { central, bus, topology, clock, changes, memory, waiting })
    }

    /// What `A` answers of each of `owners`, in their order: those that are not remembered are asked for with one message.
    ///
    /// # Errors
    /// `OutOfReach` where the caller may not call `A` in any of them, and what the module refuses.
    pub async fn ask<A: Alias>(
        &self,
        actor: impl Into<Actor>,
        owners: &[TenantId],
        args: A::Args,
    ) -> Result<Vec<Told<A::Answer>>, CallError> {
        let actor = actor.into();
        self.bus.admit::<A>(actor, owners)?;
        let question = question::<A>(&args)?;
        let asked = self.changes.moment(|| self.topology.current());
        let mut told: HashMap<TenantId, Told<A::Answer>> = HashMap::with_capacity(owners.len());
        let mut missing = Vec::new();
        for owner in owners {
            match self.fresh::<A>(&question, *owner, &asked.chain) {
                Some(known) => drop(told.insert(*owner, Ok(known))),
                None => missing.push(*owner),
            }
        }
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            let as_of = self.clock.now();
            match self.bus.call_in_tenants::<A>(actor, &missing, args).await {
                Ok(answers) => told.extend(std::iter::zip(missing, answers).map(|(owner, answer)| {
                    let key = Key { question: question.clone(), owner };
                    (owner, Ok(self.remember::<A>(key, answer, as_of, asked.moment)))
                })),
                Err(CallError::Unavailable(why)) => told.extend(self.last_known::<A>(&question, &missing, &why).await),
                Err(refused) => return Err(refused),
            }
        }
        Ok(owners.iter().filter_map(|owner| told.get(owner).cloned()).collect())
    }

    /// The answer of which memory is sure.
    fn fresh<A: Alias>(&self, question: &Arc<str>, owner: TenantId, chain: &Snapshot) -> Option<Known<Arc<A::Answer>>> {
        let remembered = self.memory.get(&Key { question: question.clone(), owner })?;
        let recent = (0..=MAX_AGE).contains(&(self.clock.now().0 - remembered.as_of.0));
        let sure = recent && self.changes.none_since(remembered.asked?, Module::of(A::NAME), owner, chain);
        sure.then(|| remembered.known::<A>(false))?
    }

    fn remember<A: Alias>(
        &self,
        key: Key,
        answer: A::Answer,
        as_of: Timestamp,
        asked: Moment,
    ) -> Known<Arc<A::Answer>> {
        let answer = Arc::new(answer);
        let known = Known { value: answer.clone(), as_of, stale: false };
        let before = self.memory.get(&key);
        if before.as_ref().is_some_and(|before| before.as_of > as_of) {
            // Somebody who asked later was quicker.
            return known;
        }
        // What has no JSON cannot be kept elsewhere; it is no less an answer.
        let text = serde_json::to_string(&*answer).unwrap_or_default();
        let written = self.waiting.offer(&key, &text, as_of, before.and_then(|before| before.written()));
        let (asked, lost, size) = (Some(asked), AtomicBool::new(false), text.len());
        self.memory.put(key, Remembered { answer, as_of, asked, written, lost, size });
        known
    }

    /// What was known of each of `owners` before the module failed, or why nothing is told.
    async fn last_known<A: Alias>(
        &self,
        question: &Arc<str>,
        owners: &[TenantId],
        why: &Unavailable,
    ) -> Vec<(TenantId, Told<A::Answer>)> {
        let in_memory = |owner| self.memory.get(&Key { question: question.clone(), owner })?.known::<A>(true);
        let mut known: HashMap<_, _> = owners.iter().filter_map(|owner| Some((*owner, in_memory(*owner)?))).collect();
        let unknown: Vec<_> = owners.iter().copied().filter(|owner| !known.contains_key(owner)).collect();
        let rows = store::last_known(&self.central, question, &unknown).await.unwrap_or_else(|cause| {
            tracing::error!(%cause, "the last known answers cannot be read");
            Vec::new()
        });
        for row in rows {
            let size = row.answer.to_string().len();
            // What an older program wrote may be no answer any more.
            let Ok(answer) = serde_json::from_value::<A::Answer>(row.answer) else { continue };
            let key = Key { question: question.clone(), owner: row.owner_tenant_id };
            let (answer, as_of, lost) = (Arc::new(answer), row.as_of, AtomicBool::new(false));
            let remembered = Remembered { answer, as_of, asked: None, written: None, lost, size };
            if let Some(told) = remembered.known::<A>(true) {
                known.insert(row.owner_tenant_id, told);
            }
            self.memory.put_new(key, remembered);
        }
        owners.iter().map(|owner| (*owner, known.remove(owner).ok_or_else(|| why.clone()))).collect()
    }

    /// Writes answers to the table behind the requests that asked for them, and removes old ones; for ever.
    pub async fn keep(self: Arc<Self>) {
        let mut tidying = tokio::time::interval(TIDYING);
        loop {
            if AssertUnwindSafe(self.keep_next(&mut tidying)).catch_unwind().await.is_err() {
                tracing::error!("answers could not be kept: a panic");
            }
        }
    }

    /// Waits until there is something to write or to remove, and does it.
    async fn keep_next(&self, tidying: &mut Interval) {
        tokio::select! {
            () = self.waiting.something() => {
                tokio::time::sleep(PAUSE).await;
                self.write_out().await;
            }
            _ = tidying.tick() => {
                if let Err(fault) = self.forget_old().await {
                    tracing::error!(%fault, "old answers cannot be removed");
                }
            }
        }
    }

    /// Writes all answers that wait to be written. What cannot be written is lost, and written when the module tells it again.
    pub async fn write_out(&self) {
        for lost in self.waiting.write_to(&self.central).await {
            self.memory.lost(&lost);
        }
    }

    /// Removes the answers that nobody has renewed for 30 days.
    ///
    /// # Errors
    /// Where the database cannot.
    pub async fn forget_old(&self) -> Result<(), Fault> {
        let before = Timestamp::from(self.clock.now().to_utc() - KEPT);
        Ok(store::forget(&self.central, before).await?)
    }
}

/// What is asked, as the table's key has it: the alias and its arguments.
fn question<A: Alias>(args: &A::Args) -> Result<Arc<str>, Unavailable> {
    let unreadable = |cause: serde_json::Error| {
        let (module, cause) = (Module::of(A::NAME), cause.to_string());
        Unavailable { module, cause, is_lasting: true }
    };
    let args = serde_json::to_string(args).map_err(unreadable)?;
    Ok(format!("{} {args}", A::NAME).into())
}

impl Listener for Answers {
    fn happened(&self, news: &[News]) {
        self.changes.happened(news, self.topology.current().position());
    }

    fn lost_track(&self) {
        self.changes.lost_track();
    }
}
