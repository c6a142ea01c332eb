//! Keeps what this process holds in memory at the log's end: the chain, and whom it knows as members.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use entity::{PersonId, Position, TenantId};
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::Instant;

use super::readers::{Kinds, Reader};
use super::tail::{News, end_of_log, memberships_changed_after, news_after};
use super::{Log, kinds};
use crate::backoff::Backoff;
use crate::error::Fault;
use crate::tenancy::CentralDb;
use crate::tenancy::topology::{InconsistentChain, TenantState, Topology, store};

/// How often the log is looked at for what another process wrote. What this process writes is seen at once.
const POLL: Duration = Duration::from_millis(100);

/// The same on SQLite, where other processes are commands that somebody runs.
const POLL_EMBEDDED: Duration = Duration::from_millis(250);

/// More changed companies than this at once, and the chain is loaded anew instead of mended.
const REBUILD_ABOVE: usize = 50_000;

/// Whose memberships have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipsChanged {
    /// One person's.
    Of(PersonId),
    /// Perhaps anybody's.
    OfAnybody,
}

/// Holds something in memory that the log can make wrong. It is told before the change counts as seen, so that who waits to see a change
/// reads nothing from before it.
///
/// What was read from the database while a listener was told may be older than what it was told of: do not keep it then.
pub trait Listener: Send + Sync + 'static {
    /// Somebody's memberships have changed.
    fn memberships_changed(&self, _changed: MembershipsChanged) {}

    /// This has happened, no later than at `end`; each of them once, in no order.
    fn happened(&self, _news: &[News], _end: Position) {}

    /// The log is another, as after a restore: forget everything.
    fn lost_track(&self) {}
}

/// Follows the log on behalf of this process's memory.
pub struct Follower {
    central: CentralDb,
    log: Log,
    topology: Arc<Topology>,
    listeners: Vec<Arc<dyn Listener>>,
    seen: watch::Sender<Position>,
    caught_up_at: watch::Sender<Instant>,
}

/// When the follower last was at the log's end.
#[derive(Clone)]
pub struct Freshness(watch::Receiver<Instant>);

impl Freshness {
    /// How old what is held in memory may be.
    pub fn age(&self) -> Duration {
        self.0.borrow().elapsed()
    }
}

impl Follower {
    /// Follows `log` for `topology` and `listeners`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, topology: Arc<Topology>, listeners: Vec<Arc<dyn Listener>>) -> Self {
        let (seen, _) = log.readers.add(Reader::Memory, topology.position());
        Self { central, log, topology, listeners, seen, caught_up_at: watch::Sender::new(Instant::now()) }
    }

    /// Tells how far behind it is.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        Freshness(self.caught_up_at.subscribe())
    }

    /// Follows for ever. What fails is tried again, later and later.
    pub async fn run(self) {
        let mut appended = self.log.appended();
        let mut backoff = Backoff::default();
        loop {
            let caught_up = AssertUnwindSafe(self.catch_up()).catch_unwind().await;
            let caught_up = caught_up
                .map_or_else(|_| Err("a panic".to_owned()), |result| result.map_err(|fault| fault.to_string()));
            match caught_up {
                Ok(()) => {
                    if backoff.is_failing() {
                        tracing::info!("the log is read again");
                    }
                    backoff.succeeded();
                    self.wait_for_more(&mut appended).await;
                }
                Err(cause) => {
                    if !backoff.is_failing() {
                        tracing::error!(cause, "the log cannot be followed; what is held in memory may be out of date");
                    }
                    backoff.pause().await;
                }
            }
        }
    }

    /// Waits until the log seems to have gone on, here or in another process.
    async fn wait_for_more(&self, appended: &mut watch::Receiver<()>) {
        let poll = if self.central.is_embedded() { POLL_EMBEDDED } else { POLL };
        while tokio::time::timeout(poll, appended.changed()).await.is_err() {
            let known = self.topology.current().position();
            if end_of_log(self.central.reader()).await.ok() != Some(known) {
                return;
            }
            self.caught_up_at.send_replace(Instant::now());
        }
    }

    /// Takes over all that the log has by now.
    pub async fn catch_up(&self) -> Result<(), Fault> {
        let known = self.topology.current().position();
        let news = news_after(self.central.reader(), known).await?;
        match news.iter().map(|news| news.last).max() {
            // As mostly: of orders and the like. No row has to be read to go with it.
            Some(end) if !news.iter().any(News::changes_memory) => {
                self.listeners.iter().for_each(|listener| listener.happened(&news, end));
                self.advance(end, Vec::new()).await??;
                self.went_on(&news, end);
            }
            _ => self.catch_up_in_a_snapshot(known).await?,
        }
        self.caught_up_at.send_replace(Instant::now());
        Ok(())
    }

    /// Takes over what came after `known`, in whatever way: the changed rows are read in the same snapshot as the log's end, so that what is
    /// published is the chain at one position.
    async fn catch_up_in_a_snapshot(&self, known: Position) -> Result<(), Fault> {
        let snapshot = self.central.begin_snapshot().await?;
        let news = news_after(&snapshot, known).await?;
        let end = match news.iter().map(|news| news.last).max() {
            Some(end) => end,
            None => end_of_log(&snapshot).await?,
        };
        match end.cmp(&known) {
            Ordering::Equal => {}
            Ordering::Greater => {
                self.take_over(snapshot, known, &news, end).await?;
                self.went_on(&news, end);
            }
            Ordering::Less => {
                tracing::error!(?known, ?end, "the log went back, as after a restore; memory is loaded anew");
                self.listeners.iter().for_each(|listener| listener.lost_track());
                self.topology.restart(store::load_from(&snapshot, end).await?);
                self.seen.send_replace(end);
                self.log.readers.went_back(end);
            }
        }
        Ok(())
    }

    /// Says that memory is current up to `end`, and tells who reads the log of `news`: they ask memory, and are told later than that.
    fn went_on(&self, news: &[News], end: Position) {
        self.seen.send_replace(end);
        let kinds: Kinds<'_> = news.iter().map(|news| Cow::Borrowed(&*news.event_type)).collect();
        self.log.readers.went_on(&kinds, end);
    }

    async fn take_over(
        &self,
        snapshot: sea_orm::DatabaseTransaction,
        known: Position,
        news: &[News],
        end: Position,
    ) -> Result<(), Fault> {
        if news.iter().any(|news| news.event_type.starts_with(kinds::MEMBERSHIP)) {
            for changed in memberships_changed_after(&snapshot, known).await? {
                self.listeners.iter().for_each(|listener| listener.memberships_changed(changed));
            }
        }
        self.listeners.iter().for_each(|listener| listener.happened(news, end));
        let of_chain = news.iter().filter(|news| news.event_type.starts_with(kinds::CHAIN));
        let tenants: HashSet<TenantId> = of_chain.filter_map(|news| news.subject_tenant_id).collect();
        if tenants.len() > REBUILD_ABOVE {
            self.topology.replace(store::load_from(&snapshot, end).await?);
            return Ok(());
        }
        let states = store::states_of(&snapshot, &tenants.into_iter().collect::<Vec<_>>()).await?;
        if let Err(inconsistent) = self.advance(end, states).await? {
            tracing::error!(%inconsistent, "the chain in memory does not fit the log; it is loaded anew");
            self.topology.replace(store::load_from(&snapshot, end).await?);
        }
        Ok(())
    }

    /// Makes `states`, which the log has at `end`, those of the chain in memory.
    async fn advance(&self, end: Position, states: Vec<TenantState>) -> Result<Result<(), InconsistentChain>, Fault> {
        if states.is_empty() {
            return Ok(self.topology.advance(end, &states));
        }
        let topology = self.topology.clone();
        // A large subtree takes a while to move: off the threads that serve requests.
        tokio::task::spawn_blocking(move || topology.advance(end, &states)).await.map_err(Fault::from)
    }
}
