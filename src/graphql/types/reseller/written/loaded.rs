//! What the writer needs of the modules, loaded for all resellers of the list at once.

use std::sync::Arc;

use entity::TenantId;
use futures_util::future::{OptionFuture, join_all};

use super::Reseller;
use super::asked::{CatalogField, Known, ResellerField, SummaryField};
use crate::bus::contract::Period;
use crate::bus::contract::catalog::{CatalogPage, CatalogQuery, CatalogStats};
use crate::bus::contract::finance::FinanceSummary;
use crate::bus::contract::network::Known as LastKnown;
use crate::bus::contract::orders::OrderStats;
use crate::graphql::loaders::Loaders;
use crate::graphql::raw::{Below, Plan};

/// What a module told of each reseller, by its place in the list; nothing of one that is out of reach by now.
type OfEach<T> = Vec<Option<T>>;

/// What the modules told.
#[derive(Default)]
pub(super) struct Loaded {
    orders: Vec<(Period, OfEach<LastKnown<Arc<OrderStats>>>)>,
    finance: OfEach<LastKnown<Arc<FinanceSummary>>>,
    catalog_stats: OfEach<LastKnown<Arc<CatalogStats>>>,
    catalogs: Vec<(CatalogQuery, OfEach<LastKnown<Arc<CatalogPage>>>)>,
}

/// What is to be asked of the modules.
#[derive(Default)]
struct Questions {
    orders: Vec<Period>,
    finance: bool,
    catalog_stats: bool,
    catalogs: Vec<CatalogQuery>,
}

impl Questions {
    fn of(plan: &Plan<Known>) -> Self {
        let mut questions = Self::default();
        for (field, below) in plan.fields() {
            match field {
                Known::Reseller(ResellerField::Summary(period)) => {
                    below.fields().for_each(|(field, _)| questions.add_summary(*period, field));
                }
                Known::Reseller(ResellerField::AvailableCatalog(query)) if !questions.catalogs.contains(query) => {
                    questions.catalogs.push(query.clone());
                }
                _ => {}
            }
        }
        questions
    }

    fn add_summary(&mut self, period: Period, field: &Known) {
        match field {
            Known::Summary(SummaryField::Orders) if !self.orders.contains(&period) => self.orders.push(period),
            Known::Summary(SummaryField::Finance) => self.finance = true,
            Known::Summary(SummaryField::Catalog) => self.catalog_stats = true,
            _ => {}
        }
    }
}

impl Loaded {
    /// What `plan` needs of `resellers`; None where a module cannot answer for one of them.
    pub(super) async fn load(loaders: &Loaders, resellers: &[Reseller], plan: &Plan<Known>) -> Option<Self> {
        let tenants: Vec<TenantId> = resellers.iter().map(Reseller::tenant).collect();
        let questions = Questions::of(plan);
        let orders = questions.orders.iter().map(async |period| {
            let told = loaders.order_stats.load_of_each(&tenants, period).await;
            told.map(|told| (*period, told))
        });
        let finance = loaders.finance_stats.load_of_each(&tenants, &());
        let finance = OptionFuture::from(questions.finance.then_some(finance));
        let catalog_stats = loaders.catalog_stats.load_of_each(&tenants, &());
        let catalog_stats = OptionFuture::from(questions.catalog_stats.then_some(catalog_stats));
        let catalogs = questions.catalogs.iter().map(async |query| {
            let told = loaders.catalogs.load_of_each(&tenants, query).await;
            told.map(|told| (query.clone(), told))
        });
        let (orders, finance, catalog_stats, catalogs) =
            futures_util::join!(join_all(orders), finance, catalog_stats, join_all(catalogs));
        Some(Self {
            orders: orders.into_iter().collect::<Option<_>>()?,
            finance: finance.unwrap_or_else(|| Some(Vec::new()))?,
            catalog_stats: catalog_stats.unwrap_or_else(|| Some(Vec::new()))?,
            catalogs: catalogs.into_iter().collect::<Option<_>>()?,
        })
    }

    /// How many items of catalogs the answer of `plan` has.
    pub(super) fn object_count(&self, plan: &Plan<Known>) -> usize {
        let items = |query: &CatalogQuery| {
            let pages =
                self.catalogs.iter().filter(|(asked, _)| asked == query).flat_map(|(_, pages)| pages.iter().flatten());
            pages.map(|page| page.value.list.entries.len()).sum::<usize>()
        };
        let of_field = |(field, below): (&Known, Below<'_, Known>)| match field {
            Known::Reseller(ResellerField::AvailableCatalog(query)) => {
                let lists = below.fields().filter(|(field, _)| **field == Known::Catalog(CatalogField::Nodes));
                lists.count() * items(query)
            }
            _ => 0,
        };
        plan.fields().map(of_field).sum()
    }

    pub(super) fn orders(&self, period: Period, at: usize) -> Option<&LastKnown<Arc<OrderStats>>> {
        let (_, told) = self.orders.iter().find(|(asked, _)| *asked == period)?;
        told.get(at)?.as_ref()
    }

    pub(super) fn finance(&self, at: usize) -> Option<&LastKnown<Arc<FinanceSummary>>> {
        self.finance.get(at)?.as_ref()
    }

    pub(super) fn catalog_stats(&self, at: usize) -> Option<&LastKnown<Arc<CatalogStats>>> {
        self.catalog_stats.get(at)?.as_ref()
    }

    pub(super) fn catalog(&self, query: &CatalogQuery, at: usize) -> Option<&CatalogPage> {
        let (_, told) = self.catalogs.iter().find(|(asked, _)| asked == query)?;
        Some(&told.get(at)?.as_ref()?.value)
    }
}
