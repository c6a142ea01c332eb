//! The settings of several companies at once.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: prices are made of the margins of a whole line, and an upline's rules decide what is asked"
)]

use std::collections::HashMap;

use entity::{TenantId, network_settings};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::AutoForwarding;
use crate::bus::contract::network::Margins;
use crate::error::Fault;
use crate::tenancy::ROWS_A_STATEMENT;

/// The margins of those of `tenants` that have set something.
pub(super) async fn margins(
    db: &impl ConnectionTrait,
    tenants: &[TenantId],
) -> Result<HashMap<TenantId, Margins>, Fault> {
    let mut found = HashMap::new();
    for tenants in tenants.chunks(ROWS_A_STATEMENT) {
        let rows = network_settings::Entity::find()
            .filter(network_settings::Column::OwnerTenantId.is_in(tenants.iter().copied()))
            .select_only()
            .columns([network_settings::Column::OwnerTenantId, network_settings::Column::Margins])
            .into_tuple()
            .all(db);
        for (tenant, margins) in rows.await? {
            found.insert(tenant, read(tenant, margins)?);
        }
    }
    Ok(found)
}

/// The margins in the row of `tenant`.
pub(super) fn read(tenant: TenantId, margins: serde_json::Value) -> Result<Margins, Fault> {
    serde_json::from_value(margins).map_err(|cause| Fault::Row(format!("the margins of {tenant}: {cause}")))
}

/// What those of `tenants` that have set something send up by themselves, and do with what their downlines ask.
pub(super) async fn forwarding(
    db: &impl ConnectionTrait,
    tenants: &[TenantId],
) -> Result<HashMap<TenantId, AutoForwarding>, Fault> {
    let mut found = HashMap::new();
    for tenants in tenants.chunks(ROWS_A_STATEMENT) {
        let rows = network_settings::Entity::find()
            .filter(network_settings::Column::OwnerTenantId.is_in(tenants.iter().copied()))
            .select_only()
            .columns([network_settings::Column::OwnerTenantId, network_settings::Column::AutoForwarding])
            .into_tuple()
            .all(db);
        for (tenant, rules) in rows.await? {
            found.insert(tenant, read_forwarding(tenant, rules)?);
        }
    }
    Ok(found)
}

/// The rules in the row of `tenant`.
pub(super) fn read_forwarding(tenant: TenantId, rules: Option<serde_json::Value>) -> Result<AutoForwarding, Fault> {
    let Some(rules) = rules else { return Ok(AutoForwarding::default()) };
    serde_json::from_value(rules).map_err(|cause| Fault::Row(format!("the rules of {tenant}: {cause}")))
}
