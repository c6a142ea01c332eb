//! Pages of a catalog.

use std::sync::Arc;

use async_graphql::{Object, Result, SimpleObject};
use entity::TenantId;

use super::CatalogItem;
use crate::bus::contract::catalog::{CatalogPage, CatalogQuery, Item};
use crate::graphql::context::Sight;
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::graphql::types::user_error::not_answered;

/// What a client says of the part of a catalog that it wants.
pub struct Wanted {
    /// Part of the sku or the name, without regard to case.
    pub search: Option<String>,
    /// Of this category alone.
    pub category: Option<String>,
    /// Which part of the list.
    pub paging: Paging,
}

impl Wanted {
    /// What is to be asked of the module.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub fn query(self) -> Result<CatalogQuery> {
        let page = self.paging.of_module(KIND, |sku| String::from_utf8(sku.to_vec()).ok())?;
        Ok(CatalogQuery { search: self.search, category: self.category, page })
    }
}

/// Says of a cursor that it is one of a list of items.
const KIND: u8 = b'i';

/// The cursor of the place in the list that this sku has.
fn cursor(sku: &str) -> String {
    paging::cursor(KIND, sku.as_bytes())
}

/// A page of a catalog.
pub struct CatalogItemConnection {
    sight: Sight,
    reseller: TenantId,
    page: Arc<CatalogPage>,
}

impl CatalogItemConnection {
    /// The part of the catalog of `reseller` that is `wanted`; nothing where it is out of reach by now.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`; `MODULE_UNAVAILABLE`; `FORBIDDEN` to who waits for approval.
    pub async fn of(sight: &Sight, reseller: TenantId, wanted: Wanted) -> Result<Option<Self>> {
        sight.approved()?;
        let query = wanted.query()?;
        let page = sight.loaders.catalogs.load((reseller, query)).await.map_err(|error| not_answered(&error))?;
        Ok(page.map(|page| Self { sight: sight.clone(), reseller, page: page.value }))
    }

    fn items(&self) -> &[Item] {
        &self.page.list.entries
    }

    fn item(&self, item: &Item) -> CatalogItem {
        CatalogItem { reseller: self.reseller, item: Arc::new(item.clone()) }
    }
}

/// A page of a catalog.
#[Object]
impl CatalogItemConnection {
    /// The items of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<CatalogItemEdge>> {
        self.sight.spend(self.items().len())?;
        let edge = |item: &Item| CatalogItemEdge { node: self.item(item), cursor: cursor(&item.sku) };
        Ok(self.items().iter().map(edge).collect())
    }

    /// The items of the page.
    async fn nodes(&self) -> Result<Vec<CatalogItem>> {
        self.sight.spend(self.items().len())?;
        Ok(self.items().iter().map(|item| self.item(item)).collect())
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page.list, |item| cursor(&item.sku))
    }

    /// How many items all pages have together.
    async fn total_count(&self) -> u64 {
        self.page.total
    }
}

/// An item in a list.
#[derive(SimpleObject)]
pub struct CatalogItemEdge {
    /// The item.
    node: CatalogItem,
    /// Its place in the list, for `after` and `before`.
    cursor: String,
}
