//! Pages of feeds, and single events out of them.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{Position, TenantId, Timestamp, TypeId};

use super::kept::Kept;
use super::pages;
use super::scans::{Bounds, Scan, Scans};
use super::types::{Numbering, Types};
use crate::bus::Module;
use crate::bus::contract::{Listed, Page, Take};
use crate::error::Fault;
use crate::events::{Listener, OWN_SOURCE, Telling};
use crate::tenancy::topology::Snapshot;
use crate::tenancy::{CentralDb, Scope, access};

/// Which events a feed shows: those for which all that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ActivityFilter {
    /// Published by one of these modules.
    pub modules: Option<Vec<Module>>,
    /// Of one of these types.
    pub types: Option<Vec<String>>,
    /// About this company.
    pub subject: Option<TenantId>,
    /// About companies that were so near.
    pub scope: ActivityScope,
    /// Recorded at this instant or later.
    pub since: Option<Timestamp>,
    /// Recorded before this instant.
    pub until: Option<Timestamp>,
}

/// How far an event's subject was from the owner of the feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ActivityScope {
    /// The owner itself.
    Own,
    /// The owner, a company directly below it, or its parent.
    Children,
    /// Any.
    #[default]
    Downline,
}

/// A part of a feed, newest event first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FeedQuery {
    /// Whose feed.
    pub owner: TenantId,
    /// Which events of it.
    pub filter: ActivityFilter,
    /// Which part of the list. A place is the event's position.
    pub page: Page<Position>,
}

/// An event, as a company sees it in its feed.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityEvent {
    /// Its place in the log, and in every feed.
    pub position: Position,
    /// How many steps below the viewer its subject was; -1 where it was the viewer's parent.
    pub distance: i32,
    /// CloudEvents `type`.
    pub event_type: String,
    /// The company that it is about.
    pub subject: TenantId,
    /// Whether this program published it.
    pub is_own: bool,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// All that there is to say of it, as JSON. What the viewer may know of that, [`shown`](super::shown) says.
    pub data: String,
}

/// A row of a page.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) position: Position,
    pub(super) distance: i32,
    pub(super) event_type: String,
    pub(super) source: String,
    pub(super) subject_tenant_id: Option<TenantId>,
    pub(super) occurred_at: Timestamp,
    pub(super) recorded_at: Timestamp,
    pub(super) data: String,
}

/// Reads feeds. Nobody sees in another's feed what is not in their own.
#[derive(Clone)]
pub struct Feeds {
    central: CentralDb,
    kept: Arc<Kept>,
    numbering: Arc<Numbering>,
}

impl Listener for Feeds {
    fn lost_track(&self) {
        self.numbering.forget();
    }
}

impl Feeds {
    /// The feeds of the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb) -> Self {
        Self { kept: Arc::new(Kept::new(central.clone())), numbering: Arc::default(), central }
    }

    /// Where the rows are, and who numbers the types in them.
    pub(super) fn numbered(&self) -> (CentralDb, Arc<Numbering>) {
        (self.central.clone(), self.numbering.clone())
    }

    /// The first position that feeds keep. What a cursor before it stands for is not known any more.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn kept_from(&self) -> Result<Position, Fault> {
        self.kept.from().await
    }

    /// The part of a feed that `viewer` asks for; None where the feed is out of reach.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn page(
        &self,
        chain: &Snapshot,
        viewer: TenantId,
        query: &FeedQuery,
    ) -> Result<Option<Listed<Arc<ActivityEvent>>>, Fault> {
        if access::reach(chain, Scope::Tenant(viewer), query.owner).is_none() {
            return Ok(None);
        }
        let FeedQuery { owner, filter, page } = query;
        let Some(scans) = self.scans(chain, viewer, *owner, filter).await? else {
            return Ok(Some(page.listed(Vec::new())));
        };
        let mut bounds = self.bounds(filter, page).await?;
        let db = self.central.steady_reader();
        let mut rows = pages::read_page(db, &scans, bounds, page).await?;
        // The list is as it was before the first event of a company that the request's chain does not have yet.
        if let Some(first) = rows.iter().filter(|row| row.known_subject(chain).is_none()).map(|row| row.position).min()
        {
            bounds.before = first;
            rows = pages::read_page(db, &scans, bounds, page).await?;
        }
        Ok(Some(page.listed(rows.into_iter().filter_map(|row| event(chain, row)).collect())))
    }

    /// The oldest events in the feed of `owner` that come after one position and no later than another, in the order of the log; at most `limit`.
    /// `chain` is no older than that.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub(super) async fn after(
        &self,
        chain: &Snapshot,
        owner: TenantId,
        filter: &ActivityFilter,
        (after, up_to): (Position, Position),
        limit: u32,
    ) -> Result<Vec<Arc<ActivityEvent>>, Fault> {
        let page = Page { take: Take::Last(limit), after: Some(Position(up_to.0 + 1)), before: Some(after) };
        let Some(scans) = self.scans(chain, owner, owner, filter).await? else { return Ok(Vec::new()) };
        let bounds = self.bounds(filter, &page).await?;
        let mut rows = pages::read_page(self.central.steady_reader(), &scans, bounds, &page).await?;
        rows.truncate(limit as usize);
        Ok(rows.into_iter().filter_map(|row| event(chain, row)).collect())
    }

    /// Those of the events at `positions` that are in `viewer`'s feed.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn at(
        &self,
        chain: &Snapshot,
        viewer: TenantId,
        positions: &[Position],
    ) -> Result<HashMap<Position, Arc<ActivityEvent>>, Fault> {
        let kept_from = self.kept_from().await?;
        let positions: Vec<_> = positions.iter().copied().filter(|position| *position >= kept_from).collect();
        let rows = pages::read_at(self.central.reader(), viewer, &positions).await?;
        let events = rows.into_iter().filter_map(|row| event(chain, row));
        Ok(events.map(|event| (event.position, event)).collect())
    }

    /// How the events that `filter` lets through are found; None where there can be none.
    async fn scans(
        &self,
        chain: &Snapshot,
        viewer: TenantId,
        owner: TenantId,
        filter: &ActivityFilter,
    ) -> Result<Option<Scans>, Fault> {
        let types = match (&filter.types, &filter.modules) {
            (None, None) => None,
            _ => Some(self.types(filter).await?),
        };
        let is_above = |subject| {
            let nodes = (chain.find(subject), chain.find(viewer));
            matches!(nodes, (Some(subject), Some(viewer)) if subject != viewer && chain.is_at_or_above(subject, viewer))
        };
        if types.as_ref().is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        let mut scans = Scans { ways: Vec::new(), types, also: Vec::new(), subject: None };
        match filter.subject {
            // Little of what a company above does is for those below it, and that is in their feeds as their parent's.
            Some(subject) if is_above(subject) && filter.scope == ActivityScope::Own => return Ok(None),
            Some(subject) if is_above(subject) => {
                scans.ways.push(Scan { owner, distance: Some(-1), type_id: None });
                scans.subject = Some(subject);
            }
            // What it did itself is less than what all below the owner did.
            Some(subject) => {
                scans.ways.push(Scan { owner: subject, distance: Some(0), type_id: None });
                scans.look_into(owner, filter.scope);
            }
            None => scans.ways = scans_of(owner, filter.scope, &mut scans.types),
        }
        scans.look_into(viewer, ActivityScope::Downline);
        Ok(Some(scans))
    }

    /// The types that `filter` lets through, as far as anybody has seen an event of them.
    async fn types(&self, filter: &ActivityFilter) -> Result<Vec<TypeId>, Fault> {
        let types = match &filter.types {
            Some(names) => self.numbering.known(&self.central, names.iter().map(String::as_str)).await?,
            // Another process may number more of a module's at any time.
            None => Types::read(self.central.reader()).await?,
        };
        Ok(types.ids(|name| {
            filter.types.as_ref().is_none_or(|types| types.iter().any(|one| one == name))
                && filter.modules.as_ref().is_none_or(|modules| modules.contains(&Module::publishing(name)))
        }))
    }

    /// Between which positions the page lies.
    async fn bounds(&self, filter: &ActivityFilter, page: &Page<Position>) -> Result<Bounds, Fault> {
        let db = self.central.reader();
        let kept_from = self.kept_from().await?;
        let mut bounds = Bounds {
            after: page.before.unwrap_or_default().max(Position(kept_from.0 - 1)),
            before: page.after.unwrap_or(END),
        };
        if let Some(since) = filter.since {
            let first = pages::first_recorded_from(db, since).await?.unwrap_or(END);
            bounds.after = bounds.after.max(Position(first.0 - 1));
        }
        if let Some(until) = filter.until {
            let end = pages::first_recorded_from(db, until).await?.unwrap_or(END);
            bounds.before = bounds.before.min(end);
        }
        Ok(bounds)
    }
}

impl ActivityFilter {
    /// Whether an event in the viewer's own feed is one of these.
    pub(super) fn admits(&self, event: &ActivityEvent) -> bool {
        let module = || Module::publishing(&event.event_type);
        let is_near = |(least, most)| (least..=most).contains(&event.distance);
        self.types.as_ref().is_none_or(|types| types.contains(&event.event_type))
            && self.modules.as_ref().is_none_or(|modules| modules.contains(&module()))
            && self.subject.is_none_or(|subject| subject == event.subject)
            && self.scope.distances().is_none_or(is_near)
            && self.since.is_none_or(|since| event.recorded_at >= since)
            && self.until.is_none_or(|until| event.recorded_at < until)
    }
}

impl ActivityEvent {
    /// What the log tells, to whom it is so near; nothing where it is about nobody.
    pub(super) fn told(told: &Telling, distance: i32) -> Option<Self> {
        let subject = told.subject_tenant_id?;
        Some(Self {
            position: told.position,
            distance,
            event_type: told.event_type.clone(),
            subject,
            is_own: told.source == OWN_SOURCE,
            occurred_at: told.occurred_at,
            recorded_at: told.recorded_at,
            data: told.data.clone(),
        })
    }
}

/// After all events.
const END: Position = Position(i64::MAX);

/// More types than this are looked for among all events of a feed.
const MOST_TYPES: usize = 16;

/// How what is in the feed of `owner` is found by an index that has it in its order. Types that a scan has are taken out of `types`.
fn scans_of(owner: TenantId, scope: ActivityScope, types: &mut Option<Vec<TypeId>>) -> Vec<Scan> {
    let near = |distance| Scan { owner, distance: Some(distance), type_id: None };
    match (scope, &types) {
        (ActivityScope::Own, _) => vec![near(0)],
        (ActivityScope::Children, _) => vec![near(-1), near(0), near(1)],
        (ActivityScope::Downline, Some(some)) if some.len() <= MOST_TYPES => {
            let scan = |type_id| Scan { owner, distance: None, type_id: Some(type_id) };
            types.take().unwrap_or_default().into_iter().map(scan).collect()
        }
        (ActivityScope::Downline, _) => vec![Scan { owner, distance: None, type_id: None }],
    }
}

impl Read {
    /// The company that the event is about, where `chain` has it.
    fn known_subject(&self, chain: &Snapshot) -> Option<TenantId> {
        self.subject_tenant_id.filter(|subject| chain.find(*subject).is_some())
    }
}

/// What a row says. Nothing where its subject came after the chain of the request: the next one shows it.
fn event(chain: &Snapshot, row: Read) -> Option<Arc<ActivityEvent>> {
    let subject = row.known_subject(chain)?;
    Some(Arc::new(ActivityEvent {
        position: row.position,
        distance: row.distance,
        event_type: row.event_type,
        subject,
        is_own: row.source == OWN_SOURCE,
        occurred_at: row.occurred_at,
        recorded_at: row.recorded_at,
        data: row.data,
    }))
}
