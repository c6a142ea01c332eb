//! Single items of companies' catalogs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use entity::{ProductId, TenantId};

use super::batch::{Fetch, InTenants, Loaded};
use crate::bus::Bus;
use crate::bus::contract::catalog::{GetItems, Item};
use crate::graphql::id::ItemId;
use crate::tenancy::Actor;

/// Fetches items by the company and the product: those companies of which the same products are asked for, with one call.
pub struct ItemsById(InTenants<GetItems>);

impl ItemsById {
    /// Asks on behalf of `actor`.
    pub fn new(actor: Actor, bus: Bus) -> Self {
        Self(InTenants::new(actor, bus))
    }
}

impl Fetch for ItemsById {
    type Key = ItemId;
    type Value = Arc<Item>;

    async fn fetch(&self, keys: Vec<ItemId>) -> HashMap<ItemId, Loaded<Arc<Item>>> {
        let mut asked: BTreeMap<TenantId, BTreeSet<ProductId>> = BTreeMap::new();
        for key in keys {
            asked.entry(key.reseller).or_default().insert(key.product);
        }
        let asked = asked.into_iter().map(|(reseller, products)| (reseller, products.into_iter().collect()));
        let mut found = HashMap::new();
        for ((reseller, products), items) in self.0.fetch(asked.collect()).await {
            let key = |product| ItemId { reseller, product };
            match items {
                Ok(Some(items)) => {
                    found.extend(items.iter().map(|item| (key(item.product), Ok(Some(Arc::new(item.clone()))))));
                }
                Ok(None) => {}
                Err(error) => found.extend(products.into_iter().map(|product| (key(product), Err(error.clone())))),
            }
        }
        found
    }
}
