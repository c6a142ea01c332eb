//! The rows that are compared, of the whole chain.
#![expect(clippy::disallowed_methods, reason = "central store: the operator's recount is of all companies")]

use std::collections::{BTreeMap, HashMap};

use entity::{
    Day, OrderId, OrderStatus, Position, PostingId, TenantId, daily_figure, daily_status, ledger_account, ledger_entry,
    network_activity_feed, order, order_fact, order_total,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel, Iterable, PaginatorTrait, PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

use super::PAGE;
use super::ledgers::Account;
use super::parcels::Owners;
use super::tables::{Derived, Differing, Page};
use crate::network::activity::rows::Seen;
use crate::network::activity::store::model;
use crate::network::figures::book::Sum;
use crate::network::figures::known::fact;
use crate::network::figures::telling::{Order, OrderKey};
use crate::tenancy::insert_rows;

/// The table of figures by day.
pub(super) struct Figures;
/// The table of how far orders are.
pub(super) struct Statuses;
/// The feed.
pub(super) struct Feed;

impl Derived for Figures {
    type Key = (TenantId, Day, i32, String);
    type Value = Sum;

    fn is_nothing(sum: &Sum) -> bool {
        *sum == Sum::default()
    }

    async fn page(db: &DatabaseTransaction, owners: &Owners, after: Option<&Self::Key>) -> Result<Page<Self>, DbErr> {
        use daily_figure::Column::{Currency, Day, Level, OwnerTenantId};
        let after = after.map(|(owner, day, level, currency)| {
            [(*owner).into(), (*day).into(), (*level).into(), currency.as_str().into()]
        });
        let rows = daily_figure::Entity::find().filter(of(OwnerTenantId, owners));
        let rows = next(rows, [OwnerTenantId, Day, Level, Currency], after).all(db).await?.into_iter();
        let rows = rows.map(|row| {
            let key = (row.owner_tenant_id, row.day, row.level, row.currency);
            (key, Sum { orders: row.order_count, revenue: row.revenue_minor })
        });
        Ok(rows.collect())
    }

    async fn write(db: &DatabaseTransaction, rows: Vec<(Self::Key, Option<Sum>)>) -> Result<(), DbErr> {
        let rows = rows.into_iter().map(|((owner_tenant_id, day, level, currency), sum)| {
            let Sum { orders, revenue } = sum.unwrap_or_default();
            daily_figure::Model { owner_tenant_id, day, level, currency, order_count: orders, revenue_minor: revenue }
        });
        put::<daily_figure::Entity>(db, rows).await
    }
}

impl Derived for Statuses {
    type Key = (TenantId, Day, OrderStatus);
    type Value = i64;

    fn is_nothing(orders: &i64) -> bool {
        *orders == 0
    }

    async fn page(db: &DatabaseTransaction, owners: &Owners, after: Option<&Self::Key>) -> Result<Page<Self>, DbErr> {
        use daily_status::Column::{Day, OwnerTenantId, Status};
        let after = after.map(|(owner, day, status)| [(*owner).into(), (*day).into(), (*status).into()]);
        let rows = daily_status::Entity::find().filter(of(OwnerTenantId, owners));
        let rows = next(rows, [OwnerTenantId, Day, Status], after).all(db).await?.into_iter();
        Ok(rows.map(|row| ((row.owner_tenant_id, row.day, row.status), row.order_count)).collect())
    }

    async fn write(db: &DatabaseTransaction, rows: Vec<(Self::Key, Option<i64>)>) -> Result<(), DbErr> {
        let rows = rows.into_iter().map(|((owner_tenant_id, day, status), orders)| {
            let order_count = orders.unwrap_or_default();
            daily_status::Model { owner_tenant_id, day, status, order_count }
        });
        put::<daily_status::Entity>(db, rows).await
    }
}

impl Derived for Feed {
    type Key = (TenantId, Position);
    type Value = Seen;

    fn is_nothing(_: &Seen) -> bool {
        false
    }

    async fn page(db: &DatabaseTransaction, owners: &Owners, after: Option<&Self::Key>) -> Result<Page<Self>, DbErr> {
        use network_activity_feed::Column::{OwnerTenantId, Position};
        let after = after.map(|(owner, position)| [(*owner).into(), (*position).into()]);
        let rows = network_activity_feed::Entity::find().filter(of(OwnerTenantId, owners));
        let rows = next(rows, [OwnerTenantId, Position], after).all(db).await?.into_iter();
        let seen = |row: &network_activity_feed::Model| Seen { distance: row.distance, type_id: row.type_id };
        Ok(rows.map(|row| ((row.owner_tenant_id, row.position), seen(&row))).collect())
    }

    async fn write(db: &DatabaseTransaction, rows: Vec<(Self::Key, Option<Seen>)>) -> Result<(), DbErr> {
        use network_activity_feed::{Column, Entity};
        let mut gone: BTreeMap<TenantId, Vec<Position>> = BTreeMap::new();
        for ((owner, position), _) in rows.iter().filter(|(_, seen)| seen.is_none()) {
            gone.entry(*owner).or_default().push(*position);
        }
        for (owner, positions) in gone {
            for some in positions.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
                let of_owner = Entity::delete_many().filter(Column::OwnerTenantId.eq(owner));
                of_owner.filter(Column::Position.is_in(some.iter().copied())).exec(db).await?;
            }
        }
        let rows = rows.into_iter().filter_map(|((owner, position), seen)| Some(model((owner, position, seen?))));
        put::<Entity>(db, rows).await
    }
}

/// Makes these rows what a recount says.
pub(super) async fn write<T: Derived>(db: &DatabaseTransaction, differing: Vec<Differing<T>>) -> Result<(), DbErr> {
    T::write(db, differing.into_iter().map(|row| (row.key, row.recounted)).collect()).await
}

/// The next page of order facts after this one.
pub(super) async fn facts_after(
    db: &DatabaseTransaction,
    after: Option<&OrderKey>,
) -> Result<Vec<order_fact::Model>, DbErr> {
    use order_fact::Column::{OrderId, Source};
    let after = after.map(|key| [(&*key.source).into(), (&*key.id).into()]);
    next(order_fact::Entity::find(), [Source, OrderId], after).all(db).await
}

/// Makes what is known of these orders this; of those without anything, nothing.
pub(super) async fn write_facts(
    db: &DatabaseTransaction,
    facts: Vec<(&OrderKey, Option<&Order>)>,
) -> Result<(), DbErr> {
    for (key, _) in facts.iter().filter(|(_, order)| order.is_none()) {
        let key = (key.source.as_ref().to_owned(), key.id.as_ref().to_owned());
        order_fact::Entity::delete_by_id(key).exec(db).await?;
    }
    put::<order_fact::Entity>(db, facts.into_iter().filter_map(|(key, order)| Some(fact(key, order?)))).await
}

/// What all orders come to, by currency.
pub(super) async fn totals(db: &DatabaseTransaction) -> Result<HashMap<String, i64>, DbErr> {
    let rows = order_total::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.currency, row.amount_minor)).collect())
}

pub(super) async fn write_totals(db: &DatabaseTransaction, totals: HashMap<String, i64>) -> Result<(), DbErr> {
    let rows = totals.into_iter().map(|(currency, amount_minor)| order_total::Model { currency, amount_minor });
    put::<order_total::Entity>(db, rows).await
}

/// The next page of orders after this one.
pub(super) async fn orders_after(db: &DatabaseTransaction, after: Option<OrderId>) -> Result<Vec<order::Model>, DbErr> {
    next(order::Entity::find(), [order::Column::Id], after.map(|id| [id.into()])).all(db).await
}

/// How many entries all ledgers have.
pub(super) async fn entry_count(db: &DatabaseTransaction) -> Result<u64, DbErr> {
    ledger_entry::Entity::find().count(db).await
}

/// The next page of entries, ledger by ledger.
pub(super) async fn entries_after(
    db: &DatabaseTransaction,
    after: Option<(TenantId, i64)>,
) -> Result<Vec<ledger_entry::Model>, DbErr> {
    use ledger_entry::Column::{Number, OwnerTenantId};
    let after = after.map(|(owner, number)| [owner.into(), number.into()]);
    next(ledger_entry::Entity::find(), [OwnerTenantId, Number], after).all(db).await
}

/// The accounts of those who come after `after`, up to and with `to`.
pub(super) async fn accounts_between(
    db: &DatabaseTransaction,
    after: Option<TenantId>,
    to: Option<TenantId>,
) -> Result<Vec<((TenantId, String), Account)>, DbErr> {
    use ledger_account::Column::OwnerTenantId;
    let between = Condition::all()
        .add_option(after.map(|after| OwnerTenantId.gt(after)))
        .add_option(to.map(|to| OwnerTenantId.lte(to)));
    let rows = ledger_account::Entity::find().filter(between).all(db).await?.into_iter();
    let rows = rows.map(|row| {
        let account = Account { balance: row.balance_minor.into(), outstanding: row.outstanding_minor.into() };
        ((row.owner_tenant_id, row.currency), account)
    });
    Ok(rows.collect())
}

/// A posting that is not two entries of one currency that come to nothing.
#[derive(FromQueryResult)]
pub(super) struct Unbalanced {
    pub(super) posting_id: PostingId,
    pub(super) entries: i64,
    /// A decimal number.
    pub(super) sum: String,
}

pub(super) async fn unbalanced(db: &DatabaseTransaction) -> Result<Vec<Unbalanced>, DbErr> {
    use ledger_entry::Column::{AmountMinor, Currency, Id, PostingId};
    let wrong = Condition::any()
        .add(ExprTrait::ne(AmountMinor.sum(), 0))
        .add(ExprTrait::ne(Id.count(), 2))
        .add(ExprTrait::ne(Currency.min(), Currency.max()));
    ledger_entry::Entity::find()
        .select_only()
        .column(PostingId)
        .column_as(Id.count(), "entries")
        .expr_as(Func::cast_as(AmountMinor.sum(), "text"), "sum")
        .group_by(PostingId)
        .having(wrong)
        .into_model()
        .all(db)
        .await
}

/// Those of `owners`.
fn of<C: ColumnTrait>(owner: C, owners: &Owners) -> Expr {
    owner.between(*owners.start(), *owners.end())
}

/// A page of rows in the order of `key`, after the one that has these values there.
fn next<E: EntityTrait, const N: usize>(rows: Select<E>, key: [E::Column; N], after: Option<[Value; N]>) -> Select<E> {
    let rows = match after {
        Some(after) => {
            let columns = Expr::tuple(key.map(|column| Expr::col(column.as_column_ref())));
            rows.filter(ExprTrait::gt(columns, Expr::tuple(after.map(Expr::val))))
        }
        None => rows,
    };
    key.into_iter().fold(rows, QueryOrder::order_by_asc).limit(PAGE)
}

/// Writes rows, over those that are there.
async fn put<E: EntityTrait>(db: &DatabaseTransaction, rows: impl Iterator<Item = E::Model>) -> Result<(), DbErr>
where
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let names: Vec<String> = key.iter().map(|column| format!("{column:?}")).collect();
    let rest = E::Column::iter().filter(|column| !names.contains(&format!("{column:?}")));
    let there = OnConflict::columns(key).update_columns(rest).to_owned();
    let rows = rows.map(|row| row.into_active_model().reset_all()).collect();
    insert_rows::<E>(db, rows, Some(there)).await.map(drop)
}
