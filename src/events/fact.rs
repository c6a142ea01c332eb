//! A fact on its way into the log.

use entity::{EventId, TenantId, Timestamp, event};
use sea_orm::ActiveValue::{NotSet, Set};
use serde_json::Value;

use crate::tenancy::Actor;

/// CloudEvents `source` of the facts that this program makes itself.
pub(crate) const OWN_SOURCE: &str = "reseller-network";

/// Something that has happened to a company.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What happened: one of [`kinds`](super::kinds).
    pub kind: &'static str,
    /// To which company.
    pub subject: TenantId,
    /// What there is to say of it.
    pub data: Value,
}

impl Fact {
    pub(super) fn into_row(self, actor: Actor, occurred_at: Timestamp, recorded_at: Timestamp) -> event::ActiveModel {
        event::ActiveModel {
            position: NotSet,
            source: Set(OWN_SOURCE.to_owned()),
            event_id: Set(EventId::generate().to_string()),
            event_type: Set(self.kind.to_owned()),
            subject_tenant_id: Set(Some(self.subject)),
            actor_tenant_id: Set(actor.tenant()),
            actor_person_id: Set(actor.person),
            occurred_at: Set(occurred_at),
            recorded_at: Set(recorded_at),
            data: Set(self.data),
        }
    }
}
