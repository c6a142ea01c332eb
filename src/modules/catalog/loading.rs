//! Bringing what prices are made of from the database into memory.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{ProductId, TenantId, product};
use sea_orm::ConnectionTrait;

use super::lines::{Lines, Link, links};
use super::pricing::Terms;
use super::products::{Product, Products};
use super::{Catalog, store};
use crate::bus::contract::network::GetMargins;
use crate::error::{Fault, RefusalCode, ServiceError};
use crate::tenancy::Scope;
use crate::tenancy::topology::Snapshot;

impl Catalog {
    /// All products of the chain.
    pub(super) async fn products(&self, chain: &Snapshot) -> Result<Arc<Products>, Fault> {
        if let Some(products) = self.memory.products() {
            return Ok(products);
        }
        let _reading = self.reading_products.lock().await;
        if let Some(products) = self.memory.products() {
            // Who was quicker has read them.
            return Ok(products);
        }
        let Some(root) = chain.root().map(|root| chain.id(root)) else { return Ok(Arc::default()) };
        let since = self.memory.forgotten();
        let rows = self.central.run_in_tenant(root, async |own| own.find::<product::Entity>().all().await).await?;
        let products: Result<Vec<Product>, Fault> = rows.into_iter().map(Product::try_from).collect();
        let products = Arc::new(Products::new(products?));
        self.memory.keep_products(since, &products);
        Ok(products)
    }

    /// The lines of `tenants`, with what each company on them has set.
    ///
    /// # Errors
    /// `NOT_FOUND` where one of them is not in the chain.
    pub(super) async fn lines(&self, chain: &Snapshot, tenants: &[TenantId]) -> Result<Lines, ServiceError> {
        let nodes: Option<Vec<_>> = tenants.iter().map(|tenant| chain.find(*tenant)).collect();
        let Some(nodes) = nodes else {
            return Err(ServiceError::refused(RefusalCode::NotFound, "", "There is no such reseller."));
        };
        let links = links(chain, &nodes);
        let companies: Vec<_> = links.iter().map(|(tenant, _)| *tenant).collect();
        Ok(Lines::new(&links, &self.terms(&companies).await?))
    }

    /// What each of `tenants` has set: from memory, or read for all others at once.
    pub(super) async fn terms(&self, tenants: &[TenantId]) -> Result<HashMap<TenantId, Arc<Terms>>, ServiceError> {
        let (mut known, others) = self.memory.terms(tenants);
        if others.is_empty() {
            return Ok(known);
        }
        let (reading, by_others) = self.underway.begin(&others);
        known.extend(self.read_and_keep_terms(reading.tenants()).await?);
        drop(reading);
        if by_others.ended().await {
            let missing: Vec<_> = others.into_iter().filter(|tenant| !known.contains_key(tenant)).collect();
            let (kept, left) = self.memory.terms(&missing);
            known.extend(kept);
            // What was to be forgotten while it was read, was not kept.
            known.extend(self.read_and_keep_terms(&left).await?);
        }
        Ok(known)
    }

    async fn read_and_keep_terms(&self, tenants: &[TenantId]) -> Result<HashMap<TenantId, Arc<Terms>>, ServiceError> {
        if tenants.is_empty() {
            return Ok(HashMap::new());
        }
        let since = self.memory.forgotten();
        let read = self.read_terms(self.central.reader(), tenants, None).await?;
        self.memory.keep_terms(since, &read);
        Ok(read)
    }

    /// The lines of `links` with what `db` has of them now, as far as `product` goes: for a change, which is decided in its transaction.
    pub(super) async fn lines_in(
        &self,
        db: &impl ConnectionTrait,
        links: &[Link],
        product: ProductId,
    ) -> Result<Lines, ServiceError> {
        let companies: Vec<_> = links.iter().map(|(tenant, _)| *tenant).collect();
        Ok(Lines::new(links, &self.read_terms(db, &companies, Some(product)).await?))
    }

    async fn read_terms(
        &self,
        db: &impl ConnectionTrait,
        tenants: &[TenantId],
        product: Option<ProductId>,
    ) -> Result<HashMap<TenantId, Arc<Terms>>, ServiceError> {
        let margins = async { Ok(self.bus.call_in_tenants::<GetMargins>(Scope::Central, tenants, ()).await?) };
        let overrides = async { Ok::<_, ServiceError>(store::overrides(db, tenants, product).await?) };
        let grants = async { Ok(store::grants(db, tenants).await?) };
        let (margins, mut overrides, mut grants) = tokio::try_join!(margins, overrides, grants)?;
        // A company's currency never changes.
        let chain = self.topology.current();
        let terms = |(tenant, margins): (&TenantId, _)| {
            let currency = chain.find(*tenant).map(|node| chain.currency(node));
            let (grant, overrides) = (grants.remove(tenant), overrides.remove(tenant).unwrap_or_default());
            (*tenant, Arc::new(Terms { currency, margins, grant, overrides }))
        };
        Ok(tenants.iter().zip(margins).map(terms).collect())
    }
}
