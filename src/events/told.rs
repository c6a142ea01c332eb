//! What is read of an event by those who do not need all of it.

use entity::{Position, TenantId, Timestamp, event};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{FromQueryResult, QuerySelect, Select};

/// An event, as far as somebody reads it.
pub trait Told: FromQueryResult + Send + Sync + 'static {
    /// Narrows `events` to the columns that are read.
    #[must_use]
    fn select(events: Select<event::Entity>) -> Select<event::Entity>;

    /// Its place in the log.
    fn position(&self) -> Position;
}

/// The whole event.
impl Told for event::Model {
    fn select(events: Select<event::Entity>) -> Select<event::Entity> {
        events
    }

    fn position(&self) -> Position {
        self.position
    }
}

/// What has happened, to whom and when, without what there is to say of it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Heading {
    /// Its place in the log.
    pub position: Position,
    /// What happened.
    pub event_type: String,
    /// To which company.
    pub subject_tenant_id: Option<TenantId>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was written.
    pub recorded_at: Timestamp,
}

impl Told for Heading {
    fn select(events: Select<event::Entity>) -> Select<event::Entity> {
        heading(events)
    }

    fn position(&self) -> Position {
        self.position
    }
}

/// An event with its data as they are written, for those who know what is in them.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Telling {
    /// Its place in the log.
    pub position: Position,
    /// Who published it.
    pub source: String,
    /// What happened.
    pub event_type: String,
    /// To which company.
    pub subject_tenant_id: Option<TenantId>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was written.
    pub recorded_at: Timestamp,
    /// What there is to say of it: JSON.
    pub data: String,
}

impl Told for Telling {
    fn select(events: Select<event::Entity>) -> Select<event::Entity> {
        let data = Func::cast_as(Expr::col((event::Entity, event::Column::Data)), "text");
        heading(events).column(event::Column::Source).expr_as(data, "data")
    }

    fn position(&self) -> Position {
        self.position
    }
}

fn heading(events: Select<event::Entity>) -> Select<event::Entity> {
    use event::Column::{EventType, OccurredAt, Position, RecordedAt, SubjectTenantId};
    events.select_only().columns([Position, SubjectTenantId, OccurredAt, RecordedAt]).column_as(EventType, "event_type")
}
