//! What has come already, and what waits.
#![expect(clippy::disallowed_methods, reason = "central store: what comes from outside belongs to no tenant yet")]

use std::collections::HashSet;

use entity::{Timestamp, event, waiting_event};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use serde_json::Value;

use super::CloudEvent;
use crate::tenancy::{CentralDb, ROWS_A_STATEMENT, union_all};

/// The identity of an event: its source and its id.
pub(super) type Key = (String, String);

/// Which of these have come before: they are in the log, or wait.
pub(super) async fn known(db: &impl ConnectionTrait, keys: &[Key]) -> Result<HashSet<Key>, DbErr> {
    let mut known = HashSet::new();
    let sources: HashSet<&String> = keys.iter().map(|(source, _)| source).collect();
    for source in sources {
        let ids: Vec<&String> = keys.iter().filter(|(of, _)| of == source).map(|(_, id)| id).collect();
        for ids in ids.chunks(ROWS_A_STATEMENT) {
            let ids = || ids.iter().map(|id| id.as_str());
            let in_log = event::Entity::find()
                .filter(event::Column::Source.eq(source))
                .filter(event::Column::EventId.is_in(ids()))
                .select_only()
                .columns([event::Column::Source, event::Column::EventId]);
            let waiting = waiting_event::Entity::find()
                .filter(waiting_event::Column::Source.eq(source))
                .filter(waiting_event::Column::EventId.is_in(ids()))
                .select_only()
                .columns([waiting_event::Column::Source, waiting_event::Column::EventId]);
            let both = union_all([in_log.into_query(), waiting.into_query()]);
            for row in db.query_all(&both).await? {
                known.insert(row.try_get_many_by_index()?);
            }
        }
    }
    Ok(known)
}

/// Lets an event wait.
pub(super) async fn keep(
    db: &impl ConnectionTrait,
    event: CloudEvent,
    waits_for: Option<String>,
    reason: String,
    received_at: Timestamp,
) -> Result<(), DbErr> {
    let row = waiting_event::ActiveModel {
        id: NotSet,
        source: Set(event.source),
        event_id: Set(event.id),
        event_type: Set(event.event_type),
        subject: Set(event.subject),
        occurred_at: Set(event.time),
        data: Set(Value::Object(event.data)),
        waits_for: Set(waits_for),
        reason: Set(reason),
        received_at: Set(received_at),
    };
    waiting_event::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Says anew for what the waiting event `id` waits.
pub(super) async fn keep_on(
    db: &impl ConnectionTrait,
    id: i64,
    waits_for: Option<String>,
    reason: String,
) -> Result<(), DbErr> {
    let row = waiting_event::ActiveModel {
        id: Set(id),
        waits_for: Set(waits_for),
        reason: Set(reason),
        ..Default::default()
    };
    row.update(db).await.map(drop)
}

/// Removes a waiting event, which was taken up.
pub(super) async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    waiting_event::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// Whether anything waits for a company.
pub(super) async fn any_waits(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(waiting_event::Entity::find().filter(waiting_event::Column::WaitsFor.is_not_null()).count(db).await? > 0)
}

/// What waits for companies of these names, in the order in which it came.
pub(super) async fn waiting_for(
    db: &impl ConnectionTrait,
    names: &[String],
) -> Result<Vec<waiting_event::Model>, DbErr> {
    let mut waiting = Vec::new();
    for names in names.chunks(ROWS_A_STATEMENT) {
        let some = waiting_event::Entity::find()
            .filter(waiting_event::Column::WaitsFor.is_in(names.iter().map(String::as_str)));
        waiting.extend(some.all(db).await?);
    }
    waiting.sort_by_key(|event| event.id);
    Ok(waiting)
}

/// All that waits, in the order in which it came: for the operator.
///
/// # Errors
/// Where the database cannot answer.
pub async fn waiting(central: &CentralDb) -> Result<Vec<waiting_event::Model>, DbErr> {
    waiting_event::Entity::find().order_by_asc(waiting_event::Column::Id).all(central.reader()).await
}
