//! What modules answer about companies, remembered: asked for once, and told as stale where the module cannot answer any more.
//!
//! An answer is fresh while nothing has happened that could change it (`changes`), and no longer than a minute, for a module elsewhere may
//! tell of nothing. What a module last answered is kept in memory and, written behind the requests, in the table `network_cache`.
//!
//! What a module answers of a company must not depend on who asks: it is remembered for all who may.

mod asked_before;
mod changes;
mod memory;
mod store;
mod waiting;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use entity::{Position, TenantId, Timestamp};
use futures_util::FutureExt;
use tokio::time::Interval;

use self::asked_before::AskedBefore;
use self::changes::{Changes, Moment};
use self::memory::{Key, Memory, Remembered};
use self::waiting::Waiting;
use crate::bus::contract::network::Known;
use crate::bus::contract::{Question, Worth};
use crate::bus::{Alias, Bus, CallError, Module, Reach, Unavailable};
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

/// The same of several companies, in the order in which they were asked about; nothing of one that is out of reach.
pub type ToldOfEach<T> = Vec<Option<Told<T>>>;

/// The last known answers of the modules.
pub struct Answers {
    central: CentralDb,
    bus: Bus,
    topology: Arc<Topology>,
    clock: Clock,
    changes: Changes,
    memory: Memory,
    asked_before: AskedBefore,
    waiting: Waiting,
}

impl Answers {
    /// Asks the modules over `bus`; keeps what they answered in memory, and in the table `network_cache`.
    #[must_use]
    pub fn new(central: CentralDb, bus: Bus, topology: Arc<Topology>, clock: Clock) -> Arc<Self> {
        let (changes, memory, waiting) = (Changes::default(), Memory::new(), Waiting::default());
        let asked_before = AskedBefore::default();
        Arc::new(Self { central, bus, topology, clock, changes, memory, asked_before, waiting })
    }

    /// What `A` answered of `owner`, where memory is sure of it and `owner` is in the caller's reach.
    #[must_use]
    pub fn at_hand<A: Alias>(&self, actor: Actor, owner: TenantId, args: &A::Args) -> Option<Known<Arc<A::Answer>>>
    where
        A::Args: Question,
    {
        let now = self.clock.now();
        if args.worth(now.to_utc().date()) == Worth::Nothing {
            return None;
        }
        let question = question::<A>(args).ok()?;
        let chain = self.topology.current();
        let (mut told, _) = self.remembered::<A>(&self.bus.reach(actor), &question, &[owner], &chain, now);
        told.pop()??.ok()
    }

    /// What `A` answers of each of `owners`, in their order: those that are not remembered are asked for with one message. Nothing is told of one that
    /// is out of the caller's reach. What is asked seldom is not remembered at all.
    ///
    /// # Errors
    /// What the module refuses.
    pub async fn ask<A: Alias>(
        &self,
        actor: impl Into<Actor>,
        owners: &[TenantId],
        args: A::Args,
    ) -> Result<ToldOfEach<A::Answer>, CallError>
    where
        A::Args: Question,
    {
        let (actor, now) = (actor.into(), self.clock.now());
        let worth = args.worth(now.to_utc().date());
        if worth == Worth::Nothing {
            return self.ask_module::<A>(actor, owners, args, now).await;
        }
        let question = question::<A>(&args)?;
        if worth == Worth::OnceAskedAgain && !self.asked_before.again(&question, owners) {
            return self.ask_module::<A>(actor, owners, args, now).await;
        }
        let asked = self.changes.moment(|| self.topology.current());
        let (mut told, missing) = self.remembered::<A>(&self.bus.reach(actor), &question, owners, &asked.chain, now);
        if missing.is_empty() {
            return Ok(told);
        }
        let mut unknown: Vec<TenantId> = missing.iter().map(|place| owners[*place]).collect();
        unknown.sort_unstable();
        unknown.dedup();
        let found: ToldOfEach<A::Answer> = match self.bus.call_in_reach::<A>(actor, &unknown, args).await {
            Ok(answers) => {
                let key = |owner: &TenantId| Key { question: question.clone(), owner: *owner };
                let remember = |(owner, answer): (&TenantId, Option<A::Answer>)| {
                    answer.map(|answer| Ok(self.remember::<A>(key(owner), answer, now, asked.moment, worth)))
                };
                unknown.iter().zip(answers).map(remember).collect()
            }
            Err(CallError::Unavailable(why)) if worth != Worth::AsLastKnown => {
                unknown.iter().map(|_| Some(Err(why.clone()))).collect()
            }
            Err(CallError::Unavailable(why)) => {
                let last_known = self.last_known::<A>(&question, &unknown, &why).await;
                last_known.into_iter().map(|(_, last_known)| Some(last_known)).collect()
            }
            Err(refused) => return Err(refused),
        };
        for place in missing {
            told[place] = unknown.binary_search(&owners[place]).ok().and_then(|at| found[at].clone());
        }
        Ok(told)
    }

    /// What the module itself answers.
    async fn ask_module<A: Alias>(
        &self,
        actor: Actor,
        owners: &[TenantId],
        args: A::Args,
        now: Timestamp,
    ) -> Result<ToldOfEach<A::Answer>, CallError> {
        let known = |answer| Ok(Known { value: Arc::new(answer), as_of: now, stale: false });
        match self.bus.call_in_reach::<A>(actor, owners, args).await {
            Ok(answers) => Ok(answers.into_iter().map(|answer| answer.map(known)).collect()),
            Err(CallError::Unavailable(why)) => {
                let admitted = self.bus.reach::<A>(actor).admitted(owners);
                Ok(admitted.into_iter().map(|admitted| admitted.then(|| Err(why.clone()))).collect())
            }
            Err(refused) => Err(refused),
        }
    }

    /// The answers of which memory is sure, and the places of the others of `owners` that are in reach.
    fn remembered<A: Alias>(
        &self,
        reach: &Reach<A>,
        question: &Arc<str>,
        owners: &[TenantId],
        chain: &Snapshot,
        now: Timestamp,
    ) -> (ToldOfEach<A::Answer>, Vec<usize>) {
        let (mut told, mut missing) = (Vec::with_capacity(owners.len()), Vec::new());
        let (changes, module) = (self.changes.told(), Module::of(A::NAME));
        for (place, (&owner, admitted)) in owners.iter().zip(reach.admitted(owners)).enumerate() {
            let known = admitted.then(|| {
                let remembered = self.memory.get(&Key { question: question.clone(), owner })?;
                let recent = (0..=MAX_AGE).contains(&(now.0 - remembered.as_of.0));
                let sure = recent && changes.none_since(remembered.asked?, module, owner, chain);
                sure.then(|| remembered.known::<A>(false))?
            });
            if known.as_ref().is_some_and(Option::is_none) {
                missing.push(place);
            }
            told.push(known.flatten().map(Ok));
        }
        (told, missing)
    }

    fn remember<A: Alias>(
        &self,
        key: Key,
        answer: A::Answer,
        as_of: Timestamp,
        asked: Moment,
        worth: Worth,
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
        let write = || self.waiting.offer(&key, &text, as_of, before.and_then(|before| before.written()));
        let written = if worth == Worth::AsLastKnown { write() } else { None };
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
            self.memory.put_new(&key, remembered);
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
    fn happened(&self, news: &[News], _: Position) {
        self.changes.happened(news, self.topology.current().position());
    }

    fn lost_track(&self) {
        self.changes.lost_track();
    }
}
