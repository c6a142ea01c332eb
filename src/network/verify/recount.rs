//! The orders of which the log tells, from its beginning.

use entity::Position;
use sea_orm::DatabaseTransaction;

use super::PAGE;
use crate::error::Fault;
use crate::events::{Telling, kinds, tail};
use crate::network::figures::OF_ORDERS;
use crate::network::figures::known::Orders;
use crate::network::figures::telling;
use crate::tenancy::topology::Snapshot;
use crate::tenancy::topology::store::load_from;

/// What is known of all orders at one position of the log.
pub(super) struct Recount {
    pub(super) chain: Snapshot,
    pub(super) orders: Orders,
    pub(super) at: Position,
}

impl Recount {
    /// Nothing yet, in the chain that `db` shows.
    pub(super) async fn begin(db: &DatabaseTransaction) -> Result<Self, Fault> {
        let end = tail::end_of_log(db).await?;
        Ok(Self { chain: load_from(db, end).await?, orders: Orders::default(), at: Position::START })
    }

    /// Goes on up to `to`, as far as `db` shows the log. `done` is told how far it is.
    pub(super) async fn advance(
        &mut self,
        db: &DatabaseTransaction,
        to: Position,
        mut done: impl FnMut(Position),
    ) -> Result<(), Fault> {
        self.renew_chain(db, to).await?;
        while self.at < to {
            let page: Vec<Telling> = tail::read_types_after(db, self.at, &OF_ORDERS, PAGE).await?;
            let is_last = (page.len() as u64) < PAGE;
            for event in page.iter().take_while(|event| event.position <= to) {
                // What the consumer keeps apart changes nothing here either.
                let _ = telling::read(event, &self.chain).and_then(|told| self.orders.tell(told));
            }
            let last = page.last().map(|event| event.position.min(to));
            self.at = if is_last { to } else { last.unwrap_or(to) };
            done(self.at);
        }
        Ok(())
    }

    /// Whatever the log tells up to `to` is about companies of the chain then.
    async fn renew_chain(&mut self, db: &DatabaseTransaction, to: Position) -> Result<(), Fault> {
        let known = self.chain.position();
        if to <= known {
            return Ok(());
        }
        let news = tail::news_after(db, known).await?;
        if news.iter().any(|news| news.event_type.starts_with(kinds::CHAIN)) {
            self.chain = load_from(db, tail::end_of_log(db).await?).await?;
        }
        Ok(())
    }
}
