//! What of an event's data a company may know: all of it where the event is about itself; otherwise what the contract with the modules names, and nothing else.
//!
//! So contact data, addresses and secrets never travel, whatever a module puts into its events. A company in the data shows as its global id, and only to
//! those in whose line it is. What an event says of prices to a child is bounded further, by what that child may buy: Catalog knows it.

use std::borrow::Cow;

use entity::{TenantId, public_id};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::ActivityEvent;
use super::members::{self, Members};
use crate::events::kinds;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// Who looks at an event that is not about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onlooker {
    /// A company above the subject.
    Upline,
    /// A company directly below it.
    Child,
}

use Onlooker::{Child, Upline};

const OF_COMPANY: &[&str] = &["parentId", "name", "currency", "joinedAt"];
const OF_ORDER: &[&str] = &["orderId", "from", "to", "amountMinor", "currency", "placedAt", "deliveredAt"];

/// What is named, for each type and each who may see such an event at all.
const NAMED: [(&str, Onlooker, &[&str]); 13] = [
    (kinds::RESELLER_APPLIED, Upline, OF_COMPANY),
    (kinds::RESELLER_APPROVED, Upline, OF_COMPANY),
    (kinds::RESELLER_DEACTIVATED, Upline, &["reason"]),
    (kinds::RESELLER_REACTIVATED, Upline, &[]),
    (kinds::SUBTREE_FROZEN, Upline, &["reason", "freezeId"]),
    (kinds::SUBTREE_THAWED, Upline, &["freezeId"]),
    (kinds::RESELLER_MOVED, Upline, &["newParentId"]),
    (kinds::PRICING_UPDATED, Upline, &["items"]),
    (kinds::PRICING_UPDATED, Child, &["items"]),
    (kinds::ACCESS_CHANGED, Upline, &["all", "categories"]),
    (kinds::ORDER_STATUS_CHANGED, Upline, OF_ORDER),
    (kinds::ORDER_DELIVERED, Upline, OF_ORDER),
    (kinds::CREDIT_GRANTED, Upline, &["currency", "limitMinor", "oldLimitMinor"]),
];

/// What is named of each of the `items`.
const OF_ITEM: [&str; 4] = ["sku", "oldPriceMinor", "newPriceMinor", "currency"];

/// Keys whose values are companies.
const COMPANIES: [&str; 6] = ["parentId", "oldParentId", "newParentId", "grantedBy", "placedBy", "requesterId"];

/// Keys whose values are ids of ours where the event is, and the kind of id that the API has for them.
const IDS: [(&str, &str); 6] = [
    ("orderId", "order"),
    ("entryId", "entry"),
    ("freezeId", "freeze"),
    ("personId", "person"),
    ("requestId", "request"),
    ("codeId", "referral"),
];

/// What the company `viewer` of `chain` may know of the data of `event`; nothing where these are no object, which no version of this program writes. Of a
/// company's prices its child learns those of the products for which `is_sold` holds.
#[must_use]
pub fn data<'e>(
    chain: &Snapshot,
    viewer: NodeIndex,
    event: &'e ActivityEvent,
    is_sold: impl Fn(&str) -> bool,
) -> Members<'e> {
    let Some(members) = Members::of(&event.data) else {
        tracing::error!(position = event.position.0, "the data of an event are no JSON object; they are not shown");
        return Members::default();
    };
    let named = onlooker(event).map(|onlooker| named(&event.event_type, onlooker));
    members.filter_map(|key, value| {
        let is_told = named.is_none_or(|named| named.contains(&key));
        if is_told { part(chain, viewer, event, (key, value), &is_sold) } else { None }
    })
}

/// The products of which an event tells a child the prices.
#[must_use]
pub fn priced(event: &ActivityEvent) -> Vec<String> {
    if onlooker(event) != Some(Child) {
        return Vec::new();
    }
    let items: Vec<Value> = Members::of(&event.data).and_then(|members| members.get("items")).unwrap_or_default();
    items.iter().filter_map(sku).map(str::to_owned).collect()
}

fn onlooker(event: &ActivityEvent) -> Option<Onlooker> {
    match event.distance {
        0 => None,
        1.. => Some(Upline),
        _ => Some(Child),
    }
}

fn named(event_type: &str, onlooker: Onlooker) -> &'static [&'static str] {
    let found = NAMED.iter().find(|(of, who, _)| *of == event_type && *who == onlooker);
    found.map(|(.., named)| *named).unwrap_or_default()
}

/// The value of a key, as it is shown; None where it is not.
fn part<'e>(
    chain: &Snapshot,
    viewer: NodeIndex,
    event: &ActivityEvent,
    (key, value): (&str, Cow<'e, RawValue>),
    is_sold: impl Fn(&str) -> bool,
) -> Option<Cow<'e, RawValue>> {
    if COMPANIES.contains(&key) {
        return match members::text(&value).and_then(|name| company(chain, &name)) {
            Some(company) => id(&in_line(chain, viewer, company)?),
            None => (event.distance == 0).then_some(value),
        };
    }
    if let (Some((_, kind)), true) = (IDS.iter().find(|(of, _)| *of == key), event.is_own) {
        let own = members::text(&value).and_then(|text| Uuid::parse_str(&text).ok());
        return own.map_or(Some(value), |own| id(&public_id::write(kind, own)));
    }
    if key == "items" && event.distance != 0 {
        let is_told = |item: &Value| onlooker(event) != Some(Child) || sku(item).is_some_and(&is_sold);
        return items(&value, is_told);
    }
    // Nothing is known of what is inside of anything else.
    (event.distance == 0 || is_plain(&value) || is_list_of_plain(&value)).then_some(value)
}

/// An id of the API, as a value.
fn id<'e>(id: &str) -> Option<Cow<'e, RawValue>> {
    to_raw_value(id).ok().map(Cow::Owned)
}

/// Whether a value is no object and no list.
fn is_plain(value: &RawValue) -> bool {
    !value.get().starts_with(['{', '['])
}

fn is_list_of_plain(value: &RawValue) -> bool {
    members::read::<Vec<&RawValue>>(value).is_some_and(|list| list.into_iter().all(is_plain))
}

/// Of each item that is told what is named of it.
fn items<'e>(value: &RawValue, is_told: impl Fn(&Value) -> bool) -> Option<Cow<'e, RawValue>> {
    let mut items: Vec<Value> = members::read(value)?;
    items.retain(|item| item.is_object() && is_told(item));
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.retain(|key, value| OF_ITEM.contains(&key.as_str()) && !value.is_object() && !value.is_array());
    }
    to_raw_value(&items).ok().map(Cow::Owned)
}

fn sku(item: &Value) -> Option<&str> {
    item.get("sku")?.as_str()
}

/// The company that is named by its id, slug or external id.
fn company(chain: &Snapshot, name: &str) -> Option<NodeIndex> {
    TenantId::parse(name).and_then(|id| chain.find(id)).or_else(|| chain.find_named(name))
}

/// The global id of a company, where it is above or below the viewer.
fn in_line(chain: &Snapshot, viewer: NodeIndex, company: NodeIndex) -> Option<String> {
    let in_line = chain.is_at_or_above(viewer, company) || chain.is_at_or_above(company, viewer);
    in_line.then(|| public_id::write(TenantId::PREFIX, chain.id(company).0))
}
