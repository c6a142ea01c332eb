//! The words of a statement, as far as the guard must tell them apart.

/// One word of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word<'s> {
    /// A name in double quotes, without them: sea-query quotes every name.
    Name(&'s str),
    /// The value bound at this place, counted from 0.
    Bound(usize),
    /// A keyword or a number.
    Plain(&'s str),
    /// A text in single quotes.
    Text,
    /// Anything else, such as a bracket.
    Sign(u8),
}

impl Word<'_> {
    /// Whether it is one of these keywords, in whatever case.
    pub(super) fn is_any(self, keywords: &[&str]) -> bool {
        matches!(self, Self::Plain(word) if keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword)))
    }
}

/// Splits `sql` into words.
///
/// # Errors
/// For what sea-query does not write and what could hide a word from this function: comments, several statements, and texts with
/// escapes. (A pattern of LIKE can escape with another character than the backslash.)
pub(super) fn words(sql: &str) -> Result<Vec<Word<'_>>, &'static str> {
    const BY_HAND: &str = "SQL written by hand";
    let bytes = sql.as_bytes();
    let (mut words, mut at, mut placeholders) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let rest = &sql[at..];
        let length = match bytes[at] {
            b'\\' | b';' | b'`' => return Err(BY_HAND),
            b'-' if rest.starts_with("--") => return Err(BY_HAND),
            b'/' if rest.starts_with("/*") => return Err(BY_HAND),
            quote @ (b'"' | b'\'') => {
                let inside = inside_quotes(rest, quote).filter(|inside| !inside.contains('\\')).ok_or(BY_HAND)?;
                words.push(if quote == b'"' { Word::Name(inside) } else { Word::Text });
                inside.len() + 2
            }
            b'?' => {
                words.push(Word::Bound(placeholders));
                placeholders += 1;
                1
            }
            b'$' => {
                let digits = length_while(&rest[1..], |byte| byte.is_ascii_digit());
                let number: usize = rest[1..=digits].parse().map_err(|_| BY_HAND)?;
                words.push(Word::Bound(number.checked_sub(1).ok_or(BY_HAND)?));
                digits + 1
            }
            byte if is_part_of_a_word(byte) => {
                let length = length_while(rest, is_part_of_a_word);
                words.push(Word::Plain(&rest[..length]));
                length
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    words.push(Word::Sign(byte));
                }
                1
            }
        };
        at += length;
    }
    Ok(words)
}

/// What stands between the quote at the beginning of `text` and its partner. A doubled quote inside is no partner.
fn inside_quotes(text: &str, quote: u8) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while *bytes.get(at)? != quote || bytes.get(at + 1) == Some(&quote) {
        at += if bytes[at] == quote { 2 } else { 1 };
    }
    Some(&text[1..at])
}

fn is_part_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn length_while(text: &str, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(*byte)).count()
}
