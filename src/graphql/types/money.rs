//! Money, decimals and percentages.

use async_graphql::{InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};

use crate::error::{Refusal, RefusalCode};
use crate::graphql::scalars::Currency;
use crate::money::{self, Rate};

/// An exact decimal number as a string, such as `"1234.50"`; never a float.
pub struct Decimal(pub String);

/// An exact decimal number as a string, such as `"1234.50"`; never a float.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            _ => Err(InputValueError::custom("expected a decimal number as a string, such as \"1234.50\"")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl From<Rate> for Decimal {
    /// As a percentage.
    fn from(rate: Rate) -> Self {
        Self(rate.percent())
    }
}

/// An amount of one currency. Two currencies are never added up or converted.
#[derive(SimpleObject)]
pub struct Money {
    /// The amount, with all decimal places of its currency.
    amount: Decimal,
    /// The currency.
    currency: Currency,
}

impl From<money::Money> for Money {
    fn from(money: money::Money) -> Self {
        Self { amount: Decimal(money.amount()), currency: Currency(money.currency) }
    }
}

/// Each of `amounts`.
pub fn amounts(amounts: &[money::Money]) -> Vec<Money> {
    amounts.iter().copied().map(Money::from).collect()
}

/// An amount of one currency.
#[derive(InputObject)]
pub struct MoneyInput {
    /// The amount, with at most the decimal places of its currency.
    amount: Decimal,
    /// The currency.
    currency: Currency,
}

impl MoneyInput {
    /// The amount that the input field `field` holds.
    ///
    /// # Errors
    /// `INVALID` where it is no such amount.
    pub fn read(&self, field: &str) -> Result<money::Money, Refusal> {
        let invalid = |why: String| Refusal::new(RefusalCode::Invalid, &format!("{field}.amount"), sentence(&why));
        money::Money::parse(&self.amount.0, self.currency.0).map_err(invalid)
    }
}

/// The percentage that the input field `field` holds.
///
/// # Errors
/// `INVALID` where it is no decimal number, or finer than four places.
pub fn read_percent(field: &str, percent: &Decimal) -> Result<Rate, Refusal> {
    let expected = "Expected a percentage with at most 4 decimal places, such as \"12.5\".";
    Rate::parse_percent(&percent.0).ok_or_else(|| Refusal::new(RefusalCode::Invalid, field, expected))
}

/// `words` as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
