//! Reading the chain's rows for the topology.
#![expect(clippy::disallowed_methods, reason = "central store: the topology is the whole chain's")]

use std::collections::HashMap;

use entity::{Position, TenantId, TenantStatus, Timestamp, event, former_parent, freeze, tenant};
use iso_currency::Currency;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use tokio::sync::mpsc;

use super::{FormerParent, FreezeState, Snapshot, TenantState};
use crate::error::Fault;
use crate::tenancy::CentralDb;

/// Companies a statement.
const CHUNK: usize = 5_000;

/// Pages that are read before they are built in.
const PAGES_AHEAD: usize = 2;

/// The whole chain, at the log's end.
pub async fn load(central: &CentralDb) -> Result<Snapshot, Fault> {
    let snapshot = central.begin_snapshot().await?;
    let end = end_of_log(&snapshot).await?;
    load_from(&snapshot, end).await
}

/// The last position of the log that `db` can see.
pub(crate) async fn end_of_log(db: &impl ConnectionTrait) -> Result<Position, DbErr> {
    let last = event::Entity::find().select_only().column_as(event::Column::Position.max(), "last").into_tuple();
    let last: Option<Option<Position>> = last.one(db).await?;
    Ok(last.flatten().unwrap_or(Position::START))
}

/// The whole chain as `snapshot`, whose log ends at `end`, has it.
pub(crate) async fn load_from(snapshot: &DatabaseTransaction, end: Position) -> Result<Snapshot, Fault> {
    let (pages, mut read) = mpsc::channel::<Vec<TenantState>>(PAGES_AHEAD);
    // Built beside the reading and off the threads that serve requests; only a few pages of rows stand beside what is built of them.
    let states = std::iter::from_fn(move || read.blocking_recv()).flatten();
    let building = tokio::task::spawn_blocking(move || Snapshot::build(end, states));
    let mut extras = Extras::read(snapshot, None).await?;
    let mut last = None;
    loop {
        let page = tenant::Entity::find().order_by_asc(tenant::Column::Id).limit(CHUNK as u64);
        let page = match last {
            Some(last) => page.filter(tenant::Column::Id.gt(last)),
            None => page,
        };
        let rows = rows(page, snapshot).await?;
        let Some(row) = rows.last() else { break };
        last = Some(row.0);
        let page = rows.into_iter().map(|row| extras.state(row)).collect::<Result<Vec<_>, _>>()?;
        // Where the builder has found a contradiction it no longer listens, and says below which.
        if pages.send(page).await.is_err() {
            break;
        }
    }
    drop(pages);
    Ok(building.await??)
}

/// The states of `tenants`.
pub(crate) async fn states_of(db: &impl ConnectionTrait, tenants: &[TenantId]) -> Result<Vec<TenantState>, Fault> {
    let mut states = Vec::with_capacity(tenants.len());
    for tenants in tenants.chunks(CHUNK) {
        let mut extras = Extras::read(db, Some(tenants)).await?;
        let some = tenant::Entity::find().filter(tenant::Column::Id.is_in(tenants.iter().copied()));
        for row in rows(some, db).await? {
            states.push(extras.state(row)?);
        }
    }
    Ok(states)
}

/// A company's row without what the topology does not keep.
type Row = (TenantId, Option<TenantId>, String, String, Option<String>, TenantStatus, String, Timestamp);

async fn rows(select: Select<tenant::Entity>, db: &impl ConnectionTrait) -> Result<Vec<Row>, DbErr> {
    use tenant::Column::{Currency, ExternalId, Id, JoinedAt, Name, ParentId, Slug, Status};
    let columns = [Id, ParentId, Name, Slug, ExternalId, Status, Currency, JoinedAt];
    select.select_only().columns(columns).into_tuple().all(db).await
}

/// What few companies have: freezes and former parents.
struct Extras {
    freezes: HashMap<TenantId, Vec<FreezeState>>,
    former_parents: HashMap<TenantId, Vec<FormerParent>>,
}

impl Extras {
    async fn read(db: &impl ConnectionTrait, of: Option<&[TenantId]>) -> Result<Self, DbErr> {
        let mut freezes = freeze::Entity::find().order_by_asc(freeze::Column::Id);
        let mut formers = former_parent::Entity::find().order_by_asc(former_parent::Column::Until);
        if let Some(of) = of {
            freezes = freezes.filter(freeze::Column::OwnerTenantId.is_in(of.iter().copied()));
            formers = formers.filter(former_parent::Column::TenantId.is_in(of.iter().copied()));
        }
        let mut extras = Self { freezes: HashMap::new(), former_parents: HashMap::new() };
        for row in freezes.all(db).await? {
            let state = FreezeState {
                id: row.id,
                placed_by: row.placed_by_tenant_id,
                reason: row.reason,
                frozen_at: row.frozen_at,
            };
            extras.freezes.entry(row.owner_tenant_id).or_default().push(state);
        }
        for row in formers.all(db).await? {
            let former = FormerParent { parent: row.parent_id, until: row.until };
            extras.former_parents.entry(row.tenant_id).or_default().push(former);
        }
        Ok(extras)
    }

    fn state(&mut self, row: Row) -> Result<TenantState, DbErr> {
        let (id, parent, name, slug, external_id, status, currency, joined_at) = row;
        let currency = Currency::from_code(&currency).ok_or_else(|| {
            DbErr::Type(format!("tenant {id} has the currency {currency:?}, which ISO 4217 does not know"))
        })?;
        let freezes = self.freezes.remove(&id).unwrap_or_default();
        let former_parents = self.former_parents.remove(&id).unwrap_or_default();
        Ok(TenantState { id, parent, name, slug, external_id, status, currency, joined_at, freezes, former_parents })
    }
}
