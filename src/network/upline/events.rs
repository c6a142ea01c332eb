//! What events start and change: an order that waits to be passed on, and a company that was switched off while it was asked.

use std::sync::Arc;

use entity::{Position, TenantId, event};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, FromQueryResult, QueryFilter, QuerySelect, Select};
use serde_json::Value;

use super::{Asked, UplineRequests, store};
use crate::error::Fault;
use crate::events::{Consume, OWN_SOURCE, Told, Transaction, kinds};

/// Acts on what concerns upline requests.
pub struct UplineEvents(pub Arc<UplineRequests>);

/// An order of ours went on, or a company was switched off.
#[derive(FromQueryResult)]
pub struct Concerning {
    position: Position,
    pub(super) event_type: String,
    pub(super) subject_tenant_id: Option<TenantId>,
    pub(super) data: Value,
}

impl Told for Concerning {
    /// Of orders only those that are ours, and wait or have waited to be passed on: most that is told of orders stays where it is.
    fn select(events: Select<event::Entity>) -> Select<event::Entity> {
        use event::Column::{Data, EventType, Position, Source, SubjectTenantId};
        let data = Expr::expr(Func::cast_as(Expr::col((event::Entity, Data)), "text"));
        let of_order = Condition::all().add(Source.eq(OWN_SOURCE)).add(data.like("%\"AWAITING_FORWARD\"%"));
        let is_read = Condition::any().add(of_order).add(EventType.eq(kinds::RESELLER_DEACTIVATED));
        let columns = events.select_only().columns([Position, SubjectTenantId, Data]);
        columns.column_as(EventType, "event_type").filter(is_read)
    }

    fn position(&self) -> Position {
        self.position
    }
}

/// What is to be done.
pub struct Prepared {
    /// Who asks for what by its settings.
    asked: Vec<(TenantId, Asked)>,
    /// Who was switched off.
    switched_off: Vec<TenantId>,
}

impl Consume for UplineEvents {
    const NAME: &'static str = "upline";
    const TYPES: &'static [&'static str] = &[kinds::ORDER_STATUS_CHANGED, kinds::RESELLER_DEACTIVATED];

    type Event = Concerning;
    type Prepared = Prepared;

    async fn prepare(&self, events: &[Concerning]) -> Result<Prepared, Fault> {
        let off = events.iter().filter(|event| event.event_type == kinds::RESELLER_DEACTIVATED);
        let switched_off = off.filter_map(|event| event.subject_tenant_id).collect();
        Ok(Prepared { asked: self.0.to_send_up(events).await?, switched_off })
    }

    fn is_nothing(prepared: &Prepared) -> bool {
        prepared.asked.is_empty() && prepared.switched_off.is_empty()
    }

    async fn consume(&self, change: &mut Transaction, _: &[Concerning], prepared: Prepared) -> Result<(), Fault> {
        change.share_chain().await?;
        UplineRequests::send_up(change, prepared.asked).await?;
        // Another company is to be asked in its place: it is worked out who when it is looked at.
        store::look_now(change.db(), &prepared.switched_off, change.now()).await?;
        Ok(())
    }
}
