//! A tree in memory, answered by the library's resolvers and by the writer: both must say the same.

mod schema;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use schema::{PlainQuery, RawQuery, answer, plain_schema, raw_schema, wrote_raw};

fn variables(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

/// The answer of both, which must be the same; and whether it was written raw.
fn both(query: &str) -> (Json, bool) {
    let (plain, raw) = (plain_schema(), raw_schema());
    let given = variables(json!({ "yes": true, "no": false }));
    let expected = answer::<PlainQuery>(&plain, query, &given);
    let written = answer::<RawQuery>(&raw, query, &given);
    assert_eq!(written, expected, "{query}");
    (serde_json::from_str(&written).expect("the answer is JSON"), wrote_raw(&raw))
}

fn assert_raw(query: &str, expected: &Json) {
    let (answer, raw) = both(query);
    assert_eq!(&answer["data"], expected, "{query}");
    assert!(raw, "{query} is written raw");
}

#[test]
fn a_plain_selection_is_written_raw() {
    assert_raw("{ tree { count } }", &json!({ "tree": { "count": 4 } }));
    assert_raw(
        "{ tree(id: 3) { root { name parent } } }",
        &json!({ "tree": { "root": { "name": "a\"b\\é\n", "parent": 1 } } }),
    );
    assert_eq!(both("{ tree(id: 99) { count } }").0, json!({ "data": { "tree": null } }), "there is nothing to write");
}

#[test]
fn aliases_fragments_and_type_names_are_honoured() {
    assert_raw(
        "{ t: tree(id: 2) { kind: __typename ...F ... { n: count } } } fragment F on Tree { root { ...on Node { x: id } } }",
        &json!({ "t": { "kind": "Tree", "root": { "x": 2 }, "n": 1 } }),
    );
}

#[test]
fn all_mentions_are_merged_in_the_order_of_their_first_appearance() {
    assert_raw(
        "{ tree(id: 2) { root { id } } ...F tree(id: 2) { count root { id name } } }
         fragment F on Query { tree(id: 2) { root { name } __typename } }",
        &json!({ "tree": { "root": { "id": 2, "name": "two" }, "__typename": "Tree", "count": 1 } }),
    );
}

#[test]
fn different_keys_are_different_trees() {
    assert_raw("{ a: tree(id: 2) { count } b: tree { count } }", &json!({ "a": { "count": 1 }, "b": { "count": 4 } }));
}

#[test]
fn skipped_fields_are_left_out() {
    assert_raw(
        "query($yes: Boolean!, $no: Boolean!) { tree(id: 2) { count @skip(if: $yes) root @include(if: true) { id @include(if: $no) } } }",
        &json!({ "tree": { "root": {} } }),
    );
}

#[test]
fn what_the_writer_does_not_know_is_left_to_the_library() {
    for query in [
        "{ tree(id: 2) { root { id owner } } }",
        "{ tree(id: 2) { count } ...F } fragment F on Query { tree(id: 2) { root { owner } } }",
        "{ tree(id: 2) { root { id shout(times: 2) } } }",
        "{ tree(id: 2) { root { id ... on Named { name } } } }",
        "{ x: tree(id: 2) { count } ... on Query { x: tree(id: 1) { root { id } } } }",
        "{ tree(id: 2) { root { x: id } root { x: name } } }",
    ] {
        assert!(!both(query).1, "{query} is resolved by the library");
    }
}

/// A selection on a type: field names of the tests' schema, by random choices.
#[derive(Clone, Debug)]
enum Piece {
    Leaf(usize, bool, usize),
    Below(usize, bool, usize, Vec<Piece>),
    Inline(bool, usize, Vec<Piece>),
    Fragment(usize),
}

fn piece() -> impl Strategy<Value = Piece> {
    let leaf = prop_oneof![
        8 => (0..12_usize, any::<bool>(), 0..6_usize).prop_map(|(field, alias, directive)| Piece::Leaf(field, alias, directive)),
        1 => (0..3_usize).prop_map(Piece::Fragment),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let inner = prop::collection::vec(inner, 1..5);
        prop_oneof![
            (0..4_usize, any::<bool>(), 0..6_usize, inner.clone())
                .prop_map(|(f, a, d, inside)| Piece::Below(f, a, d, inside)),
            (any::<bool>(), 0..6_usize, inner).prop_map(|(on, d, inside)| Piece::Inline(on, d, inside)),
        ]
    })
}

const DIRECTIVES: [&str; 6] = ["", "", "@skip(if: $no)", "@include(if: $yes)", "@skip(if: true)", "@include(if: $no)"];

/// The text of a piece on the type `Tree` or `Node`. `may_spread` keeps fragments from spreading themselves.
fn text(piece: &Piece, on_tree: bool, may_spread: bool) -> String {
    let aliased = |alias: bool, name: &str| if alias { format!("{}_: {name}", &name[..2]) } else { name.to_owned() };
    let all = |pieces: &[Piece], on_tree| {
        let texts: Vec<_> = pieces.iter().map(|piece| text(piece, on_tree, may_spread)).collect();
        format!("{{ {} }}", texts.join(" "))
    };
    match piece {
        Piece::Leaf(field, alias, directive) => {
            let names: &[&str] = if on_tree {
                &["count", "__typename"]
            } else {
                // `owner` is not known to the writer: rare, so that most documents are written raw.
                &[
                    "id",
                    "name",
                    "parent",
                    "__typename",
                    "id",
                    "name",
                    "parent",
                    "__typename",
                    "id",
                    "name",
                    "id",
                    "owner",
                ]
            };
            format!("{} {}", aliased(*alias, names[field % names.len()]), DIRECTIVES[*directive])
        }
        Piece::Below(field, alias, directive, inside) => {
            let names: &[&str] = if on_tree { &["root", "nodes"] } else { &["children"] };
            let name = aliased(*alias, names[field % names.len()]);
            format!("{name} {} {}", DIRECTIVES[*directive], all(inside, false))
        }
        Piece::Inline(conditional, directive, inside) => {
            let on = match (conditional, on_tree) {
                (false, _) => "",
                (true, true) => "on Tree",
                (true, false) => "on Node",
            };
            format!("... {on} {} {}", DIRECTIVES[*directive], all(inside, on_tree))
        }
        Piece::Fragment(at) if may_spread => format!("...{}{at}", if on_tree { "T" } else { "N" }),
        Piece::Fragment(_) => "__typename".to_owned(),
    }
}

#[derive(Clone, Debug)]
struct Root {
    key: usize,
    id: usize,
    place: usize,
    inside: Vec<Piece>,
}

fn root() -> impl Strategy<Value = Root> {
    (0..3_usize, 0..2_usize, 0..4_usize, prop::collection::vec(piece(), 1..5))
        .prop_map(|(key, id, place, inside)| Root { key, id, place, inside })
}

fn document(roots: &[Root], fragments: &[Vec<Piece>]) -> String {
    let all = |pieces: &[Piece], on_tree, may_spread| {
        pieces.iter().map(|piece| text(piece, on_tree, may_spread)).collect::<Vec<_>>().join(" ")
    };
    let (mut query, mut tail) = (Vec::new(), Vec::new());
    for (at, root) in roots.iter().enumerate() {
        // `b` stands for two different trees: where validation misses the conflict, both must still say the same.
        let id = if root.key == 2 { root.id + 1 } else { root.key + 1 };
        let field = format!("{}tree(id: {id}) {{ {} }}", ["", "a: ", "b: "][root.key], all(&root.inside, true, true));
        query.push(match root.place {
            0 => format!("... on Query {{ {field} }}"),
            1 => {
                tail.push(format!("fragment R{at} on Query {{ {field} }}"));
                format!("...R{at}")
            }
            _ => field,
        });
    }
    for (at, fragment) in fragments.iter().enumerate() {
        for (name, ty, on_tree) in [("T", "Tree", true), ("N", "Node", false)] {
            tail.push(format!("fragment {name}{at} on {ty} {{ {} }}", all(fragment, on_tree, false)));
        }
    }
    let (query, tail) = (query.join(" "), tail.join(" "));
    // All fragments and variables are used, or validation would refuse the document.
    let used = "used: tree(id: 2) { ...T0 ...T1 ...T2 root { ...N0 ...N1 ...N2 } }";
    format!(
        "query($yes: Boolean!, $no: Boolean!) {{ {query} {used} last: ok @skip(if: $yes) @include(if: $no) }} {tail}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn the_writer_says_what_the_library_says(
        roots in prop::collection::vec(root(), 1..5),
        fragments in prop::collection::vec(prop::collection::vec(piece(), 1..4), 3),
    ) {
        let (answer, _) = both(&document(&roots, &fragments));
        prop_assert!(answer.get("errors").is_none() || answer["errors"][0]["message"].as_str().is_some_and(|m| m.contains("conflict")), "{answer}");
    }
}
