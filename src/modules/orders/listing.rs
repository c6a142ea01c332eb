//! The orders that a company placed or now holds, newest first.
//!
//! Two lists, each with an index of its own, are read side by side: what it placed, and what it holds of others. One condition over both
//! would read all orders of the chain.

use std::cmp::Reverse;

use entity::{TenantId, order};
use sea_orm::sea_query::{Expr, ExprTrait, Order as Sort, Value};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, DbErr};

use super::{Orders, reading, store};
use crate::bus::contract::Listed;
use crate::bus::contract::orders::{Order, OrderPlace, OrdersQuery};
use crate::error::Fault;
use crate::tenancy::{InTransaction, TenantHandle};

impl Orders {
    /// The part of the list of `company`'s orders that `query` asks for.
    pub(super) async fn list(&self, company: TenantId, query: OrdersQuery) -> Result<Listed<Order>, Fault> {
        let db = self.central.begin_snapshot().await?;
        let Listed { entries, has_next, has_previous } = query.page.listed(rows(&db, company, &query).await?);
        Ok(Listed { entries: reading::seen(&db, company, entries).await?, has_next, has_previous })
    }
}

/// The orders from the end that is asked for, one more than wanted where there are more.
async fn rows(db: &DatabaseTransaction, company: TenantId, query: &OrdersQuery) -> Result<Vec<order::Model>, DbErr> {
    let sort = if query.page.is_from_the_end() { Sort::Asc } else { Sort::Desc };
    let limit = query.page.rows_to_read();
    let condition = condition(query);
    let mut rows = if query.held_by_me == Some(false) {
        Vec::new()
    } else {
        store::held(db, company, condition.clone(), sort.clone(), limit).await?
    };
    let own = TenantHandle::in_transaction(db, company);
    rows.extend(placed(&own, query.held_by_me, condition, sort.clone(), limit).await?);
    let place = |row: &order::Model| (row.placed_at, row.id);
    match sort {
        Sort::Asc => rows.sort_unstable_by_key(place),
        _ => rows.sort_unstable_by_key(|row| Reverse(place(row))),
    }
    Ok(rows)
}

async fn placed(
    own: &TenantHandle<InTransaction<'_>>,
    held_by_me: Option<bool>,
    condition: Condition,
    sort: Sort,
    limit: u64,
) -> Result<Vec<order::Model>, DbErr> {
    let holder = order::Column::HolderTenantId;
    let held = held_by_me.map(|held| if held { holder.eq(own.tenant()) } else { holder.ne(own.tenant()) });
    own.find::<order::Entity>()
        .filter(condition.add_option(held))
        .order_by(order::Column::PlacedAt, sort.clone())
        .order_by(order::Column::Id, sort)
        .limit(limit)
        .all()
        .await
}

/// What `query` asks of an order itself, and its place in the list.
fn condition(query: &OrdersQuery) -> Condition {
    let status = query.status.as_ref().map(|any| order::Column::Status.is_in(any.iter().copied()));
    let here = || {
        Expr::tuple([
            Expr::col((order::Entity, order::Column::PlacedAt)),
            Expr::col((order::Entity, order::Column::Id)),
        ])
    };
    let there = |place: OrderPlace| {
        Expr::tuple([place.placed_at.into(), place.id.into()].map(|value: Value| Expr::value(value)))
    };
    Condition::all()
        .add_option(status)
        .add_option(query.placed_after.map(|at| order::Column::PlacedAt.gte(at)))
        .add_option(query.placed_before.map(|at| order::Column::PlacedAt.lt(at)))
        .add_option(query.page.after.map(|place| here().lt(there(place))))
        .add_option(query.page.before.map(|place| here().gt(there(place))))
}
