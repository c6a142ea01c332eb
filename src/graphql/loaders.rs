//! Dataloaders: what many fields of one request ask of the modules, asked for together.
//!
//! One set a request and seat, bound to the caller: what it loads, it loads on their behalf. A batch closes when nothing more is ready; there is
//! no timer.

pub mod batch;
pub mod catalog;
pub mod own;
pub mod settings;

use std::sync::Arc;

use entity::{LedgerEntryId, OrderId};

use self::batch::{Batch, InTenants};
use self::catalog::ItemsById;
use self::own::OwnById;
use self::settings::SettingsOf;
use super::context::Services;
use crate::bus::contract::catalog::{GetAccess, GetAvailableCatalog};
use crate::bus::contract::finance::{Entry, GetEntries, ListEntries};
use crate::bus::contract::orders::{GetOrders, ListOrders, Order};
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
    /// Orders in which the caller's company takes part.
    pub orders: Batch<OwnById<GetOrders, OrderId, Order>>,
    /// Parts of the list of the company's orders.
    pub order_lists: Batch<InTenants<ListOrders>>,
    /// Entries of the company's ledger.
    pub entries: Batch<OwnById<GetEntries, LedgerEntryId, Entry>>,
    /// Parts of the company's ledger.
    pub entry_lists: Batch<InTenants<ListEntries>>,
}

impl Loaders {
    /// Loaders for `actor`.
    pub fn new(actor: Actor, services: Arc<Services>) -> Self {
        let bus = || services.bus.clone();
        let catalogs = Batch::new(InTenants::new(actor, bus()));
        let access = Batch::new(InTenants::new(actor, bus()));
        let items = Batch::new(ItemsById::new(actor, bus()));
        let settings = Batch::new(SettingsOf(services.settings.clone()));
        let orders = Batch::new(OwnById::new(actor, bus(), |order: &Order| order.id));
        let order_lists = Batch::new(InTenants::new(actor, bus()));
        let entries = Batch::new(OwnById::new(actor, bus(), |entry: &Entry| entry.id));
        let entry_lists = Batch::new(InTenants::new(actor, bus()));
        Self { actor, services, catalogs, access, items, settings, orders, order_lists, entries, entry_lists }
    }
}
