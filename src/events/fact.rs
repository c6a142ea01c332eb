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

/// An event that somebody else has published.
#[derive(Clone, Debug)]
pub struct Published {
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `id`.
    pub id: String,
    /// CloudEvents `type`.
    pub event_type: String,
    /// To which company it happened.
    pub subject: TenantId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// CloudEvents `data`.
    pub data: Value,
}

impl Published {
    pub(super) fn into_row(self, recorded_at: Timestamp) -> event::ActiveModel {
        event::ActiveModel {
            position: NotSet,
            source: Set(self.source),
            event_id: Set(self.id),
            event_type: Set(self.event_type),
            subject_tenant_id: Set(Some(self.subject)),
            actor_tenant_id: Set(None),
            actor_person_id: Set(None),
            occurred_at: Set(self.occurred_at),
            recorded_at: Set(recorded_at),
            data: Set(self.data),
        }
    }
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
