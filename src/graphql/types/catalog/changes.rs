//! Changing what is sold, at which price, and by whom.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{ProductId, TenantId};

use super::CatalogItem;
use crate::bus::contract::catalog::{Access, NewProduct, PriceOverride, SaveProduct, SetAccess, SetPriceOverride};
use crate::bus::{Alias, CallError};
use crate::error::{Refusal, RefusalCode};
use crate::graphql::context::RequestContext;
use crate::graphql::id::{ItemId, parse};
use crate::graphql::types::Reseller;
use crate::graphql::types::money::MoneyInput;
use crate::graphql::types::user_error::{IntoOutcome, UserError};

/// A product, as the company at the top of the chain enters it.
#[derive(InputObject)]
pub struct SaveProductInput {
    /// Its number in the trade. A product that has it is changed; it never changes itself.
    sku: String,
    /// Its name.
    name: String,
    /// Its category, which access is granted by and margins are set by.
    category: String,
    /// What the company at the top pays for one: nothing at least.
    list_price: MoneyInput,
}

/// What became of a product.
#[derive(SimpleObject)]
pub struct SaveProductPayload {
    /// The product as the company at the top sells it. Null where it was not saved.
    item: Option<Result<CatalogItem>>,
    /// Why it was not saved; empty where it was.
    user_errors: Vec<UserError>,
}

/// A price, set by hand.
#[derive(InputObject)]
pub struct SetPriceOverrideInput {
    /// The product.
    sku: String,
    /// What the caller's children pay for one, in place of what the margin makes: in the currency of the cost, or the one that the caller trades
    /// in. Null: back to the margin.
    price: Option<MoneyInput>,
}

/// What became of a price.
#[derive(SimpleObject)]
pub struct SetPriceOverridePayload {
    /// The item with its price: floor and ceilings are applied to what was entered. Null where it was not set.
    item: Option<Result<CatalogItem>>,
    /// Why it was not set; empty where it was.
    user_errors: Vec<UserError>,
}

/// Categories for a child: all of them, or some.
#[derive(InputObject)]
pub struct SetCatalogAccessInput {
    /// The child.
    reseller_id: ID,
    /// Whether all categories are granted.
    all: Option<bool>,
    /// Otherwise which, letter for letter; none, where the list is empty.
    categories: Option<Vec<String>>,
}

/// What became of a grant.
#[derive(SimpleObject)]
pub struct SetCatalogAccessPayload {
    /// The child. Null where nothing was granted.
    reseller: Option<Reseller>,
    /// Why nothing was granted; empty where it was.
    user_errors: Vec<UserError>,
}

impl SaveProductInput {
    fn read(self) -> Result<NewProduct, Refusal> {
        let list_price = self.list_price.read("listPrice")?;
        Ok(NewProduct { sku: self.sku, name: self.name, category: self.category, list_price })
    }
}

impl SetPriceOverrideInput {
    fn read(self) -> Result<PriceOverride, Refusal> {
        let price = self.price.map(|price| price.read("price")).transpose()?;
        Ok(PriceOverride { sku: self.sku, price })
    }
}

impl SetCatalogAccessInput {
    fn read(self) -> Result<Access, Refusal> {
        let all = self.all.unwrap_or(false);
        if !all && self.categories.is_none() {
            let message = "Say which categories, or that all are granted.";
            return Err(Refusal::new(RefusalCode::Invalid, "categories", message));
        }
        Ok(Access { all, categories: self.categories.unwrap_or_default() })
    }
}

/// What became of one product of the caller's own catalog, for which `A` was called.
async fn changed<A: Alias<Answer = ProductId>>(
    ctx: &Context<'_>,
    args: Result<A::Args, Refusal>,
) -> Result<(Option<Result<CatalogItem>>, Vec<UserError>)> {
    let context = RequestContext::of(ctx)?;
    let sight = context.sight()?;
    let done = match args {
        Ok(args) => sight.loaders.services.bus.call::<A>(sight.loaders.actor, args).await,
        Err(refusal) => Err(refusal.into()),
    };
    let product = match done.outcome()? {
        Ok(product) => product,
        Err(error) => return Ok((None, vec![error])),
    };
    context.look_again();
    let sight = context.sight()?;
    let item = CatalogItem::find(&sight, ItemId { reseller: sight.seat.tenant, product }).await;
    Ok((item.transpose(), Vec::new()))
}

/// Changes of the catalog.
#[derive(Default)]
pub struct CatalogMutation;

#[Object]
impl CatalogMutation {
    /// Adds a product, or changes the one that has its sku. For an ADMIN of the company at the top of the chain.
    async fn save_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] input: SaveProductInput,
    ) -> Result<SaveProductPayload> {
        let (item, user_errors) = changed::<SaveProduct>(ctx, input.read()).await?;
        Ok(SaveProductPayload { item, user_errors })
    }

    /// Sets the price that the caller's children pay for a product, or takes it away. For an ADMIN.
    async fn set_price_override(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product, and the price.")] input: SetPriceOverrideInput,
    ) -> Result<SetPriceOverridePayload> {
        let (item, user_errors) = changed::<SetPriceOverride>(ctx, input.read()).await?;
        Ok(SetPriceOverridePayload { item, user_errors })
    }

    /// Grants categories to a child, in place of those granted before. For an ADMIN of its parent; where that is deactivated, of the next active
    /// company above it.
    async fn set_catalog_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The child, and the categories.")] input: SetCatalogAccessInput,
    ) -> Result<SetCatalogAccessPayload> {
        let child: TenantId = parse("input.resellerId", &input.reseller_id)?;
        let context = RequestContext::of(ctx)?;
        let sight = context.sight()?;
        let granted = match input.read() {
            Ok(access) => {
                sight.loaders.services.bus.call_in_tenant::<SetAccess>(sight.loaders.actor, child, access).await
            }
            Err(refusal) => Err(refusal.into()),
        };
        let (reseller, user_errors) = match granted.map_err(|error| about("resellerId", error)).outcome()? {
            Ok(()) => {
                context.look_again();
                let sight = context.sight()?;
                (sight.find(child).map(|node| Reseller { sight, node }), Vec::new())
            }
            Err(error) => (None, vec![error]),
        };
        Ok(SetCatalogAccessPayload { reseller, user_errors })
    }
}

/// The same error, where it is about reach: that of the company which the input field `field` names.
fn about(field: &str, error: CallError) -> CallError {
    match error {
        CallError::OutOfReach => {
            Refusal::new(RefusalCode::NotFound, field, "There is no such reseller in your downline.").into()
        }
        other => other,
    }
}
