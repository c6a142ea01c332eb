//! Catalog: what the chain sells, who may sell it, and what it costs whom.
//!
//! Prices are computed, never stored: `pricing` says how, `lines` does it for many companies at once. What goes into them is read from the
//! database by `loading`, once at a time (`underway`), and kept in `memory` until the log tells of a change.
//!
//! - `reading`: what companies sell, item by item and in figures. `listing`: a part of a list.
//! - `saving`, `overriding`, `granting`: changes, each decided in its transaction by `rules`.

mod granting;
mod lines;
mod listing;
mod loading;
mod memory;
mod overriding;
mod pricing;
mod products;
mod reading;
mod rules;
mod saving;
mod store;
#[cfg(test)]
mod tests;
mod underway;

use std::sync::Arc;

use entity::Position;

use self::memory::Memory;
use self::underway::Underway;
use crate::bus::Bus;
use crate::bus::contract::catalog::{
    GetAccess, GetAvailableCatalog, GetItems, GetStats, Quote, RequestAccess, SaveProduct, SetAccess, SetPriceOverride,
};
use crate::events::{Listener, Log, News, kinds};
use crate::tenancy::CentralDb;
use crate::tenancy::topology::Topology;

/// The Catalog module.
pub struct Catalog {
    central: CentralDb,
    log: Log,
    bus: Bus,
    topology: Arc<Topology>,
    memory: Memory,
    underway: Underway,
    /// Held by who reads the products.
    reading_products: tokio::sync::Mutex<()>,
}

impl Catalog {
    /// The catalog of the chain that `topology` shows. Which margins companies have, it asks over `bus`.
    #[must_use]
    pub fn new(central: CentralDb, log: Log, bus: Bus, topology: Arc<Topology>) -> Arc<Self> {
        let (memory, underway, reading_products) = (Memory::new(), Underway::default(), tokio::sync::Mutex::default());
        Arc::new(Self { central, log, bus, topology, memory, underway, reading_products })
    }

    /// Serves its aliases on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<GetAvailableCatalog>(self.clone());
        bus.serve::<GetItems>(self.clone());
        bus.serve::<GetStats>(self.clone());
        bus.serve::<GetAccess>(self.clone());
        bus.serve::<Quote>(self.clone());
        bus.serve::<SaveProduct>(self.clone());
        bus.serve::<SetPriceOverride>(self.clone());
        bus.serve::<SetAccess>(self.clone());
        bus.serve::<RequestAccess>(self.clone());
    }
}

impl Listener for Catalog {
    fn happened(&self, news: &[News], _: Position) {
        if news.iter().any(|news| news.event_type == kinds::PRODUCT_SAVED) {
            self.memory.forget_products();
        }
        let of_terms = |news: &&News| {
            [kinds::PRICING_UPDATED, kinds::ACCESS_CHANGED, kinds::SETTINGS_CHANGED].contains(&news.event_type.as_str())
        };
        let changed: Vec<_> = news.iter().filter(of_terms).filter_map(|news| news.subject_tenant_id).collect();
        if !changed.is_empty() {
            self.memory.forget_terms(changed);
        }
    }

    fn lost_track(&self) {
        self.memory.forget_all();
    }
}
