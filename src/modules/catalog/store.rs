//! What several companies have set, read at once: prices are made of the rows of a whole line.
#![expect(clippy::disallowed_methods, reason = "central store: a price is made of the rows of a whole line")]

use std::collections::HashMap;

use entity::{ProductId, TenantId, catalog_access, price_override};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::pricing::{Grant, Override};
use super::products::money;
use crate::bus::contract::catalog::Access;
use crate::error::Fault;
use crate::tenancy::ROWS_A_STATEMENT;

/// The prices that `tenants` set by hand, of one product where it is given; of each company by product.
pub(super) async fn overrides(
    db: &impl ConnectionTrait,
    tenants: &[TenantId],
    product: Option<ProductId>,
) -> Result<HashMap<TenantId, Vec<Override>>, Fault> {
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for tenants in tenants.chunks(ROWS_A_STATEMENT) {
        let of_these = price_override::Column::OwnerTenantId.is_in(tenants.iter().copied());
        let mut rows = price_override::Entity::find().filter(of_these);
        if let Some(product) = product {
            rows = rows.filter(price_override::Column::ProductId.eq(product));
        }
        for row in rows.all(db).await? {
            let price = money(row.price_minor, &row.currency)?;
            let set = Override { product: row.product_id, price, updated_at: row.updated_at };
            found.entry(row.owner_tenant_id).or_default().push(set);
        }
    }
    for overrides in found.values_mut() {
        overrides.sort_unstable_by_key(|set| set.product);
    }
    Ok(found)
}

/// What was granted to `tenants`.
pub(super) async fn grants(db: &impl ConnectionTrait, tenants: &[TenantId]) -> Result<HashMap<TenantId, Grant>, Fault> {
    let mut found = HashMap::new();
    for tenants in tenants.chunks(ROWS_A_STATEMENT) {
        let of_these = catalog_access::Column::OwnerTenantId.is_in(tenants.iter().copied());
        for row in catalog_access::Entity::find().filter(of_these).all(db).await? {
            let owner = row.owner_tenant_id;
            found.insert(owner, grant(row).map_err(|cause| Fault::Row(format!("the categories of {owner}: {cause}")))?);
        }
    }
    Ok(found)
}

/// The grant in a row.
pub(super) fn grant(row: catalog_access::Model) -> serde_json::Result<Grant> {
    let categories = serde_json::from_value(row.categories)?;
    Ok(Grant { by: row.granted_by_tenant_id, access: Access { all: row.all_categories, categories } })
}
