//! The scoped handle: the only way to a tenant-owned table for code that runs on a tenant's behalf.
//!
//! It adds the tenant global filter to every SELECT, UPDATE and DELETE, joins and aggregates included, and sets the owner on INSERT.
//! It lends neither its connection nor a query that the filter could be left out of.

use entity::{Owned, TenantId};
use sea_orm::sea_query::{ConditionType, Expr, ExprTrait, IntoCondition, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, Iterable, JoinType, Order, PaginatorTrait, PrimaryKeyToColumn, QueryFilter,
    QueryOrder, QuerySelect, Related, Select,
};

use super::guard::{Guarded, InTransaction};

/// The tables of one tenant, over a connection or a transaction.
pub struct TenantHandle<C> {
    connection: Guarded<C>,
    tenant: TenantId,
}

/// One tenant's tables for reading, outside a transaction.
pub type TenantDb = TenantHandle<DatabaseConnection>;

impl<'t> TenantHandle<InTransaction<'t>> {
    /// `tenant`'s tables inside `transaction`.
    pub(crate) fn in_transaction(transaction: &'t DatabaseTransaction, tenant: TenantId) -> Self {
        Self::new(InTransaction(transaction), tenant)
    }
}

impl<C: ConnectionTrait> TenantHandle<C> {
    pub(super) fn new(connection: C, tenant: TenantId) -> Self {
        Self { connection: Guarded::new(connection, tenant), tenant }
    }

    /// Whose tables these are.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's rows of `E`.
    pub fn find<E: Owned>(&self) -> TenantSelect<'_, C, E> {
        #[expect(clippy::disallowed_methods, reason = "this is where the tenant filter is added")]
        let select = E::find().filter(E::owner_column().eq(self.tenant));
        TenantSelect { handle: self, select }
    }

    /// Writes a new row with this tenant as its owner.
    ///
    /// # Errors
    /// A row that names another owner is refused.
    pub async fn insert<E: Owned>(&self, row: E::ActiveModel) -> Result<E::Model, DbErr>
    where
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
        let row = self.claimed::<E>(row)?;
        #[expect(clippy::disallowed_methods, reason = "the owner is set on the line above")]
        let insert = E::insert(row);
        insert.exec_with_returning(&self.connection).await
    }

    /// Writes a new row with this tenant as its owner, unless the tenant has one with the same primary key. Answers whether it did. Where
    /// another transaction is writing such a row, this one waits to see what becomes of it.
    ///
    /// # Errors
    /// A row that names another owner is refused; a table whose primary key does not begin with the owner, too.
    pub async fn insert_new<E: Owned>(&self, row: E::ActiveModel) -> Result<bool, DbErr> {
        let row = self.claimed::<E>(row)?;
        let there =
            OnConflict::columns(E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)).do_nothing().to_owned();
        #[expect(clippy::disallowed_methods, reason = "the owner is set on the line above")]
        let insert = E::insert(row).on_conflict(there);
        Ok(insert.exec_without_returning(&self.connection).await? > 0)
    }

    /// Writes several new rows with this tenant as their owner.
    ///
    /// # Errors
    /// A row that names another owner is refused, and with it all of them.
    pub async fn insert_many<E: Owned>(&self, rows: Vec<E::ActiveModel>) -> Result<(), DbErr> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows = rows.into_iter().map(|row| self.claimed::<E>(row)).collect::<Result<Vec<_>, _>>()?;
        #[expect(clippy::disallowed_methods, reason = "the owner is set on the line above")]
        let insert = E::insert_many(rows);
        insert.exec_without_returning(&self.connection).await.map(drop)
    }

    /// Writes the changed columns of a row that this tenant owns.
    ///
    /// # Errors
    /// [`DbErr::RecordNotUpdated`] where the tenant owns no such row: another's row does not exist. A change of owner is refused.
    pub async fn update<E: Owned>(&self, row: E::ActiveModel) -> Result<E::Model, DbErr>
    where
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
        let mut row = self.claimed::<E>(row)?;
        // The owner is part of the condition, never of what is set.
        row.not_set(E::owner_column());
        #[expect(clippy::disallowed_methods, reason = "the tenant filter is added in the same expression")]
        let update = E::update(row).validate()?.filter(E::owner_column().eq(self.tenant));
        update.exec(&self.connection).await
    }

    /// Sets columns on all of the tenant's rows that `condition` picks; answers how many.
    ///
    /// # Errors
    /// Setting the owner is refused.
    pub async fn update_many<E: Owned>(
        &self,
        columns: impl IntoIterator<Item = (E::Column, Expr)>,
        condition: impl IntoCondition,
    ) -> Result<u64, DbErr> {
        #[expect(clippy::disallowed_methods, reason = "the tenant filter is added in the same expression")]
        let mut update = E::update_many().filter(E::owner_column().eq(self.tenant)).filter(condition.into_condition());
        for (column, value) in columns {
            update = update.col_expr(column, value);
        }
        Ok(update.exec(&self.connection).await?.rows_affected)
    }

    /// Removes all of the tenant's rows that `condition` picks; answers how many.
    pub async fn delete_many<E: Owned>(&self, condition: impl IntoCondition) -> Result<u64, DbErr> {
        #[expect(clippy::disallowed_methods, reason = "the tenant filter is added in the same expression")]
        let delete = E::delete_many().filter(E::owner_column().eq(self.tenant)).filter(condition.into_condition());
        Ok(delete.exec(&self.connection).await?.rows_affected)
    }

    /// The row with this tenant as its owner, or a refusal where it names another.
    fn claimed<E: Owned>(&self, mut row: E::ActiveModel) -> Result<E::ActiveModel, DbErr> {
        if E::owner_of(&row).is_some_and(|owner| owner != self.tenant) {
            return Err(DbErr::Custom("the tenant handle refused a row of another owner".to_owned()));
        }
        E::set_owner(&mut row, self.tenant);
        Ok(row)
    }
}

/// A query for a tenant's rows of `E`. What is added narrows it further.
pub struct TenantSelect<'h, C, E: EntityTrait> {
    handle: &'h TenantHandle<C>,
    select: Select<E>,
}

impl<C: ConnectionTrait, E: Owned> TenantSelect<'_, C, E>
where
    E::Model: Send + Sync,
{
    /// Only rows that also meet `condition`.
    #[must_use]
    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.select = self.select.filter(condition.into_condition());
        self
    }

    /// In this order.
    #[must_use]
    pub fn order_by(mut self, column: E::Column, order: Order) -> Self {
        self.select = self.select.order_by(column, order);
        self
    }

    /// At most `rows` rows.
    #[must_use]
    pub fn limit(mut self, rows: u64) -> Self {
        self.select = self.select.limit(rows);
        self
    }

    /// Joined with another tenant-owned table, of which too only the tenant's rows count; a row without a partner stays.
    #[must_use]
    pub fn left_join_owned<R: Owned>(mut self) -> Self
    where
        E: Related<R>,
    {
        let owner = self.handle.tenant;
        let on_owner = move |_, right: sea_orm::sea_query::DynIden| {
            ExprTrait::eq(Expr::col((right, R::owner_column())), owner).into_condition()
        };
        let relation = E::to().on_condition(on_owner).condition_type(ConditionType::All);
        #[expect(clippy::disallowed_methods, reason = "the joined table's owner is part of the relation above")]
        let joined = self.select.join(JoinType::LeftJoin, relation);
        self.select = joined;
        self
    }

    /// All rows.
    pub async fn all(self) -> Result<Vec<E::Model>, DbErr> {
        self.select.all(&self.handle.connection).await
    }

    /// The first row.
    pub async fn one(self) -> Result<Option<E::Model>, DbErr> {
        self.select.one(&self.handle.connection).await
    }

    /// How many rows.
    pub async fn count(self) -> Result<u64, DbErr> {
        self.select.count(&self.handle.connection).await
    }

    /// Aggregates, such as `sum` or `max`, in the order given, each under its own name, over all rows.
    pub async fn aggregate<R: FromQueryResult>(
        self,
        expressions: impl IntoIterator<Item = (Expr, &'static str)>,
    ) -> Result<Option<R>, DbErr> {
        let mut select = self.select.select_only();
        for (expression, name) in expressions {
            select = select.expr_as(expression, name);
        }
        select.into_model::<R>().one(&self.handle.connection).await
    }
}
