//! Reading the log on from a position.
#![expect(clippy::disallowed_methods, reason = "central store: the log belongs to no tenant")]

use entity::{PersonId, Position, TenantId, Timestamp, event};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use serde::Deserialize;

use super::{MembershipsChanged, Told, kinds};
use crate::tenancy::CentralDb;

pub(crate) use crate::tenancy::topology::store::end_of_log;

/// At most `limit` events that come after `position`, in the log's order; none is skipped.
pub async fn read_after(central: &CentralDb, position: Position, limit: u64) -> Result<Vec<event::Model>, DbErr> {
    event::Entity::find()
        .filter(event::Column::Position.gt(position))
        .order_by_asc(event::Column::Position)
        .limit(limit)
        .all(central.reader())
        .await
}

/// At most `limit` events of these types that come after `position`, in the log's order; none is skipped. No type at all stands for every one.
pub(crate) async fn read_types_after<E: Told>(
    db: &impl ConnectionTrait,
    position: Position,
    types: &[&str],
    limit: u64,
) -> Result<Vec<E>, DbErr> {
    let events = of_types(types).filter(event::Column::Position.gt(position));
    let events = events.order_by_asc(event::Column::Position).limit(limit);
    E::select(events).into_model().all(db).await
}

/// Positions that are looked through at once for events of some types. Of those that are few in a long log, a database would else look at every event, and sort
/// what it finds, for each page of them.
const STRETCH: i64 = 20_000;

/// The same, of those up to `end`.
pub(crate) async fn read_types_between<E: Told>(
    db: &impl ConnectionTrait,
    (after, end): (Position, Position),
    types: &[&str],
    limit: u64,
) -> Result<Vec<E>, DbErr> {
    let (mut events, mut at) = (Vec::new(), after);
    while at < end && (events.len() as u64) < limit {
        let to = end.min(Position(at.0.saturating_add(STRETCH)));
        let stretch = of_types(types).filter(event::Column::Position.gt(at)).filter(event::Column::Position.lte(to));
        let stretch = stretch.order_by_asc(event::Column::Position).limit(limit - events.len() as u64);
        events.extend(E::select(stretch).into_model().all(db).await?);
        at = to;
    }
    Ok(events)
}

fn of_types(types: &[&str]) -> Select<event::Entity> {
    let of_types = (!types.is_empty()).then(|| event::Column::EventType.is_in(types.iter().copied()));
    event::Entity::find().filter(Condition::all().add_option(of_types))
}

/// The latest instant at which anything was recorded.
pub(crate) async fn last_recorded(db: &impl ConnectionTrait) -> Result<Option<Timestamp>, DbErr> {
    let last = event::Entity::find().select_only().column_as(event::Column::RecordedAt.max(), "last");
    let last: Option<Option<Timestamp>> = last.into_tuple().one(db).await?;
    Ok(last.flatten())
}

/// What has happened, without what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct News {
    /// What happened: one of [`kinds`], or of another module's.
    pub event_type: String,
    /// To which company.
    pub subject_tenant_id: Option<TenantId>,
    /// The last time that it did.
    pub last: Position,
}

impl News {
    /// Whether it changes what is held in memory of the chain or of memberships.
    pub(super) fn changes_memory(&self) -> bool {
        [kinds::CHAIN, kinds::MEMBERSHIP].iter().any(|prefix| self.event_type.starts_with(prefix))
    }
}

/// What has happened after `position`, as far as `db` can see: each once, in no order.
pub(crate) async fn news_after(db: &impl ConnectionTrait, position: Position) -> Result<Vec<News>, DbErr> {
    event::Entity::find()
        .filter(event::Column::Position.gt(position))
        .select_only()
        .column_as(event::Column::EventType, "event_type")
        .column(event::Column::SubjectTenantId)
        .column_as(event::Column::Position.max(), "last")
        .group_by(event::Column::EventType)
        .group_by(event::Column::SubjectTenantId)
        .into_model()
        .all(db)
        .await
}

/// Whose memberships have changed after `position`.
pub(super) async fn memberships_changed_after(
    db: &impl ConnectionTrait,
    position: Position,
) -> Result<Vec<MembershipsChanged>, DbErr> {
    let news = event::Entity::find().filter(event::Column::Position.gt(position));
    let changes = news.filter(event::Column::EventType.starts_with(kinds::MEMBERSHIP)).all(db).await?;
    Ok(changes.into_iter().map(memberships_changed).collect())
}

/// Whose memberships `event` is about. One that cannot be read is about anybody's: a removal must not get lost.
fn memberships_changed(event: event::Model) -> MembershipsChanged {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        person_id: PersonId,
    }
    match serde_json::from_value(event.data) {
        Ok(Data { person_id }) => MembershipsChanged::Of(person_id),
        Err(_) => MembershipsChanged::OfAnybody,
    }
}
