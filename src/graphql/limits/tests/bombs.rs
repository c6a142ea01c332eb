//! Documents that would end or stall the process (each was seen to do it).

use std::fmt::Write;
use std::thread;
use std::time::Instant;

use async_graphql::parser::parse_query;
use serde_json::{Map, json};

use super::{Limit, Limits, Refusal, cost, counted, table};
use crate::graphql::limits::scan::scan;
use crate::graphql::limits::sizes::Sizes;

/// Treats a text as a request is treated, on a stack as large as a worker's. Says which limit it passes.
fn refused(text: String) -> Option<Limit> {
    let on_a_small_stack = move || {
        let limits = Limits::default();
        if let Err(exceeded) = scan(&text, &limits) {
            return Some(exceeded.which);
        }
        let document = parse_query(&text).ok()?;
        let operation = document.operations.iter().next().map(|(_, operation)| &operation.node);
        let variables = Map::new();
        match cost(&document, operation, &Sizes::new(&variables, operation), &table(), &limits) {
            Err(Refusal::Limit(exceeded)) => Some(exceeded.which),
            _ => None,
        }
    };
    let thread = thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(on_a_small_stack);
    thread.expect("a thread starts").join().expect("nothing panics")
}

fn nested(open: &str, close: &str, levels: usize) -> String {
    open.repeat(levels) + &close.repeat(levels)
}

#[test]
fn nested_values_of_any_depth_are_refused_before_parsing() {
    for levels in [64, 200, 500, 1_000, 1_500, 2_000, 3_000, 4_500, 6_000, 9_000] {
        for bomb in [
            format!("{{ a(b: {}) }}", nested("[", "]", levels)),
            format!("{{ a(b: {}1{}) }}", "{a:".repeat(levels), "}".repeat(levels)),
            format!("query($a: X = {}) {{ a }}", nested("[", "]", levels)),
            format!("query($a: {}) {{ a }}", nested("[", "]", levels).replacen("[]", "[Int]", 1)),
            format!("{{ a {}b{} }}", "{ a ".repeat(levels), "}".repeat(levels)),
            format!("{{ {}b{} }}", "... { ".repeat(levels), "}".repeat(levels)),
            format!("{{ a @d(x: {}) }}", nested("[", "]", levels)),
            format!("{{ a(b: {}", "[".repeat(levels)),
        ] {
            let found = refused(bomb);
            assert!(matches!(found, Some(Limit::Nesting | Limit::Tokens)), "{levels} levels: {found:?}");
        }
    }
}

#[test]
fn values_nested_as_deep_as_is_allowed_pass_on_a_small_stack() {
    assert_eq!(refused(format!("{{ a(b: {}) }}", nested("[", "]", 62))), None);
    assert_eq!(refused(format!("{{ a(b: {}1{}) }}", "{a:".repeat(62), "}".repeat(62))), None);
}

/// Each of `count` fragments spreads the next one twice.
fn doubling(count: usize, inside: &str) -> String {
    let mut text = String::from("{ ...F0 }");
    for at in 0..count {
        let next = at + 1;
        write!(text, " fragment F{at} on Query {{ {inside} ...F{next} ...F{next} }}").expect("a string takes it");
    }
    write!(text, " fragment F{count} on Query {{ __typename }}").expect("a string takes it");
    text
}

#[test]
fn fragments_that_double_are_refused_at_once() {
    let start = Instant::now();
    for levels in [12, 16, 20, 30, 60] {
        assert!(refused(doubling(levels, "")).is_some(), "{levels} levels");
    }
    assert!(refused(doubling(30, "viewer { name }")).is_some());
    assert!(refused(doubling(99, "")).is_some(), "so many that the count no longer fits its type");
    assert!(start.elapsed().as_secs() < 5, "an exponential walk would take centuries");
    assert_eq!(refused(doubling(4, "")), None, "31 times a harmless field");
}

#[test]
fn fragments_that_double_in_an_operation_not_chosen_are_refused_too() {
    let text = format!("query Harmless {{ viewer {{ name }} }} query Other {}", doubling(30, ""));
    assert!(refused(text).is_some());
}

#[test]
fn a_chain_of_fragments_does_not_overflow_the_stack() {
    let (open, close) = ("... { ".repeat(60), " }".repeat(60));
    let mut text = String::from("{ ...F0 }");
    for at in 0..99 {
        write!(text, " fragment F{at} on Query {{ {open} ...F{} {close} }}", at + 1).expect("a string takes it");
    }
    text.push_str(" fragment F99 on Query { __typename }");
    assert!(matches!(refused(text), Some(Limit::Nesting | Limit::Tokens)));
}

#[test]
fn fields_without_number_are_refused() {
    assert_eq!(refused(format!("{{ {} }}", "__typename ".repeat(4_000))), Some(Limit::RootFields));
    assert_eq!(refused(format!("{{ viewer {{ {} }} }}", "__typename ".repeat(4_000))), Some(Limit::Fields));
    assert_eq!(refused(format!("{{ {} }}", "viewer ".repeat(31))), Some(Limit::RootFields));
    assert_eq!(refused(format!("{{ viewer {{ {} }} }}", "name ".repeat(5_000))), Some(Limit::Fields));
    assert_eq!(refused(format!("{{ a }}{}", "#".repeat(70_000))), Some(Limit::Bytes));
    assert_eq!(refused(format!("{{ a {} }}", "@d ".repeat(101))), Some(Limit::Directives));
}

/// Whether `query` is refused with `$v` of 21,000 zeros.
fn refused_with_zeros(query: &str) -> Option<Limit> {
    let variables = json!({ "v": vec![0; 21_000] });
    match counted(query, variables, &Limits::default()) {
        Err(Refusal::Limit(exceeded)) => Some(exceeded.which),
        _ => None,
    }
}

#[test]
fn a_long_variable_that_is_used_everywhere_is_refused() {
    let fields = "children(first: $v, last: $v) { totalCount } ".repeat(690);
    let everywhere = format!("query($v: [Int]) {{ viewer {{ reseller {{ {fields} }} }} }}");
    assert_eq!(refused_with_zeros(&everywhere), Some(Limit::CopiedBytes));
    let elsewhere = format!("query($v: [Int]) {{ viewer {{ name }} }} fragment Unused on Reseller {{ {fields} }}");
    assert_eq!(refused_with_zeros(&elsewhere), Some(Limit::CopiedBytes), "the library validates that too");
    let in_a_list = format!("query($v: [Int]) {{ nodes(ids: [{}]) {{ id }} }}", "$v ".repeat(30));
    assert_eq!(refused_with_zeros(&in_a_list), Some(Limit::CopiedBytes));
    let in_an_object = format!("query($v: [Int]) {{ node(id: {{ a: [{}] }}) {{ id }} }}", "{ b: $v } ".repeat(30));
    assert_eq!(refused_with_zeros(&in_an_object), Some(Limit::CopiedBytes));
    let in_directives = format!("query($v: [Int]) {{ viewer {{ name {} }} }}", "@skip(if: $v) ".repeat(30));
    assert_eq!(refused_with_zeros(&in_directives), Some(Limit::CopiedBytes));
    assert_eq!(
        refused_with_zeros("query($v: [Int]) { nodes(ids: $v) { id name parent { id } } }"),
        Some(Limit::Complexity)
    );
    assert_eq!(refused_with_zeros("query($v: [Int]) { node(id: $v) { id } }"), None, "one use of it harms nobody");
}

#[test]
fn a_long_variable_in_each_item_of_a_list_costs_as_often() {
    let query = "query($v: [Int]) { downline(first: 100) { nodes { children(first: 1, after: $v) { totalCount } } } }";
    assert_eq!(refused_with_zeros(query), None, "100 times 43 kB are few");
    let nested = "query($v: [Int]) { downline(first: 100) { nodes { children(first: 100) { nodes { children(after: $v) { totalCount } } } } } }";
    assert_eq!(refused_with_zeros(nested), Some(Limit::Complexity));
}
