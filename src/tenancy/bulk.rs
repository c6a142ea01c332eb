//! Many rows at once.
//!
//! A statement with a placeholder for each value costs both sides more than the rows do. PostgreSQL takes one array for each column instead.
#![expect(clippy::disallowed_methods, reason = "central store: rows of several owners, each of which names its own")]

use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{
    Alias, ArrayType, Expr, ExprTrait, Func, OnConflict, Query, SelectStatement, UnionType, Value,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IdenStatic, Iterable,
};

use super::ROWS_A_STATEMENT;

/// Writes `rows`. `there` says what becomes of one that is there already, which without it is a fault. Answers how many were written.
///
/// Rows that leave the same columns empty are written together, before those that leave others: not for a table whose rows refer to one another.
pub(crate) async fn insert_rows<E: EntityTrait>(
    db: &DatabaseTransaction,
    rows: Vec<E::ActiveModel>,
    there: Option<OnConflict>,
) -> Result<u64, DbErr> {
    let mut written = 0;
    if db.get_database_backend() == DbBackend::Postgres {
        for columns in columns::<E>(rows) {
            written += insert_columns::<E>(db, columns, there.clone()).await?;
        }
        return Ok(written);
    }
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let mut insert = E::insert_many(rows.by_ref().take(ROWS_A_STATEMENT));
        if let Some(there) = &there {
            insert = insert.on_conflict(there.clone());
        }
        written += insert.exec_without_returning(db).await?;
    }
    Ok(written)
}

/// Whether `column` is one of `values`, which are all of one kind: on PostgreSQL one array, so that the statement is the same for any number of them.
pub(crate) fn one_of<C: ColumnTrait>(backend: DbBackend, column: C, values: Vec<Value>) -> Result<Expr, DbErr> {
    match values.first() {
        Some(first) if backend == DbBackend::Postgres => {
            let kind = first.array_type();
            let array = array_of(&kind)?;
            let values = Expr::val(Value::Array(kind, Some(Box::new(values)))).cast_as(array);
            Ok(ExprTrait::eq(Expr::col(column.as_column_ref()), PgFunc::any(values)))
        }
        _ => Ok(column.is_in(values)),
    }
}

/// All rows of some selections that have the same columns.
pub(crate) fn union_all(selections: impl IntoIterator<Item = SelectStatement>) -> SelectStatement {
    let mut all = selections.into_iter();
    let mut union = all.next().unwrap_or_default();
    for selection in all {
        union.union(UnionType::All, selection);
    }
    union
}

/// The values of some rows, column by column; each column has a value for each of the rows.
struct Columns<E: EntityTrait>(Vec<(E::Column, Vec<Value>)>);

/// The values of `rows`, those together that fill the same columns.
fn columns<E: EntityTrait>(rows: Vec<E::ActiveModel>) -> Vec<Columns<E>> {
    let all: Vec<E::Column> = E::Column::iter().collect();
    let (mut groups, most): (Vec<(Vec<bool>, Columns<E>)>, _) = (Vec::new(), rows.len());
    // Rows are many: what one of them takes is used again for the next.
    let mut values: Vec<Option<Value>> = Vec::with_capacity(all.len());
    for mut row in rows {
        values.extend(all.iter().map(|column| filled(row.take(*column))));
        let is_filled = || values.iter().map(Option::is_some);
        let place = groups.iter().position(|(same, _)| is_filled().eq(same.iter().copied())).unwrap_or_else(|| {
            let used = all.iter().zip(is_filled()).filter(|(_, filled)| *filled);
            let empty = used.map(|(column, _)| (*column, Vec::with_capacity(most)));
            groups.push((is_filled().collect(), Columns(empty.collect())));
            groups.len() - 1
        });
        for ((_, column), value) in groups[place].1.0.iter_mut().zip(values.drain(..).flatten()) {
            column.push(value);
        }
    }
    groups.into_iter().map(|(_, columns)| columns).collect()
}

/// The value that a column is filled with, if it is.
fn filled(value: ActiveValue<Value>) -> Option<Value> {
    value.into_value().filter(Value::is_some)
}

async fn insert_columns<E: EntityTrait>(
    db: &DatabaseTransaction,
    Columns(columns): Columns<E>,
    there: Option<OnConflict>,
) -> Result<u64, DbErr> {
    let mut select = Query::select();
    let mut names = Vec::with_capacity(columns.len());
    for (column, values) in columns {
        let Some(first) = values.first() else { continue };
        let kind = first.array_type();
        let array = array_of(&kind)?;
        let values = Expr::val(Value::Array(kind, Some(Box::new(values)))).cast_as(array);
        // Several of them side by side go on in step.
        select.expr(Func::cust("UNNEST").arg(values));
        names.push(Alias::new(column.as_str()));
    }
    let mut insert = Query::insert();
    insert.into_table(E::default().table_ref()).columns(names);
    insert.select_from(select).map_err(|cause| DbErr::Custom(cause.to_string()))?;
    if let Some(there) = there {
        insert.on_conflict(there);
    }
    Ok(db.execute(&insert).await?.rows_affected())
}

/// What PostgreSQL calls an array of such values.
fn array_of(kind: &ArrayType) -> Result<&'static str, DbErr> {
    match kind {
        ArrayType::Bool => Ok("bool[]"),
        ArrayType::Int => Ok("int4[]"),
        ArrayType::BigInt => Ok("int8[]"),
        ArrayType::String => Ok("text[]"),
        ArrayType::Bytes => Ok("bytea[]"),
        ArrayType::Uuid => Ok("uuid[]"),
        ArrayType::Json => Ok("jsonb[]"),
        other => Err(DbErr::Type(format!("no table has a column of {other:?}"))),
    }
}
