//! Figures by day, and how far orders are: each order added up for its placer and all that were above it.

use std::collections::{BTreeMap, HashMap};

use entity::{Day, OrderStatus, TenantId};
use sea_orm::DatabaseTransaction;

use super::parcels::{Owners, parcels};
use super::recount::Recount;
use super::store::{Figures, Statuses};
use super::tables::{Differing, compare};
use super::{Check, Watch};
use crate::error::Fault;
use crate::events::{Consume, Log, claim};
use crate::network::figures::book::{Book, Sum};
use crate::network::figures::known::Change;
use crate::tenancy::Actor;
use crate::tenancy::topology::Snapshot;

impl<W: Watch> Check<'_, W> {
    /// Compares the figures. Answers of which companies some differ.
    pub(super) async fn figures(&mut self, db: &DatabaseTransaction, recount: &Recount) -> Result<Vec<Owners>, Fault> {
        let parcels = parcels(counts(recount));
        let total = parcels.len() as u64;
        let mut differing = Vec::new();
        for (owners, done) in parcels.into_iter().zip(1..) {
            let (figures, statuses) = differences(db, recount, &owners).await?;
            if !figures.is_empty() || !statuses.is_empty() {
                differing.push(owners);
            }
            for row in figures {
                self.differs(figure(&recount.chain, &row.key), row.stored.map(said), row.recounted.map(said));
            }
            for row in statuses {
                self.differs(status(&recount.chain, &row.key), row.stored.map(orders), row.recounted.map(orders));
            }
            self.progress("figures", done, total);
        }
        Ok(differing)
    }
}

/// Makes the figures of `owners` what they are at the position at which the consumer is. It waits meanwhile.
pub(super) async fn mend(log: &Log, recount: &mut Recount, owners: &Owners) -> Result<(), Fault> {
    let change = log.begin(Actor::central()).await?;
    let at = claim(&change, crate::network::figures::Figures::NAME).await?;
    recount.advance(change.db(), at, |_| ()).await?;
    let (figures, statuses) = differences(change.db(), recount, owners).await?;
    super::store::write::<Figures>(change.db(), figures).await?;
    super::store::write::<Statuses>(change.db(), statuses).await?;
    change.commit().await?;
    Ok(())
}

async fn differences(
    db: &DatabaseTransaction,
    recount: &Recount,
    owners: &Owners,
) -> Result<(Vec<Differing<Figures>>, Vec<Differing<Statuses>>), Fault> {
    let mut book = Book::only(&recount.chain, owners.clone());
    for (_, order) in recount.orders.all() {
        book.enter(&Change { before: None, after: *order })?;
    }
    let rows = book.into_rows();
    let figures = rows.figures.into_iter();
    let figures = figures.map(|((owner, day, level, currency), sum)| ((owner, day, level, currency.to_owned()), sum));
    let figures = compare::<Figures>(db, owners, figures.collect()).await?;
    let statuses = compare::<Statuses>(db, owners, rows.statuses.into_iter().collect()).await?;
    Ok((figures, statuses))
}

/// How many rows each company has at most.
fn counts(recount: &Recount) -> BTreeMap<TenantId, u64> {
    let chain = &recount.chain;
    let mut counts = HashMap::new();
    for (_, order) in recount.orders.all() {
        let Some(placer) = chain.find(order.placer) else { continue };
        for node in std::iter::once(placer).chain(chain.ancestors_at(placer, order.placed_at)) {
            *counts.entry(node).or_default() += 1;
        }
    }
    counts.into_iter().map(|(node, count)| (chain.id(node), count)).collect()
}

/// What a company is called.
pub(super) fn name(chain: &Snapshot, company: TenantId) -> String {
    chain.find(company).map_or_else(|| company.to_string(), |node| chain.slug(node).to_owned())
}

fn figure(chain: &Snapshot, (owner, day, level, currency): &(TenantId, Day, i32, String)) -> String {
    format!("daily figures of {} on {}, level {level}, {currency}", name(chain, *owner), day.date())
}

fn status(chain: &Snapshot, (owner, day, status): &(TenantId, Day, OrderStatus)) -> String {
    format!("orders below {} of {} that are {status}", name(chain, *owner), day.date())
}

fn said(sum: Sum) -> String {
    format!("{} orders, {} minor units", sum.orders, sum.revenue)
}

fn orders(count: i64) -> String {
    format!("{count} orders")
}
