//! The API's own scalars.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use entity::Timestamp;
use iso_currency::Currency as Iso4217;

/// An instant by RFC 3339, in UTC, such as `2026-11-22T19:02:20Z`. Finer than a microsecond is cut off.
pub struct DateTime(pub Timestamp);

/// An instant by RFC 3339, in UTC, such as `2026-11-22T19:02:20Z`. Finer than a microsecond is cut off.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        text.parse()
            .map(Self)
            .map_err(|_| InputValueError::custom("expected an instant by RFC 3339, such as 2026-11-22T19:02:20Z"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339())
    }
}

/// A currency by ISO 4217, such as `USD`.
pub struct Currency(pub Iso4217);

/// A currency by ISO 4217, such as `USD`.
#[Scalar(specified_by_url = "https://www.iso.org/iso-4217-currency-codes.html")]
impl ScalarType for Currency {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(code) = &value else { return Err(InputValueError::expected_type(value)) };
        let currency = Iso4217::from_code(code).map(Self);
        currency.ok_or_else(|| InputValueError::custom("expected a currency of ISO 4217, such as USD"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.code().to_owned())
    }
}

/// An e-mail address.
pub struct EmailAddress(pub String);

/// An e-mail address.
#[Scalar(specified_by_url = "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address")]
impl ScalarType for EmailAddress {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(address) if address.contains('@') => Ok(Self(address)),
            _ => Err(InputValueError::custom("expected an e-mail address")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
