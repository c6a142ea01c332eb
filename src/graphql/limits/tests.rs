//! Every limit just below and just above, and the bombs that would end or stall the process.

mod bombs;
mod costs;
mod texts;

use async_graphql::parser::parse_query;
use serde_json::{Map, Value as Json};

use super::cost::{Cost, Refusal, cost};
use super::schema::{CostTable, FieldCost, PageSizes};
use super::sizes::Sizes;
use super::{Limit, LimitExceeded, Limits};

const SDL: &str = r#"
    "The root."
    type Query {
        viewer: Viewer
        node(id: ID!): Reseller
        nodes(ids: [ID!]!): [Reseller]!
        downline(first: Int, after: String, last: Int, before: String): ResellerConnection!
        usual(first: Int = 7): ResellerConnection
        recent(first: Int! = 10): [Reseller!]!
        downlineTree(rootId: ID, depth: Int! = 3): Tree
    }
    type Mutation { rename(id: ID!, name: String!): Reseller }
    interface Named { name: String! }
    type Viewer implements Named { name: String! reseller: Reseller! }
    type Money { amount: String! }
    type Reseller implements Named { id: ID! name: String! parent: Reseller balances: [Money!]! children(first: Int, last: Int): ResellerConnection! }
    type ResellerConnection { edges: [ResellerEdge!]! nodes: [Reseller!]! totalCount: Int! }
    type ResellerEdge { cursor: String! node: Reseller! }
    type Tree { nodeCount: Int! nodes: [TreeNode!]! }
    type TreeNode { id: ID! name: String! children: [TreeNode!]! }
    schema { query: Query mutation: Mutation }
"#;

const PAGES: PageSizes = PageSizes { default: 20, max: 100 };
const COSTS: [FieldCost; 3] = [
    FieldCost { field: "Query.downlineTree", times: 10 },
    FieldCost { field: "Tree.nodes", times: 1 },
    FieldCost { field: "TreeNode.children", times: 1 },
];

fn table() -> CostTable {
    CostTable::from_sdl(SDL, PAGES, &COSTS).expect("the SDL of the tests is right")
}

fn no_limits() -> Limits {
    let most = u64::MAX;
    Limits {
        bytes: most,
        tokens: most,
        nesting: 64,
        variables_bytes: most,
        copied_bytes: most,
        fragments: most,
        fields: most,
        root_fields: most,
        depth: most,
        introspection_depth: most,
        aliases: most,
        directives: most,
        complexity: most,
        introspection_complexity: most,
    }
}

fn counted(query: &str, variables: Json, limits: &Limits) -> Result<Cost, Refusal> {
    let Json::Object(variables) = variables else { panic!("variables are an object") };
    counted_with(query, &variables, None, limits)
}

fn counted_with(
    query: &str,
    variables: &Map<String, Json>,
    name: Option<&str>,
    limits: &Limits,
) -> Result<Cost, Refusal> {
    let document = parse_query(query).expect("the query is GraphQL");
    let operation =
        document.operations.iter().find(|(found, _)| name.is_none() || found.map(async_graphql::Name::as_str) == name);
    let operation = operation.map(|(_, operation)| &operation.node);
    cost(&document, operation, &Sizes::new(variables, operation), &table(), limits)
}

/// The cost of a query without limits and variables.
fn free(query: &str) -> Cost {
    counted(query, Json::Object(Map::new()), &no_limits()).expect("nothing is refused without limits")
}

fn complexity(query: &str) -> u64 {
    free(query).complexity
}

/// Asserts that with this limit the query passes when the limit is `count`, and not when it is one less.
fn assert_limit(query: &str, which: Limit, count: u64, with: impl Fn(u64) -> Limits) {
    let none = Map::new();
    counted_with(query, &none, None, &with(count)).expect("as many as allowed");
    let refusal = counted_with(query, &none, None, &with(count - 1)).expect_err("one more than allowed");
    let Refusal::Limit(exceeded) = refusal else { panic!("refused as a cycle") };
    assert_eq!((exceeded.which, exceeded.limit), (which, count - 1));
    assert!(exceeded.found > exceeded.limit);
    assert!(exceeded.to_string().contains(which.words()), "the message names the limit: {exceeded}");
}

#[test]
fn each_limit_lets_just_as_many_through() {
    let limits = no_limits;
    assert_limit("{ a b c }", Limit::RootFields, 3, |n| Limits { root_fields: n, ..limits() });
    assert_limit("{ ...F b } fragment F on Query { c d }", Limit::RootFields, 3, |n| Limits {
        root_fields: n,
        ..limits()
    });
    assert_limit("{ viewer { reseller { ... { id } } } }", Limit::Depth, 3, |n| Limits { depth: n, ..limits() });
    assert_limit("{ a: viewer { ...F ...F } } fragment F on Viewer { b: name }", Limit::Aliases, 3, |n| Limits {
        aliases: n,
        ..limits()
    });
    assert_limit(
        "query @a { viewer @b { ...F @c ... @d { x } } } fragment F on Viewer @e { name @f }",
        Limit::Directives,
        6,
        |n| Limits { directives: n, ..limits() },
    );
    assert_limit("{ ...A ...B } fragment A on Query { a } fragment B on Query { b }", Limit::Fragments, 2, |n| {
        Limits { fragments: n, ..limits() }
    });
    assert_limit("{ ...A ... { b } } fragment A on Query { a }", Limit::Fields, 4, |n| Limits {
        fields: n,
        ..limits()
    });
    assert_limit("{ a { ... { b { ...F } } } } fragment F on X { c }", Limit::Nesting, 5, |n| Limits {
        nesting: n,
        ..limits()
    });
    assert_limit("{ recent { id name } }", Limit::Complexity, 21, |n| Limits { complexity: n, ..limits() });
    assert_limit("{ __schema { types { name } } }", Limit::IntrospectionDepth, 3, |n| Limits {
        introspection_depth: n,
        ..limits()
    });
    assert_limit("{ __schema { types { fields { name } } } }", Limit::IntrospectionComplexity, 12, |n| Limits {
        introspection_complexity: n,
        ..limits()
    });
}

#[test]
fn a_refusal_is_coded() {
    let exceeded = LimitExceeded { which: Limit::Depth, limit: 20, found: 21 };
    let error = async_graphql::ServerError::from(exceeded);
    assert_eq!(error.message, "This document is too complex: its depth is 21, and may be at most 20.");
    assert_eq!(crate::graphql::error::ErrorCode::of(&error), Some(crate::graphql::error::ErrorCode::QueryTooComplex));
    assert_eq!(exceeded.error().message, error.message);
}
