//! What a company may be called: names, slugs and external ids.

use entity::{TenantId, public_id};
use uuid::Uuid;

/// The longest name, slug or external id, in characters.
pub const MAX_LENGTH: usize = 200;

/// Checks a company's name as people write it. Answers what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    check_text(name).and_then(|()| {
        if name.chars().any(char::is_control) { Err("must not contain control characters".to_owned()) } else { Ok(()) }
    })
}

/// Checks an external id or a slug: a name for programs. Answers what is wrong with it.
pub fn check_identifier(identifier: &str) -> Result<(), String> {
    check_text(identifier).and_then(|()| {
        if identifier.chars().any(|c| c.is_whitespace() || c.is_control()) {
            Err("must not contain spaces or control characters".to_owned())
        } else if TenantId::parse(identifier).is_some() {
            Err("must not look like an id of this program".to_owned())
        } else {
            Ok(())
        }
    })
}

fn check_text(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.trim() != text {
        return Err("must not begin or end with a space".to_owned());
    }
    if text.chars().count() > MAX_LENGTH {
        return Err(format!("must have at most {MAX_LENGTH} characters"));
    }
    Ok(())
}

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
