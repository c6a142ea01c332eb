//! The products that prices and order lines name.

use std::collections::{HashMap, HashSet};

use entity::{TenantId, product};
use sea_orm::{ColumnTrait, DbErr};

use crate::events::Transaction;

/// How many products are remembered.
const RECENT_PRODUCTS: usize = 10_000;

/// The products of the latest batches, by their sku.
pub(super) struct Catalog {
    root: Option<TenantId>,
    recent: HashMap<String, product::Model>,
}

impl Catalog {
    /// The products of `root`.
    pub(super) fn new(root: Option<TenantId>) -> Self {
        Self { root, recent: HashMap::new() }
    }

    /// Looks up all of `skus` that are not remembered, at once.
    pub(super) async fn look_up<'s>(
        &mut self,
        change: &Transaction,
        skus: impl Iterator<Item = &'s str>,
    ) -> Result<(), DbErr> {
        if self.recent.len() > RECENT_PRODUCTS {
            self.recent.clear();
        }
        // PostgreSQL refuses to look for a NUL, which no text of its has.
        let possible = skus.filter(|sku| !sku.contains('\0'));
        let unknown: HashSet<&str> = possible.filter(|sku| !self.recent.contains_key(*sku)).collect();
        if let Some(root) = self.root.filter(|_| !unknown.is_empty()) {
            self.recent.extend(by_sku(change, root, unknown).await?);
        }
        Ok(())
    }

    /// The product with this sku, of those that were looked up last.
    pub(super) fn get(&self, sku: &str) -> Option<&product::Model> {
        self.recent.get(sku)
    }
}

/// The products of `root` with these skus.
pub(super) async fn by_sku<'s>(
    change: &Transaction,
    root: TenantId,
    skus: impl IntoIterator<Item = &'s str>,
) -> Result<HashMap<String, product::Model>, DbErr> {
    let found = change.in_tenant(root).find::<product::Entity>().filter(product::Column::Sku.is_in(skus)).all().await?;
    Ok(found.into_iter().map(|product| (product.sku.clone(), product)).collect())
}
