//! What companies sell.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use entity::{Day, ProductId, TenantId};

use super::Catalog;
use super::lines::{Lines, Offer, Prices};
use super::listing::{matching, of_categories, part};
use super::pricing::{margin, mean};
use super::products::Products;
use crate::bus::contract::Listed;
use crate::bus::contract::catalog::{
    Access, Came, CatalogPage, CatalogQuery, CatalogStats, GetAccess, GetAvailableCatalog, GetItems, GetStats, Item,
    Quote, Quoted,
};
use crate::bus::{Request, Serve};
use crate::error::{Fault, ServiceError};

/// The catalogs of some companies: all that an answer is made of.
struct Catalogs {
    products: Arc<Products>,
    lines: Lines,
    /// Where the companies are on the lines.
    companies: Vec<usize>,
}

/// So many prices and more are computed off the threads that serve requests.
const LARGE: usize = 20_000;

impl Catalog {
    async fn catalogs(&self, tenants: &[TenantId]) -> Result<Catalogs, ServiceError> {
        let chain = self.topology.current();
        let products = self.products(&chain).await?;
        let lines = self.lines(&chain, tenants).await?;
        let companies = tenants.iter().filter_map(|tenant| lines.place(*tenant)).collect();
        Ok(Catalogs { products, lines, companies })
    }
}

impl Catalogs {
    /// Computes something for which `items` items of each company are looked at.
    async fn compute<T: Send + 'static>(
        self,
        items: usize,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        if items.saturating_mul(self.companies.len()) < LARGE {
            return Ok(work(&self));
        }
        Ok(tokio::task::spawn_blocking(move || work(&self)).await.map_err(Fault::from)?)
    }

    /// Those of the products at `places` that `company` may sell.
    fn sold_by<'p>(&self, company: usize, places: &'p [usize]) -> Cow<'p, [usize]> {
        of_categories(&self.products, places, &self.lines.standing(company).categories)
    }

    fn item(&self, company: usize, place: usize, offer: Offer) -> Item {
        let product = self.products.at(place);
        let own_price = self.lines.terms(company).override_of(product.id);
        Item {
            product: product.id,
            sku: product.sku.clone(),
            name: product.name.clone(),
            category: product.category.clone(),
            cost: offer.cost,
            price: offer.price,
            margin: margin(offer.cost, offer.price),
            updated_at: own_price.map_or(product.updated_at, |own| own.updated_at.max(product.updated_at)),
        }
    }

    /// The items of each company at the places that `shown` has for it.
    fn items(&self, shown: &[&[usize]]) -> Vec<Vec<Item>> {
        let mut prices =
            Prices::of(&self.lines, &self.products, shown.iter().flat_map(|places| places.iter().copied()));
        let mut items = Vec::with_capacity(shown.len());
        for (&company, places) in self.companies.iter().zip(shown) {
            let item = |&place: &usize| self.item(company, place, prices.offer(company, place));
            items.push(places.iter().map(item).collect());
        }
        items
    }

    fn pages(&self, query: &CatalogQuery) -> Vec<CatalogPage> {
        let matching = matching(&self.products, query);
        let page = |company: &usize| {
            let sold = self.sold_by(*company, &matching);
            (part(&self.products, &sold, &query.page), sold.len())
        };
        let pages: Vec<(Listed<usize>, usize)> = self.companies.iter().map(page).collect();
        let shown: Vec<&[usize]> = pages.iter().map(|(page, _)| page.entries.as_slice()).collect();
        let filled = |(entries, (page, total)): (Vec<Item>, &(Listed<usize>, usize))| CatalogPage {
            list: Listed { entries, has_next: page.has_next, has_previous: page.has_previous },
            total: *total as u64,
        };
        self.items(&shown).into_iter().zip(&pages).map(filled).collect()
    }

    fn stats(&self) -> Vec<CatalogStats> {
        let all: Vec<usize> = (0..self.products.len()).collect();
        let mut prices = Prices::of(&self.lines, &self.products, all.iter().copied());
        let mut stats = Vec::with_capacity(self.companies.len());
        for &company in &self.companies {
            let (sold, terms) = (self.sold_by(company, &all), self.lines.terms(company));
            let offers: Vec<Offer> = sold.iter().map(|&place| prices.offer(company, place)).collect();
            let is_below_floor =
                |(place, offer): &(&usize, &Offer)| terms.is_below_floor(self.products.at(**place), offer.cost);
            stats.push(CatalogStats {
                item_count: sold.len() as u64,
                came: self.came(&sold),
                average_margin: mean(offers.iter().filter_map(|offer| margin(offer.cost, offer.price))),
                below_floor_count: sold.iter().zip(&offers).filter(is_below_floor).count() as u64,
            });
        }
        stats
    }

    /// The products at `places` by the day on which they came.
    fn came(&self, places: &[usize]) -> Vec<Came> {
        let mut by_day: BTreeMap<Day, u64> = BTreeMap::new();
        for place in places {
            *by_day.entry(self.products.at(*place).created_at.into()).or_default() += 1;
        }
        by_day.into_iter().map(|(day, item_count)| Came { day: day.date(), item_count }).collect()
    }

    fn quotes(&self, skus: &[String]) -> Vec<Vec<Option<Quoted>>> {
        let places: Vec<Option<usize>> = skus.iter().map(|sku| self.products.with_sku(sku)).collect();
        let mut prices = Prices::of(&self.lines, &self.products, places.iter().copied().flatten());
        let mut quotes = Vec::with_capacity(self.companies.len());
        for &company in &self.companies {
            let categories = &self.lines.standing(company).categories;
            let quote = |place: &Option<usize>| {
                let product = self.products.at((*place)?);
                let cost = prices.offer(company, (*place)?).cost;
                Some(Quoted { name: product.name.to_string(), cost, granted: categories.contain(&product.category) })
            };
            quotes.push(places.iter().map(quote).collect());
        }
        quotes
    }
}

#[async_trait::async_trait]
impl Serve<GetAvailableCatalog> for Catalog {
    async fn serve(&self, request: Request<GetAvailableCatalog>) -> Result<Vec<CatalogPage>, ServiceError> {
        let catalogs = self.catalogs(&request.tenants()?).await?;
        let items = request.args.page.take.count() as usize;
        catalogs.compute(items, move |catalogs| catalogs.pages(&request.args)).await
    }
}

#[async_trait::async_trait]
impl Serve<GetItems> for Catalog {
    async fn serve(&self, request: Request<GetItems>) -> Result<Vec<Vec<Item>>, ServiceError> {
        let catalogs = self.catalogs(&request.tenants()?).await?;
        let place = |id: &ProductId| catalogs.products.with_id(*id);
        let places: Vec<usize> = request.args.iter().filter_map(place).collect();
        let items = move |catalogs: &Catalogs| {
            let sold: Vec<_> = catalogs.companies.iter().map(|company| catalogs.sold_by(*company, &places)).collect();
            catalogs.items(&sold.iter().map(|places| &**places).collect::<Vec<_>>())
        };
        catalogs.compute(request.args.len(), items).await
    }
}

#[async_trait::async_trait]
impl Serve<GetStats> for Catalog {
    async fn serve(&self, request: Request<GetStats>) -> Result<Vec<CatalogStats>, ServiceError> {
        let catalogs = self.catalogs(&request.tenants()?).await?;
        let items = catalogs.products.len();
        catalogs.compute(items, Catalogs::stats).await
    }
}

#[async_trait::async_trait]
impl Serve<GetAccess> for Catalog {
    async fn serve(&self, request: Request<GetAccess>) -> Result<Vec<Access>, ServiceError> {
        let (chain, tenants) = (self.topology.current(), request.tenants()?);
        let terms = self.terms(&tenants).await?;
        let is_above = |tenant: TenantId, granter: TenantId| {
            let above = chain.find(tenant).and_then(|node| chain.parent(node));
            above.zip(chain.find(granter)).is_some_and(|(above, granter)| chain.is_at_or_above(granter, above))
        };
        let access = |tenant: &TenantId| {
            let grant = terms.get(tenant)?.grant.as_ref()?;
            is_above(*tenant, grant.by).then(|| grant.access.clone())
        };
        Ok(tenants.iter().map(|tenant| access(tenant).unwrap_or_else(Access::all)).collect())
    }
}

#[async_trait::async_trait]
impl Serve<Quote> for Catalog {
    async fn serve(&self, request: Request<Quote>) -> Result<Vec<Vec<Option<Quoted>>>, ServiceError> {
        let catalogs = self.catalogs(&request.tenants()?).await?;
        catalogs.compute(request.args.len(), move |catalogs| catalogs.quotes(&request.args)).await
    }
}
