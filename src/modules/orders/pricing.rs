//! What the lines of an order cost one company.

use entity::TenantId;
use iso_currency::Currency;

use super::Orders;
use crate::bus::contract::catalog::{Quote, Quoted};
use crate::bus::{CallError, Module, Unavailable};
use crate::money::{MAX_MINOR, Money};
use crate::tenancy::{Actor, Scope};

/// What an order's lines cost one company, in the lines' order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prices {
    /// What one of each costs: minor units.
    pub(super) units: Vec<i64>,
    /// What each line costs: minor units.
    pub(super) amounts: Vec<i64>,
    /// What all of it costs.
    pub(super) total: Money,
}

/// Why lines have no price together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unpriced {
    /// The line at this place is of nothing that is sold.
    NotSold(usize),
    /// They cost amounts of several currencies.
    Currencies(Vec<Currency>),
    /// They cost more than an amount may be.
    TooMuch,
}

/// What so many of each cost at these quotes.
pub(super) fn price(quantities: &[i64], quotes: &[Option<Quoted>]) -> Result<Prices, Unpriced> {
    let mut costs = Vec::with_capacity(quotes.len());
    for (place, quote) in quotes.iter().enumerate() {
        costs.push(quote.as_ref().ok_or(Unpriced::NotSold(place))?.cost);
    }
    let mut currencies: Vec<Currency> = costs.iter().map(|cost| cost.currency).collect();
    currencies.sort_by_key(Currency::code);
    currencies.dedup();
    let [currency] = *currencies else { return Err(Unpriced::Currencies(currencies)) };
    let amount = |(cost, quantity): (&Money, &i64)| cost.minor.checked_mul(*quantity).ok_or(Unpriced::TooMuch);
    let amounts = costs.iter().zip(quantities).map(amount).collect::<Result<Vec<_>, _>>()?;
    let total = amounts.iter().try_fold(0_i64, |total, amount| total.checked_add(*amount));
    let total = total.filter(|total| *total <= MAX_MINOR).ok_or(Unpriced::TooMuch)?;
    Ok(Prices { units: costs.iter().map(|cost| cost.minor).collect(), amounts, total: Money::new(total, currency) })
}

/// The currencies in words, such as `EUR and USD`.
pub(super) fn in_words(currencies: &[Currency]) -> String {
    currencies.iter().map(Currency::code).collect::<Vec<_>>().join(" and ")
}

impl Orders {
    /// What Catalog says that one of each of `skus` costs `company`; `actor` asks.
    pub(super) async fn quote(
        &self,
        actor: Actor,
        company: TenantId,
        skus: Vec<String>,
    ) -> Result<Vec<Option<Quoted>>, CallError> {
        let expected = skus.len();
        // Who holds an order may have a price that the one who acts may not ask for: a company that was switched off.
        let asker = if actor.scope == Scope::Tenant(company) { actor } else { Actor::central() };
        let quotes = self.bus.call_in_tenant::<Quote>(asker, company, skus).await?;
        let makes_sense = |quote: &Option<Quoted>| quote.as_ref().is_none_or(|quote| quote.cost.minor >= 0);
        if quotes.len() == expected && quotes.iter().all(makes_sense) {
            return Ok(quotes);
        }
        let cause = "a quote that makes no sense".to_owned();
        Err(Unavailable { module: Module::Catalog, cause, is_lasting: false }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(minor: i64, currency: Currency) -> Quoted {
        Quoted { name: "A thing".to_owned(), cost: Money::new(minor, currency), granted: true }
    }

    #[test]
    fn a_line_costs_its_quantity_times_the_price_of_one() {
        let quotes = [quoted(250, Currency::USD), quoted(0, Currency::USD)].map(Some);
        let prices = price(&[3, 1], &quotes).expect("prices");
        let expected = Prices { units: vec![250, 0], amounts: vec![750, 0], total: Money::new(750, Currency::USD) };
        assert_eq!(prices, expected);
    }

    #[test]
    fn what_has_no_price_together_is_told() {
        let (dollar, euro) = (Some(quoted(1, Currency::USD)), Some(quoted(1, Currency::EUR)));
        let dear = Some(quoted(MAX_MINOR, Currency::USD));
        assert_eq!(price(&[1, 1], &[dollar.clone(), None]), Err(Unpriced::NotSold(1)));
        let mixed = Unpriced::Currencies(vec![Currency::EUR, Currency::USD]);
        assert_eq!(price(&[1, 1, 1], &[dollar.clone(), euro, dollar.clone()]), Err(mixed));
        assert_eq!(price(&[1, 1], &[dear.clone(), dollar]), Err(Unpriced::TooMuch));
        let quotes = [dear];
        assert!(price(&[1], &quotes).is_ok());
        assert_eq!(price(&[1_000_000], &quotes), Err(Unpriced::TooMuch), "beyond what a number holds");
    }
}
