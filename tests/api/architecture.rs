//! The order of the code: imports run from the edges inwards and never back, and files stay small.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The parts of `src`, from the outside in. A part may name those of later lines, and itself.
const LAYERS: &[&[&str]] = &[
    &["main", "cli"],
    &["config"],
    &["telemetry"],
    &["http"],
    &["app"],
    &["graphql"],
    &["network", "modules"],
    &["auth"],
    &["bus", "events"],
    &["tenancy"],
    &["error", "backoff", "clock", "money", "names"],
];

/// What breaks the rule, and why it may.
const EXCEPTIONS: &[(&str, &str)] = &[
    // A chain whose rows contradict one another is a fault like any other, and the topology knows best how to say so.
    ("error", "tenancy::topology::InconsistentChain"),
];

/// Modules of `tests/support` that the crate's own unit tests share.
const OF_TESTS: &[&str] = &["naive_chain", "same_chain"];

/// What the inner edge must not name: with any of these a resolver could leave the caller's scope.
const NOT_IN_GRAPHQL: &[&str] = &["CentralDb", "Database", "in_central", "Actor::central", "Scope::Central"];

/// A file is under 300 lines; look again at 400.
const MAX_LINES: usize = 400;

#[test]
fn imports_run_inwards() {
    let mut wrong = BTreeSet::new();
    for file in files("src") {
        let own = part_of(&file);
        for import in imports(&code_of(&file)) {
            let part = import.split("::").next().unwrap_or_default().to_owned();
            let for_tests = OF_TESTS.contains(&&*part) || own == "lib";
            let excepted = EXCEPTIONS.iter().any(|(from, what)| *from == own && import.starts_with(what));
            if !for_tests && !excepted && own != part && layer(&part) <= layer(&own) {
                wrong.insert(format!("{} names crate::{import}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports run {LAYERS:?} and never back: {wrong:#?}");
}

#[test]
fn resolvers_have_no_way_out_of_their_scope() {
    for file in files("src/graphql") {
        let code = code_of(&file);
        let words: BTreeSet<_> = code.split(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).collect();
        for name in NOT_IN_GRAPHQL {
            let named = words.iter().any(|word| word == name || word.ends_with(&format!("::{name}")));
            assert!(!named, "{} names {name}", file.display());
        }
    }
}

#[test]
fn files_are_small_and_whole() {
    let left_open = [concat!("to", "do!"), concat!("unimple", "mented!"), concat!("#[ig", "nore")];
    for file in ["src", "entity/src", "migration/src", "tests", "benches"].into_iter().flat_map(files) {
        let text = fs::read_to_string(&file).expect("a source file");
        assert!(text.lines().count() < MAX_LINES, "{} has {MAX_LINES} lines or more", file.display());
        for word in left_open {
            assert!(!text.contains(word), "{} has {word}", file.display());
        }
    }
}

#[test]
fn every_folder_says_what_it_is() {
    let folders: BTreeSet<_> = files("src").iter().filter_map(|file| file.parent().map(Path::to_owned)).collect();
    for folder in folders.iter().filter(|folder| !folder.ends_with("src") && !folder.ends_with("tests")) {
        let beside = folder.with_extension("rs");
        let map = [folder.join("mod.rs"), beside].into_iter().find(|file| file.exists());
        let text = fs::read_to_string(map.unwrap_or_else(|| panic!("{} has no map", folder.display())));
        assert!(
            text.expect("a source file").starts_with("//!"),
            "{} has no //! that says what it is",
            folder.display()
        );
    }
}

#[test]
fn imports_are_found() {
    let code = "use crate::{auth, events::{Log, kinds}, tenancy::Scope};\nfn f(x: crate::http::Y) {}\nuse super::crate_like::z;";
    assert_eq!(imports(code), ["auth", "events::{Log, kinds}", "tenancy::Scope", "http::Y"]);
}

/// What `crate::` is followed by, wherever it stands.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let after = &code[at + prefix.len()..];
        let is_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        match after.strip_prefix('{') {
            _ if is_word => {}
            Some(list) => found.extend(names_of_list(list)),
            None => found.push(after.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect()),
        }
    }
    found
}

/// The names of a `{a, b::{c, d}}`, whose first brace is not given.
fn names_of_list(list: &str) -> Vec<String> {
    let (mut names, mut depth) = (vec![String::new()], 0_u32);
    for c in list.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => names.push(String::new()),
            _ => names.last_mut().expect("at least one").push(c),
        }
        depth = depth + u32::from(c == '{') - u32::from(c == '}');
    }
    names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// How far inside a part is.
fn layer(part: &str) -> usize {
    let found = LAYERS.iter().position(|layer| layer.contains(&part));
    found.unwrap_or_else(|| panic!("{part} is no part that tests/api/architecture.rs knows: give it a layer"))
}

/// Requests that differ in the values of our scalars alone are one to validation (`src/graphql/documents/shape.rs`): no scalar may look at them there.
#[test]
fn no_scalar_looks_at_values_in_validation() {
    for file in files("src") {
        assert!(!code_of(&file).contains("fn is_valid("), "{}", file.display());
    }
}

/// `src/http/mod.rs` and `src/http.rs` are of the part `http`.
fn part_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).expect("a file of src");
    let first = inside.components().next().map(|first| first.as_os_str().to_string_lossy().into_owned());
    first.unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// The text of a file without its comments.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a source file");
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
