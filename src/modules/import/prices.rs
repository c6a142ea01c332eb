//! Prices that companies set by hand.

use std::collections::{HashMap, HashSet};

use entity::{ProductId, TenantId, Timestamp, price_override};
use sea_orm::{ActiveModelTrait, DbErr, IntoActiveModel};
use serde_json::json;

use super::Counts;
use super::catalog::Catalog;
use super::error::{BadLine, ImportError, shown};
use super::line::Line;
use super::line::price::{Price, RESELLER_ID, SKU};
use super::store;
use super::table::Table;
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::insert_rows;
use crate::tenancy::topology::Snapshot;

/// Writes prices.
pub(super) struct Prices<'i> {
    chain: &'i Snapshot,
    catalog: &'i mut Catalog,
    /// Whether no company had set a price before.
    all_new: bool,
    /// Companies of which the log says already that their prices are others: sixteen bytes each, with at least one price.
    told: HashSet<TenantId>,
    counts: Counts,
}

impl<'i> Prices<'i> {
    /// Writes prices of companies of `chain` for products of `catalog`.
    pub(super) async fn new(
        change: &Transaction,
        chain: &'i Snapshot,
        catalog: &'i mut Catalog,
    ) -> Result<Self, DbErr> {
        let all_new = !store::has_prices(change.db()).await?;
        Ok(Self { chain, catalog, all_new, told: HashSet::new(), counts: Counts::default() })
    }

    /// The price of the database for each of `rows` that has one.
    async fn known(
        &self,
        change: &Transaction,
        rows: &[Price],
    ) -> Result<HashMap<(TenantId, ProductId), price_override::Model>, DbErr> {
        if self.all_new {
            return Ok(HashMap::new());
        }
        let keys = rows.iter().filter_map(|row| self.key(row).ok());
        let (owners, products): (HashSet<_>, HashSet<_>) = keys.unzip();
        let known = store::prices(change.db(), owners, products).await?;
        Ok(known.into_iter().map(|price| ((price.owner_tenant_id, price.product_id), price)).collect())
    }

    /// Whose price it is, and of which product.
    fn key(&self, row: &Price) -> Result<(TenantId, ProductId), BadLine> {
        let reseller = self.chain.find_named(&row.reseller_id);
        let reseller =
            reseller.ok_or_else(|| row.bad(RESELLER_ID, format!("unknown reseller {}", shown(&row.reseller_id))))?;
        let product = self.catalog.get(&row.sku);
        let product = product.ok_or_else(|| row.bad(SKU, format!("unknown product {}", shown(&row.sku))))?;
        Ok((self.chain.id(reseller), product.id))
    }
}

impl Table for Prices<'_> {
    type Line = Price;

    async fn take(&mut self, change: &mut Transaction, rows: Vec<Price>) -> Result<(), ImportError> {
        self.catalog.look_up(change, rows.iter().map(|row| row.sku.as_str())).await?;
        let known = self.known(change, &rows).await?;
        let mut new = Vec::with_capacity(rows.len());
        for row in rows {
            let key = self.key(&row)?;
            if let Some(known) = known.get(&key) {
                self.counts.known(known.price_minor != row.minor || known.currency != row.currency);
            } else {
                self.counts.created += 1;
                if self.told.insert(key.0) {
                    change.record(updated(key.0));
                }
                new.push(price(key, &row, change.now()).into_active_model().reset_all());
            }
        }
        insert_rows::<price_override::Entity>(change.db(), new, None).await?;
        Ok(())
    }

    fn counts(&self) -> Counts {
        self.counts
    }
}

fn price((owner, product): (TenantId, ProductId), row: &Price, at: Timestamp) -> price_override::Model {
    price_override::Model {
        owner_tenant_id: owner,
        product_id: product,
        price_minor: row.minor,
        currency: row.currency.to_owned(),
        updated_at: at,
    }
}

/// The fact that prices of `owner` are others. Which, it does not say: what they were depends on the margins of the whole line.
fn updated(owner: TenantId) -> Fact {
    Fact { kind: kinds::PRICING_UPDATED, subject: owner, data: json!({ "imported": true }) }
}
