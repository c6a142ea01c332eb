//! Settings: how a company wants to trade. One record each, with a version.

mod forwarding;
mod margins;
mod store;

use std::collections::HashMap;
use std::sync::Arc;

use entity::{Role, TenantId, Timestamp, network_settings};
use sea_orm::ActiveValue::Set;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;
use serde_json::json;

pub use self::forwarding::{
    ApprovalMode, ApprovalRule, AutoForwarding, AutoForwardingUpdate, AutoRequestRule, SENT_UP, is_asked,
};
pub use self::margins::MarginsUpdate;
use crate::bus::contract::network::{GetMargins, Margins};
use crate::bus::{Bus, Request, Serve};
use crate::error::{Fault, RefusalCode, ServiceError};
use crate::events::{Fact, Log, Transaction, kinds};
use crate::money::Rate;
use crate::tenancy::topology::Topology;
use crate::tenancy::{Actor, CentralDb, may_act};

/// The companies' settings.
pub struct Settings {
    central: CentralDb,
    log: Log,
    topology: Arc<Topology>,
}

/// A company's settings, as they are now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnSettings {
    /// Counts the changes; 0 where nothing was set yet.
    pub version: i64,
    /// When they were last changed. None where nothing was set yet.
    pub updated_at: Option<Timestamp>,
    /// How it makes its prices.
    pub margins: Margins,
    /// What it sends up by itself, and what it does with what its downline asks.
    pub auto_forwarding: AutoForwarding,
}

/// A change of settings. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct SettingsUpdate {
    /// The version that it was based on.
    pub version: i64,
    /// How the company makes its prices.
    pub margins: Option<MarginsUpdate>,
    /// What it sends up by itself, and what it does with what its downline asks.
    pub auto_forwarding: Option<AutoForwardingUpdate>,
}

impl Settings {
    /// The settings in the database behind `central`, of the companies that `topology` shows.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, topology: Arc<Topology>) -> Arc<Self> {
        Arc::new(Self { central, log, topology })
    }

    /// Serves `network.getMargins` on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<GetMargins>(self.clone());
    }

    /// The settings of `tenant`.
    ///
    /// # Errors
    /// Faults alone.
    pub async fn of(&self, tenant: TenantId) -> Result<OwnSettings, Fault> {
        let row = self.central.run_in_tenant(tenant, async |own| own.find::<network_settings::Entity>().one().await);
        row.await?.map_or_else(|| Ok(OwnSettings::default()), OwnSettings::try_from)
    }

    /// The tightest ceiling of the companies above `tenant`, which binds its prices whatever its own settings say.
    ///
    /// # Errors
    /// Faults alone.
    pub async fn bound_by(&self, tenant: TenantId) -> Result<Option<Rate>, Fault> {
        let upline: Vec<TenantId> = {
            let chain = self.topology.current();
            let own = chain.find(tenant);
            own.into_iter().flat_map(|own| chain.ancestors(own)).map(|above| chain.id(above)).collect()
        };
        let margins = store::margins(self.central.reader(), &upline).await?;
        Ok(margins.into_values().filter_map(|margins| margins.ceiling).min())
    }

    /// What those of `tenants` that have set something send up by themselves, and do with what their downlines ask.
    ///
    /// # Errors
    /// Faults alone.
    pub async fn forwarding(&self, tenants: &[TenantId]) -> Result<HashMap<TenantId, AutoForwarding>, Fault> {
        store::forwarding(self.central.reader(), tenants).await
    }

    /// Whether `tenant` is the company at the top: that never changes.
    fn is_top(&self, tenant: TenantId) -> bool {
        let chain = self.topology.current();
        chain.root().is_some_and(|root| chain.id(root) == tenant)
    }

    /// Changes the settings of the company that `actor` acts for.
    ///
    /// # Errors
    /// `NOT_ALLOWED`, `FROZEN`; `INVALID` for what cannot be set; `CONFLICT` on `version` where it is not the present one.
    pub async fn update(&self, actor: Actor, update: SettingsUpdate) -> Result<(), ServiceError> {
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        may_act(change.db(), actor, Role::Admin).await?;
        let Some(tenant) = actor.tenant() else {
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "", "A company alone changes its settings."));
        };
        let row = change.in_tenant(tenant).find::<network_settings::Entity>().one().await?;
        let old = row.map_or_else(|| Ok(OwnSettings::default()), OwnSettings::try_from)?;
        let mut new = OwnSettings { version: old.version + 1, updated_at: Some(change.now()), ..old.clone() };
        if let Some(margins) = update.margins {
            new.margins = margins.apply(&old.margins)?;
        }
        if let Some(auto_forwarding) = update.auto_forwarding {
            new.auto_forwarding = auto_forwarding.apply(&old.auto_forwarding, self.is_top(tenant))?;
        }
        if update.version != old.version || !replace(&change, tenant, &new).await? {
            let message = format!("The settings are no longer at version {}: read them again.", update.version);
            return Err(ServiceError::refused(RefusalCode::Conflict, "version", message));
        }
        let mut data = json!({ "version": new.version });
        if new.margins != old.margins {
            data["margins"] = json!({ "old": old.margins, "new": new.margins });
        }
        if new.auto_forwarding != old.auto_forwarding {
            data["autoForwarding"] = json!({ "old": old.auto_forwarding, "new": new.auto_forwarding });
        }
        change.record(Fact { kind: kinds::SETTINGS_CHANGED, subject: tenant, data });
        change.commit_and_show().await?;
        Ok(())
    }
}

/// Puts `new` in place of the version before it. Answers whether that was still there: of several that race, one finds it.
async fn replace(change: &Transaction, tenant: TenantId, new: &OwnSettings) -> Result<bool, Fault> {
    let margins = serde_json::to_value(&new.margins).map_err(|cause| Fault::Row(cause.to_string()))?;
    let auto_forwarding = serde_json::to_value(&new.auto_forwarding).map_err(|cause| Fault::Row(cause.to_string()))?;
    let (own, updated_at) = (change.in_tenant(tenant), change.now());
    if new.version == 1 {
        let row = network_settings::ActiveModel {
            owner_tenant_id: Set(tenant),
            version: Set(new.version),
            margins: Set(margins),
            auto_forwarding: Set(Some(auto_forwarding)),
            updated_at: Set(updated_at),
        };
        return Ok(own.insert_new::<network_settings::Entity>(row).await?);
    }
    let columns = [
        (network_settings::Column::Version, Expr::value(new.version)),
        (network_settings::Column::Margins, Expr::value(margins)),
        (network_settings::Column::AutoForwarding, Expr::value(auto_forwarding)),
        (network_settings::Column::UpdatedAt, Expr::value(updated_at)),
    ];
    let before = network_settings::Column::Version.eq(new.version - 1);
    Ok(own.update_many::<network_settings::Entity>(columns, before).await? > 0)
}

impl TryFrom<network_settings::Model> for OwnSettings {
    type Error = Fault;

    fn try_from(row: network_settings::Model) -> Result<Self, Fault> {
        let margins = store::read(row.owner_tenant_id, row.margins)?;
        let auto_forwarding = store::read_forwarding(row.owner_tenant_id, row.auto_forwarding)?;
        Ok(Self { version: row.version, updated_at: Some(row.updated_at), margins, auto_forwarding })
    }
}

#[async_trait::async_trait]
impl Serve<GetMargins> for Settings {
    async fn serve(&self, request: Request<GetMargins>) -> Result<Vec<Margins>, ServiceError> {
        let tenants = request.tenants()?;
        let set = store::margins(self.central.reader(), &tenants).await?;
        Ok(tenants.iter().map(|tenant| set.get(tenant).cloned().unwrap_or_default()).collect())
    }
}
