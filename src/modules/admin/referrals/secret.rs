//! What the secret of a referral code looks like: 20 digits of Crockford's base 32, so 100 random bits, in groups that people can read out.

use entity::public_id;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::bus::contract::admin::ReferralSecret;

/// Digits of a secret.
const DIGITS: usize = 20;

/// Digits of a group.
const GROUP: usize = 4;

/// A new secret.
pub(super) fn generate() -> ReferralSecret {
    let random = public_id::suffix(Uuid::from_u128(rand::random())).map(|digit| char::from(digit).to_ascii_uppercase());
    let digits = &random[public_id::SUFFIX - DIGITS..];
    let groups: Vec<String> = digits.chunks(GROUP).map(|group| group.iter().collect()).collect();
    ReferralSecret(groups.join("-"))
}

/// What is stored of a secret, however it was typed: small letters, without the hyphens, with an O for a zero or an I or an L for a one.
pub(super) fn hash(ReferralSecret(typed): &ReferralSecret) -> Vec<u8> {
    let digits = typed.chars().filter(|c| *c != '-' && !c.is_whitespace());
    let digits = digits.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        digit => digit,
    });
    Sha256::digest(digits.collect::<String>()).to_vec()
}

/// The last four characters of a secret.
pub(super) fn last_four(ReferralSecret(secret): &ReferralSecret) -> String {
    secret[secret.len().saturating_sub(GROUP)..].to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let secrets: HashSet<String> = (0..1_000).map(|_| generate().0).collect();
        assert_eq!(secrets.len(), 1_000);
        for secret in secrets {
            let groups: Vec<_> = secret.split('-').collect();
            assert!(groups.len() == DIGITS / GROUP && groups.iter().all(|group| group.len() == GROUP), "{secret}");
            assert_eq!(last_four(&ReferralSecret(secret.clone())), groups[groups.len() - 1]);
        }
    }

    #[test]
    fn a_secret_is_the_same_however_it_is_typed() {
        let typed = |text: &str| hash(&ReferralSecret(text.to_owned()));
        let stored = typed("0A1B-CDEF-GH1J-KMN0-PQRS");
        for same in ["0a1b-cdef-gh1j-kmn0-pqrs", " oaibcdefghljkmnopqrs ", "0A1B CDEF GHIJ KMNO PQRS"] {
            assert_eq!(typed(same), stored, "{same}");
        }
        assert_ne!(typed("0A1B-CDEF-GH1J-KMN0-PQRT"), stored);
    }

    #[test]
    fn a_secret_never_shows_itself() {
        let secret = generate();
        assert!(!format!("{secret:?}").contains(&last_four(&secret)));
    }
}
