//! Reading the log on from a position.
#![expect(clippy::disallowed_methods, reason = "central store: the log belongs to no tenant")]

use entity::{PersonId, Position, TenantId, event};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;

use super::{MembershipsChanged, kinds};
use crate::tenancy::CentralDb;

pub(super) use crate::tenancy::topology::store::end_of_log;

/// At most `limit` events that come after `position`, in the log's order; none is skipped.
pub async fn read_after(central: &CentralDb, position: Position, limit: u64) -> Result<Vec<event::Model>, DbErr> {
    event::Entity::find()
        .filter(event::Column::Position.gt(position))
        .order_by_asc(event::Column::Position)
        .limit(limit)
        .all(central.reader())
        .await
}

/// What has changed of the things that are held in memory.
#[derive(Debug)]
pub(super) struct Changes {
    /// Companies whose place or state in the chain is another.
    pub(super) tenants: Vec<TenantId>,
    /// Whose memberships are others.
    pub(super) memberships: Vec<MembershipsChanged>,
}

/// All changes after `position` that `db`, a snapshot, can see.
pub(super) async fn changes_after(db: &impl ConnectionTrait, position: Position) -> Result<Changes, DbErr> {
    let news = || event::Entity::find().filter(event::Column::Position.gt(position));
    let tenants: Vec<Option<TenantId>> = news()
        .filter(event::Column::EventType.starts_with(kinds::CHAIN))
        .select_only()
        .column(event::Column::SubjectTenantId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let memberships = news().filter(event::Column::EventType.starts_with(kinds::MEMBERSHIP)).all(db).await?;
    Ok(Changes {
        tenants: tenants.into_iter().flatten().collect(),
        memberships: memberships.into_iter().map(memberships_changed).collect(),
    })
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
