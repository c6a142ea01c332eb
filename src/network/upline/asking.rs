//! A company asks its upline.

use std::sync::Arc;

use entity::{
    OrderId, OrderStatus, Role, TenantId, Timestamp, UplineAction, UplineRequestId, UplineRequestStatus, upline_request,
};
use sea_orm::{ColumnTrait, Condition, SqlErr};

use super::crossing::claimed_until;
use super::steps::{ask_next, status_changed};
use super::{Ask, Asked, UplineRequests};
use crate::bus::CallError;
use crate::bus::contract::orders::{GetOrders, Order};
use crate::error::{Fault, Refusal, RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::tenancy::{Actor, Line, may_act};

/// How long a request can be decided.
const KEPT_OPEN: time::Duration = time::Duration::days(30);

impl UplineRequests {
    /// Asks the nearest active company above the actor's own; what is decided without a person is done before this answers. The same `key` with the same
    /// request answers what was asked already.
    ///
    /// # Errors
    /// `INVALID`; `NOT_ALLOWED`, also for the company at the top, which has no upline; `FROZEN`; `NOT_FOUND` and `CONFLICT` for an order that cannot be
    /// passed on; `CONFLICT` for a key that was used for another request.
    pub async fn ask(self: &Arc<Self>, actor: Actor, ask: Ask, key: &str) -> Result<UplineRequestId, ServiceError> {
        let Some(own) = actor.tenant() else {
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "", "A company alone asks its upline."));
        };
        // Before the transaction, which keeps other writers waiting. What it says counts only where the key is new.
        let asked = self.with_particulars(actor, own, &ask).await;
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        let line = may_act(change.db(), actor, Role::Admin).await?;
        let id = UplineRequestId::generate();
        if let Some(made) = change.once(own, ask.mutation(), key, &ask, id.0).await? {
            return Ok(UplineRequestId(made));
        }
        let row = row(&change, id, own, &asked?, claimed_until(change.now()))?;
        start(&mut change, row, line.as_ref()).await?;
        change.commit_and_show().await?;
        self.carry_on_now(id).await;
        Ok(id)
    }

    /// What is asked, with what there is to know of it.
    async fn with_particulars(&self, actor: Actor, own: TenantId, ask: &Ask) -> Result<Asked, ServiceError> {
        ask.check(self.clock.now())?;
        Ok(match ask.clone() {
            Ask::ForwardOrder { order, note } => {
                let Order { reference, total, .. } = self.order_to_forward(actor, own, order).await?;
                Asked::ForwardOrder { order, reference, total, note }
            }
            Ask::CatalogAccess { category, note } => Asked::RequestCatalogAccess { category, note },
            Ask::Credit { amount, note } => Asked::RequestCredit { amount, note },
            Ask::ReferralCode(terms) => Asked::GenerateReferralCode(terms),
        })
    }

    async fn order_to_forward(&self, actor: Actor, own: TenantId, id: OrderId) -> Result<Order, ServiceError> {
        let refuse = |code, why: String| Err(ServiceError::refused(code, "request.forwardOrder.orderId", why));
        let found = self.bus.call_in_tenant::<GetOrders>(actor, own, vec![id]).await;
        let order = match found {
            Ok(mut orders) => orders.pop(),
            Err(CallError::Unavailable(unavailable)) => return Err(Fault::from(unavailable).into()),
            Err(CallError::OutOfReach | CallError::Refused(_)) => None,
        };
        match order {
            None => refuse(RefusalCode::NotFound, "There is no such order of yours.".to_owned()),
            Some(order) if order.holder != own => {
                refuse(RefusalCode::NotAllowed, "Another company holds this order: it is not your turn.".to_owned())
            }
            Some(order) if order.status != OrderStatus::AwaitingForward => {
                let status = order.status;
                refuse(RefusalCode::Conflict, format!("The order is {status}: what is passed on is AWAITING_FORWARD."))
            }
            Some(order) => Ok(order),
        }
    }
}

/// Stores a new request of a company that is on `line`: it asks the nearest active company above, or super_admin where the action says so.
pub(super) async fn start(
    change: &mut Transaction,
    mut row: upline_request::Model,
    line: Option<&Line>,
) -> Result<(), ServiceError> {
    let target = match row.action {
        UplineAction::GenerateReferralCode => line.and_then(Line::top),
        UplineAction::ForwardOrder | UplineAction::RequestCatalogAccess | UplineAction::RequestCredit => {
            line.and_then(Line::active_upline)
        }
    };
    row.target_tenant_id = target.ok_or_else(nobody_above)?;
    insert(change, &row).await?;
    change.record(status_changed(&row, None, row.status));
    ask_next(change, &row, 0, row.target_tenant_id).await?;
    Ok(())
}

/// Stores a request. About an order that it was asked for already, and is not decided on, nobody asks again.
async fn insert(change: &Transaction, row: &upline_request::Model) -> Result<(), ServiceError> {
    let own = change.in_tenant(row.owner_tenant_id);
    let is_asked = match row.order_id {
        Some(order) => own.find::<upline_request::Entity>().filter(is_open(order)).one().await?.is_some(),
        None => false,
    };
    // Of two who ask at once one finds nothing here, and the other's row there.
    let inserted = if is_asked { None } else { Some(own.insert::<upline_request::Entity>(row.clone().into()).await) };
    match inserted {
        Some(Ok(_)) => Ok(()),
        Some(Err(cause)) if !matches!(cause.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(cause.into()),
        Some(Err(_)) | None => {
            let message = "Your upline has been asked already, and has not decided.";
            Err(ServiceError::refused(RefusalCode::Conflict, "request.forwardOrder.orderId", message))
        }
    }
}

fn is_open(order: OrderId) -> Condition {
    let open = [UplineRequestStatus::Pending, UplineRequestStatus::Processing];
    Condition::all().add(upline_request::Column::OrderId.eq(order)).add(upline_request::Column::Status.is_in(open))
}

/// A request of `own`, not yet put to anybody, at which the program looks at `due_at`.
pub(super) fn row(
    change: &Transaction,
    id: UplineRequestId,
    own: TenantId,
    asked: &Asked,
    due_at: Timestamp,
) -> Result<upline_request::Model, Fault> {
    let now = change.now();
    Ok(upline_request::Model {
        owner_tenant_id: own,
        id,
        person_id: change.actor().person,
        action: asked.action(),
        payload: serde_json::to_value(asked).map_err(|cause| Fault::Row(cause.to_string()))?,
        order_id: asked.order(),
        status: UplineRequestStatus::Pending,
        target_tenant_id: own,
        result: None,
        created_at: now,
        updated_at: now,
        expires_at: Timestamp::from(now.to_utc() + KEPT_OPEN),
        due_at: Some(due_at),
    })
}

fn nobody_above() -> Refusal {
    Refusal::new(RefusalCode::NotAllowed, "", "No active company is above yours: there is nobody to ask.")
}
