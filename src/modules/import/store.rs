//! What the import asks of the rows of many owners at once.
#![expect(clippy::disallowed_methods, reason = "central store: the import writes rows of the whole chain")]

use std::collections::HashMap;

use entity::{OrderId, ProductId, TenantId, Timestamp, ledger_account, ledger_entry, order, price_override};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};

use crate::tenancy::ROWS_A_STATEMENT;

/// Whether any company has set a price by hand.
pub(super) async fn has_prices(db: &DatabaseTransaction) -> Result<bool, DbErr> {
    let any = price_override::Entity::find().select_only().column(price_override::Column::ProductId);
    Ok(any.into_tuple::<ProductId>().one(db).await?.is_some())
}

/// The prices that `owners` set, at least those of `products`.
pub(super) async fn prices(
    db: &DatabaseTransaction,
    owners: impl IntoIterator<Item = TenantId>,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<Vec<price_override::Model>, DbErr> {
    let of_owners = price_override::Entity::find().filter(price_override::Column::OwnerTenantId.is_in(owners));
    of_owners.filter(price_override::Column::ProductId.is_in(products)).all(db).await
}

/// Whether there is any order.
pub(super) async fn has_orders(db: &DatabaseTransaction) -> Result<bool, DbErr> {
    let any = order::Entity::find().select_only().column(order::Column::Id);
    Ok(any.into_tuple::<OrderId>().one(db).await?.is_some())
}

/// The orders of `ids` that there are.
pub(super) async fn orders(
    db: &DatabaseTransaction,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<HashMap<OrderId, order::Model>, DbErr> {
    let known = order::Entity::find().filter(order::Column::Id.is_in(ids)).all(db).await?;
    Ok(known.into_iter().map(|order| (order.id, order)).collect())
}

/// Makes an order that meets another of its placer with the same reference be left out.
pub(super) fn unless_reference_is_taken() -> OnConflict {
    OnConflict::columns([order::Column::OwnerTenantId, order::Column::Reference]).do_nothing().to_owned()
}

/// The accounts of `owners`.
pub(super) async fn accounts(
    db: &DatabaseTransaction,
    owners: &[TenantId],
) -> Result<Vec<ledger_account::Model>, DbErr> {
    let mut accounts = Vec::new();
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        let of_owners = ledger_account::Column::OwnerTenantId.is_in(owners.iter().copied());
        accounts.extend(ledger_account::Entity::find().filter(of_owners).all(db).await?);
    }
    Ok(accounts)
}

/// The number of the last entry of each of `owners` that has any, and when the last was posted.
pub(super) async fn last_entries(
    db: &DatabaseTransaction,
    owners: &[TenantId],
) -> Result<Vec<(TenantId, i64, Timestamp)>, DbErr> {
    let mut all = Vec::new();
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        let of_owners = ledger_entry::Column::OwnerTenantId.is_in(owners.iter().copied());
        let last = ledger_entry::Entity::find()
            .filter(of_owners)
            .select_only()
            .column(ledger_entry::Column::OwnerTenantId)
            .column_as(ledger_entry::Column::Number.max(), "last")
            .column_as(ledger_entry::Column::PostedAt.max(), "at")
            .group_by(ledger_entry::Column::OwnerTenantId);
        all.extend(last.into_tuple::<(TenantId, i64, Timestamp)>().all(db).await?);
    }
    Ok(all)
}

/// Makes an account that is there already take over what is written.
pub(super) fn take_over_account() -> OnConflict {
    OnConflict::columns([ledger_account::Column::OwnerTenantId, ledger_account::Column::Currency])
        .update_columns([ledger_account::Column::BalanceMinor, ledger_account::Column::OutstandingMinor])
        .to_owned()
}
