//! Orders' own rows, and what the log tells of them.

use std::collections::HashSet;

use entity::{OrderId, order};
use iso_currency::Currency;

use super::facts::said;
use super::recount::Recount;
use super::{Check, Watch, store};
use crate::error::Fault;
use crate::events::{OWN_SOURCE, tail};
use crate::network::figures::telling::{Order, OrderKey};

impl<W: Watch> Check<'_, W> {
    /// Compares the orders of this program with all that its log tells of them.
    pub(super) async fn orders(&mut self, recount: &mut Recount) -> Result<(), Fault> {
        let db = &self.snapshot().await?;
        let end = tail::end_of_log(db).await?;
        recount.advance(db, end, |_| ()).await?;
        let own = |key: &&OrderKey| &*key.source == OWN_SOURCE;
        let mut untold: HashSet<&str> =
            recount.orders.all().map(|(key, _)| key).filter(own).map(|key| &*key.id).collect();
        let total = untold.len() as u64;
        let (mut last, mut done): (Option<OrderId>, u64) = (None, 0);
        loop {
            let page = store::orders_after(db, last).await?;
            let Some(row) = page.last() else { break };
            last = Some(row.id);
            done += page.len() as u64;
            for row in page {
                let key = OrderKey { source: OWN_SOURCE.into(), id: row.id.to_string().into() };
                untold.remove(&*key.id);
                let told = recount.orders.get(&key);
                if told.is_none_or(|told| !is_same(&row, told)) {
                    self.differs(
                        format!("the row of order {key}"),
                        Some(in_words(&row)),
                        told.map(|told| said(told, true)),
                    );
                }
            }
            self.progress("orders", done, total);
        }
        let mut untold: Vec<&str> = untold.into_iter().collect();
        untold.sort_unstable();
        for id in untold {
            let key = OrderKey { source: OWN_SOURCE.into(), id: id.into() };
            let told = recount.orders.get(&key).map(|told| said(told, true));
            self.differs(format!("the row of order {key}"), None::<String>, told);
        }
        Ok(())
    }
}

/// When it came where it is, the log knows better. An order of the future, which a
/// file may have, is known as of the day on which it was recorded.
fn is_same(row: &order::Model, told: &Order) -> bool {
    row.owner_tenant_id == told.placer
        && row.amount_minor == told.amount
        && Currency::from_code(&row.currency) == Some(told.currency)
        && row.status == told.status
        && (row.placed_at == told.placed_at || (row.imported && row.placed_at > told.placed_at))
}

fn in_words(row: &order::Model) -> String {
    let order::Model { owner_tenant_id: placer, currency, amount_minor, status, .. } = row;
    format!("{amount_minor} minor units in {currency}, placed by {placer} at {}, {status}", row.placed_at.to_rfc3339())
}
