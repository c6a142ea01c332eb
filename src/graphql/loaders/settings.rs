//! Companies' settings.

use std::collections::HashMap;
use std::sync::Arc;

use entity::TenantId;

use super::batch::{Fetch, Loaded};
use crate::bus::{Module, Unavailable};
use crate::network::settings::{OwnSettings, Settings};

/// Fetches the settings of companies; each caller's own, so that there is one of them.
pub struct SettingsOf(pub Arc<Settings>);

impl Fetch for SettingsOf {
    type Key = TenantId;
    type Value = Arc<OwnSettings>;

    async fn fetch(&self, tenants: Vec<TenantId>) -> HashMap<TenantId, Loaded<Arc<OwnSettings>>> {
        let mut found = HashMap::new();
        for tenant in tenants {
            let settings = self.0.of(tenant).await.map(|settings| Some(Arc::new(settings)));
            let settings = settings.map_err(|fault| {
                tracing::error!(%tenant, cause = %fault, "settings cannot be read");
                Arc::new(
                    Unavailable { module: Module::Network, cause: fault.to_string(), is_lasting: fault.is_lasting() }
                        .into(),
                )
            });
            found.insert(tenant, settings);
        }
        found
    }
}
