//! The way from a company up to the root, as the rows of the database have it: for changes, which are decided in their transaction.
#![expect(clippy::disallowed_methods, reason = "central store: the chain itself belongs to no tenant")]

use entity::{Role, TenantId, TenantStatus, freeze};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, Statement};

use super::{Actor, Scope};
use crate::error::{RefusalCode, ServiceError};

/// A company with all companies above it.
pub(crate) struct Line(Vec<Step>);

/// One company of a line.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Step {
    pub(crate) id: TenantId,
    pub(crate) parent_id: Option<TenantId>,
    pub(crate) status: TenantStatus,
}

impl Line {
    /// The line of `id`, or nothing where there is no such company.
    pub(crate) async fn of(db: &impl ConnectionTrait, id: TenantId) -> Result<Option<Self>, DbErr> {
        const UPWARDS: &str = "WITH RECURSIVE line (id, parent_id, status, step) AS ( \
               SELECT id, parent_id, status, 0 FROM tenants WHERE id = $1 \
               UNION ALL \
               SELECT above.id, above.parent_id, above.status, step + 1 FROM tenants above JOIN line ON above.id = line.parent_id WHERE step < 100000 \
             ) SELECT id, parent_id, status FROM line ORDER BY step";
        let upwards = Statement::from_sql_and_values(db.get_database_backend(), UPWARDS, [id.into()]);
        let steps = Step::find_by_statement(upwards).all(db).await?;
        Ok((!steps.is_empty()).then_some(Self(steps)))
    }

    /// The company itself.
    pub(crate) fn own(&self) -> &Step {
        &self.0[0]
    }

    /// Whether `tenant` is the company or above it.
    pub(crate) fn has_at_or_above(&self, tenant: TenantId) -> bool {
        self.0.iter().any(|step| step.id == tenant)
    }

    /// The ids, from the company up to the root.
    pub(crate) fn ids(&self) -> Vec<TenantId> {
        self.0.iter().map(|step| step.id).collect()
    }

    /// The company at the top of the chain, where that is another one.
    pub(crate) fn top(&self) -> Option<TenantId> {
        self.0.iter().skip(1).next_back().map(|step| step.id)
    }

    /// The nearest company above it that trades: what is asked of one that was switched off goes to the next.
    pub(crate) fn active_upline(&self) -> Option<TenantId> {
        self.0.iter().skip(1).find(|step| step.status == TenantStatus::Active).map(|step| step.id)
    }
}

/// The line of `actor`, who must have at least `role`, in a company that trades and is not frozen; nothing in central scope, which may
/// do everything.
///
/// # Errors
/// `NOT_ALLOWED` and `FROZEN`, each about the whole input.
pub(crate) async fn may_act(db: &impl ConnectionTrait, actor: Actor, role: Role) -> Result<Option<Line>, ServiceError> {
    let Scope::Tenant(own) = actor.scope else { return Ok(None) };
    let refuse = |code, message: String| Err(ServiceError::refused(code, "", message));
    if actor.role < role {
        return refuse(RefusalCode::NotAllowed, format!("This takes the role {role}."));
    }
    let Some(line) = Line::of(db, own).await? else {
        return refuse(RefusalCode::NotFound, "There is no such reseller in your downline.".to_owned());
    };
    if line.own().status != TenantStatus::Active {
        return refuse(RefusalCode::NotAllowed, "Your company is not active.".to_owned());
    }
    if any_frozen(db, line.ids()).await? {
        return refuse(RefusalCode::Frozen, "Your company is frozen: it can read, but change nothing.".to_owned());
    }
    Ok(Some(line))
}

/// Whether any of `tenants` has a freeze put on it.
async fn any_frozen(db: &impl ConnectionTrait, tenants: Vec<TenantId>) -> Result<bool, DbErr> {
    let freeze = freeze::Entity::find().filter(freeze::Column::OwnerTenantId.is_in(tenants)).one(db).await?;
    Ok(freeze.is_some())
}
