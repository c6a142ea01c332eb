//! Prices set by hand.

use entity::{ProductId, TenantId, price_override};
use iso_currency::Currency;
use sea_orm::ActiveValue::Set;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::Catalog;
use super::lines::links_of;
use super::pricing::Override;
use super::products::Product;
use super::rules::{self, check_price, offer, pricing_updated};
use crate::bus::contract::catalog::{PriceOverride, SetPriceOverride};
use crate::bus::{Request, Serve};
use crate::error::{RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::money::Money;
use crate::tenancy::Actor;

impl Catalog {
    /// Sets the price that the children of `tenant` pay, or takes it away.
    async fn set_override(
        &self,
        actor: Actor,
        tenant: TenantId,
        entered: PriceOverride,
    ) -> Result<ProductId, ServiceError> {
        entered.price.map_or(Ok(()), |price| check_price("price", price))?;
        let no_such_product =
            || ServiceError::refused(RefusalCode::NotFound, "sku", "There is no such product in your catalog.");
        let mut change = self.begin(actor).await?;
        let upwards = rules::line(&change, tenant, "").await?.ids();
        let root = upwards.last().copied().unwrap_or(tenant);
        let product = rules::product(&change, root, &entered.sku).await?.ok_or_else(no_such_product)?;
        let product = Product::try_from(product)?;
        let lines = self.lines_in(change.db(), &links_of(&upwards), product.id).await?;
        let company = lines.place(tenant).ok_or_else(no_such_product)?;
        let (standing, terms) = (lines.standing(company), lines.terms(company));
        if !standing.categories.contain(&product.category) {
            return Err(no_such_product());
        }
        let before = offer(&lines, tenant, &product)?;
        if let Some(price) = entered.price {
            self.check_currency(tenant, price, before.cost.currency)?;
        }
        if terms.override_of(product.id).map(|set| set.price) == entered.price {
            return Ok(product.id);
        }
        let updated_at = change.now();
        let set = entered.price.map(|price| Override { product: product.id, price, updated_at });
        write(&change, tenant, product.id, set).await?;
        let price = terms.with_override(product.id, set).price(standing.ceiling, &product, before.cost);
        change.record(pricing_updated(tenant, &product.sku, before.price, price));
        change.commit_and_show().await?;
        Ok(product.id)
    }

    /// A price is of the currency that the company pays in, or of the one that it trades in.
    fn check_currency(&self, tenant: TenantId, price: Money, cost: Currency) -> Result<(), ServiceError> {
        let chain = self.topology.current();
        let own = chain.find(tenant).map_or(cost, |node| chain.currency(node));
        if [cost, own].contains(&price.currency) {
            return Ok(());
        }
        let expected = if own == cost { own.code().to_owned() } else { format!("{} or {}", cost.code(), own.code()) };
        Err(ServiceError::refused(RefusalCode::Invalid, "price.currency", format!("Expected {expected}.")))
    }
}

/// Makes `set` the price that `tenant` set by hand for `product`.
async fn write(
    change: &Transaction,
    tenant: TenantId,
    product: ProductId,
    set: Option<Override>,
) -> Result<(), ServiceError> {
    let own = change.in_tenant(tenant);
    let of_product = price_override::Column::ProductId.eq(product);
    let Some(Override { price, updated_at, .. }) = set else {
        own.delete_many::<price_override::Entity>(of_product).await?;
        return Ok(());
    };
    let (minor, currency) = (price.minor, price.currency.code().to_owned());
    let columns = [
        (price_override::Column::PriceMinor, Expr::value(minor)),
        (price_override::Column::Currency, Expr::value(currency.clone())),
        (price_override::Column::UpdatedAt, Expr::value(updated_at)),
    ];
    if own.update_many::<price_override::Entity>(columns, of_product).await? == 0 {
        let row = price_override::ActiveModel {
            owner_tenant_id: Set(tenant),
            product_id: Set(product),
            price_minor: Set(minor),
            currency: Set(currency),
            updated_at: Set(updated_at),
        };
        own.insert::<price_override::Entity>(row).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl Serve<SetPriceOverride> for Catalog {
    async fn serve(&self, request: Request<SetPriceOverride>) -> Result<Vec<ProductId>, ServiceError> {
        let tenant = request.tenant()?;
        Ok(vec![self.set_override(request.actor, tenant, request.args).await?])
    }
}
