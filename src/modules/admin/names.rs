//! The slugs of companies, and their currencies.

use entity::public_id;
use uuid::Uuid;

use crate::names::MAX_LENGTH;

/// The slug of an imported company: its external id with `/` as `-`.
#[must_use]
pub fn imported_slug(external_id: &str) -> String {
    external_id.replace('/', "-")
}

/// The slug of a company that joins: its name, and a random suffix that makes it nobody else's.
#[must_use]
pub fn joined_slug(name: &str) -> String {
    const SUFFIX: usize = 8;
    let random = public_id::suffix(Uuid::from_u128(rand::random()));
    let suffix: String = random[public_id::SUFFIX - SUFFIX..].iter().copied().map(char::from).collect();
    let stem: String = slug::slugify(name).chars().take(MAX_LENGTH - SUFFIX - 1).collect();
    if stem.is_empty() { suffix } else { format!("{stem}-{suffix}") }
}

/// Whether `code` is a currency of ISO 4217.
#[must_use]
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && iso_currency::Currency::from_code(code).is_some()
}
