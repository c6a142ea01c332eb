//! Dataloaders: what many fields of one request ask of the modules, asked for together.
//!
//! One set a request and seat, bound to the caller: what it loads, it loads on their behalf. A batch closes when nothing more is ready; there is
//! no timer.

pub mod batch;

use std::sync::Arc;

use self::batch::{Batch, InTenants};
use super::context::Services;
use crate::bus::contract::catalog::{GetAccess, GetAvailableCatalog};
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
}

impl Loaders {
    /// Loaders for `actor`.
    pub fn new(actor: Actor, services: Arc<Services>) -> Self {
        let bus = || services.bus.clone();
        let catalogs = Batch::new(InTenants::new(actor, bus()));
        let access = Batch::new(InTenants::new(actor, bus()));
        Self { actor, services, catalogs, access }
    }
}
