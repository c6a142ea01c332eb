//! Products: those of the root, known by their sku.

use entity::{ProductId, TenantId, Timestamp, product};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use super::Counts;
use super::catalog::by_sku;
use super::error::ImportError;
use super::line::Line;
use super::line::product::Product;
use super::table::Table;
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::insert_rows;

/// Writes products.
pub(super) struct Products {
    root: Option<TenantId>,
    counts: Counts,
}

impl Products {
    /// Those of `root`.
    pub(super) fn new(root: Option<TenantId>) -> Self {
        Self { root, counts: Counts::default() }
    }
}

impl Table for Products {
    type Line = Product;

    async fn take(&mut self, change: &mut Transaction, rows: Vec<Product>) -> Result<(), ImportError> {
        let Some(root) = self.root else {
            let bad = rows
                .first()
                .map(|row| row.bad_line("expected a root, which products belong to, and there is no company"));
            return bad.map_or(Ok(()), |bad| Err(bad.into()));
        };
        let known = by_sku(change, root, rows.iter().map(|row| row.sku.as_str())).await?;
        let mut new = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(known) = known.get(&row.sku) {
                self.counts.known(differs(known, &row));
            } else {
                self.counts.created += 1;
                new.push(product(row, root, change.now()));
            }
        }
        for product in &new {
            change.record(saved(product));
        }
        let new = new.into_iter().map(|product| product.into_active_model().reset_all()).collect();
        insert_rows::<product::Entity>(change.db(), new, None).await?;
        Ok(())
    }

    fn counts(&self) -> Counts {
        self.counts
    }
}

fn differs(known: &product::Model, row: &Product) -> bool {
    known.name != row.name
        || known.category != row.category
        || known.subcategory != row.subcategory
        || known.list_price_minor != row.list_price_minor
        || known.currency != row.currency
}

fn product(row: Product, root: TenantId, at: Timestamp) -> product::Model {
    product::Model {
        id: ProductId::generate(),
        owner_tenant_id: root,
        sku: row.sku,
        name: row.name,
        category: row.category,
        subcategory: row.subcategory,
        list_price_minor: row.list_price_minor,
        currency: row.currency.to_owned(),
        created_at: at,
        updated_at: at,
    }
}

fn saved(product: &product::Model) -> Fact {
    let data = json!({
        "productId": product.id,
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "subcategory": product.subcategory,
        "listPriceMinor": product.list_price_minor,
        "currency": product.currency,
        "imported": true,
    });
    Fact { kind: kinds::PRODUCT_SAVED, subject: product.owner_tenant_id, data }
}
