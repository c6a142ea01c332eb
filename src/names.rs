//! What things may be called: the same rules wherever a name is entered.

use entity::TenantId;

/// The longest name or identifier, in characters.
pub const MAX_LENGTH: usize = 200;

/// Checks a name as people write it. Answers what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    check_text(name).and_then(|()| {
        if name.chars().any(char::is_control) { Err("must not contain control characters".to_owned()) } else { Ok(()) }
    })
}

/// Checks a name for programs, such as an external id or a sku. Answers what is wrong with it.
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

/// Whether these are words that people may leave: at most so many characters, and none that PostgreSQL has no text with.
pub fn are_words(words: &str, most: usize) -> bool {
    words.chars().count() <= most && !words.contains('\0')
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
