//! The values of one column, as the database has them.

use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use super::super::Outcome;

type Failure = Box<dyn std::error::Error + Sync + Send>;

/// The values of one column, row by row.
pub(super) enum Column {
    Uuid(Vec<Option<Uuid>>),
    Text(Vec<Option<String>>),
    Number(Vec<Option<i64>>),
    Small(Vec<Option<i32>>),
    Truth(Vec<Option<bool>>),
    Json(Vec<Option<Json>>),
}

/// A JSON value as PostgreSQL sends it: nobody looks into it on its way.
#[derive(Debug)]
pub(super) struct Json(Vec<u8>);

impl Column {
    /// An empty column of the type that PostgreSQL calls `name`.
    pub(super) fn of(name: &str) -> Outcome<Self> {
        Ok(match name {
            "uuid" => Self::Uuid(Vec::new()),
            "text" | "varchar" => Self::Text(Vec::new()),
            "int8" => Self::Number(Vec::new()),
            "int4" => Self::Small(Vec::new()),
            "bool" => Self::Truth(Vec::new()),
            "jsonb" => Self::Json(Vec::new()),
            other => return Err(format!("a column of the unexpected type {other}").into()),
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Uuid(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Small(values) => values.len(),
            Self::Truth(values) => values.len(),
            Self::Json(values) => values.len(),
        }
    }

    pub(super) fn sql_type(&self) -> Type {
        match self {
            Self::Uuid(_) => Type::UUID,
            Self::Text(_) => Type::TEXT,
            Self::Number(_) => Type::INT8,
            Self::Small(_) => Type::INT4,
            Self::Truth(_) => Type::BOOL,
            Self::Json(_) => Type::JSONB,
        }
    }

    /// Takes the value at `place` of `row`.
    pub(super) fn take(&mut self, row: &Row, place: usize) -> Outcome<()> {
        match self {
            Self::Uuid(values) => values.push(row.try_get(place)?),
            Self::Text(values) => values.push(row.try_get(place)?),
            Self::Number(values) => values.push(row.try_get(place)?),
            Self::Small(values) => values.push(row.try_get(place)?),
            Self::Truth(values) => values.push(row.try_get(place)?),
            Self::Json(values) => values.push(row.try_get(place)?),
        }
        Ok(())
    }

    /// The value of one row, as a parameter.
    pub(super) fn value(&self, row: usize) -> &(dyn ToSql + Sync) {
        match self {
            Self::Uuid(values) => &values[row],
            Self::Text(values) => &values[row],
            Self::Number(values) => &values[row],
            Self::Small(values) => &values[row],
            Self::Truth(values) => &values[row],
            Self::Json(values) => &values[row],
        }
    }

    /// The values of some rows as one parameter, an array.
    pub(super) fn values(&self, rows: std::ops::Range<usize>) -> Box<dyn ToSql + Sync + Send + '_> {
        match self {
            Self::Uuid(values) => Box::new(&values[rows]),
            Self::Text(values) => Box::new(&values[rows]),
            Self::Number(values) => Box::new(&values[rows]),
            Self::Small(values) => Box::new(&values[rows]),
            Self::Truth(values) => Box::new(&values[rows]),
            Self::Json(values) => Box::new(&values[rows]),
        }
    }
}

impl<'a> FromSql<'a> for Json {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::JSONB
    }
}

impl ToSql for Json {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::JSONB
    }

    to_sql_checked!();
}
