//! Keeps the demo's chain busy: companies place orders, pass them on, and change prices, so that there is something to see.
//!
//! All of it goes through the modules, as if people did it; what a module refuses is left.

use std::sync::Arc;
use std::time::Duration;

use entity::{OrderId, OrderStatus, TenantId, TenantStatus};
use rand::random_range;
use rand::seq::IndexedRandom;
use tokio::time::{MissedTickBehavior, interval};

use super::owner;
use crate::app::App;
use crate::bus::CallError;
use crate::bus::contract::catalog::{CatalogQuery, GetAvailableCatalog, Item, PriceOverride, SetPriceOverride};
use crate::bus::contract::orders::{Advance, GetOrders, NewLine, NewOrder, Order, Place, Step};
use crate::bus::contract::{Page, Take};
use crate::money::{Money, Rate};
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// With so many orders on their way, no new one is placed.
const MOST_ON_THEIR_WAY: usize = 30;

/// Lets something happen so many times a minute, for as long as the program runs.
pub(super) async fn run(app: Arc<App>, events_per_minute: u32) {
    let mut turns = interval(Duration::from_mins(1) / events_per_minute.max(1));
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut simulator = Simulator { app, on_their_way: Vec::new() };
    loop {
        turns.tick().await;
        if let Err(cause) = simulator.turn().await {
            tracing::debug!(%cause, "nothing happened in the demo");
        }
    }
}

struct Simulator {
    app: Arc<App>,
    /// Orders that it placed, with their placers.
    on_their_way: Vec<(TenantId, OrderId)>,
}

impl Simulator {
    /// One thing happens, or is refused.
    async fn turn(&mut self) -> Result<(), CallError> {
        let chance = random_range(0..100);
        match self.on_their_way.len() {
            _ if chance < 15 => self.change_price().await,
            0..MOST_ON_THEIR_WAY if chance < 45 || self.on_their_way.is_empty() => self.place_order().await,
            count => self.move_on(random_range(0..count)).await,
        }
    }

    async fn place_order(&mut self) -> Result<(), CallError> {
        let chain = self.app.topology.current();
        let Some(placer) = anyone(&chain, |node| chain.child_count(node) == 0) else { return Ok(()) };
        let items = self.items(placer).await?;
        let lines = items.sample(&mut rand::rng(), 2).map(|item| {
            let quantity = random_range(1..=5);
            NewLine { sku: item.sku.to_string(), quantity }
        });
        let order =
            NewOrder { lines: lines.collect(), reference: None, idempotency_key: TenantId::generate().to_string() };
        let id = self.app.services.bus.call::<Place>(owner(placer), order).await?;
        self.on_their_way.push((placer, id));
        Ok(())
    }

    /// The order at this place goes a step on. One with which nothing can be done any more is forgotten.
    async fn move_on(&mut self, place: usize) -> Result<(), CallError> {
        let (placer, id) = self.on_their_way.swap_remove(place);
        let bus = &self.app.services.bus;
        let Some(order) = bus.call::<GetOrders>(owner(placer), vec![id]).await?.pop() else { return Ok(()) };
        let Some(to) = self.next(&order) else { return Ok(()) };
        bus.call::<Advance>(owner(order.holder), Step { id, to, note: None }).await?;
        self.on_their_way.push((placer, id));
        Ok(())
    }

    /// Orders travel up to the root, which delivers them.
    fn next(&self, order: &Order) -> Option<OrderStatus> {
        let chain = self.app.topology.current();
        let at_the_top = chain.find(order.holder) == chain.root();
        match order.status {
            OrderStatus::Placed | OrderStatus::Forwarded if !at_the_top => Some(OrderStatus::AwaitingForward),
            OrderStatus::Placed | OrderStatus::Forwarded => Some(OrderStatus::Confirmed),
            OrderStatus::AwaitingForward => Some(OrderStatus::Forwarded),
            OrderStatus::Confirmed => Some(OrderStatus::Shipped),
            OrderStatus::Shipped => Some(OrderStatus::Delivered),
            OrderStatus::Delivered | OrderStatus::Cancelled => None,
        }
    }

    async fn change_price(&self) -> Result<(), CallError> {
        let chain = self.app.topology.current();
        let Some(seller) = anyone(&chain, |node| chain.child_count(node) > 0) else { return Ok(()) };
        let Some(item) = self.items(seller).await?.choose(&mut rand::rng()).cloned() else { return Ok(()) };
        let percent = random_range(5..=30);
        let price = Money::new(Rate(percent * 10_000).on_top_of(item.cost.minor), item.cost.currency);
        let price = PriceOverride { sku: item.sku.to_string(), price: Some(price) };
        self.app.services.bus.call::<SetPriceOverride>(owner(seller), price).await.map(drop)
    }

    async fn items(&self, company: TenantId) -> Result<Vec<Item>, CallError> {
        let page = Page { take: Take::First(20), after: None, before: None };
        let query = CatalogQuery { search: None, category: None, page };
        Ok(self.app.services.bus.call::<GetAvailableCatalog>(owner(company), query).await?.list.entries)
    }
}

/// Some company of those for which `holds` and that may trade.
fn anyone(chain: &Snapshot, holds: impl Fn(NodeIndex) -> bool) -> Option<TenantId> {
    let root = chain.root()?;
    let trades = |node: &NodeIndex| chain.status(*node) == TenantStatus::Active && !chain.is_frozen(*node);
    let some: Vec<NodeIndex> =
        chain.below_in_any_order(root, None).filter(trades).filter(|node| holds(*node)).collect();
    some.choose(&mut rand::rng()).map(|node| chain.id(*node))
}
