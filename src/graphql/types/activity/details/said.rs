//! Reading the data of events.

use async_graphql::ID;
use iso_currency::Currency as Iso4217;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::PriceChange;
use crate::graphql::scalars::{Currency, DateTime};
use crate::graphql::types::money::Money;
use crate::money;

/// Data of an event, of which nothing is sure.
pub(super) struct Said<'d>(pub(super) &'d Value);

impl Said<'_> {
    pub(super) fn value<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.0.get(key)?.clone()).ok()
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.value(key)
    }

    pub(super) fn id(&self, key: &str) -> Option<ID> {
        self.text(key).map(ID)
    }

    pub(super) fn instant(&self, key: &str) -> Option<DateTime> {
        self.0.get(key)?.as_str()?.parse().ok().map(DateTime)
    }

    pub(super) fn currency(&self) -> Option<Currency> {
        Iso4217::from_code(self.0.get("currency")?.as_str()?).map(Currency)
    }

    /// Minor units of the currency that the data name.
    pub(super) fn money(&self, key: &str) -> Option<Money> {
        let Currency(currency) = self.currency()?;
        Some(money::Money::new(self.value(key)?, currency).into())
    }

    pub(super) fn items(&self) -> Vec<PriceChange> {
        let items = self.0.get("items").and_then(Value::as_array).into_iter().flatten();
        let change = |item| {
            let said = Said(item);
            let (old_price, new_price) = (said.money("oldPriceMinor"), said.money("newPriceMinor"));
            PriceChange { sku: said.text("sku"), old_price, new_price }
        };
        items.map(change).collect()
    }
}
