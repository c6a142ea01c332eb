//! What an event does to the chain, and what keeps it from doing that.

use std::collections::{HashMap, HashSet};

use entity::{FreezeId, TenantId, TenantStatus, Timestamp, freeze, public_id};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr};
use serde_json::{Map, Value};

use super::CloudEvent;
use crate::events::tail::last_recorded;
use crate::events::{Transaction, kinds};
use crate::modules::admin::{NewReseller, store};
use crate::names::check_identifier;
use crate::tenancy::{Line, Lock, lock};

/// What becomes of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It goes into the log, about this company; as of an instant, where that is not the event's own.
    Store(TenantId, Option<Timestamp>),
    /// It waits for the company of this name; or for the approval of one that is known, which is named by its id.
    WaitFor(String),
    /// It can never have its effect, and waits for the operator.
    KeepApart(String),
}

use Decision::{KeepApart, Store, WaitFor};

/// Companies by their names, as far as they were looked up.
#[derive(Default)]
pub(super) struct Names(HashMap<String, TenantId>);

impl Names {
    /// Looks up the companies that `events` name.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        events: impl IntoIterator<Item = &CloudEvent>,
    ) -> Result<Self, DbErr> {
        let parents = ["parentId", "newParentId"];
        let named = |event: &CloudEvent| {
            let parents = parents.iter().filter_map(|key| text(&event.data, key));
            std::iter::once(event.subject.as_str()).chain(parents).map(str::to_owned).collect::<Vec<_>>()
        };
        let names: Vec<String> = events.into_iter().flat_map(named).collect();
        let mut known = store::owners_of_names(db, names.iter().map(String::as_str)).await?;
        let ids: Vec<(String, TenantId)> =
            names.into_iter().filter_map(|name| TenantId::parse(&name).map(|id| (name, id))).collect();
        let companies = store::companies(db, ids.iter().map(|(_, id)| *id)).await?;
        let there: HashSet<TenantId> = companies.into_iter().map(|company| company.id).collect();
        known.extend(ids.into_iter().filter(|(_, id)| there.contains(id)));
        Ok(Self(known))
    }

    fn find(&self, name: &str) -> Option<TenantId> {
        self.0.get(name).copied()
    }
}

/// Does to the chain what `event` tells, and answers what becomes of the event. No other transaction changes the chain.
pub(super) async fn take_effect(
    change: &mut Transaction,
    names: &mut Names,
    event: &CloudEvent,
) -> Result<Decision, DbErr> {
    let Some(subject) = names.find(&event.subject) else {
        return match event.event_type.as_str() {
            kinds::RESELLER_APPROVED => create(change, names, event).await,
            _ => Ok(WaitFor(event.subject.clone())),
        };
    };
    let done = Ok(Store(subject, None));
    let Some(line) = Line::of(change.db(), subject).await? else { return Ok(WaitFor(event.subject.clone())) };
    let (status, is_root) = (line.own().status, line.own().parent_id.is_none());
    match event.event_type.as_str() {
        kinds::RESELLER_APPROVED => switch(change, subject, status, TenantStatus::Active).await,
        kinds::RESELLER_DEACTIVATED | kinds::RESELLER_REACTIVATED if status == TenantStatus::Pending => {
            Ok(WaitFor(subject.to_string()))
        }
        kinds::RESELLER_DEACTIVATED if is_root => Ok(KeepApart("the root of the chain cannot be switched off".into())),
        kinds::RESELLER_DEACTIVATED => switch(change, subject, status, TenantStatus::Deactivated).await,
        kinds::RESELLER_REACTIVATED => switch(change, subject, status, TenantStatus::Active).await,
        kinds::SUBTREE_FROZEN if is_root => Ok(KeepApart("nobody is above the root who could freeze it".into())),
        kinds::SUBTREE_FROZEN => freeze(change, subject, event).await,
        kinds::SUBTREE_THAWED => {
            thaw(change, subject, event).await?;
            done
        }
        kinds::RESELLER_MOVED => move_below(change, names, &line, event).await,
        _ => done,
    }
}

async fn switch(change: &Transaction, id: TenantId, from: TenantStatus, to: TenantStatus) -> Result<Decision, DbErr> {
    if from != to {
        store::set_status(change.db(), id, to).await?;
    }
    Ok(Store(id, None))
}

/// A company that is not known is created under its parent, if enough is told of it.
async fn create(change: &Transaction, names: &mut Names, event: &CloudEvent) -> Result<Decision, DbErr> {
    let told = (text(&event.data, "parentId"), text(&event.data, "name"), text(&event.data, "currency"));
    let (Some(parent_name), Some(name), Some(currency)) = told else { return Ok(WaitFor(event.subject.clone())) };
    let external_id = &event.subject;
    if let Err(why) = check_identifier(external_id) {
        return Ok(KeepApart(format!("the external id of a new company {why}")));
    }
    let Some(parent) = names.find(parent_name) else { return Ok(WaitFor(parent_name.to_owned())) };
    let line = Line::of(change.db(), parent).await?;
    if line.is_none_or(|line| line.own().status == TenantStatus::Pending) {
        return Ok(WaitFor(parent.to_string()));
    }
    let joined_at =
        text(&event.data, "joinedAt").and_then(|text| text.parse().ok()).or(event.time).unwrap_or_else(|| change.now());
    let new = NewReseller {
        parent: Some(parent),
        name: name.to_owned(),
        external_id: Some(external_id.clone()),
        currency: currency.to_owned(),
        status: TenantStatus::Active,
        joined_at: joined_at.min(change.now()),
    };
    let company = new.into_row(change.now());
    let taken = store::owners_of_names(change.db(), [company.slug.as_str(), external_id]).await?;
    if let Some(taken) = taken.into_keys().next() {
        return Ok(KeepApart(format!("the name {taken:?} is another company's")));
    }
    let id = company.id;
    names.0.extend([(company.slug.clone(), id), (external_id.clone(), id)]);
    store::insert(change.db(), vec![company]).await?;
    Ok(Store(id, None))
}

/// The root freezes. It has one freeze on a company, however often it is told of.
async fn freeze(change: &Transaction, subject: TenantId, event: &CloudEvent) -> Result<Decision, DbErr> {
    let Some(root) = store::root(change.db()).await? else { return Ok(WaitFor(event.subject.clone())) };
    if store::freeze_by(change.db(), subject, root).await?.is_some() {
        return Ok(Store(subject, None));
    }
    let named = text(&event.data, "freezeId").map(|name| FreezeId::told(&event.source, name));
    let freeze = freeze::Model {
        id: named.unwrap_or_else(FreezeId::generate),
        owner_tenant_id: subject,
        placed_by_tenant_id: root,
        reason: text(&event.data, "reason").unwrap_or_default().to_owned(),
        frozen_at: change.now(),
    };
    if store::freeze(change.db(), freeze.id).await?.is_some() {
        return Ok(KeepApart("its freezeId is that of a freeze on another company".into()));
    }
    change.in_tenant(subject).insert::<freeze::Entity>(freeze.into()).await?;
    Ok(Store(subject, None))
}

/// Removes the freeze that is named, by its publisher or by us; without a name the root's own.
async fn thaw(change: &Transaction, subject: TenantId, event: &CloudEvent) -> Result<(), DbErr> {
    let own = change.in_tenant(subject);
    let which = if let Some(name) = text(&event.data, "freezeId") {
        let ours = public_id::parse("freeze", name).map(FreezeId);
        let named = [Some(FreezeId::told(&event.source, name)), ours];
        freeze::Column::Id.is_in(named.into_iter().flatten())
    } else {
        let Some(root) = store::root(change.db()).await? else { return Ok(()) };
        freeze::Column::PlacedByTenantId.eq(root)
    };
    own.delete_many::<freeze::Entity>(which).await.map(drop)
}

/// A move takes effect when it is recorded, never backdated: whatever was told before counts for the chain before.
async fn move_below(
    change: &mut Transaction,
    names: &Names,
    line: &Line,
    event: &CloudEvent,
) -> Result<Decision, DbErr> {
    let parent_name = text(&event.data, "newParentId").unwrap_or_default();
    let Some(new_parent) = names.find(parent_name) else { return Ok(WaitFor(parent_name.to_owned())) };
    let Some(target) = Line::of(change.db(), new_parent).await? else { return Ok(WaitFor(parent_name.to_owned())) };
    let subject = line.own().id;
    let Some(old_parent) = line.own().parent_id else {
        return Ok(KeepApart("the root of the chain cannot be moved".into()));
    };
    if target.has_at_or_above(subject) {
        return Ok(KeepApart("a company cannot be moved below itself".into()));
    }
    match target.own().status {
        TenantStatus::Active => {}
        TenantStatus::Pending => return Ok(WaitFor(new_parent.to_string())),
        TenantStatus::Deactivated => return Ok(KeepApart("the new parent is switched off".into())),
    }
    if old_parent != new_parent {
        lock(change.db(), Lock::Log).await?;
        let last = store::last_move(change.db()).await?.max(last_recorded(change.db()).await?);
        // Behind all that this change tells before it, too.
        let last = last.unwrap_or(change.now()).max(change.now());
        change.happens_after(last);
        store::set_parent(change.db(), subject, old_parent, new_parent, change.now()).await?;
    }
    Ok(Store(subject, Some(change.now())))
}

fn text<'d>(data: &'d Map<String, Value>, key: &str) -> Option<&'d str> {
    data.get(key).and_then(Value::as_str)
}
