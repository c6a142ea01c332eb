//! Who may change the catalog, and what may be entered.

use entity::{Role, TenantId, product};
use sea_orm::ColumnTrait;

use super::Catalog;
use super::lines::{Lines, Offer, Prices};
use super::products::{Product, Products};
use crate::bus::contract::catalog::Access;
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::{Fact, Transaction, kinds};
use crate::money::{MAX_MINOR, Money};
use crate::names::check_name;
use crate::tenancy::{Actor, Line, may_act};

/// The most categories that can be granted one by one.
const MAX_CATEGORIES: usize = 1_000;

impl Catalog {
    /// Begins a change by `actor`. What companies may sell, and in which currency, follows from the chain: no other changes it, or the
    /// catalog, meanwhile.
    pub(super) async fn begin(&self, actor: Actor) -> Result<Transaction, ServiceError> {
        let mut change = self.log.begin(actor).await?;
        change.lock_chain().await?;
        may_act(change.db(), actor, Role::Admin).await?;
        Ok(change)
    }
}

/// The line of `tenant`; `field` is the input field that names it.
pub(super) async fn line(change: &Transaction, tenant: TenantId, field: &str) -> Result<Line, ServiceError> {
    Line::of(change.db(), tenant).await?.ok_or_else(|| no_such_reseller(field))
}

/// The same answer for an id that was never issued and for a company that the actor may not reach.
pub(super) fn no_such_reseller(field: &str) -> ServiceError {
    ServiceError::refused(RefusalCode::NotFound, field, "There is no such reseller in your downline.")
}

/// The row of the product of `root` with this sku.
pub(super) async fn product(
    change: &Transaction,
    root: TenantId,
    sku: &str,
) -> Result<Option<product::Model>, ServiceError> {
    // No sku has this, and PostgreSQL has no such text.
    if sku.contains('\0') {
        return Ok(None);
    }
    let of_root = change.in_tenant(root);
    Ok(of_root.find::<product::Entity>().filter(product::Column::Sku.eq(sku)).one().await?)
}

/// What `product` costs `tenant`, which is on `lines`, and what it takes for it.
pub(super) fn offer(lines: &Lines, tenant: TenantId, product: &Product) -> Result<Offer, ServiceError> {
    let company = lines.place(tenant).ok_or_else(|| no_such_reseller(""))?;
    Ok(Prices::of(lines, &Products::new([product.clone()]), [0]).offer(company, 0))
}

/// The fact that `tenant` takes `new` for the product with this sku.
pub(super) fn pricing_updated(tenant: TenantId, sku: &str, old: Money, new: Money) -> Fact {
    let mut item = serde_json::json!({
        "sku": sku,
        "oldPriceMinor": old.minor,
        "newPriceMinor": new.minor,
        "currency": new.currency,
    });
    if old.currency != new.currency {
        item["oldCurrency"] = serde_json::json!(old.currency);
    }
    Fact { kind: kinds::PRICING_UPDATED, subject: tenant, data: serde_json::json!({ "items": [item] }) }
}

/// Checks a name with `check`.
pub(super) fn check(field: &str, name: &str, check: fn(&str) -> Result<(), String>) -> Result<(), Refusal> {
    check(name).map_err(|why| Refusal::new(RefusalCode::Invalid, field, format!("It {why}.")))
}

/// Checks a price: nothing at least.
pub(super) fn check_price(field: &str, price: Money) -> Result<(), Refusal> {
    if (0..=MAX_MINOR).contains(&price.minor) {
        return Ok(());
    }
    let most = Money { minor: MAX_MINOR, ..price }.amount();
    Err(Refusal::new(RefusalCode::Invalid, &format!("{field}.amount"), format!("Expected an amount from 0 to {most}.")))
}

/// `access` with its categories sorted, each once.
pub(super) fn checked_access(access: Access) -> Result<Access, Refusal> {
    let Access { all, mut categories } = access;
    let invalid = |message: &str| Err(Refusal::new(RefusalCode::Invalid, "categories", message));
    if all && !categories.is_empty() {
        return invalid("Grant all categories, or name some: not both.");
    }
    if categories.len() > MAX_CATEGORIES {
        return invalid(&format!("Expected at most {MAX_CATEGORIES} categories."));
    }
    for (place, category) in categories.iter().enumerate() {
        check(&format!("categories.{place}"), category, check_name)?;
    }
    categories.sort_unstable();
    categories.dedup();
    Ok(Access { all, categories })
}
