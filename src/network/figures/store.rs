//! The rows of figures, of many companies at once.
#![expect(clippy::disallowed_methods, reason = "central store: an order counts for all companies above its placer")]

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{daily_figure, daily_status, order_fact, order_total};
use iso_currency::Currency;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PrimaryKeyToColumn, QueryFilter,
};

use super::book::Rows;
use super::known::{Orders, fact};
use super::telling::OrderKey;
use crate::error::Fault;
use crate::tenancy::{insert_rows, one_of};

/// Orders that are looked up by one statement: below the 32,766 parameters that SQLite takes.
const ORDERS_A_STATEMENT: usize = 10_000;

/// What is known of those of `keys` that are known.
pub(super) async fn facts(db: &DatabaseTransaction, keys: HashSet<&OrderKey>) -> Result<Vec<order_fact::Model>, DbErr> {
    let mut by_source: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for key in keys {
        by_source.entry(&key.source).or_default().push(&key.id);
    }
    let mut facts = Vec::new();
    for (source, ids) in by_source {
        for ids in ids.chunks(ORDERS_A_STATEMENT) {
            let ids = ids.iter().map(|id| (*id).into()).collect();
            let of_ids = one_of(db.get_database_backend(), order_fact::Column::OrderId, ids)?;
            let of_source = order_fact::Entity::find().filter(order_fact::Column::Source.eq(source));
            facts.extend(of_source.filter(of_ids).all(db).await?);
        }
    }
    Ok(facts)
}

/// What all orders come to, by currency.
pub(super) async fn totals(db: &impl ConnectionTrait) -> Result<HashMap<Currency, i64>, Fault> {
    let rows = order_total::Entity::find().all(db).await?;
    let totals = rows.into_iter().map(|row| {
        let currency = Currency::from_code(&row.currency);
        Ok((currency.ok_or_else(|| Fault::Row(format!("a total in {:?}", row.currency)))?, row.amount_minor))
    });
    totals.collect()
}

/// Writes what is known of those of `orders` that are `new` and of those that have `changed`, and what all come to.
pub(super) async fn save_orders(
    db: &DatabaseTransaction,
    orders: &Orders,
    new: HashSet<OrderKey>,
    mut changed: HashSet<OrderKey>,
) -> Result<(), DbErr> {
    // What is new may have changed since; but nobody else has written it. To look for it costs a fifth more.
    changed.retain(|key| !new.contains(key));
    insert_rows::<order_fact::Entity>(db, facts_of(orders, new), None).await?;
    let step = [order_fact::Column::Status, order_fact::Column::StatusAt];
    let there = key_of::<order_fact::Entity>().update_columns(step).to_owned();
    insert_rows::<order_fact::Entity>(db, facts_of(orders, changed), Some(there)).await?;
    let totals = orders.totals().map(|(currency, amount_minor)| {
        let total = order_total::Model { currency: currency.code().to_owned(), amount_minor };
        total.into_active_model().reset_all()
    });
    let there = key_of::<order_total::Entity>().update_column(order_total::Column::AmountMinor).to_owned();
    insert_rows::<order_total::Entity>(db, totals.collect(), Some(there)).await.map(drop)
}

/// The rows of those of `orders` that have these keys, in the order of the table's.
fn facts_of(orders: &Orders, keys: HashSet<OrderKey>) -> Vec<order_fact::ActiveModel> {
    let mut keys: Vec<OrderKey> = keys.into_iter().collect();
    keys.sort_unstable();
    keys.iter().filter_map(|key| Some(fact(key, orders.get(key)?).into_active_model().reset_all())).collect()
}

/// Adds `rows` to the figures that are there.
pub(super) async fn add(db: &DatabaseTransaction, rows: Rows) -> Result<(), Fault> {
    let figures = rows.figures.into_iter().map(|((owner, day, level, currency), sum)| {
        let row = daily_figure::Model {
            owner_tenant_id: owner,
            day,
            level,
            currency: currency.to_owned(),
            order_count: sum.orders,
            revenue_minor: sum.revenue,
        };
        row.into_active_model().reset_all()
    });
    let there = added::<daily_figure::Entity>(&[daily_figure::Column::OrderCount, daily_figure::Column::RevenueMinor]);
    insert_rows::<daily_figure::Entity>(db, figures.collect(), Some(there)).await?;
    let statuses = rows.statuses.into_iter().map(|((owner, day, status), orders)| {
        let row = daily_status::Model { owner_tenant_id: owner, day, status, order_count: orders };
        row.into_active_model().reset_all()
    });
    let there = added::<daily_status::Entity>(&[daily_status::Column::OrderCount]);
    insert_rows::<daily_status::Entity>(db, statuses.collect(), Some(there)).await?;
    Ok(())
}

/// Makes a row that is there already get more in these columns.
fn added<E: EntityTrait>(columns: &[E::Column]) -> OnConflict {
    let more = |column: E::Column| {
        let more = Expr::col((Alias::new("excluded"), column));
        (column, ExprTrait::add(Expr::col((E::default(), column)), more))
    };
    key_of::<E>().values(columns.iter().copied().map(more)).to_owned()
}

/// Meets a row of the same primary key.
fn key_of<E: EntityTrait>() -> OnConflict {
    use sea_orm::Iterable;
    OnConflict::columns(E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column))
}
