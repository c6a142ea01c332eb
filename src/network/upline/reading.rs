//! Requests, as the companies that have a part in them see them: the one that asked, and those that it is or was put to.
//!
//! Who is asked sees the request and no more of the one who asked; who asks learns of those who decide no more than who they are.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{
    TenantId, Timestamp, UplineAction, UplineDecision, UplineRequestId, UplineRequestStatus, upline_hop, upline_request,
};
use sea_orm::{ColumnTrait, Condition, Order};

use super::{Asked, Ended, Granted, UplineRequests, store};
use crate::bus::contract::{Listed, Page};
use crate::error::Fault;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UplineRequest {
    /// Its id.
    pub id: UplineRequestId,
    /// Who asked.
    pub requester: TenantId,
    /// Who decides, or decided.
    pub target: TenantId,
    /// What was asked.
    pub asked: Asked,
    /// How far it is.
    pub status: UplineRequestStatus,
    /// How it ended, where it was granted and has.
    pub ended: Option<Ended>,
    /// Those who were asked, from the first upwards.
    pub hops: Vec<Hop>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Until when it can be decided.
    pub expires_at: Timestamp,
}

/// A company that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Which.
    pub company: TenantId,
    /// What it decided.
    pub decision: UplineDecision,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// What it said about it.
    pub note: Option<String>,
}

/// From where a company looks at requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// What it asks.
    Outgoing,
    /// What it is or was asked.
    Incoming,
}

/// Which requests, and which part of the list of them, newest first. A place in the list is an id: ids are in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestsQuery {
    /// From where.
    pub direction: Direction,
    /// In any of these states; in any at all where there is no list.
    pub statuses: Option<Vec<UplineRequestStatus>>,
    /// For any of these things.
    pub actions: Option<Vec<UplineAction>>,
    /// Which part of the list.
    pub page: Page<UplineRequestId>,
}

impl UplineRequests {
    /// Those of the requests of these ids in which the company `viewer` of `chain` has a part.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn seen(
        &self,
        chain: &Snapshot,
        viewer: TenantId,
        ids: &[UplineRequestId],
    ) -> Result<HashMap<UplineRequestId, Arc<UplineRequest>>, Fault> {
        let Some(own) = chain.find(viewer) else { return Ok(HashMap::new()) };
        let rows = store::requests(self.central.reader(), ids).await?;
        let mut seen = HashMap::new();
        for request in self.told(rows).await? {
            let is_above = chain.find(request.requester).is_some_and(|asking| chain.is_at_or_above(own, asking));
            let is_asked = || request.hops.iter().any(|hop| hop.company == viewer);
            if request.requester == viewer || (is_above && is_asked()) {
                seen.insert(request.id, Arc::new(request));
            }
        }
        Ok(seen)
    }

    /// What came of a request, where it was granted and done by now.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn granted(&self, id: UplineRequestId) -> Result<Option<Granted>, Fault> {
        let row = store::request(self.central.reader(), id).await?;
        let ended = row.map(|row| store::ended(&row)).transpose()?.flatten();
        Ok(ended.and_then(|ended| match ended {
            Ended::Granted(granted) => Some(granted),
            Ended::Failed(_) => None,
        }))
    }

    /// The part of the list of `viewer`'s requests that `query` asks for, and how many the whole list has.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn list(
        &self,
        chain: &Snapshot,
        viewer: TenantId,
        query: &RequestsQuery,
    ) -> Result<(Listed<Arc<UplineRequest>>, u64), Fault> {
        let Some(own) = chain.find(viewer) else { return Ok((query.page.listed(Vec::new()), 0)) };
        let (rows, total) = match query.direction {
            Direction::Outgoing => self.outgoing(viewer, query).await?,
            Direction::Incoming => self.incoming(chain, own, query).await?,
        };
        let Listed { entries, has_next, has_previous } = query.page.listed(rows);
        let entries = self.told(entries).await?.into_iter().map(Arc::new).collect();
        Ok((Listed { entries, has_next, has_previous }, total))
    }

    async fn outgoing(
        &self,
        viewer: TenantId,
        query: &RequestsQuery,
    ) -> Result<(Vec<upline_request::Model>, u64), Fault> {
        let read = self.central.run_in_tenant(viewer, async |own| {
            let total = own.find::<upline_request::Entity>().filter(query.condition()).count().await?;
            let rows = own.find::<upline_request::Entity>().filter(query.condition()).filter(query.window());
            let rows = rows.order_by(upline_request::Column::Id, query.sort()).limit(query.page.rows_to_read());
            Ok::<_, Fault>((rows.all().await?, total))
        });
        read.await
    }

    async fn incoming(
        &self,
        chain: &Snapshot,
        own: NodeIndex,
        query: &RequestsQuery,
    ) -> Result<(Vec<upline_request::Model>, u64), Fault> {
        let (db, asked) = (self.central.reader(), chain.id(own));
        let counts = store::count_incoming(db, asked, query.condition()).await?;
        // Who was moved away since they asked is out of reach.
        let is_below = |asking: &TenantId| {
            chain.find(*asking).is_some_and(|asking| asking != own && chain.is_at_or_above(own, asking))
        };
        let (below, gone): (Vec<_>, Vec<_>) = counts.into_iter().partition(|(asking, _)| is_below(asking));
        let total = below.iter().map(|(_, requests)| requests.unsigned_abs()).sum();
        let gone = gone.into_iter().map(|(asking, _)| asking);
        let in_reach = upline_request::Column::OwnerTenantId.is_not_in(gone);
        let condition = query.condition().add(query.window()).add(in_reach);
        let rows = store::incoming(db, asked, condition, query.sort(), query.page.rows_to_read()).await?;
        Ok((rows, total))
    }

    /// What `rows` say, in their order.
    async fn told(&self, rows: Vec<upline_request::Model>) -> Result<Vec<UplineRequest>, Fault> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<UplineRequestId> = rows.iter().map(|row| row.id).collect();
        let mut hops: HashMap<UplineRequestId, Vec<Hop>> = HashMap::new();
        for hop in store::hops(self.central.reader(), &ids).await? {
            hops.entry(hop.request_id).or_default().push(hop.into());
        }
        rows.iter().map(|row| told(row, &mut hops)).collect()
    }
}

fn told(row: &upline_request::Model, hops: &mut HashMap<UplineRequestId, Vec<Hop>>) -> Result<UplineRequest, Fault> {
    let asked = store::asked(row)?;
    let ended = store::ended(row)?;
    Ok(UplineRequest {
        id: row.id,
        requester: row.owner_tenant_id,
        target: row.target_tenant_id,
        asked,
        status: row.status,
        ended,
        hops: hops.remove(&row.id).unwrap_or_default(),
        created_at: row.created_at,
        updated_at: row.updated_at,
        expires_at: row.expires_at,
    })
}

impl From<upline_hop::Model> for Hop {
    fn from(hop: upline_hop::Model) -> Self {
        let upline_hop::Model { tenant_id, decision, decided_at, note, .. } = hop;
        Self { company: tenant_id, decision, decided_at, note }
    }
}

impl RequestsQuery {
    /// What is asked of a request itself.
    fn condition(&self) -> Condition {
        let status = self.statuses.as_ref().map(|any| upline_request::Column::Status.is_in(any.iter().copied()));
        let action = self.actions.as_ref().map(|any| upline_request::Column::Action.is_in(any.iter().copied()));
        Condition::all().add_option(status).add_option(action)
    }

    /// Between which places of the list it is.
    fn window(&self) -> Condition {
        Condition::all()
            .add_option(self.page.after.map(|place| upline_request::Column::Id.lt(place)))
            .add_option(self.page.before.map(|place| upline_request::Column::Id.gt(place)))
    }

    fn sort(&self) -> Order {
        if self.page.is_from_the_end() { Order::Asc } else { Order::Desc }
    }
}
