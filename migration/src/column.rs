//! The words that changes of the schema are written in.

use sea_orm_migration::prelude::*;

pub(crate) const OWNER: &str = "owner_tenant_id";

/// A table whose rows belong to a tenant.
pub(crate) fn owned(table: &str) -> TableCreateStatement {
    let owner = &mut reference(table, OWNER, "tenants");
    Table::create().table(Alias::new(table)).col(id(OWNER)).foreign_key(owner).to_owned()
}

pub(crate) fn id(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).uuid().not_null().to_owned()
}

pub(crate) fn text(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).text().not_null().to_owned()
}

pub(crate) fn number(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).big_integer().not_null().to_owned()
}

pub(crate) fn small(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).integer().not_null().to_owned()
}

pub(crate) fn json(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).json_binary().not_null().to_owned()
}

pub(crate) fn key(columns: &[&str]) -> IndexCreateStatement {
    columns.iter().fold(Index::create(), |mut key, column| key.col(Alias::new(*column)).to_owned())
}

pub(crate) fn index(name: &str, table: &str, columns: &[&str]) -> IndexCreateStatement {
    key(columns).name(name).table(Alias::new(table)).to_owned()
}

/// The foreign key from a column of `table` to the id of `other`.
pub(crate) fn reference(table: &str, column: &str, other: &str) -> ForeignKeyCreateStatement {
    let (table, column, other) = (Alias::new(table), Alias::new(column), Alias::new(other));
    ForeignKey::create().from(table, column).to(other, Alias::new("id")).to_owned()
}
