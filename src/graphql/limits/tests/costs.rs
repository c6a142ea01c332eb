//! What things cost.

use serde_json::json;

use super::{Refusal, complexity, counted, counted_with, free, no_limits};
use crate::graphql::limits::Limits;

/// What GraphiQL 5 and graphql-js 16 send (`getIntrospectionQuery`, all options on).
const GRAPHIQL: &str = "
    query IntrospectionQuery {
      __schema {
        description
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...FullType }
        directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description specifiedByURL isOneOf
      fields(includeDeprecated: true) {
        name description
        args(includeDeprecated: true) { ...InputValue }
        type { ...TypeRef }
        isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue {
      name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
    }
    fragment TypeRef on __Type {
      kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
    }";

#[test]
fn graphiql_may_introspect_with_the_default_limits() {
    let cost = counted(GRAPHIQL, json!({}), &Limits::default()).expect("GraphiQL works");
    assert_eq!(cost.depth, 0, "introspection has its own depth");
    assert!(cost.introspection_depth > 10);
    assert_eq!(cost.complexity, 1);
}

#[test]
fn introspection_that_goes_in_circles_is_refused() {
    let circle = "{ __schema { types { fields { type { fields { type { fields { type { name kind fields { name } } } } } } } } } }";
    counted(circle, json!({}), &Limits::default()).expect_err("each circle is ten times as much");
}

#[test]
fn a_field_costs_one_and_a_list_as_often_as_it_is_long() {
    assert_eq!(complexity("{ viewer { name __typename } }"), 3);
    assert_eq!(complexity("{ node(id: 1) { balances { amount } } }"), 1 + 1 + 5, "a small fixed list");
    assert_eq!(complexity("{ recent { id } }"), 1 + 10, "the field's own default");
    assert_eq!(complexity("{ recent(first: 30) { id } }"), 1 + 30);
    assert_eq!(complexity("{ nodes(ids: [1, 2, 3]) { id name } }"), 1 + 3 * 2);
    assert_eq!(complexity("{ unknown { unknown } }"), 2, "left to validation");
}

#[test]
fn a_connection_costs_its_page() {
    assert_eq!(complexity("{ downline { nodes { id } } }"), 1 + 20 * 2, "the usual page");
    assert_eq!(complexity("{ usual { nodes { id } } }"), 1 + 7 * 2, "the field's own default");
    assert_eq!(
        complexity("{ downline(first: 3) { totalCount nodes { id } } }"),
        1 + 1 + 3 * 2,
        "only the items count so often"
    );
    assert_eq!(complexity("{ downline(last: 4) { edges { cursor node { id } } } }"), 1 + 4 * 4);
    assert_eq!(complexity("{ downline(first: null, last: 4) { edges { cursor } } }"), 1 + 4 * 2);
    assert_eq!(
        complexity("{ downline(first: 1000000) { nodes { id } } }"),
        1 + 100 * 2,
        "no page is larger than the largest"
    );
    assert_eq!(complexity("{ downline(first: -5) { nodes { id } } }"), 1);
    assert_eq!(
        complexity("{ downline(first: 3) { nodes { children(first: 5) { nodes { id } } } } }"),
        1 + 3 * (1 + 1 + 5 * 2)
    );
}

#[test]
fn a_fragment_on_a_connection_costs_the_page_that_it_is_used_with() {
    let query = "{ a: downline(first: 2) { ...Page } b: downline(first: 50) { ...Page } }
                 fragment Page on ResellerConnection { totalCount nodes { id } }";
    assert_eq!(complexity(query), (1 + 1 + 2 * 2) + (1 + 1 + 50 * 2));
}

#[test]
fn a_tree_written_from_memory_costs_what_its_table_says() {
    assert_eq!(complexity("{ downlineTree { nodeCount nodes { id name } } }"), 1 + 10 * (1 + 1 + 2));
    assert_eq!(complexity("{ downlineTree { nodes { id children { id } } } }"), 1 + 10 * (1 + 1 + 1 + 1));
}

#[test]
fn page_sizes_come_from_variables_and_their_defaults() {
    let cost = |query: &str, variables| counted(query, variables, &no_limits()).expect("no limits").complexity;
    let query = "query($n: Int = 6) { downline(first: $n) { nodes { id } } }";
    assert_eq!(cost(query, json!({ "n": 9 })), 1 + 9 * 2);
    assert_eq!(cost(query, json!({})), 1 + 6 * 2);
    assert_eq!(cost(query, json!({ "n": null })), 1 + 20 * 2);
    assert_eq!(cost(query, json!({ "n": "many" })), 1 + 100 * 2, "what is no number is refused later");
    assert_eq!(cost("query($n: Int) { downline(first: $n) { nodes { id } } }", json!({})), 1 + 20 * 2);
    let ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(cost(ids, json!({ "ids": ["a", "b", "c", "d"] })), 1 + 4);
    assert_eq!(cost(ids, json!({ "ids": "a" })), 1 + 1, "one stands for a list of one");
}

#[test]
fn the_operation_is_chosen_by_its_name() {
    let query = "query Small { viewer { name } } query Large { recent { id name } } mutation Change { rename(id: 1, name: \"x\") { name } }";
    let cost =
        |name| counted_with(query, &serde_json::Map::new(), Some(name), &no_limits()).expect("no limits").complexity;
    assert_eq!([cost("Small"), cost("Large"), cost("Change")], [2, 21, 2]);
    assert_eq!(cost("Nobody"), 0, "the library says that there is none");
}

#[test]
fn cycles_and_unknown_fragments_do_not_hang() {
    for cycle in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { viewer { ...B } } fragment B on Viewer { ... { ...A } ...B }",
        "{ viewer { name } } fragment A on Query { ...B } fragment B on Query { ...A }",
    ] {
        let refusal = counted(cycle, json!({}), &no_limits()).expect_err("it goes in a circle");
        assert!(matches!(refusal, Refusal::Cycle(..)), "{refusal:?}");
    }
    assert_eq!(free("{ ...Nowhere viewer { ...Nowhere } }").fields, 3);
}
