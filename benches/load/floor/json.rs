//! Values as the API writes them, straight into the answer: no text is made of them before.

use entity::{TenantId, public_id};
use iso_currency::Currency;
use reseller_network::money;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use time::Date;
use uuid::Uuid;

const PREFIX: &[u8] = TenantId::PREFIX.as_bytes();

/// A company's id, such as `reseller_01h455vb4pex5vsknk084sn02q`.
#[derive(Clone, Copy)]
pub(super) struct Id(pub(super) Uuid);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [b'_'; PREFIX.len() + 1 + public_id::SUFFIX];
        text[..PREFIX.len()].copy_from_slice(PREFIX);
        text[PREFIX.len() + 1..].copy_from_slice(&public_id::suffix(self.0));
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// An amount with its currency: `{"amount":"12.50","currency":"USD"}`.
#[derive(Clone, Copy)]
pub(super) struct Money(pub(super) money::Money);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Money", 2)?;
        object.serialize_field("amount", &Decimal::of(self.0))?;
        object.serialize_field("currency", self.0.currency.code())?;
        object.end()
    }
}

/// A rate as a percentage without needless zeros: `"12.5"`.
#[derive(Clone, Copy)]
pub(super) struct Percent(pub(super) money::Rate);

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let zeros = (0..=4).rev().find(|zeros| self.0.0 % 10_i64.pow(*zeros) == 0).unwrap_or(0);
        Decimal { units: self.0.0 / 10_i64.pow(zeros), places: 4 - zeros as usize }.serialize(serializer)
    }
}

/// A number as the API writes those that may be broken: `"12"`.
#[derive(Clone, Copy)]
pub(super) struct Whole(pub(super) i64);

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Decimal { units: self.0, places: 0 }.serialize(serializer)
    }
}

/// A day such as `2026-11-22`.
#[derive(Clone, Copy)]
pub(super) struct Day(pub(super) Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// So many units of 10 to the power of minus `places`.
struct Decimal {
    units: i64,
    places: usize,
}

impl Decimal {
    fn of(money: money::Money) -> Self {
        Self { units: money.minor, places: money.currency.exponent().unwrap_or_default().into() }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Twenty digits, a point and a minus; written from the end.
        let (mut text, mut at, mut digits) = ([0; 24], 24, 0);
        let mut rest = self.units.unsigned_abs();
        while rest > 0 || digits <= self.places {
            if digits == self.places && digits > 0 {
                at -= 1;
                text[at] = b'.';
            }
            at -= 1;
            text[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            digits += 1;
        }
        if self.units < 0 {
            at -= 1;
            text[at] = b'-';
        }
        serializer.serialize_str(std::str::from_utf8(&text[at..]).unwrap_or_default())
    }
}

/// The currency of this code.
pub(super) fn currency(code: &str) -> Result<Currency, String> {
    Currency::from_code(code).ok_or_else(|| format!("{code:?} is no currency"))
}
