//! What is known of each order, and what all orders come to.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::Timestamp;
use sea_orm::DatabaseTransaction;

use super::recount::Recount;
use super::{Check, PAGE, Watch, figures, store};
use crate::error::Fault;
use crate::events::{Consume, Log, claim, stored_position};
use crate::network::figures::Figures;
use crate::network::figures::known::of_fact;
use crate::network::figures::telling::{Order, OrderKey};
use crate::tenancy::Actor;

impl<W: Watch> Check<'_, W> {
    /// Compares what the consumer has made of orders with the log. Answers what the log tells of them.
    pub(super) async fn facts_and_figures(&mut self) -> Result<Recount, Fault> {
        let snapshot = self.snapshot().await?;
        let at = stored_position(&snapshot, Figures::NAME).await?;
        let mut recount = Recount::begin(&snapshot).await?;
        recount.advance(&snapshot, at, |done| self.progress("orders in the log", log(done), log(at))).await?;
        let facts = self.facts(&snapshot, &recount).await?;
        let totals = self.totals(&snapshot, &recount).await?;
        let owners = self.figures(&snapshot, &recount).await?;
        drop(snapshot);
        if let Some(log) = self.log {
            mend(log, &mut recount, facts, totals).await?;
            for owners in owners {
                figures::mend(log, &mut recount, &owners).await?;
            }
        }
        Ok(recount)
    }

    /// Answers which orders are not known as the log tells of them.
    async fn facts(&mut self, db: &DatabaseTransaction, recount: &Recount) -> Result<Vec<OrderKey>, Fault> {
        let (mut differing, mut last, mut stored) = (Vec::new(), None, 0);
        let mut unknown: Option<HashSet<&OrderKey>> = None;
        loop {
            let page = store::facts_after(db, last.as_ref()).await?;
            if page.is_empty() && (stored == recount.orders.len() as u64 || unknown.is_some()) {
                break;
            }
            if page.is_empty() {
                // Some are missing: which ones, a second look tells.
                unknown = Some(recount.orders.all().map(|(key, _)| key).collect());
                last = None;
                continue;
            }
            for fact in page {
                let is_day_right = fact.day == fact.placed_at.into();
                let (key, order) = of_fact(fact)?;
                let told = recount.orders.get(&key);
                if let Some(unknown) = &mut unknown {
                    unknown.remove(&key);
                } else {
                    stored += u64::from(told.is_some());
                    if told != Some(&order) || !is_day_right {
                        self.differs(
                            format!("order {key}"),
                            Some(said(&order, is_day_right)),
                            told.map(|told| said(told, true)),
                        );
                        differing.push(key.clone());
                    }
                }
                last = Some(key);
            }
            self.progress("order facts", stored, recount.orders.len() as u64);
        }
        let missing: BTreeSet<&OrderKey> = unknown.into_iter().flatten().collect();
        for key in missing {
            let told = recount.orders.get(key).map(|told| said(told, true));
            self.differs(format!("order {key}"), None::<String>, told);
            differing.push(key.clone());
        }
        Ok(differing)
    }

    /// Answers whether what all orders come to is something else.
    async fn totals(&mut self, db: &DatabaseTransaction, recount: &Recount) -> Result<bool, Fault> {
        let mut stored = store::totals(db).await?;
        let told: HashMap<String, i64> =
            recount.orders.totals().map(|(currency, total)| (currency.code().to_owned(), total)).collect();
        for currency in told.keys() {
            stored.entry(currency.clone()).or_default();
        }
        let before = self.found;
        for (currency, total) in stored {
            let told = told.get(&currency).copied().unwrap_or_default();
            if total != told {
                self.differs(format!("all orders in {currency}"), Some(total), Some(told));
            }
        }
        Ok(self.found > before)
    }
}

/// Makes what is known of these orders what the log tells up to where the consumer is. It waits meanwhile.
async fn mend(log: &Log, recount: &mut Recount, keys: Vec<OrderKey>, totals: bool) -> Result<(), Fault> {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    for keys in keys.chunks(page) {
        let change = log.begin(Actor::central()).await?;
        let at = claim(&change, Figures::NAME).await?;
        recount.advance(change.db(), at, |_| ()).await?;
        store::write_facts(change.db(), keys.iter().map(|key| (key, recount.orders.get(key))).collect()).await?;
        change.commit().await?;
    }
    if totals {
        let change = log.begin(Actor::central()).await?;
        let at = claim(&change, Figures::NAME).await?;
        recount.advance(change.db(), at, |_| ()).await?;
        let mut rows = store::totals(change.db()).await?;
        for total in rows.values_mut() {
            *total = 0;
        }
        rows.extend(recount.orders.totals().map(|(currency, total)| (currency.code().to_owned(), total)));
        store::write_totals(change.db(), rows).await?;
        change.commit().await?;
    }
    Ok(())
}

/// An order in words.
pub(super) fn said(order: &Order, is_day_right: bool) -> String {
    let Order { placer, placed_at, currency, amount, status, status_at } = order;
    let day = if is_day_right { "" } else { " (on another day)" };
    let (placed_at, currency) = (placed_at.to_rfc3339(), currency.code());
    let since = Timestamp::to_rfc3339(*status_at);
    format!("{amount} minor units in {currency}, placed by {placer} at {placed_at}{day}, {status} since {since}")
}

/// A position as progress.
fn log(position: entity::Position) -> u64 {
    u64::try_from(position.0).unwrap_or_default()
}
