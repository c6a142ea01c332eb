//! What companies send up by themselves: an order that waits to be passed on starts the request, where its holder's settings say so.

use std::collections::BTreeSet;

use entity::{OrderId, OrderStatus, Role, TenantId, UplineAction, UplineRequestId};
use serde::Deserialize;

use super::asking::{row, start};
use super::events::Concerning;
use super::{Asked, UplineRequests};
use crate::bus::CallError;
use crate::bus::contract::orders::{GetOrders, Order};
use crate::error::{Fault, ServiceError};
use crate::events::{Transaction, kinds};
use crate::tenancy::{Actor, Scope, may_act};

/// What an event tells of an order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    order_id: OrderId,
    to: OrderStatus,
    /// It came from a file: an import forwards nothing.
    #[serde(default)]
    imported: bool,
}

impl UplineRequests {
    /// The orders that are to be passed on after `events`, and who asks for it by its settings.
    pub(super) async fn to_send_up(&self, events: &[Concerning]) -> Result<Vec<(TenantId, Asked)>, Fault> {
        let mut held = BTreeSet::new();
        for (placer, order) in events.iter().filter_map(to_pass_on) {
            held.extend(self.order(placer, order).await?.map(|order| (order.holder, order.id)));
        }
        let holders: Vec<TenantId> = held.iter().map(|(holder, _)| *holder).collect();
        let rules = self.settings.forwarding(&holders).await?;
        let mut asked = Vec::new();
        for (holder, id) in held {
            let Some(rules) = rules.get(&holder) else { continue };
            // What it comes to for its holder.
            let Some(order) = self.order(holder, id).await? else { continue };
            let waits = order.holder == holder && order.status == OrderStatus::AwaitingForward;
            if waits && rules.sends_up(UplineAction::ForwardOrder, order.total) {
                let Order { reference, total, .. } = order;
                asked.push((holder, Asked::ForwardOrder { order: id, reference, total, note: None }));
            }
        }
        Ok(asked)
    }

    /// Starts these requests. What a person of the company could not ask now is not asked.
    pub(super) async fn send_up(change: &mut Transaction, asked: Vec<(TenantId, Asked)>) -> Result<(), Fault> {
        for (holder, asked) in asked {
            let actor = Actor { scope: Scope::Tenant(holder), ..Actor::central() };
            let started = match may_act(change.db(), actor, Role::Admin).await {
                Ok(line) => {
                    // Whoever looks for what is due goes on with it.
                    let row = row(change, UplineRequestId::generate(), holder, &asked, change.now())?;
                    start(change, row, line.as_ref()).await
                }
                Err(refused) => Err(refused),
            };
            match started {
                Ok(()) => {}
                Err(ServiceError::Refused(refusal)) => {
                    tracing::info!(company = %holder, %refusal, "an order is not sent up by itself");
                }
                Err(ServiceError::Fault(fault)) => return Err(fault),
            }
        }
        Ok(())
    }

    /// An order, as `company` sees it.
    async fn order(&self, company: TenantId, order: OrderId) -> Result<Option<Order>, Fault> {
        let found = self.bus.call_in_tenant::<GetOrders>(Actor::central(), company, vec![order]).await;
        match found {
            Ok(mut orders) => Ok(orders.pop()),
            Err(CallError::Unavailable(unavailable)) => Err(unavailable.into()),
            Err(CallError::OutOfReach | CallError::Refused(_)) => Ok(None),
        }
    }
}

/// The order of which `event` tells that it waits to be passed on, and its placer.
fn to_pass_on(event: &Concerning) -> Option<(TenantId, OrderId)> {
    if event.event_type != kinds::ORDER_STATUS_CHANGED {
        return None;
    }
    let step = Step::deserialize(&event.data).ok()?;
    let waits = step.to == OrderStatus::AwaitingForward && !step.imported;
    waits.then_some((event.subject_tenant_id?, step.order_id))
}
