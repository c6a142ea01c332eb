//! The owner trait: which column of an entity says whose row it is.

use sea_orm::{EntityName, EntityTrait};

use crate::{
    TenantId, catalog_access, credit_limit, daily_figure, daily_status, freeze, idempotency_key, ledger_account,
    ledger_entry, membership, network_activity_feed, network_cache, network_settings, order, order_leg, order_line,
    price_override, product, referral_code, referral_redemption, upline_hop, upline_request,
};

/// The name of the owner's column in every tenant-owned table.
pub const OWNER_COLUMN: &str = "owner_tenant_id";

/// An entity whose rows belong to a tenant. The scoped handle adds the owner to every statement on it.
pub trait Owned: EntityTrait {
    /// The column that holds the owner.
    fn owner_column() -> Self::Column;

    /// The owner that `row` would be written with, where it names one.
    fn owner_of(row: &Self::ActiveModel) -> Option<TenantId>;

    /// Makes `owner` the owner of `row`.
    fn set_owner(row: &mut Self::ActiveModel, owner: TenantId);
}

/// Implements [`Owned`] for an entity of which the owner's field is `owner_tenant_id`.
macro_rules! owned {
    ($entity:ty) => {
        impl $crate::Owned for $entity {
            fn owner_column() -> Column {
                Column::OwnerTenantId
            }

            fn owner_of(row: &ActiveModel) -> Option<$crate::TenantId> {
                row.owner_tenant_id.try_as_ref().copied()
            }

            fn set_owner(row: &mut ActiveModel, owner: $crate::TenantId) {
                row.owner_tenant_id = sea_orm::ActiveValue::Set(owner);
            }
        }
    };
}
pub(crate) use owned;

/// The names of all tenant-owned tables. A test compares them with the database's own list of tables that have an owner's column.
#[must_use]
pub fn owned_tables() -> [&'static str; 21] {
    [
        freeze::Entity.table_name(),
        membership::Entity.table_name(),
        product::Entity.table_name(),
        price_override::Entity.table_name(),
        catalog_access::Entity.table_name(),
        order::Entity.table_name(),
        order_line::Entity.table_name(),
        order_leg::Entity.table_name(),
        ledger_account::Entity.table_name(),
        ledger_entry::Entity.table_name(),
        network_settings::Entity.table_name(),
        network_cache::Entity.table_name(),
        idempotency_key::Entity.table_name(),
        daily_figure::Entity.table_name(),
        daily_status::Entity.table_name(),
        network_activity_feed::Entity.table_name(),
        upline_request::Entity.table_name(),
        upline_hop::Entity.table_name(),
        credit_limit::Entity.table_name(),
        referral_code::Entity.table_name(),
        referral_redemption::Entity.table_name(),
    ]
}
