//! What companies sell: items with their cost and price, and which categories were granted.

pub mod changes;
mod connection;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::TenantId;

pub use self::changes::CatalogMutation;
pub use self::connection::{CatalogItemConnection, CatalogItemEdge, Wanted};
use super::money::{Decimal, Money};
use super::paging::Paging;
use super::user_error::not_answered;
use crate::bus::contract::catalog::{Access, Item};
use crate::graphql::context::Sight;
use crate::graphql::id::ItemId;
use crate::graphql::scalars::DateTime;

/// A product as one reseller sells it.
#[derive(Clone)]
pub struct CatalogItem {
    reseller: TenantId,
    item: Arc<Item>,
}

impl CatalogItem {
    /// The item of this id, if its reseller is in sight and may sell it.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`.
    pub async fn find(sight: &Sight, id: ItemId) -> Result<Option<Self>> {
        if sight.find(id.reseller).is_none() {
            return Ok(None);
        }
        let found = sight.loaders.items.load(id).await.map_err(|error| not_answered(&error))?;
        Ok(found.map(|item| Self { reseller: id.reseller, item }))
    }
}

/// A product as one reseller sells it: at its own cost and price.
#[Object]
impl CatalogItem {
    /// The item's id. The same product has another one at each reseller.
    pub async fn id(&self) -> ID {
        ItemId { reseller: self.reseller, product: self.item.product }.global()
    }

    /// The product's number in the trade.
    async fn sku(&self) -> &str {
        &self.item.sku
    }

    /// The product's name.
    async fn name(&self) -> &str {
        &self.item.name
    }

    /// The category, which access is granted by and margins are set by.
    async fn category(&self) -> &str {
        &self.item.category
    }

    /// What the reseller pays for one: its parent's price, at the top of the chain the list price.
    async fn cost(&self) -> Money {
        self.item.cost.into()
    }

    /// What the price is above the cost, in percent of the cost, rounded half to even to a hundredth. Null where the cost is nothing, or in
    /// another currency.
    async fn margin_percent(&self) -> Option<Decimal> {
        self.item.margin.map(Decimal::from)
    }

    /// What the reseller's children pay for one.
    async fn price(&self) -> Money {
        self.item.price.into()
    }

    /// When the product, or the reseller's own price of it, was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.item.updated_at)
    }
}

/// Which categories a reseller may sell.
pub struct CatalogAccess {
    sight: Sight,
    access: Arc<Access>,
}

impl CatalogAccess {
    /// What was granted to `reseller`.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`; `FORBIDDEN` to who waits for approval.
    pub async fn of(sight: &Sight, reseller: TenantId) -> Result<Option<Self>> {
        sight.approved()?;
        let access = sight.loaders.access.load((reseller, ())).await.map_err(|error| not_answered(&error))?;
        Ok(access.map(|access| Self { sight: sight.clone(), access }))
    }
}

/// Which categories a reseller may sell, as granted by its parent. Every level above cuts it further.
#[Object]
impl CatalogAccess {
    /// Whether all categories are granted.
    async fn all(&self) -> bool {
        self.access.all
    }

    /// The granted categories otherwise, sorted. Empty where all are.
    async fn categories(&self) -> Result<&[String]> {
        self.sight.spend(self.access.categories.len())?;
        Ok(&self.access.categories)
    }
}

/// Root fields about the catalog.
#[derive(Default)]
pub struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// What the caller's own reseller may sell, by sku. Null where the module cannot answer.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the API's field")]
    async fn catalog(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Part of the sku or the name, without regard to case.")] search: Option<String>,
        #[graphql(desc = "Of this category alone, letter for letter.")] category: Option<String>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<CatalogItemConnection>> {
        let wanted = Wanted { search, category, paging: Paging { first, after, last, before } };
        let own = Sight::of(ctx).map(|sight| (sight.seat.tenant, sight));
        let page = match own {
            Ok((own, sight)) => CatalogItemConnection::of(&sight, own, wanted).await,
            Err(error) => Err(error),
        };
        page.transpose()
    }
}
