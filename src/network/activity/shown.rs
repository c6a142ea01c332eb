//! What of an event's data a company may know: all of it where the event is about itself; otherwise what the contract with the modules names, and nothing else.
//!
//! So contact data, addresses and secrets never travel, whatever a module puts into its events. A company in the data shows as its global id, and only to
//! those in whose line it is. What an event says of prices to a child is bounded further, by what that child may buy: Catalog knows it.

use entity::{TenantId, public_id};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ActivityEvent;
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
const NAMED: [(&str, Onlooker, &[&str]); 12] = [
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
];

/// What is named of each of the `items`.
const OF_ITEM: [&str; 4] = ["sku", "oldPriceMinor", "newPriceMinor", "currency"];

/// Keys whose values are companies.
const COMPANIES: [&str; 5] = ["parentId", "oldParentId", "newParentId", "grantedBy", "placedBy"];

/// Keys whose values are ids of ours where the event is, and the kind of id that the API has for them.
const IDS: [(&str, &str); 4] =
    [("orderId", "order"), ("entryId", "entry"), ("freezeId", "freeze"), ("personId", "person")];

/// What the company `viewer` of `chain` may know of the data of `event`.
#[must_use]
pub fn data(chain: &Snapshot, viewer: NodeIndex, event: &ActivityEvent) -> Value {
    let named: Box<dyn Fn(&str) -> bool> = match onlooker(event) {
        None => Box::new(|_| true),
        Some(onlooker) => {
            let named = named(&event.event_type, onlooker);
            Box::new(move |key| named.contains(&key))
        }
    };
    let Value::Object(all) = &event.data else {
        return if event.distance == 0 { event.data.clone() } else { Value::Object(Map::new()) };
    };
    let told = all.iter().filter(|(key, _)| named(key));
    let told = told.filter_map(|(key, value)| Some((key.clone(), part(chain, viewer, event, key, value)?)));
    Value::Object(told.collect())
}

/// The products of which an event tells a child the prices.
pub fn priced(event: &ActivityEvent) -> impl Iterator<Item = &str> {
    let items = event.data.get("items").and_then(Value::as_array).into_iter().flatten();
    items.filter(|_| onlooker(event) == Some(Child)).filter_map(|item| item.get("sku")?.as_str())
}

/// Takes out of `data` the prices of products for which `is_sold` does not hold.
pub fn retain_priced(data: &mut Value, is_sold: impl Fn(&str) -> bool) {
    if let Some(items) = data.get_mut("items").and_then(Value::as_array_mut) {
        items.retain(|item| item.get("sku").and_then(Value::as_str).is_some_and(&is_sold));
    }
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
fn part(chain: &Snapshot, viewer: NodeIndex, event: &ActivityEvent, key: &str, value: &Value) -> Option<Value> {
    if COMPANIES.contains(&key) {
        return match value.as_str().and_then(|name| company(chain, name)) {
            Some(company) => in_line(chain, viewer, company),
            None => (event.distance == 0).then(|| value.clone()),
        };
    }
    if let (Some((_, kind)), true) = (IDS.iter().find(|(of, _)| *of == key), event.is_own) {
        let id = value.as_str().and_then(|text| Uuid::parse_str(text).ok());
        return Some(id.map_or_else(|| value.clone(), |id| Value::String(public_id::write(kind, id))));
    }
    if key == "items" && event.distance != 0 {
        return items(value);
    }
    // Nothing is known of what is inside of anything else.
    let is_plain = matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_));
    let is_list_of_plain =
        value.as_array().is_some_and(|list| !list.iter().any(|one| one.is_object() || one.is_array()));
    (event.distance == 0 || is_plain || is_list_of_plain).then(|| value.clone())
}

fn items(items: &Value) -> Option<Value> {
    let items = items.as_array()?.iter().filter_map(Value::as_object);
    let items = items.map(|item| {
        let named = item
            .iter()
            .filter(|(key, value)| OF_ITEM.contains(&key.as_str()) && !value.is_object() && !value.is_array());
        Value::Object(named.map(|(key, value)| (key.clone(), value.clone())).collect())
    });
    Some(Value::Array(items.collect()))
}

/// The company that is named by its id, slug or external id.
fn company(chain: &Snapshot, name: &str) -> Option<NodeIndex> {
    TenantId::parse(name).and_then(|id| chain.find(id)).or_else(|| chain.find_named(name))
}

/// The global id of a company, where it is above or below the viewer.
fn in_line(chain: &Snapshot, viewer: NodeIndex, company: NodeIndex) -> Option<Value> {
    let in_line = chain.is_at_or_above(viewer, company) || chain.is_at_or_above(company, viewer);
    in_line.then(|| Value::String(public_id::write(TenantId::PREFIX, chain.id(company).0)))
}
