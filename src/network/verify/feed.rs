//! The feed: for each event the companies that see it.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{Position, TenantId};
use sea_orm::DatabaseTransaction;

use super::figures::name;
use super::parcels::{Owners, parcels};
use super::store::{self, Feed as FeedRows};
use super::tables::{Differing, compare};
use super::{Check, PAGE, Watch};
use crate::error::Fault;
use crate::events::{Consume, Heading, Log, claim, stored_position, tail};
use crate::network::activity::Feed;
use crate::network::activity::kept::kept_from;
use crate::network::activity::newcomers::Newcomers;
use crate::network::activity::rows::{Row, Rows, Seen};
use crate::network::activity::types::Types;
use crate::tenancy::Actor;
use crate::tenancy::topology::Snapshot;
use crate::tenancy::topology::store::load_from;

/// Rows that are mended in one transaction.
const ROWS_AT_ONCE: usize = 20_000;

/// The log up to a position, and who can have seen it.
struct Events<'d> {
    db: &'d DatabaseTransaction,
    chain: Arc<Snapshot>,
    newcomers: Newcomers,
    types: Types,
    /// What was before it is not kept.
    from: Position,
    until: Position,
}

impl<W: Watch> Check<'_, W> {
    /// Compares the feed with the log.
    pub(super) async fn feed(&mut self) -> Result<(), Fault> {
        let snapshot = self.snapshot().await?;
        let chain = Arc::new(load_from(&snapshot, tail::end_of_log(&snapshot).await?).await?);
        let until = stored_position(&snapshot, Feed::NAME).await?;
        let mut newcomers = Newcomers::default();
        newcomers.look(&snapshot, &chain).await?;
        let types = Types::read(&snapshot).await?;
        let from = kept_from(&snapshot).await?;
        let events = Events { db: &snapshot, chain: chain.clone(), newcomers, types, from, until };
        let mut counts: HashMap<TenantId, u64> = HashMap::new();
        events.each(|(owner, ..)| *counts.entry(owner).or_default() += 1).await?;
        let parcels = parcels(counts);
        let total = parcels.len() as u64;
        for (owners, done) in parcels.into_iter().zip(1..) {
            let mut differing = compare::<FeedRows>(&snapshot, &owners, events.rows_of(&owners).await?).await?;
            differing.retain(|row| row.key.1 >= from);
            for row in &differing {
                let (owner, position) = row.key;
                let steps = |seen: Seen| format!("distance {}, type {}", seen.distance, seen.type_id.0);
                let what = format!("event {} in the feed of {}", position.0, name(&chain, owner));
                self.differs(what, row.stored.map(steps), row.recounted.map(steps));
            }
            if let Some(log) = self.log {
                mend(&snapshot, log, until, differing).await?;
            }
            self.progress("feed", done, total);
        }
        Ok(())
    }
}

impl Events<'_> {
    /// Goes through all rows that there should be.
    async fn each(&self, mut take: impl FnMut(Row)) -> Result<(), Fault> {
        let mut rows = Rows::of(&self.chain, &self.newcomers, &self.types);
        let (mut at, mut some) = (Position((self.from.0 - 1).max(0)), Vec::new());
        while at < self.until {
            let page: Vec<Heading> = tail::read_types_after(self.db, at, &[], PAGE).await?;
            let Some(last) = page.last() else { break };
            at = last.position;
            for event in page.iter().take_while(|event| event.position <= self.until) {
                // One about nobody in the chain is in nobody's feed.
                let _ = rows.add(event, &mut some);
                some.drain(..).for_each(&mut take);
            }
        }
        Ok(())
    }

    async fn rows_of(&self, owners: &Owners) -> Result<HashMap<(TenantId, Position), Seen>, Fault> {
        let mut rows = HashMap::new();
        self.each(|(owner, position, seen)| {
            if owners.contains(&owner) {
                rows.insert((owner, position), seen);
            }
        })
        .await?;
        Ok(rows)
    }
}

/// Writes what was found up to `until`. The consumer writes beyond of where it is alone: what stands there is not its.
async fn mend(
    snapshot: &DatabaseTransaction,
    log: &Log,
    until: Position,
    mut differing: Vec<Differing<FeedRows>>,
) -> Result<(), Fault> {
    while !differing.is_empty() {
        // A server ends a transaction in which nothing happens for too long.
        stored_position(snapshot, Feed::NAME).await?;
        let mut some = differing.split_off(differing.len().saturating_sub(ROWS_AT_ONCE));
        let change = log.begin(Actor::central()).await?;
        let at = claim(&change, Feed::NAME).await?;
        some.retain(|row| row.key.1 <= until || row.key.1 > at);
        store::write::<FeedRows>(change.db(), some).await?;
        change.commit().await?;
    }
    Ok(())
}
