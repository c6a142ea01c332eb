//! Money and rates: integers throughout, so that no cent is ever lost.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

/// The most that one amount may be, in minor units, above or below zero: enough for dear orders in currencies of which one unit is worth
/// next to nothing, and so little that tens of thousands of them fit into one account.
pub const MAX_MINOR: i64 = 100_000_000_000_000;

/// An amount of one currency, in minor units (ISO 4217). Two currencies are never added up or converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents of a dollar, whole yen.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    #[must_use]
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount that `text` says, such as `1234.50`.
    ///
    /// # Errors
    /// What was expected, where it is no decimal number, has more places than the currency, or is beyond [`MAX_MINOR`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, String> {
        let places = places(currency);
        let expected = || {
            let example = Decimal { units: 123_450, places }.digits();
            let example = example.as_str();
            format!(
                "expected an amount of {} with at most {places} decimal places, such as {example:?}",
                currency.code()
            )
        };
        let minor = Decimal::parse(text, places).ok_or_else(expected)?.units;
        if minor.abs() > MAX_MINOR {
            return Err(format!("expected an amount of at most {}", Self::new(MAX_MINOR, currency).amount()));
        }
        Ok(Self { minor, currency })
    }

    /// The amount as a decimal number with all places of its currency, such as `1234.50`.
    #[must_use]
    pub fn amount(self) -> String {
        self.digits().as_str().to_owned()
    }

    /// The same, without a text of its own.
    #[must_use]
    pub fn digits(self) -> Digits {
        Decimal { units: self.minor, places: places(self.currency) }.digits()
    }
}

/// How many decimal places amounts of `currency` have.
fn places(currency: Currency) -> u32 {
    currency.exponent().unwrap_or_default().into()
}

/// A share of something, such as a margin: parts per million. 10,000 of them are one percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(pub i64);

impl Rate {
    /// The whole.
    pub const ONE: i64 = 1_000_000;
    /// Decimal places of a percentage.
    const PERCENT_PLACES: u32 = 4;

    /// The rate of `text` percent, such as `12.5`.
    #[must_use]
    pub fn parse_percent(text: &str) -> Option<Self> {
        Decimal::parse(text, Self::PERCENT_PLACES).map(|percent| Self(percent.units))
    }

    /// The rate as a percentage without needless zeros, such as `12.5`.
    #[must_use]
    pub fn percent(self) -> String {
        self.percent_digits().as_str().to_owned()
    }

    /// The same, without a text of its own.
    #[must_use]
    pub fn percent_digits(self) -> Digits {
        let (mut units, mut places) = (self.0, Self::PERCENT_PLACES);
        while places > 0 && units % 10 == 0 {
            units /= 10;
            places -= 1;
        }
        Decimal { units, places }.digits()
    }

    /// By what share of `before` it has become `now`, rounded half to even. Nothing where it was nothing before.
    #[must_use]
    pub fn of_change(before: i64, now: i64) -> Option<Self> {
        let change = (i128::from(now) - i128::from(before)) * i128::from(Self::ONE);
        let share = (before != 0).then(|| divide_half_even(change, i128::from(before).abs()))?;
        Some(Self(i64::try_from(share).unwrap_or(if share < 0 { i64::MIN } else { i64::MAX })))
    }

    /// `minor` and this share of it on top, rounded half to even, once. Never beyond [`MAX_MINOR`].
    #[must_use]
    pub fn on_top_of(self, minor: i64) -> i64 {
        let exact = i128::from(minor) * (i128::from(Self::ONE) + i128::from(self.0));
        let most = i128::from(MAX_MINOR);
        let rounded = divide_half_even(exact, i128::from(Self::ONE)).clamp(-most, most);
        i64::try_from(rounded).unwrap_or(MAX_MINOR)
    }
}

/// `dividend / divisor` to the nearest whole number; what lies in the middle goes to the even one. `divisor` is above zero.
#[must_use]
pub fn divide_half_even(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    match (2 * rest).cmp(&divisor) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient.rem_euclid(2),
    }
}

/// An exact decimal number: so many units of 10 to the power of minus `places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decimal {
    units: i64,
    places: u32,
}

impl Decimal {
    /// The number in `text`: an optional minus, digits, and at most `places` digits behind a point.
    fn parse(text: &str, places: u32) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        // More zeros than places say nothing more.
        let fraction = if fraction.len() > 1 { fraction.trim_end_matches('0') } else { fraction };
        let fraction = if fraction.is_empty() || fraction == "0" { "" } else { fraction };
        if !all_digits(whole) || !(fraction.is_empty() || all_digits(fraction)) || fraction.len() > places as usize {
            return None;
        }
        if text.ends_with('.') {
            return None;
        }
        let padding = places - u32::try_from(fraction.len()).ok()?;
        let fraction: i64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        let fraction = fraction.checked_mul(10_i64.checked_pow(padding)?)?;
        let units = whole.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(places)?)?.checked_add(fraction)?;
        Some(Self { units: if negative { -units } else { units }, places })
    }
}

impl Decimal {
    fn digits(self) -> Digits {
        let mut digits = Digits { text: [b'0'; Digits::MOST], start: Digits::MOST };
        let (mut rest, mut written) = (self.units.unsigned_abs(), 0);
        while rest > 0 || written <= self.places {
            if written == self.places && written > 0 {
                digits.put(b'.');
            }
            digits.put(b'0' + u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            written += 1;
        }
        if self.units < 0 {
            digits.put(b'-');
        }
        digits
    }
}

/// A decimal number as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Digits {
    text: [u8; Self::MOST],
    start: usize,
}

impl Digits {
    /// The digits of any 64 bits, a point, a minus, and some zeros: no currency has more than four places.
    const MOST: usize = 32;

    /// Puts a character before the others.
    fn put(&mut self, character: u8) {
        self.start = self.start.saturating_sub(1);
        self.text[self.start] = character;
    }

    /// The number, such as `-1234.50`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[self.start..]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_places_of_their_currency() {
        for (minor, currency, amount) in [
            (123_450, Currency::USD, "1234.50"),
            (-5, Currency::EUR, "-0.05"),
            (1_234, Currency::JPY, "1234"),
            (1_234, Currency::BHD, "1.234"),
            (0, Currency::USD, "0.00"),
        ] {
            let money = Money::new(minor, currency);
            assert_eq!(money.amount(), amount);
            assert_eq!(Money::parse(amount, currency), Ok(money));
        }
        assert_eq!(Money::parse("1.5", Currency::USD), Ok(Money::new(150, Currency::USD)));
        assert_eq!(Money::parse("1.500", Currency::USD), Ok(Money::new(150, Currency::USD)));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_what_was_expected() {
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1.005",
            "1,5",
            "+1",
            "1e3",
            " 1",
            "٣",
            "9999999999999999999",
            "1000000000000.01",
        ] {
            assert!(Money::parse(text, Currency::USD).is_err(), "{text:?}");
        }
        let why = Money::parse("1.005", Currency::USD).expect_err("too fine");
        assert_eq!(why, "expected an amount of USD with at most 2 decimal places, such as \"1234.50\"");
    }

    #[test]
    fn percentages_are_written_without_needless_zeros() {
        for (rate, percent) in [(0, "0"), (125_000, "12.5"), (1, "0.0001"), (-100_000, "-10"), (10_000_000, "1000")] {
            assert_eq!(Rate(rate).percent(), percent);
            assert_eq!(Rate::parse_percent(percent), Some(Rate(rate)));
        }
        assert_eq!(Rate::parse_percent("0.00001"), None);
    }

    #[test]
    fn a_change_is_a_share_of_what_was_before() {
        for (before, now, percent) in
            [(100, 150, Some("50")), (3, 4, Some("33.3333")), (200, 0, Some("-100")), (7, 7, Some("0")), (0, 5, None)]
        {
            assert_eq!(Rate::of_change(before, now).map(Rate::percent).as_deref(), percent);
        }
        assert_eq!(Rate::of_change(-10, 10).map(Rate::percent).as_deref(), Some("200"), "up is up");
        assert_eq!(Rate::of_change(1, i64::MAX), Some(Rate(i64::MAX)));
    }

    #[test]
    fn rounding_is_half_to_even() {
        for (dividend, rounded) in
            [(5, 0), (15, 2), (25, 2), (24, 2), (26, 3), (-5, 0), (-15, -2), (-25, -2), (-26, -3)]
        {
            assert_eq!(divide_half_even(dividend, 10), rounded, "{dividend} / 10");
        }
        assert_eq!(Rate(50_000).on_top_of(10), 10, "10.5 goes to the even 10");
        assert_eq!(Rate(50_000).on_top_of(30), 32, "31.5 goes to the even 32");
        assert_eq!(Rate(i64::MAX).on_top_of(i64::MAX), MAX_MINOR);
    }
}
