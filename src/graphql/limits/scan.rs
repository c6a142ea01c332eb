//! One pass over a document's text before it is parsed: how long, how many tokens, how deep.
//!
//! It follows the lexical grammar of the GraphQL specification (section 2.1), and takes everything that is not GraphQL
//! without complaint: the parser says what is wrong with it. What it must never do is count *less* nesting than the
//! parser would meet.

use super::{Limit, LimitExceeded, Limits, check};

/// What a text holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Its length.
    pub bytes: u64,
    /// Names, numbers, strings and punctuators.
    pub tokens: u64,
    /// The deepest level of `{`, `[` and `(`.
    pub nesting: u64,
}

/// Counts, and stops at the first limit that is passed.
pub fn scan(text: &str, limits: &Limits) -> Result<Scan, LimitExceeded> {
    let bytes = text.len() as u64;
    check(Limit::Bytes, limits.bytes, bytes)?;
    let mut found = Scan { bytes, ..Scan::default() };
    let mut level = 0_u64;
    let mut rest = Rest { text: text.as_bytes(), no_block_ends: false, no_end_in_line: usize::MAX };
    while let Some(token) = rest.next_token() {
        found.tokens += 1;
        check(Limit::Tokens, limits.tokens, found.tokens)?;
        match token {
            b'{' | b'[' | b'(' => {
                level += 1;
                found.nesting = found.nesting.max(level);
                check(Limit::Nesting, limits.nesting, level)?;
            }
            b'}' | b']' | b')' => level = level.saturating_sub(1),
            _ => {}
        }
    }
    Ok(found)
}

/// What is not read yet, and what is known of it, so that no byte is read again and again.
struct Rest<'a> {
    text: &'a [u8],
    /// No block string that begins from here on has an end, because one before had none. (Whatever looks like the start
    /// of another was an escaped `\"""` to that one, so from there on both meet the same.)
    no_block_ends: bool,
    /// How much text is left at the end of the line in which a string had no end: no later string of that line has one.
    no_end_in_line: usize,
}

impl<'a> Rest<'a> {
    /// Goes past the next token, and gives its first byte. None at the end of the text.
    fn next_token(&mut self) -> Option<u8> {
        let text = skip_ignored(self.text);
        let (&first, after) = text.split_first()?;
        self.text = match first {
            b'"' => self.skip_string(text),
            b'.' if after.starts_with(b"..") => &after[2..],
            b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => skip_word(after),
            // Whatever else it is, GraphQL or not, counts byte by byte: a token too many is better than one too few.
            _ => after,
        };
        Some(first)
    }

    fn skip_string(&mut self, text: &'a [u8]) -> &'a [u8] {
        match text {
            // Without an end it is what the parser takes it for: an empty string, and then another.
            [b'"', b'"', b'"', inside @ ..] => self.skip_block_string(inside).unwrap_or(&text[2..]),
            _ => self.skip_plain_string(&text[1..]).unwrap_or(&text[1..]),
        }
    }

    /// What follows the end of a block string that began before `text`, if it ends.
    fn skip_block_string(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let after = if self.no_block_ends { None } else { after_block_string(text) };
        self.no_block_ends = after.is_none();
        after
    }

    /// What follows the end of a string that began before `text`. None when its line ends first: then it is no string,
    /// and what stands in it is counted like anything else.
    fn skip_plain_string(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        if text.len() >= self.no_end_in_line {
            return None;
        }
        after_plain_string(text).map_err(|left| self.no_end_in_line = left).ok()
    }
}

/// Skips white space, commas, byte order marks and comments.
fn skip_ignored(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b' ' | b'\t' | b'\n' | b'\r' | b',', after @ ..] | [0xEF, 0xBB, 0xBF, after @ ..] => after,
            [b'#', after @ ..] => skip_line(after),
            _ => return text,
        }
    }
}

fn skip_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(&[], |end| &text[end..])
}

/// Skips the rest of a name or a number. The dots of a spread belong to it, not to the name before it.
fn skip_word(text: &[u8]) -> &[u8] {
    let goes_on = |at: usize| match text[at] {
        b'.' => text.get(at + 1) != Some(&b'.'),
        byte => matches!(byte, b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'),
    };
    let end = (0..text.len()).find(|at| !goes_on(*at));
    &text[end.unwrap_or(text.len())..]
}

/// What follows the end of a string, or how much is left at the end of its line.
fn after_plain_string(mut text: &[u8]) -> Result<&[u8], usize> {
    loop {
        text = match text {
            [] | [b'\n' | b'\r', ..] => return Err(text.len()),
            [b'"', after @ ..] => return Ok(after),
            [b'\\', _, after @ ..] | [_, after @ ..] => after,
        }
    }
}

/// What follows the end of a block string, if it ends.
fn after_block_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [] => return None,
            [b'"', b'"', b'"', after @ ..] => return Some(after),
            [b'\\', b'"', b'"', b'"', after @ ..] | [_, after @ ..] => after,
        }
    }
}
