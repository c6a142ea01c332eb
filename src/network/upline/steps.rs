//! What changes of a request, in the transaction of whoever changes it. Of several that race, one finds it as it was read.

use entity::{PersonId, TenantId, Timestamp, UplineDecision, UplineRequestStatus, upline_hop, upline_request};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr};
use serde_json::json;

use super::crossing::claimed_until;
use super::{Ended, store};
use crate::error::Fault;
use crate::events::{Fact, Transaction, kinds};

/// What a company decided.
pub(super) struct Decision {
    pub(super) made: UplineDecision,
    /// The person who decided; none where settings did.
    pub(super) person: Option<PersonId>,
    pub(super) note: Option<String>,
}

impl Decision {
    /// A decision of a company's settings.
    pub(super) fn by_settings(made: UplineDecision) -> Self {
        Self { made, person: None, note: None }
    }
}

/// How a request goes on.
pub(super) struct Next {
    pub(super) status: UplineRequestStatus,
    /// Who decides, or decided.
    pub(super) target: TenantId,
    /// How it ended, where it did.
    pub(super) ended: Option<Ended>,
    /// When the program looks at it again.
    pub(super) due_at: Option<Timestamp>,
}

impl Next {
    /// It has the same target as before, and is at its end.
    pub(super) fn end(row: &upline_request::Model, status: UplineRequestStatus) -> Self {
        Self { status, target: row.target_tenant_id, ended: None, due_at: None }
    }

    /// It was granted, and whoever granted it has it done at once.
    pub(super) fn processing(row: &upline_request::Model, now: Timestamp) -> Self {
        Self { due_at: Some(claimed_until(now)), ..Self::end(row, UplineRequestStatus::Processing) }
    }
}

/// Takes `row` on to `next`, if it is as it was read. Answers whether it was.
pub(super) async fn go(change: &mut Transaction, row: &upline_request::Model, next: Next) -> Result<bool, Fault> {
    let Next { status, target, ended, due_at } = next;
    let ended =
        ended.map(|ended| serde_json::to_value(ended).map_err(|cause| Fault::Row(cause.to_string()))).transpose()?;
    let columns = [
        (upline_request::Column::Status, Expr::value(status)),
        (upline_request::Column::TargetTenantId, Expr::value(target)),
        (upline_request::Column::Result, Expr::value(ended)),
        (upline_request::Column::UpdatedAt, Expr::value(change.now())),
        (upline_request::Column::DueAt, Expr::value(due_at)),
    ];
    let as_read = Condition::all()
        .add(upline_request::Column::Id.eq(row.id))
        .add(upline_request::Column::Status.eq(row.status))
        .add(upline_request::Column::TargetTenantId.eq(row.target_tenant_id));
    let own = change.in_tenant(row.owner_tenant_id);
    if own.update_many::<upline_request::Entity>(columns, as_read).await? == 0 {
        return Ok(false);
    }
    if status != row.status {
        change.record(status_changed(row, Some(row.status), status));
    }
    Ok(true)
}

/// Writes what the company that was asked last has decided.
pub(super) async fn decide(
    change: &Transaction,
    row: &upline_request::Model,
    Decision { made, person, note }: Decision,
) -> Result<(), DbErr> {
    let columns = [
        (upline_hop::Column::Decision, Expr::value(made)),
        (upline_hop::Column::DecidedAt, Expr::value(change.now())),
        (upline_hop::Column::PersonId, Expr::value(person)),
        (upline_hop::Column::Note, Expr::value(note)),
    ];
    let waiting = Condition::all()
        .add(upline_hop::Column::RequestId.eq(row.id))
        .add(upline_hop::Column::Decision.eq(UplineDecision::Waiting));
    change.in_tenant(row.owner_tenant_id).update_many::<upline_hop::Entity>(columns, waiting).await.map(drop)
}

/// Asks `next` in place of the company that was asked so far: its settings say so, or it was switched off. Whoever does so goes on with it at once.
pub(super) async fn pass_on(
    change: &mut Transaction,
    row: &upline_request::Model,
    next: TenantId,
) -> Result<bool, Fault> {
    let due_at = Some(claimed_until(change.now()));
    let is_passed_on = go(change, row, Next { status: row.status, target: next, ended: None, due_at }).await?;
    if is_passed_on {
        decide(change, row, Decision::by_settings(UplineDecision::Forwarded)).await?;
        let number = store::hops(change.db(), &[row.id]).await?.len();
        ask_next(change, row, i32::try_from(number).unwrap_or(i32::MAX), next).await?;
    }
    Ok(is_passed_on)
}

/// Asks `target`, as the company of this number on the request's way up.
pub(super) async fn ask_next(
    change: &mut Transaction,
    row: &upline_request::Model,
    number: i32,
    target: TenantId,
) -> Result<(), DbErr> {
    let hop = upline_hop::Model {
        owner_tenant_id: row.owner_tenant_id,
        request_id: row.id,
        number,
        tenant_id: target,
        decision: UplineDecision::Waiting,
        decided_at: None,
        person_id: None,
        note: None,
    };
    change.in_tenant(row.owner_tenant_id).insert::<upline_hop::Entity>(hop.into()).await?;
    let data = json!({ "requestId": row.id, "action": row.action, "requesterId": row.owner_tenant_id });
    change.record(Fact { kind: kinds::UPLINE_REQUEST_RECEIVED, subject: target, data });
    Ok(())
}

/// The fact that a request is `to` now.
pub(super) fn status_changed(
    row: &upline_request::Model,
    from: Option<UplineRequestStatus>,
    to: UplineRequestStatus,
) -> Fact {
    let data = json!({ "requestId": row.id, "action": row.action, "from": from, "to": to });
    Fact { kind: kinds::UPLINE_REQUEST_STATUS_CHANGED, subject: row.owner_tenant_id, data }
}
