//! `downlineTree` is written raw, unless the document asks for `reseller`: both must say the same, to the byte.

use entity::Role;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use crate::family::Family;
use crate::support::app::{TestApp, id};
use crate::support::{Backend, TestDatabase};

/// A selection that the raw writer does not know, and what it is answered with.
const PLAIN: &str = " forcePlain: root { reseller { __typename } }";
const PLAIN_ANSWER: &str = "\"forcePlain\":{\"reseller\":{\"__typename\":\"Reseller\"}}";

/// Arguments of the root field. A mention's alias follows from them, so that no two mentions conflict.
const ARGUMENTS: [&str; 6] =
    ["", "(depth: 1)", "(depth: $depth)", "(rootId: $root, depth: 4)", "(rootId: $never)", "(after: $after)"];

#[test]
fn the_raw_tree_is_the_plain_tree() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, token, variables) = runtime.block_on(start());
    let ask = |document: &str| runtime.block_on(app.ask(&token, document, variables.clone()));
    let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&documents(), |document| {
        let (raw, plain) = (ask(&document.text("")), ask(&document.text(PLAIN)));
        prop_assume!(!plain.body.contains("QUERY_TOO_COMPLEX"));
        prop_assert!(raw.json().get("errors").is_none(), "{}", raw.body);
        prop_assert!(plain.body.contains(PLAIN_ANSWER), "{}", plain.body);
        prop_assert_eq!(&raw.body, &without_plain(&plain.body));
        prop_assert_eq!(raw.status, plain.status);
        Ok(())
    });
    outcome.unwrap_or_else(|failed| panic!("{failed}"));
}

async fn start() -> (TestApp, String, Value) {
    let app = TestApp::start(TestDatabase::new(Backend::Sqlite).await).await;
    let family = Family::create(&app).await;
    app.company(Some(family.own), "\"Quoted\" \\ <b> ü \u{2028} 🙂").await;
    app.chain.freeze(Actor::central(), family.child, "late payments").await.unwrap();
    let token = app.member("root", family.root, Role::Viewer).await;
    let after = app.ask(&token, "{ downline(first: 2) { pageInfo { endCursor } } }", json!({})).await;
    let variables = json!({
        "yes": true, "no": false, "depth": 2, "root": id(family.own), "never": id(entity::TenantId::generate()),
        "after": after.at("/downline/pageInfo/endCursor"),
    });
    (app, token, variables)
}

fn without_plain(body: &str) -> String {
    let with_comma = [format!(",{PLAIN_ANSWER}"), format!("{PLAIN_ANSWER},"), PLAIN_ANSWER.to_owned()];
    with_comma.iter().fold(body.to_owned(), |body, part| body.replace(part, ""))
}

#[derive(Clone, Debug)]
struct Document {
    /// Arguments, by their number, and selections of the tree.
    mentions: Vec<(usize, String)>,
    /// Selections of the fragments on `DownlineNode`; each may spread the later ones.
    fragments: [String; 3],
}

impl Document {
    /// The text, with `more` in each tree's selection.
    fn text(&self, more: &str) -> String {
        let mentions = self.mentions.iter().map(|(arguments, tree)| {
            let alias = if *arguments == 0 { String::new() } else { format!("t{arguments}: ") };
            format!("{alias}downlineTree{} {{ {tree}{more} }}\n", ARGUMENTS[*arguments])
        });
        let fragments = self.fragments.iter().enumerate();
        let fragments = fragments.map(|(at, node)| format!("fragment F{at} on DownlineNode {{ {node} }}\n"));
        // Variables and fragments must all be used.
        let used = ARGUMENTS.map(|arguments| {
            format!(
                "u{}: downlineTree{arguments} {{ nodeCount{more} }}\n",
                ARGUMENTS.iter().position(|a| *a == arguments).unwrap()
            )
        });
        format!(
            "query ($yes: Boolean!, $no: Boolean!, $depth: Int!, $root: ID, $never: ID, $after: String) {{
              {}{}
              used: downlineTree {{ root {{ ...F0 ...F1 ...F2 name @include(if: $yes) @skip(if: $no) }}{more} }}
            }}
            {}",
            mentions.collect::<String>(),
            used.concat(),
            fragments.collect::<String>()
        )
    }
}

fn documents() -> impl Strategy<Value = Document> {
    let mention = (0..ARGUMENTS.len(), tree_selection());
    let fragments = (node_selection(&["F1", "F2"]), node_selection(&["F2"]), node_selection(&[]));
    (prop::collection::vec(mention, 1..4), fragments)
        .prop_map(|(mentions, (first, second, third))| Document { mentions, fragments: [first, second, third] })
}

fn directive() -> impl Strategy<Value = &'static str> {
    let directives =
        ["", "", "", "", " @include(if: $yes)", " @include(if: $no)", " @skip(if: $no)", " @skip(if: true)"];
    prop::sample::select(directives.to_vec())
}

/// A leaf under its own name or an alias, the same for all of its mentions.
fn leaf(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    (prop::sample::select(names), any::<bool>(), directive()).prop_map(|(name, aliased, directive)| {
        if aliased { format!("x{name}: {name}{directive}") } else { format!("{name}{directive}") }
    })
}

fn tree_selection() -> impl Strategy<Value = String> {
    let object = |name: &'static str| {
        (directive(), node_selection(&["F0", "F1", "F2"]))
            .prop_map(move |(directive, node)| format!("{name}{directive} {{ {node} }}"))
    };
    let one = prop_oneof![
        3 => leaf(&["nodeCount", "truncated", "endCursor", "__typename"]),
        3 => object("root"),
        2 => object("nodes"),
        1 => object("top: root"),
    ];
    let one = (one, 0..4_u8, directive()).prop_map(|(one, wrapped, directive)| match wrapped {
        0 => format!("...{directive} {{ {one} }}"),
        1 => format!("... on DownlineTree{directive} {{ {one} }}"),
        _ => one,
    });
    prop::collection::vec(one, 1..5).prop_map(|all| all.join(" "))
}

fn node_selection(fragments: &'static [&'static str]) -> impl Strategy<Value = String> {
    let leaves =
        &["resellerId", "name", "status", "frozen", "parentId", "depth", "childCount", "descendantCount", "__typename"];
    let spread = if fragments.is_empty() {
        Just(String::from("name")).boxed()
    } else {
        (prop::sample::select(fragments), directive())
            .prop_map(|(name, directive)| format!("...{name}{directive}"))
            .boxed()
    };
    let simple = prop_oneof![
        12 => leaf(leaves),
        3 => spread,
        1 => directive().prop_map(|directive| format!("reseller{directive} {{ name }}")),
    ];
    let several = |one: BoxedStrategy<String>| prop::collection::vec(one, 1..4).prop_map(|all| all.join(" "));
    let nested = simple.boxed().prop_recursive(3, 12, 3, move |inner| {
        let kind = prop::sample::select(vec!["children", "below: children", "...", "... on DownlineNode"]);
        (kind, directive(), several(inner))
            .prop_map(|(kind, directive, below)| format!("{kind}{directive} {{ {below} }}"))
    });
    several(nested.boxed())
}
