//! The rows of the chain, for writing. What may be written is decided before, by the rules.
#![expect(clippy::disallowed_methods, reason = "central store: the chain itself belongs to no tenant")]

use std::collections::HashMap;

use entity::{FreezeId, TenantId, TenantStatus, Timestamp, former_parent, freeze, tenant, tenant_name};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use crate::tenancy::{CentralDb, ROWS_A_STATEMENT};

/// Writes new companies, parents before their children, and their names.
pub(crate) async fn insert(db: &impl ConnectionTrait, companies: Vec<tenant::Model>) -> Result<(), DbErr> {
    for companies in companies.chunks(ROWS_A_STATEMENT) {
        let names = companies.iter().flat_map(names_of).collect::<Vec<_>>();
        let rows = companies.iter().cloned().map(tenant::ActiveModel::from);
        tenant::Entity::insert_many(rows.map(sea_orm::ActiveModelTrait::reset_all)).exec_without_returning(db).await?;
        tenant_name::Entity::insert_many(names).exec_without_returning(db).await?;
    }
    Ok(())
}

fn names_of(company: &tenant::Model) -> impl Iterator<Item = tenant_name::ActiveModel> {
    let external_id = company.external_id.clone().filter(|external_id| *external_id != company.slug);
    let tenant_id = company.id;
    std::iter::once(company.slug.clone())
        .chain(external_id)
        .map(move |name| tenant_name::ActiveModel { name: Set(name), tenant_id: Set(tenant_id) })
}

/// Whose these names are.
pub(crate) async fn owners_of_names(
    db: &impl ConnectionTrait,
    names: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, TenantId>, DbErr> {
    let names: Vec<&str> = names.into_iter().collect();
    let mut owners = HashMap::with_capacity(names.len());
    for names in names.chunks(ROWS_A_STATEMENT) {
        let known =
            tenant_name::Entity::find().filter(tenant_name::Column::Name.is_in(names.iter().copied())).all(db).await?;
        owners.extend(known.into_iter().map(|row| (row.name, row.tenant_id)));
    }
    Ok(owners)
}

/// The company of this name, its slug, its external id, or its id.
pub async fn find(central: &CentralDb, name: &str) -> Result<Option<TenantId>, DbErr> {
    if let Some(named) = tenant_name::Entity::find_by_id(name).one(central.reader()).await? {
        return Ok(Some(named.tenant_id));
    }
    let Some(id) = TenantId::parse(name) else { return Ok(None) };
    Ok(tenant::Entity::find_by_id(id).one(central.reader()).await?.map(|company| company.id))
}

/// The rows of `ids`, in no order.
pub(crate) async fn companies(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = TenantId>,
) -> Result<Vec<tenant::Model>, DbErr> {
    let ids: Vec<TenantId> = ids.into_iter().collect();
    let mut companies = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ROWS_A_STATEMENT) {
        let some = tenant::Entity::find().filter(tenant::Column::Id.is_in(ids.iter().copied()));
        companies.extend(some.all(db).await?);
    }
    Ok(companies)
}

/// Whether there is a chain.
pub async fn has_root(central: &CentralDb) -> Result<bool, DbErr> {
    Ok(root(central.reader()).await?.is_some())
}

/// The company at the top.
pub(crate) async fn root(db: &impl ConnectionTrait) -> Result<Option<TenantId>, DbErr> {
    tenant::Entity::find()
        .filter(tenant::Column::ParentId.is_null())
        .select_only()
        .column(tenant::Column::Id)
        .into_tuple()
        .one(db)
        .await
}

pub(crate) async fn set_status(db: &impl ConnectionTrait, id: TenantId, status: TenantStatus) -> Result<(), DbErr> {
    tenant::Entity::update_many()
        .col_expr(tenant::Column::Status, Expr::value(status))
        .filter(tenant::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Puts `id` below `new_parent` from `at` on, and remembers `old_parent` as its parent before.
pub(crate) async fn set_parent(
    db: &impl ConnectionTrait,
    id: TenantId,
    old_parent: TenantId,
    new_parent: TenantId,
    at: Timestamp,
) -> Result<(), DbErr> {
    let former = former_parent::ActiveModel { tenant_id: Set(id), until: Set(at), parent_id: Set(old_parent) };
    former_parent::Entity::insert(former).exec_without_returning(db).await?;
    tenant::Entity::update_many()
        .col_expr(tenant::Column::ParentId, Expr::value(new_parent))
        .filter(tenant::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// The instant of the last move in the chain.
pub(crate) async fn last_move(db: &impl ConnectionTrait) -> Result<Option<Timestamp>, DbErr> {
    let last = former_parent::Entity::find().select_only().column_as(former_parent::Column::Until.max(), "last");
    let last: Option<Option<Timestamp>> = last.into_tuple().one(db).await?;
    Ok(last.flatten())
}

pub(crate) async fn freeze(db: &impl ConnectionTrait, id: FreezeId) -> Result<Option<freeze::Model>, DbErr> {
    freeze::Entity::find_by_id(id).one(db).await
}

/// The freeze that `placer` has put on `owner`.
pub(crate) async fn freeze_by(
    db: &impl ConnectionTrait,
    owner: TenantId,
    placer: TenantId,
) -> Result<Option<freeze::Model>, DbErr> {
    freeze::Entity::find()
        .filter(freeze::Column::OwnerTenantId.eq(owner))
        .filter(freeze::Column::PlacedByTenantId.eq(placer))
        .one(db)
        .await
}
