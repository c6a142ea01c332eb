//! What the data of an event must have, for the types that the contract with the modules names. What else there is, is kept.

use entity::{OrderStatus, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::cloudevent::{AN_INSTANT, Malformed, is_plain};
use crate::events::kinds;
use crate::modules::admin::names;
use crate::money::MAX_MINOR;
use crate::names::{MAX_LENGTH, check_name};

/// The longest reason, in characters.
const MAX_REASON: usize = 500;

/// Checks what is known of the data of such an event.
pub(super) fn check(event_type: &str, data: &Map<String, Value>) -> Result<(), Malformed> {
    let data = Data(data);
    match event_type {
        kinds::RESELLER_APPROVED | kinds::RESELLER_APPLIED => {
            data.may_have("parentId", A_NAME, is_name)?;
            data.may_have("name", "the name of a company", |name| {
                name.as_str().is_some_and(|name| check_name(name).is_ok())
            })?;
            data.may_have("currency", A_CURRENCY, is_currency)?;
            data.may_have("joinedAt", AN_INSTANT, is_instant)
        }
        kinds::RESELLER_DEACTIVATED => data.may_have("reason", A_REASON, is_reason),
        kinds::SUBTREE_FROZEN => {
            data.may_have("reason", A_REASON, is_reason)?;
            data.may_have("freezeId", A_NAME, is_name)
        }
        kinds::SUBTREE_THAWED => data.may_have("freezeId", A_NAME, is_name),
        kinds::RESELLER_MOVED => data.must_have("newParentId", A_NAME, is_name),
        kinds::PRICING_UPDATED => items(&data),
        kinds::ORDER_STATUS_CHANGED => {
            data.may_have("from", "null or the state of an order", is_status)?;
            data.must_have("to", "the state of an order", is_status)?;
            order(&data)
        }
        kinds::ORDER_DELIVERED => {
            data.may_have("deliveredAt", AN_INSTANT, is_instant)?;
            order(&data)
        }
        _ => Ok(()),
    }
}

const A_NAME: &str = "a text of 1 to 200 printable characters";
const A_CURRENCY: &str = "a currency of ISO 4217, such as \"USD\"";
const A_REASON: &str = "a text of at most 500 characters";
const AN_AMOUNT: &str = "an integer of minor units, 0 or more";

fn order(data: &Data<'_>) -> Result<(), Malformed> {
    data.must_have("orderId", A_NAME, is_name)?;
    data.must_have("amountMinor", AN_AMOUNT, is_amount)?;
    data.must_have("currency", A_CURRENCY, is_currency)?;
    data.must_have("placedAt", AN_INSTANT, is_instant)
}

fn items(data: &Data<'_>) -> Result<(), Malformed> {
    let items = data.0.get("items").and_then(Value::as_array);
    let items = items.ok_or_else(|| Malformed::new("data.items", "a list of prices"))?;
    for (number, item) in items.iter().enumerate() {
        let place = format!("items[{number}]");
        let item = item.as_object().ok_or_else(|| Malformed::new(format!("data.{place}"), "an object"))?;
        let item = Data(item);
        let named = |error: Malformed| Malformed {
            field: error.field.replacen("data.", &format!("data.{place}."), 1),
            ..error
        };
        item.must_have("sku", A_NAME, is_name).map_err(named)?;
        item.may_have("oldPriceMinor", AN_AMOUNT, is_amount).map_err(named)?;
        item.must_have("newPriceMinor", AN_AMOUNT, is_amount).map_err(named)?;
        item.must_have("currency", A_CURRENCY, is_currency).map_err(named)?;
    }
    Ok(())
}

/// The data of an event, or a part of them.
struct Data<'d>(&'d Map<String, Value>);

impl Data<'_> {
    fn must_have(&self, key: &str, expected: &str, is: impl Fn(&Value) -> bool) -> Result<(), Malformed> {
        let has = self.0.get(key).is_some_and(is);
        if has { Ok(()) } else { Err(Malformed::new(format!("data.{key}"), expected)) }
    }

    fn may_have(&self, key: &str, expected: &str, is: impl Fn(&Value) -> bool) -> Result<(), Malformed> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(()),
            Some(_) => self.must_have(key, expected, is),
        }
    }
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|text| is_plain(text, MAX_LENGTH))
}

fn is_reason(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.chars().count() <= MAX_REASON)
}

fn is_currency(value: &Value) -> bool {
    value.as_str().is_some_and(names::is_currency)
}

fn is_instant(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok())
}

fn is_amount(value: &Value) -> bool {
    value.as_i64().is_some_and(|minor| (0..=MAX_MINOR).contains(&minor))
}

fn is_status(value: &Value) -> bool {
    OrderStatus::deserialize(value).is_ok()
}
