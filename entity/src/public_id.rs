//! Ids as they leave the program: TypeIDs (version 0.3 of their specification), such as `reseller_01h455vb4pex5vsknk084sn02q`.
//!
//! The prefix says of what kind the thing is; the rest is its UUID in Crockford's base 32, which sorts as the UUID does.

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters of a UUID: 26 of 5 bits hold its 128, the first only 3 of them.
pub const SUFFIX: usize = 26;

/// The 26 characters of `id`.
#[must_use]
pub fn suffix(id: Uuid) -> [u8; SUFFIX] {
    let bits = id.as_u128();
    std::array::from_fn(|at| ALPHABET[usize::try_from((bits >> (5 * (SUFFIX - 1 - at))) & 31).unwrap_or(0)])
}

/// `id` as an id of `kind`.
#[must_use]
pub fn write(kind: &str, id: Uuid) -> String {
    let mut text = String::with_capacity(kind.len() + 1 + SUFFIX);
    text.push_str(kind);
    text.push('_');
    text.extend(suffix(id).map(char::from));
    text
}

/// The UUID in an id of `kind`; nothing where `text` is none.
#[must_use]
pub fn parse(kind: &str, text: &str) -> Option<Uuid> {
    parse_suffix(text.strip_prefix(kind)?.strip_prefix('_')?)
}

/// The UUID that `digits`, its 26 characters, are; nothing where they are none.
#[must_use]
pub fn parse_suffix(digits: &str) -> Option<Uuid> {
    let digits = digits.as_bytes();
    // The first character has 3 bits, so that 128 fit.
    if digits.len() != SUFFIX || digits[0] > b'7' {
        return None;
    }
    let bits = digits.iter().try_fold(0_u128, |bits, digit| {
        let value = ALPHABET.iter().position(|known| known == digit)?;
        Some(bits << 5 | value as u128)
    })?;
    Some(Uuid::from_u128(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_read_and_written() {
        let id = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        assert_eq!(write("prefix", id), "prefix_01h455vb4pex5vsknk084sn02q");
        assert_eq!(parse("prefix", "prefix_01h455vb4pex5vsknk084sn02q"), Some(id));
    }

    #[test]
    fn both_ends_of_the_range_survive() {
        for id in [Uuid::nil(), Uuid::max()] {
            assert_eq!(parse("x", &write("x", id)), Some(id));
        }
    }

    #[test]
    fn what_is_no_id_of_the_kind_is_nothing() {
        let id = write("freeze", Uuid::max());
        for text in [
            "",
            "freeze",
            "freeze_",
            &id[..id.len() - 1],
            "freeze_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "freeze_01H455VB4PEX5VSKNK084SN02Q",
        ] {
            assert_eq!(parse("freeze", text), None, "{text}");
        }
        assert_eq!(parse("reseller", &id), None);
    }
}
