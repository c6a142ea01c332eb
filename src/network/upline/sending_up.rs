//! What companies send up by themselves: an order that waits to be passed on starts the request, where its holder's settings say so.

use std::collections::BTreeSet;
use std::sync::Arc;

use entity::{OrderId, OrderStatus, Position, Role, TenantId, UplineAction, UplineRequestId, event};
use sea_orm::{ColumnTrait, FromQueryResult, QueryFilter, QuerySelect, Select};
use serde::Deserialize;
use serde_json::Value;

use super::asking::{row, start};
use super::{Asked, UplineRequests};
use crate::bus::CallError;
use crate::bus::contract::orders::{GetOrders, Order};
use crate::error::{Fault, ServiceError};
use crate::events::{Consume, OWN_SOURCE, Told, Transaction, kinds};
use crate::tenancy::{Actor, Scope, may_act};

/// Starts requests of companies that do so by themselves.
pub struct SendingUp(pub Arc<UplineRequests>);

/// An order of ours went on.
#[derive(FromQueryResult)]
pub struct WentOn {
    position: Position,
    subject_tenant_id: Option<TenantId>,
    data: Value,
}

impl Told for WentOn {
    fn select(events: Select<event::Entity>) -> Select<event::Entity> {
        use event::Column::{Data, Position, Source, SubjectTenantId};
        events.select_only().columns([Position, SubjectTenantId, Data]).filter(Source.eq(OWN_SOURCE))
    }

    fn position(&self) -> Position {
        self.position
    }
}

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

impl Consume for SendingUp {
    const NAME: &'static str = "sending_up";
    const TYPES: &'static [&'static str] = &[kinds::ORDER_STATUS_CHANGED];

    type Event = WentOn;

    /// Who asks for what.
    type Prepared = Vec<(TenantId, Asked)>;

    async fn prepare(&self, events: &[WentOn]) -> Result<Self::Prepared, Fault> {
        let mut held = BTreeSet::new();
        for (placer, order) in events.iter().filter_map(to_pass_on) {
            held.extend(self.order(placer, order).await?.map(|order| (order.holder, order.id)));
        }
        let holders: Vec<TenantId> = held.iter().map(|(holder, _)| *holder).collect();
        let rules = self.0.settings.forwarding(&holders).await?;
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

    fn is_nothing(asked: &Self::Prepared) -> bool {
        asked.is_empty()
    }

    async fn consume(&self, change: &mut Transaction, _: &[WentOn], asked: Self::Prepared) -> Result<(), Fault> {
        change.share_chain().await?;
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
                // A company that is frozen, or has nobody above, or has asked already: as where a person of it asks.
                Err(ServiceError::Refused(refusal)) => {
                    tracing::info!(company = %holder, %refusal, "an order is not sent up by itself");
                }
                Err(ServiceError::Fault(fault)) => return Err(fault),
            }
        }
        Ok(())
    }
}

impl SendingUp {
    /// An order, as `company` sees it.
    async fn order(&self, company: TenantId, order: OrderId) -> Result<Option<Order>, Fault> {
        let found = self.0.bus.call_in_tenant::<GetOrders>(Actor::central(), company, vec![order]).await;
        match found {
            Ok(mut orders) => Ok(orders.pop()),
            Err(CallError::Unavailable(unavailable)) => Err(unavailable.into()),
            Err(CallError::OutOfReach | CallError::Refused(_)) => Ok(None),
        }
    }
}

/// The order of which `event` tells that it waits to be passed on, and its placer.
fn to_pass_on(event: &WentOn) -> Option<(TenantId, OrderId)> {
    let step = Step::deserialize(&event.data).ok()?;
    let waits = step.to == OrderStatus::AwaitingForward && !step.imported;
    waits.then_some((event.subject_tenant_id?, step.order_id))
}
