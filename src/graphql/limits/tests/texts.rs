//! The scan of a text.

use proptest::prelude::*;

use super::{Limit, Limits};
use crate::graphql::limits::scan::{Scan, scan};

fn unlimited(text: &str) -> Scan {
    let most = u64::MAX;
    scan(text, &Limits { bytes: most, tokens: most, nesting: most, ..Limits::default() }).expect("no limits")
}

fn nesting(text: &str) -> u64 {
    unlimited(text).nesting
}

#[test]
fn brackets_count_outside_strings_and_comments() {
    assert_eq!(nesting("{ a(b: [{c: 1}]) { d } }"), 4);
    assert_eq!(nesting("{ a(b: \"[[[[\") }"), 2);
    assert_eq!(nesting("{ a(b: \"\\\"[[[[\") }"), 2);
    assert_eq!(nesting("{ a(b: \"\\\\\" c: [1]) }"), 3, "an escaped backslash does not escape the quote");
    assert_eq!(nesting("{ a # [[[[\n }"), 1);
    assert_eq!(nesting("{ a # [[[[\r [ }"), 2, "a carriage return ends a comment");
    assert_eq!(nesting("{ a(b: \"# no comment\", c: [1]) }"), 3);
    assert_eq!(nesting("{ a(b: \"\"\"[[ \" [[ \"\" [[ \\\"\"\" [[\"\"\") }"), 2);
    assert_eq!(nesting("{ a(b: \"\" c: [1]) }"), 3, "an empty string is no block string");
    assert_eq!(nesting("\u{feff}{ a(b: \"é漢𝄞[\") }"), 2);
    assert_eq!(nesting("}}}} {"), 1, "closing what is not open changes nothing");
}

#[test]
fn what_is_no_string_hides_nothing() {
    assert_eq!(nesting("{ a(b: \"[[\n[[\")"), 6, "a line's end is no part of a string");
    assert_eq!(nesting("[\"[["), 3);
    assert_eq!(nesting("[\"\"\" a\" [[ \""), 3, "a block string without an end is an empty string and another");
    assert_eq!(nesting("[\"\"\" a\" [[ # \""), 3);
    assert_eq!(nesting("\"\\"), 0);
    assert_eq!(nesting("\"\"\"\\\"\"\""), 0);
}

#[test]
fn tokens_are_counted_as_the_specification_has_them() {
    let tokens = |text| unlimited(text).tokens;
    assert_eq!(tokens(""), 0);
    assert_eq!(tokens(" ,\t\r\n\u{feff} # nothing"), 0);
    assert_eq!(tokens("query Q($a: [Int!]! = 1.5e3) @d { ...F b: c(d: -1, e: \"x y\") }"), 31);
    assert_eq!(tokens("a...b ...on C"), 6);
    assert_eq!(tokens("\"\"\" many words \"\"\""), 1);
}

#[test]
fn each_limit_of_the_text_lets_just_as_much_through() {
    let text = "{ a(b: [1, 2]) }";
    let exact = unlimited(text);
    let limits = Limits { bytes: exact.bytes, tokens: exact.tokens, nesting: exact.nesting, ..Limits::default() };
    assert_eq!(scan(text, &limits), Ok(exact));
    let which = |limits: Limits| scan(text, &limits).map_err(|exceeded| exceeded.which);
    assert_eq!(which(Limits { bytes: exact.bytes - 1, ..limits.clone() }), Err(Limit::Bytes));
    assert_eq!(which(Limits { tokens: exact.tokens - 1, ..limits.clone() }), Err(Limit::Tokens));
    assert_eq!(which(Limits { nesting: exact.nesting - 1, ..limits }), Err(Limit::Nesting));
}

#[test]
fn strings_without_end_are_searched_once() {
    // Searched anew from each start, a text like these would take a minute each.
    let rest = "x".repeat(1_500_000);
    for piece in ["\\\"\"\"\n", "\\\" ", "a.."] {
        let text = format!("\"\"\" {}[[ {rest}", piece.repeat(100_000));
        assert_eq!(nesting(&text), 2, "{piece}");
    }
    assert_eq!(nesting("\"\"\" \\\"\"\" [ \"b [[\" [[[ \"c"), 2, "what ends in its line is still a string");
    assert_eq!(nesting("\"a \\\" [ \n \"[[[\" ["), 2, "and so in the next line");
}

/// A text's nesting when each string is searched for its end anew.
fn nesting_by_the_book(text: &str) -> u64 {
    let (mut level, mut deepest, mut at) = (0_u64, 0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let block = rest.strip_prefix("\"\"\"").map(|inside| {
            let hidden = inside.replace("\\\"\"\"", "\\___");
            hidden.find("\"\"\"").map_or(2, |end| end + 6)
        });
        at += match (block, rest.as_bytes()[0]) {
            (Some(length), _) => length,
            (None, b'"') => plain_string(&rest[1..]).map_or(1, |end| end + 2),
            (None, byte) => {
                level = if byte == b'[' { level + 1 } else { level };
                1
            }
        };
        deepest = deepest.max(level);
    }
    deepest
}

/// Where the string ends whose inside this begins with.
fn plain_string(inside: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, char) in inside.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '"' => return Some(at),
            '\n' => return None,
            '\\' => escaped = true,
            _ => {}
        }
    }
    None
}

/// A piece of a document, and how it changes the level.
fn piece() -> impl Strategy<Value = (&'static str, i64)> {
    prop::sample::select(vec![
        ("{", 1),
        ("[", 1),
        ("(", 1),
        ("}", -1),
        ("]", -1),
        (")", -1),
        (" name ", 0),
        (" 1.5 ", 0),
        (" ... ", 0),
        ("$v:@d!", 0),
        ("\"[{(\\\"[\\\\\"", 0),
        ("\"\"\"[{(\"[\\\"\"\"]\"\"\" ", 0),
        ("#[{(\"\n", 0),
        ("\"\" ", 0),
        ("\u{feff},\r\n", 0),
    ])
}

proptest! {
    #[test]
    fn the_nesting_is_that_of_a_naive_count(pieces in prop::collection::vec(piece(), 0..60)) {
        let text: String = pieces.iter().map(|(text, _)| *text).collect();
        let (mut level, mut deepest) = (0_i64, 0);
        for (_, change) in pieces {
            level = (level + change).max(0);
            deepest = deepest.max(level);
        }
        prop_assert_eq!(nesting(&text), u64::try_from(deepest).expect("never below 0"));
    }

    #[test]
    fn what_is_known_of_strings_changes_no_count(text in "[\"\\\\\n\\[]{0,40}") {
        prop_assert_eq!(nesting(&text), nesting_by_the_book(&text), "{:?}", text);
    }

    #[test]
    fn quotes_in_a_row_change_no_count(text in "(\"\"\"|\\\\|\"|\\[|\n){0,24}") {
        prop_assert_eq!(nesting(&text), nesting_by_the_book(&text), "{:?}", text);
    }

    #[test]
    fn any_bytes_are_scanned_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        unlimited(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_is_scanned_without_panic(text in "[\"\\\\#\\n\\r{}\\[\\]()a1.é\u{feff} -]{0,40}") {
        prop_assert!(unlimited(&text).tokens <= text.len() as u64);
    }
}
