//! Dataloaders: what many fields of one request ask of the modules, asked for together.
//!
//! One set a request and seat, bound to the caller: what it loads, it loads on their behalf. A batch closes when nothing more is ready; there is
//! no timer.

pub mod batch;
pub mod catalog;
mod last_known;
pub mod settings;

use std::sync::Arc;

use self::batch::{Batch, InTenants};
use self::catalog::ItemsById;
use self::last_known::LastKnown;
use self::settings::SettingsOf;
use super::context::Services;
use crate::bus::contract::catalog::{GetAccess, GetAvailableCatalog, GetStats};
use crate::bus::contract::{finance, orders};
use crate::tenancy::Actor;

/// The loaders of one request, from one seat.
pub struct Loaders {
    /// On whose behalf they load.
    pub actor: Actor,
    /// Whom they ask.
    pub services: Arc<Services>,
    /// Parts of companies' catalogs.
    pub catalogs: Batch<InTenants<GetAvailableCatalog>>,
    /// Which categories companies were granted.
    pub access: Batch<InTenants<GetAccess>>,
    /// Single items of companies' catalogs.
    pub items: Batch<ItemsById>,
    /// Companies' settings.
    pub settings: Batch<SettingsOf>,
    /// What companies ordered.
    pub order_stats: Batch<LastKnown<orders::GetStats>>,
    /// What companies owe and are owed.
    pub finance_stats: Batch<LastKnown<finance::GetSummary>>,
    /// Companies' catalogs in figures.
    pub catalog_stats: Batch<LastKnown<GetStats>>,
}

impl Loaders {
    /// Loaders for `actor`.
    pub fn new(actor: Actor, services: Arc<Services>) -> Self {
        let (bus, answers) = (|| services.bus.clone(), || services.answers.clone());
        Self {
            actor,
            catalogs: Batch::new(InTenants::new(actor, bus())),
            access: Batch::new(InTenants::new(actor, bus())),
            items: Batch::new(ItemsById::new(actor, bus())),
            settings: Batch::new(SettingsOf(services.settings.clone())),
            order_stats: Batch::new(LastKnown::new(actor, bus(), answers())),
            finance_stats: Batch::new(LastKnown::new(actor, bus(), answers())),
            catalog_stats: Batch::new(LastKnown::new(actor, bus(), answers())),
            services,
        }
    }
}
