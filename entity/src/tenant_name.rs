//! `tenant_names`: the one namespace of slugs and external ids. Its primary key keeps them unique together.

use sea_orm::entity::prelude::*;

use crate::TenantId;

/// A name by which a company is known.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_names")]
pub struct Model {
    /// A slug or an external id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Whose name it is.
    pub tenant_id: TenantId,
}

/// How a name relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
