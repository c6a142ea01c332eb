//! Which categories a company may sell: its parent says so.

use entity::{TenantId, catalog_access};
use sea_orm::ActiveValue::Set;
use sea_orm::Condition;
use sea_orm::sea_query::Expr;
use serde_json::json;

use super::pricing::Grant;
use super::rules::{self, checked_access};
use super::{Catalog, store};
use crate::bus::contract::catalog::{Access, GrantCategory, RequestAccess, SetAccess};
use crate::bus::{Request, Serve};
use crate::error::{Fault, RefusalCode, ServiceError};
use crate::events::{Fact, Transaction, kinds};
use crate::tenancy::{Actor, Scope, access};

impl Catalog {
    /// Grants categories to `child`, in place of those granted before. Of a parent that was switched off, the next company above that trades
    /// takes the place; central code acts as whoever may.
    async fn set_access(&self, actor: Actor, child: TenantId, granted: Access) -> Result<(), ServiceError> {
        let granted = checked_access(granted)?;
        let refuse = |message| Err(ServiceError::refused(RefusalCode::NotAllowed, "resellerId", message));
        let change = self.begin(actor).await?;
        let line = rules::line(&change, child, "resellerId").await?;
        if !access::allows(actor.scope, |own| line.has_at_or_above(own)) {
            return Err(rules::no_such_reseller("resellerId"));
        }
        if actor.tenant() == Some(child) {
            return refuse("A company cannot do this to itself: ask your upline.");
        }
        let Some(by) = line.active_upline() else {
            return refuse("The company at the top of the chain sells everything.");
        };
        if actor.tenant().is_some_and(|own| own != by) {
            return refuse("The company directly above it grants its categories.");
        }
        let new = Grant { by, access: granted };
        let old = store::grants(change.db(), &[child]).await?.remove(&child);
        if old.as_ref() == Some(&new) {
            return Ok(());
        }
        replace(change, child, new).await
    }

    /// Grants `company` one category more, on behalf of `by` above it: once for each request. What it may sell already stays as it is.
    async fn add_category(
        &self,
        actor: Actor,
        company: TenantId,
        GrantCategory { category, by, request }: GrantCategory,
    ) -> Result<(), ServiceError> {
        let refuse = |code, message| Err(ServiceError::refused(code, "category", message));
        if actor.scope != Scope::Central {
            return refuse(RefusalCode::NotAllowed, "A company cannot do this to itself: ask your upline.");
        }
        let one = checked_access(Access { all: false, categories: vec![category] })?;
        let change = self.begin(actor).await?;
        if change.once(company, "requestAccess", &request.to_string(), &one.categories, request.0).await?.is_some() {
            return Ok(());
        }
        let line = rules::line(&change, company, "category").await?;
        if line.active_upline() != Some(by) {
            return refuse(RefusalCode::Conflict, "Another company is the nearest active one above by now: ask again.");
        }
        let old = store::grants(change.db(), &[company]).await?.remove(&company);
        // To whom nobody above has granted anything, everything is granted.
        let mut access = old.filter(|old| line.has_at_or_above(old.by)).map_or_else(Access::all, |old| old.access);
        if access.all || one.categories.iter().all(|category| access.categories.contains(category)) {
            // That there was nothing to do lasts, too.
            change.commit().await?;
            return Ok(());
        }
        access.categories.extend(one.categories);
        replace(change, company, Grant { by, access: checked_access(access)? }).await
    }
}

/// Makes `grant` what was granted to `child`, and tells it.
async fn replace(mut change: Transaction, child: TenantId, grant: Grant) -> Result<(), ServiceError> {
    write(&change, child, &grant).await?;
    let data = json!({ "all": grant.access.all, "categories": grant.access.categories, "grantedBy": grant.by });
    change.record(Fact { kind: kinds::ACCESS_CHANGED, subject: child, data });
    change.commit_and_show().await?;
    Ok(())
}

/// Makes `grant` what was granted to `child`.
async fn write(change: &Transaction, child: TenantId, grant: &Grant) -> Result<(), ServiceError> {
    let own = change.in_tenant(child);
    let categories = serde_json::to_value(&grant.access.categories).map_err(|cause| Fault::Row(cause.to_string()))?;
    let columns = [
        (catalog_access::Column::GrantedByTenantId, Expr::value(grant.by)),
        (catalog_access::Column::AllCategories, Expr::value(grant.access.all)),
        (catalog_access::Column::Categories, Expr::value(categories.clone())),
        (catalog_access::Column::UpdatedAt, Expr::value(change.now())),
    ];
    if own.update_many::<catalog_access::Entity>(columns, Condition::all()).await? == 0 {
        let row = catalog_access::ActiveModel {
            owner_tenant_id: Set(child),
            granted_by_tenant_id: Set(grant.by),
            all_categories: Set(grant.access.all),
            categories: Set(categories),
            updated_at: Set(change.now()),
        };
        own.insert::<catalog_access::Entity>(row).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl Serve<SetAccess> for Catalog {
    async fn serve(&self, request: Request<SetAccess>) -> Result<Vec<()>, ServiceError> {
        let child = request.tenant()?;
        self.set_access(request.actor, child, request.args).await?;
        Ok(vec![()])
    }
}

#[async_trait::async_trait]
impl Serve<RequestAccess> for Catalog {
    async fn serve(&self, request: Request<RequestAccess>) -> Result<Vec<()>, ServiceError> {
        let company = request.tenant()?;
        self.add_category(request.actor, company, request.args).await?;
        Ok(vec![()])
    }
}
