//! The figures: what the log tells of orders, added up for each company and day.
//!
//! An order counts once, for its placer and for each company that was above that one when it was placed (`docs/adr/0015-figures.md`).
//!
//! - `telling`: what an event tells of an order. `known`: what is known of each order by all that was told.
//! - `book`: what a change of an order adds to the figures, and to whose. `store`: the rows.
//! - [`Figures`]: the consumer that keeps the tables.

pub(super) mod book;
pub(super) mod known;
mod store;
pub(super) mod telling;

use std::collections::HashSet;
use std::sync::Arc;

use entity::Position;

use self::book::Book;
use self::known::Orders;
use self::telling::{OrderKey, Told};
use crate::error::Fault;
use crate::events::{Consume, Telling, Transaction, kinds, park};
use crate::tenancy::topology::{Snapshot, Topology};

/// The events that tell of orders.
pub(super) const OF_ORDERS: [&str; 2] = [kinds::ORDER_STATUS_CHANGED, kinds::ORDER_DELIVERED];

/// Keeps the tables of figures.
pub struct Figures {
    topology: Arc<Topology>,
}

/// What a batch of events tells, and the chain in which it counts.
pub struct Prepared {
    chain: Arc<Snapshot>,
    /// What each event tells, or why it tells nothing.
    told: Vec<(Position, Result<Told, String>)>,
}

impl Figures {
    /// Figures of the chain that `topology` shows.
    #[must_use]
    pub fn new(topology: Arc<Topology>) -> Arc<Self> {
        Arc::new(Self { topology })
    }
}

impl Consume for Figures {
    const NAME: &'static str = "figures";
    const TYPES: &'static [&'static str] = &OF_ORDERS;
    const BATCH: u64 = 5_000;

    type Event = Telling;
    type Prepared = Prepared;

    async fn prepare(&self, events: &[Telling]) -> Result<Prepared, Fault> {
        let last = events.last().map_or(Position::START, |event| event.position);
        let chain = self.topology.shown(last).await?;
        let told = events.iter().map(|event| (event.position, telling::read(event, &chain)));
        Ok(Prepared { told: told.collect(), chain })
    }

    async fn consume(&self, change: &mut Transaction, _: &[Telling], prepared: Prepared) -> Result<(), Fault> {
        let Prepared { chain, told } = prepared;
        let mut orders = read(change, &told).await?;
        let mut book = Book::of(&chain);
        let (mut new, mut changed) = (HashSet::new(), HashSet::new());
        for (position, told) in told {
            let key = told.as_ref().ok().map(|told| told.key.clone());
            match told.and_then(|told| orders.tell(told)) {
                Ok(None) => {}
                Ok(Some(step)) => {
                    book.enter(&step)?;
                    let keys = if step.before.is_none() { &mut new } else { &mut changed };
                    keys.extend(key);
                }
                Err(reason) => park(change, Self::NAME, position, &reason).await?,
            }
        }
        store::save_orders(change.db(), &orders, new, changed).await?;
        store::add(change.db(), book.into_rows()).await
    }
}

/// What is known so far of the orders that are told of.
async fn read(change: &Transaction, told: &[(Position, Result<Told, String>)]) -> Result<Orders, Fault> {
    let keys: HashSet<&OrderKey> = told.iter().filter_map(|(_, told)| Some(&told.as_ref().ok()?.key)).collect();
    let facts = store::facts(change.db(), keys).await?;
    let totals = store::totals(change.db()).await?;
    Orders::known(facts, totals)
}
