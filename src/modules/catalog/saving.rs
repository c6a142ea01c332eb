//! The root's products: adding and changing them.

use entity::{ProductId, TenantId, product};
use sea_orm::ActiveModelTrait;
use serde_json::json;

use super::lines::links_of;
use super::products::Product;
use super::rules::{self, check, offer, pricing_updated};
use super::{Catalog, rules::check_price};
use crate::bus::contract::catalog::{NewProduct, SaveProduct};
use crate::bus::{Request, Serve};
use crate::error::{RefusalCode, ServiceError};
use crate::events::{Fact, kinds};
use crate::names::{check_identifier, check_name};
use crate::tenancy::Actor;

impl Catalog {
    /// Adds the product, or changes the one that has its sku.
    async fn save(&self, actor: Actor, root: TenantId, new: NewProduct) -> Result<ProductId, ServiceError> {
        check("sku", &new.sku, check_identifier)?;
        check("name", &new.name, check_name)?;
        check("category", &new.category, check_name)?;
        check_price("listPrice", new.list_price)?;
        let mut change = self.begin(actor).await?;
        let line = rules::line(&change, root, "").await?;
        if line.own().parent_id.is_some() {
            let message = "The company at the top of the chain keeps the products.";
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "", message));
        }
        let old = rules::product(&change, root, &new.sku).await?;
        let saved = product::Model {
            id: old.as_ref().map_or_else(ProductId::generate, |old| old.id),
            owner_tenant_id: root,
            sku: new.sku,
            name: new.name,
            category: new.category,
            subcategory: old.as_ref().map_or_else(String::new, |old| old.subcategory.clone()),
            list_price_minor: new.list_price.minor,
            currency: new.list_price.currency.code().to_owned(),
            created_at: old.as_ref().map_or(change.now(), |old| old.created_at),
            updated_at: old.as_ref().map_or(change.now(), |old| old.updated_at),
        };
        if old.as_ref() == Some(&saved) {
            return Ok(saved.id);
        }
        let saved = product::Model { updated_at: change.now(), ..saved };
        let row = product::ActiveModel::from(saved.clone()).reset_all();
        let written = change.in_tenant(root);
        match &old {
            Some(_) => written.update::<product::Entity>(row).await?,
            None => written.insert::<product::Entity>(row).await?,
        };
        change.record(product_saved(&saved));
        let (id, saved) = (saved.id, Product::try_from(saved)?);
        if let Some(old) = old {
            let lines = self.lines_in(change.db(), &links_of(&line.ids()), id).await?;
            let [old, new] = [offer(&lines, root, &Product::try_from(old)?)?, offer(&lines, root, &saved)?];
            if old.price != new.price {
                change.record(pricing_updated(root, &saved.sku, old.price, new.price));
            }
        }
        change.commit_and_show().await?;
        Ok(id)
    }
}

fn product_saved(product: &product::Model) -> Fact {
    let data = json!({
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "listPriceMinor": product.list_price_minor,
        "currency": product.currency,
    });
    Fact { kind: kinds::PRODUCT_SAVED, subject: product.owner_tenant_id, data }
}

#[async_trait::async_trait]
impl Serve<SaveProduct> for Catalog {
    async fn serve(&self, request: Request<SaveProduct>) -> Result<Vec<ProductId>, ServiceError> {
        let root = request.tenant()?;
        Ok(vec![self.save(request.actor, root, request.args).await?])
    }
}
