//! Who has a part in a request, and who decides about it: decided in the database, inside the transaction that acts on it.

use entity::{Role, TenantId, TenantStatus, upline_hop, upline_request};

use crate::error::{Fault, ServiceError};
use crate::events::Transaction;
use crate::tenancy::{Actor, Line, Scope, may_act};

/// Who decides about `row` now, and its line: the company that is asked, or, where that was switched off, the next active one above it. Nothing where that
/// is not above the company that asked any more.
pub(super) async fn decider(
    change: &Transaction,
    row: &upline_request::Model,
) -> Result<Option<(TenantId, Line)>, Fault> {
    let Some(mut line) = Line::of(change.db(), row.target_tenant_id).await? else { return Ok(None) };
    if line.own().status != TenantStatus::Active {
        let Some(stand_in) = line.active_upline() else { return Ok(None) };
        let Some(upwards) = Line::of(change.db(), stand_in).await? else { return Ok(None) };
        line = upwards;
    }
    let decider = line.own().id;
    Ok(is_above(change, decider, row).await?.then_some((decider, line)))
}

/// Whether `own` has a part in `row`: it asked, or it was asked and is still above the company that asked, or it decides in the place of one that was
/// switched off.
pub(super) async fn has_part(
    change: &Transaction,
    own: TenantId,
    row: &upline_request::Model,
    hops: &[upline_hop::Model],
) -> Result<bool, Fault> {
    if row.owner_tenant_id == own {
        return Ok(true);
    }
    let is_asked = hops.iter().any(|hop| hop.tenant_id == own);
    let decides = decider(change, row).await?.is_some_and(|(decider, _)| decider == own);
    Ok(decides || is_asked && is_above(change, own, row).await?)
}

async fn is_above(change: &Transaction, company: TenantId, row: &upline_request::Model) -> Result<bool, Fault> {
    let asking = row.owner_tenant_id;
    let line = Line::of(change.db(), asking).await?;
    Ok(company != asking && line.is_some_and(|line| line.has_at_or_above(company)))
}

/// Whether the company that asked may act, so that something can be done for it: while it is frozen or switched off, its requests wait.
pub(super) async fn may_receive(change: &Transaction, row: &upline_request::Model) -> Result<bool, Fault> {
    let actor = Actor { scope: Scope::Tenant(row.owner_tenant_id), ..Actor::central() };
    match may_act(change.db(), actor, Role::Admin).await {
        Ok(_) => Ok(true),
        Err(ServiceError::Refused(_)) => Ok(false),
        Err(ServiceError::Fault(fault)) => Err(fault),
    }
}
