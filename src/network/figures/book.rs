//! What orders add to the figures, and to whose: added up before it is written.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use entity::{Day, OrderStatus, TenantId};
use iso_currency::Currency;

use super::known::Change;
use super::telling::Order;
use crate::error::Fault;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// Whose figures of which day, from how far below, in which currency (ISO 4217); and what is added to them.
pub(in crate::network) type FigureRow = ((TenantId, Day, i32, &'static str), Sum);

/// Whose figures of which day, from how far below, in which currency.
type Figure = (NodeIndex, Day, i32, Currency);

/// How many orders, and what they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::network) struct Sum {
    pub(in crate::network) orders: i64,
    /// Minor units.
    pub(in crate::network) revenue: i64,
}

/// What is to be added to the figures of a chain.
pub(in crate::network) struct Book<'c> {
    chain: &'c Snapshot,
    /// Of whom alone, if not of all.
    owners: Option<RangeInclusive<TenantId>>,
    figures: HashMap<Figure, Sum>,
    statuses: HashMap<(NodeIndex, Day, OrderStatus), i64>,
}

/// The same by company, in the order of the tables' keys, without what comes to nothing.
#[derive(Debug, Default)]
pub(in crate::network) struct Rows {
    pub(in crate::network) figures: Vec<FigureRow>,
    pub(in crate::network) statuses: Vec<((TenantId, Day, OrderStatus), i64)>,
}

impl<'c> Book<'c> {
    /// Nothing yet.
    pub(in crate::network) fn of(chain: &'c Snapshot) -> Self {
        Self { chain, owners: None, figures: HashMap::new(), statuses: HashMap::new() }
    }

    /// Nothing yet, and nothing ever for companies outside `owners`.
    pub(in crate::network) fn only(chain: &'c Snapshot, owners: RangeInclusive<TenantId>) -> Self {
        Self { owners: Some(owners), ..Self::of(chain) }
    }

    /// Takes out what the order added before, and adds what it does now.
    ///
    /// # Errors
    /// Where its placer is not in the chain.
    pub(in crate::network) fn enter(&mut self, change: &Change) -> Result<(), Fault> {
        let Change { before, after } = change;
        let counted = before.is_some_and(counts);
        let more = i64::from(counts(*after)) - i64::from(counted);
        let placer = self.chain.find(after.placer);
        let placer = placer.ok_or_else(|| Fault::Row(format!("an order of {}, who is not there", after.placer)))?;
        let (day, sum) = (after.placed_at.into(), Sum { orders: more, revenue: more * after.amount });
        self.add((placer, day, 0, after.currency), sum);
        for (above, level) in self.chain.ancestors_at(placer, after.placed_at).zip(1..) {
            if !self.has(above) {
                continue;
            }
            self.add((above, day, level, after.currency), sum);
            if let Some(before) = before {
                *self.statuses.entry((above, day, before.status)).or_default() -= 1;
            }
            *self.statuses.entry((above, day, after.status)).or_default() += 1;
        }
        Ok(())
    }

    fn has(&self, owner: NodeIndex) -> bool {
        self.owners.as_ref().is_none_or(|owners| owners.contains(&self.chain.id(owner)))
    }

    fn add(&mut self, figure: Figure, more: Sum) {
        if more.orders != 0 && self.has(figure.0) {
            let sum = self.figures.entry(figure).or_default();
            // Sums of all orders of a currency fit, and so do those of some.
            sum.orders += more.orders;
            sum.revenue += more.revenue;
        }
    }

    /// What is to be added to which row.
    pub(in crate::network) fn into_rows(self) -> Rows {
        let id = |node| self.chain.id(node);
        let figures = self.figures.into_iter().filter(|(_, sum)| *sum != Sum::default());
        let figures =
            figures.map(|((owner, day, level, currency), sum)| ((id(owner), day, level, currency.code()), sum));
        let statuses = self.statuses.into_iter().filter(|(_, orders)| *orders != 0);
        let statuses = statuses.map(|((owner, day, status), orders)| ((id(owner), day, status), orders));
        let mut rows = Rows { figures: figures.collect(), statuses: statuses.collect() };
        rows.figures.sort_unstable_by_key(|(key, _)| *key);
        rows.statuses.sort_unstable_by_key(|(key, _)| *key);
        rows
    }
}

/// Whether it counts.
fn counts(order: Order) -> bool {
    order.counts()
}
