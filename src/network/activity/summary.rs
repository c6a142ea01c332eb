//! An event in words, for people.

use iso_currency::Currency;
use serde_json::value::RawValue;

use super::members::{self, Members};
use crate::events::kinds;
use crate::money::Money;

/// One line that says what happened: to the company called `name`, by the data that the reader may know.
#[must_use]
pub fn summary(event_type: &str, name: &str, data: &Members<'_>) -> String {
    match event_type {
        kinds::RESELLER_APPLIED => format!("{name} applied to join"),
        kinds::RESELLER_APPROVED => format!("{name} was approved"),
        kinds::RESELLER_DEACTIVATED => format!("{name} was deactivated{}", because(data)),
        kinds::RESELLER_REACTIVATED => format!("{name} was reactivated"),
        kinds::SUBTREE_FROZEN => format!("{name} and its downline were frozen{}", because(data)),
        kinds::SUBTREE_THAWED => format!("A freeze of {name} and its downline was lifted"),
        kinds::RESELLER_MOVED => format!("{name} was moved, with its downline"),
        kinds::MEMBERSHIP_GRANTED => match data.text("role") {
            Some(role) => format!("Somebody became {role} of {name}"),
            None => format!("Somebody became a member of {name}"),
        },
        kinds::MEMBERSHIP_REMOVED => format!("Somebody is no member of {name} any more"),
        kinds::INVITATION_WITHDRAWN => format!("Somebody is not invited to {name} any more"),
        kinds::MEMBER_INVITED => match data.text("role") {
            Some(role) => format!("Somebody was invited to be {role} of {name}"),
            None => format!("Somebody was invited to {name}"),
        },
        kinds::PRODUCT_SAVED => match (data.text("name"), data.text("sku")) {
            (Some(product), Some(sku)) => format!("{name} saved the product {product} ({sku})"),
            _ => format!("{name} saved a product"),
        },
        kinds::PRICING_UPDATED => pricing(name, data),
        kinds::ACCESS_CHANGED => format!("{name} was granted {}", access(data)),
        kinds::ORDER_STATUS_CHANGED => {
            let step = match (data.text("from").as_deref(), data.text("to").as_deref()) {
                (None, Some("PLACED")) => "was placed".to_owned(),
                (_, Some(to)) => format!("is {to}"),
                (_, None) => "went on".to_owned(),
            };
            format!("{} {step}", order(name, data))
        }
        kinds::ORDER_DELIVERED => format!("{} was delivered", order(name, data)),
        kinds::CREDIT_GRANTED => match amount(data, "limitMinor") {
            Some(limit) => format!("{name} may owe {limit}"),
            None => format!("{name} was granted credit"),
        },
        kinds::LEDGER_POSTED => match amount(data, "amountMinor") {
            Some(amount) => format!("{amount} was posted to the ledger of {name}"),
            None => format!("An entry was added to the ledger of {name}"),
        },
        kinds::SETTINGS_CHANGED => format!("{name} changed its settings"),
        kinds::UPLINE_REQUEST_RECEIVED => format!("{name} is asked {}", wish(data)),
        kinds::UPLINE_REQUEST_STATUS_CHANGED => match (data.text("from"), data.text("to")) {
            (None, Some(_)) => format!("{name} asks its upline {}", wish(data)),
            (_, Some(to)) => format!("{name}'s request to its upline {} is {to}", wish(data)),
            (_, None) => format!("{name} asked its upline {}", wish(data)),
        },
        kinds::REFERRAL_CODE_GENERATED => format!("{name} was given a referral code"),
        kinds::REFERRAL_CODE_CLAIMED => format!("A referral code of {name} was shown"),
        kinds::REFERRAL_CODE_REVOKED => format!("A referral code of {name} was revoked{}", because(data)),
        // Of what is not known, the name of its type says most.
        other => format!("{name}: {other}"),
    }
}

/// What is asked of an upline.
fn wish(data: &Members<'_>) -> &'static str {
    match data.text("action").as_deref() {
        Some("FORWARD_ORDER") => "to take over an order",
        Some("REQUEST_CATALOG_ACCESS") => "for a category of products",
        Some("REQUEST_CREDIT") => "for credit",
        Some("GENERATE_REFERRAL_CODE") => "for a referral code",
        _ => "for something",
    }
}

fn pricing(name: &str, data: &Members<'_>) -> String {
    let items: Vec<&RawValue> = data.get("items").unwrap_or_default();
    let [item] = *items else {
        return match items.len() {
            0 => format!("{name} changed its prices"),
            count => format!("{name} changed the prices of {count} products"),
        };
    };
    let item: Members<'_> = members::read(item).unwrap_or_default();
    match (item.text("sku"), amount(&item, "newPriceMinor")) {
        (Some(sku), Some(price)) => format!("{name} takes {price} for {sku} now"),
        _ => format!("{name} changed a price"),
    }
}

fn access(data: &Members<'_>) -> String {
    if data.get("all") == Some(true) {
        return "all categories".to_owned();
    }
    let categories: Vec<&RawValue> = data.get("categories").unwrap_or_default();
    let categories: Vec<_> = categories.into_iter().filter_map(members::text).collect();
    if categories.is_empty() { "no category".to_owned() } else { categories.join(", ") }
}

fn order(name: &str, data: &Members<'_>) -> String {
    let order = match data.text("reference") {
        Some(reference) => format!("Order {reference} of {name}"),
        None => format!("An order of {name}"),
    };
    match amount(data, "amountMinor") {
        Some(amount) => format!("{order} over {amount}"),
        None => order,
    }
}

fn because(data: &Members<'_>) -> String {
    data.text("reason").map(|reason| format!(": {reason}")).unwrap_or_default()
}

fn amount(data: &Members<'_>, key: &str) -> Option<String> {
    let currency = Currency::from_code(&data.text("currency")?)?;
    let amount = Money::new(data.get(key)?, currency);
    Some(format!("{} {}", amount.amount(), currency.code()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A type of event, its data, and how it reads with them and without.
    type Line = (&'static str, Value, &'static str, &'static str);

    fn assert_lines(lines: Vec<Line>) {
        for (kind, data, full, empty) in lines {
            let data = data.to_string();
            assert_eq!(summary(kind, "Acme", &Members::of(&data).expect("an object")), full);
            assert_eq!(summary(kind, "Acme", &Members::default()), empty);
        }
    }

    #[test]
    fn what_happens_to_a_company_has_a_line_for_each_type() {
        assert_lines(vec![
            (kinds::RESELLER_APPLIED, json!({}), "Acme applied to join", "Acme applied to join"),
            (kinds::RESELLER_APPROVED, json!({}), "Acme was approved", "Acme was approved"),
            (
                kinds::RESELLER_DEACTIVATED,
                json!({ "reason": "it left" }),
                "Acme was deactivated: it left",
                "Acme was deactivated",
            ),
            (kinds::RESELLER_REACTIVATED, json!({}), "Acme was reactivated", "Acme was reactivated"),
            (
                kinds::SUBTREE_FROZEN,
                json!({ "reason": "unpaid" }),
                "Acme and its downline were frozen: unpaid",
                "Acme and its downline were frozen",
            ),
            (
                kinds::SUBTREE_THAWED,
                json!({}),
                "A freeze of Acme and its downline was lifted",
                "A freeze of Acme and its downline was lifted",
            ),
            (
                kinds::RESELLER_MOVED,
                json!({}),
                "Acme was moved, with its downline",
                "Acme was moved, with its downline",
            ),
            (
                kinds::MEMBERSHIP_GRANTED,
                json!({ "role": "ADMIN" }),
                "Somebody became ADMIN of Acme",
                "Somebody became a member of Acme",
            ),
        ]);
    }

    #[test]
    fn what_happens_in_the_trade_has_a_line_for_each_type() {
        let priced =
            |sku: &str| json!({ "sku": sku, "oldPriceMinor": 1_000, "newPriceMinor": 1_250, "currency": "USD" });
        let ordered =
            json!({ "reference": "A-1", "from": "PLACED", "to": "CONFIRMED", "amountMinor": 500, "currency": "JPY" });
        assert_lines(vec![
            (
                kinds::PRODUCT_SAVED,
                json!({ "sku": "mug", "name": "Mug" }),
                "Acme saved the product Mug (mug)",
                "Acme saved a product",
            ),
            (
                kinds::PRICING_UPDATED,
                json!({ "items": [priced("mug")] }),
                "Acme takes 12.50 USD for mug now",
                "Acme changed its prices",
            ),
            (
                kinds::PRICING_UPDATED,
                json!({ "items": [priced("mug"), priced("book")] }),
                "Acme changed the prices of 2 products",
                "Acme changed its prices",
            ),
            (
                kinds::ACCESS_CHANGED,
                json!({ "all": false, "categories": ["Paper", "Pens"] }),
                "Acme was granted Paper, Pens",
                "Acme was granted no category",
            ),
            (
                kinds::ACCESS_CHANGED,
                json!({ "all": true }),
                "Acme was granted all categories",
                "Acme was granted no category",
            ),
            (
                kinds::ORDER_STATUS_CHANGED,
                ordered.clone(),
                "Order A-1 of Acme over 500 JPY is CONFIRMED",
                "An order of Acme went on",
            ),
            (
                kinds::ORDER_STATUS_CHANGED,
                json!({ "from": null, "to": "PLACED" }),
                "An order of Acme was placed",
                "An order of Acme went on",
            ),
            (
                kinds::ORDER_DELIVERED,
                ordered,
                "Order A-1 of Acme over 500 JPY was delivered",
                "An order of Acme was delivered",
            ),
            (
                kinds::LEDGER_POSTED,
                json!({ "amountMinor": -1_250, "currency": "USD" }),
                "-12.50 USD was posted to the ledger of Acme",
                "An entry was added to the ledger of Acme",
            ),
            (kinds::SETTINGS_CHANGED, json!({}), "Acme changed its settings", "Acme changed its settings"),
            (
                "ResellerCrm.note.added",
                json!({ "text": "secret" }),
                "Acme: ResellerCrm.note.added",
                "Acme: ResellerCrm.note.added",
            ),
        ]);
    }
}
