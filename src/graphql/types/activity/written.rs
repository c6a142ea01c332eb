//! Lists of events, written as JSON in one walk where their selection allows that.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::enum_value;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use bytes::Bytes;
use futures_util::future::join_all;

use super::{ActivityEdge, ActivityEvent, cursors, module_of};
use crate::graphql::id::{EventRef, global};
use crate::graphql::json;
use crate::graphql::raw::{Asked, Below, FieldTable, Known, Mention, Plan, RawFields, find_in};
use crate::graphql::types::ResellerReference;

/// What an event is expected to take, so that the buffer seldom grows.
const BYTES_AN_EVENT: usize = 512;

/// Events as a list of them.
pub(super) struct Events(pub(super) Vec<ActivityEvent>);

/// Events as a list of edges.
pub(super) struct Edges(pub(super) Vec<ActivityEvent>);

/// A field of an event, of its subject, or of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventField {
    Node,
    Cursor,
    Id,
    Type,
    Module,
    OccurredAt,
    RecordedAt,
    Subject,
    ResellerId,
    Name,
    Distance,
    Summary,
    Data,
}

const EDGE: &str = "ActivityEdge";
const EVENT: &str = "ActivityEvent";
const REFERENCE: &str = "ResellerReference";

/// The fields that are known.
const FIELDS: FieldTable<EventField, 13> = [
    (EDGE, "node", EventField::Node, Some(EVENT)),
    (EDGE, "cursor", EventField::Cursor, None),
    (EVENT, "id", EventField::Id, None),
    (EVENT, "type", EventField::Type, None),
    (EVENT, "module", EventField::Module, None),
    (EVENT, "occurredAt", EventField::OccurredAt, None),
    (EVENT, "recordedAt", EventField::RecordedAt, None),
    (EVENT, "subject", EventField::Subject, Some(REFERENCE)),
    (EVENT, "distance", EventField::Distance, None),
    (EVENT, "summary", EventField::Summary, None),
    (EVENT, "data", EventField::Data, None),
    (REFERENCE, "resellerId", EventField::ResellerId, None),
    (REFERENCE, "name", EventField::Name, None),
];

impl RawFields for EventField {
    fn find(type_name: &str, asked: Asked<'_>) -> Option<Known<Self>> {
        find_in(&FIELDS, type_name, asked)
    }
}

impl OutputType for Events {
    fn type_name() -> Cow<'static, str> {
        Vec::<ActivityEvent>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<ActivityEvent>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<ActivityEvent>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match Mention::of(ctx, field, EVENT) {
            Mention::Write(plan) => Ok(Value::Binary(write(&self.0, &plan).await)),
            Mention::Written => Ok(Value::Null),
            Mention::Plain => self.0.resolve(ctx, field).await,
        }
    }
}

impl OutputType for Edges {
    fn type_name() -> Cow<'static, str> {
        Vec::<ActivityEdge>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<ActivityEdge>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<ActivityEdge>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match Mention::of(ctx, field, EDGE) {
            Mention::Write(plan) => Ok(Value::Binary(write(&self.0, &plan).await)),
            Mention::Written => Ok(Value::Null),
            Mention::Plain => {
                let edges: Vec<_> = self.0.iter().map(|it| ActivityEdge::of(&it.sight, it.event.clone())).collect();
                edges.resolve(ctx, field).await
            }
        }
    }
}

async fn write(events: &[ActivityEvent], plan: &Plan<EventField>) -> Bytes {
    if tells(plan.fields()) {
        // Some wait for Catalog, which is asked for all of them at once.
        join_all(events.iter().map(ActivityEvent::shown)).await;
    }
    let mut out = Vec::with_capacity(BYTES_AN_EVENT * events.len() + 2);
    json::write_list(&mut out, events, |out, event| {
        plan.write_object(out, |out, field, below| write_field(out, event, *field, below));
    });
    Bytes::from(out)
}

/// Whether any of the fields, or of those below them, tells something of an event's data.
fn tells<'p>(mut fields: impl Iterator<Item = (&'p EventField, Below<'p, EventField>)>) -> bool {
    fields.any(|(field, below)| match field {
        EventField::Summary | EventField::Data => true,
        EventField::Node => below.fields().any(|(field, _)| matches!(field, EventField::Summary | EventField::Data)),
        _ => false,
    })
}

fn write_field(out: &mut Vec<u8>, it: &ActivityEvent, field: EventField, below: Below<'_, EventField>) {
    let event = &it.event;
    match field {
        EventField::Node => below.write_object(out, |out, field, below| write_field(out, it, *field, below)),
        EventField::Cursor => json::write_str(out, &cursors::write(event.position)),
        EventField::Id => json::write_str(out, &global(EventRef(event.position))),
        EventField::Type => json::write_str(out, &event.event_type),
        EventField::Module => json::write_value(out, &enum_value(module_of(event))),
        EventField::OccurredAt => json::write_str(out, &event.occurred_at.to_rfc3339()),
        EventField::RecordedAt => json::write_str(out, &event.recorded_at.to_rfc3339()),
        EventField::Distance => json::write_int(out, event.distance.into()),
        EventField::Summary => match it.shown.get() {
            Some(shown) => json::write_str(out, &shown.summary),
            None => json::write_null(out),
        },
        EventField::Data => match it.shown.get() {
            Some(shown) => out.extend_from_slice(shown.data.as_bytes()),
            None => json::write_null(out),
        },
        EventField::Subject => match ResellerReference::to_party(&it.sight, event.subject) {
            Some(subject) => below.write_object(out, |out, field, _| match field {
                EventField::ResellerId => json::write_str(out, &subject.reseller_id),
                EventField::Name => json::write_str(out, &subject.name),
                _ => json::write_null(out),
            }),
            None => json::write_null(out),
        },
        EventField::ResellerId | EventField::Name => json::write_null(out),
    }
}
