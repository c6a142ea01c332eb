//! What cannot be imported: one sentence says why, and nothing of the run stays.

use std::sync::Arc;

use entity::{TenantId, TenantStatus, Timestamp};
use reseller_network::events::Follower;
use reseller_network::modules::admin::{Chain, NewReseller};
use reseller_network::modules::import::{Options, Source, import};
use reseller_network::tenancy::Actor;
use reseller_network::tenancy::topology::Topology;

use super::{HEADER, Network, OPTIONS, ROOT};
use crate::support::{Backend, TestDatabase, generate, on_both_databases};

on_both_databases!(
    each_bad_line_has_its_sentence_and_leaves_nothing,
    a_bad_line_late_in_a_large_file_leaves_nothing,
    a_database_has_one_root,
    names_of_the_database_are_taken,
);

/// What follows the header and the root's line, which is line 2, and the sentence about it.
const BAD_LINES: &[(&[u8], &str)] = &[
    (b"a,root,A,2014-01-03\n", "line 3: expected 5 fields, found 4"),
    (b"a,root,A,2014-01-03,USD,\n", "line 3: expected 5 fields, found 6"),
    (b"  \n", "line 3: expected 5 fields, found 1"),
    (b"\n\r\n\na\n", "line 6: expected 5 fields, found 1"),
    (b"a,root,\"A\nB\nC\",2014-01-03,USD\n", "line 3, column 3 (name): must not contain control characters"),
    (b"a,root,A,2014-01-03,USD\r\nb\r\n", "line 4: expected 5 fields, found 1"),
    (b"a,root,\"A,2014-01-03,USD\n", "line 3: a quotation mark is not closed"),
    (b"a,root,A \xff,2014-01-03,USD\n", "line 3, column 3 (name): this is not UTF-8"),
    (b"\xc3\x28,root,A,2014-01-03,USD\n", "line 3, column 1 (id): this is not UTF-8"),
    (b",root,A,2014-01-03,USD\n", "line 3, column 1 (id): must not be empty"),
    (b"a b,root,A,2014-01-03,USD\n", "line 3, column 1 (id): must not contain spaces or control characters"),
    (b"a\0,root,A,2014-01-03,USD\n", "line 3, column 1 (id): must not contain spaces or control characters"),
    (b"a,root\0,A,2014-01-03,USD\n", "line 3, column 2 (parent_id): must not contain spaces or control characters"),
    (b"a,root,,2014-01-03,USD\n", "line 3, column 3 (name): must not be empty"),
    (b"a,root, A,2014-01-03,USD\n", "line 3, column 3 (name): must not begin or end with a space"),
    (b"a,root,A\x07,2014-01-03,USD\n", "line 3, column 3 (name): must not contain control characters"),
    (b"a,root,A,2014-13-01,USD\n", "line 3, column 4 (joined_on): expected a date YYYY-MM-DD, found \"2014-13-01\""),
    (b"a,root,A,2015-02-29,USD\n", "line 3, column 4 (joined_on): expected a date YYYY-MM-DD, found \"2015-02-29\""),
    (b"a,root,A,2014-1-3,USD\n", "line 3, column 4 (joined_on): expected a date YYYY-MM-DD, found \"2014-1-3\""),
    (b"a,root,A,,USD\n", "line 3, column 4 (joined_on): expected a date YYYY-MM-DD, found \"\""),
    (
        b"a,root,A,1969-12-31,USD\n",
        "line 3, column 4 (joined_on): expected a date of the years 1970 to 9999, found \"1969-12-31\"",
    ),
    (
        b"a,root,A,2026-11-23,USD\n",
        "line 3, column 4 (joined_on): expected no day after today (2026-11-22), found 2026-11-23",
    ),
    (
        b"a,root,A,2014-01-03,ZZZ\n",
        "line 3, column 5 (currency): expected a currency of ISO 4217 such as USD, found \"ZZZ\"",
    ),
    (
        b"a,root,A,2014-01-03,usd\n",
        "line 3, column 5 (currency): expected a currency of ISO 4217 such as USD, found \"usd\"",
    ),
    (
        b"a,b,A,2014-01-03,USD\nb,root,B,2014-01-03,USD\n",
        "line 3, column 2 (parent_id): unknown parent \"b\": a parent stands before its children",
    ),
    (b"a,a,A,2014-01-03,USD\n", "line 3, column 2 (parent_id): a company is not its own parent"),
    (b"a,root,A,2014-01-03,USD\na,root,A,2014-01-03,USD\n", "line 4, column 1 (id): \"a\" stands in line 3 already"),
    (
        b"a,,A,2014-01-03,USD\n",
        "line 3, column 2 (parent_id): expected a parent, for the root is the company of line 2",
    ),
    (
        b"a/b,root,A,2014-01-03,USD\na-b,root,B,2014-01-03,USD\n",
        "line 4, column 1 (id): the name \"a-b\" belongs to \"a/b\" already",
    ),
    (
        b"a-b,root,A,2014-01-03,USD\na/b,root,B,2014-01-03,USD\n",
        "line 4, column 1 (id): the name \"a-b\" belongs to \"a-b\" already",
    ),
    (
        b"a/b/c,root,A,2014-01-03,USD\na/b-c,root,B,2014-01-03,USD\n",
        "line 4, column 1 (id): the name \"a-b-c\" belongs to \"a/b/c\" already",
    ),
    // Of two bad lines the first is told.
    (
        b"a,b,A,2014-01-03,USD\nb,root\n",
        "line 3, column 2 (parent_id): unknown parent \"b\": a parent stands before its children",
    ),
];

const BAD_FILES: &[(&str, &str)] = &[
    ("", "line 1: expected the header id,parent_id,name,joined_on,currency, found nothing"),
    (
        "id,parent_id,name,joined_on\n",
        "line 1: the column \"currency\" is missing: expected the header id,parent_id,name,joined_on,currency",
    ),
    (
        "id,parent_id,title,joined_on,currency\n",
        "line 1: unknown column \"title\": expected the header id,parent_id,name,joined_on,currency",
    ),
    (
        "id,parent_id,name,currency,joined_on\n",
        "line 1: the columns stand in another order: expected the header id,parent_id,name,joined_on,currency",
    ),
    (
        "root,,Root,2014-01-03,USD\n",
        "line 1: unknown column \"root\": expected the header id,parent_id,name,joined_on,currency",
    ),
];

async fn each_bad_line_has_its_sentence_and_leaves_nothing(database: TestDatabase) {
    let network = Network::new(&database).await;
    let start = format!("{HEADER}{ROOT}").into_bytes();
    let lines = BAD_LINES.iter().map(|(line, sentence)| ([&start, *line].concat(), *sentence));
    let files = BAD_FILES.iter().map(|(file, sentence)| (file.as_bytes().to_vec(), *sentence));
    let too_long = |field: &str| [&start, format!("{field}\n").as_bytes()].concat();
    let long = [
        (
            too_long(&format!("a,root,{},2014-01-03,USD", "é".repeat(201))),
            "line 3, column 3 (name): must have at most 200 characters",
        ),
        (
            too_long(&format!("a,root,\"A{}", "b\n".repeat(40_000))),
            "line 3: longer than 65536 bytes; perhaps a quotation mark is not closed",
        ),
        (too_long(&",".repeat(300)), "line 3: more than 256 fields"),
    ];
    for (file, sentence) in lines.chain(files).chain(long) {
        let refused = network.import(&file).await.expect_err(sentence).to_string();
        assert_eq!(refused, format!("resellers.csv, {sentence}"), "of {:?}", String::from_utf8_lossy(&file));
    }
    assert!(network.is_empty().await);
    // Nothing of them stands in the way of a good file.
    network.import(&start).await.expect("a good file");
}

async fn a_bad_line_late_in_a_large_file_leaves_nothing(database: TestDatabase) {
    let network = Network::new(&database).await;
    let mut csv = generate::resellers(2_500, 2);
    // An id of an earlier batch.
    csv.extend(b"g0/7,g0/1,Again,2014-01-03,USD\n");
    let refused = network.import(&csv).await.expect_err("a bad line").to_string();
    assert_eq!(refused, "resellers.csv, line 2502, column 1 (id): \"g0/7\" stands in line 9 already");
    assert!(network.is_empty().await);
}

async fn a_database_has_one_root(database: TestDatabase) {
    let network = Network::new(&database).await;
    network.import(format!("{HEADER}{ROOT}")).await.expect("a good file");
    let refused = network.import(format!("{HEADER}other,,Other,2014-01-03,USD\n")).await.expect_err("a second root");
    assert_eq!(
        refused.to_string(),
        "resellers.csv, line 2, column 2 (parent_id): expected a parent, for the database has another root already"
    );
    assert_eq!(network.chain().await.len(), 1);
}

async fn names_of_the_database_are_taken(database: TestDatabase) {
    let network = Network::new(&database).await;
    network.import(format!("{HEADER}{ROOT}a/b,root,A,2014-01-03,USD\n")).await.expect("a good file");
    let joined = join(&network, "Corner Shop").await;
    for (id, owner) in [("a-b", "\"a/b\""), (joined.as_str(), "the company \"Corner Shop\"")] {
        let refused = network.import(format!("{HEADER}{id},root,B,2014-01-03,USD\n")).await.expect_err("a taken name");
        let expected = format!("resellers.csv, line 2, column 1 (id): the name {id:?} belongs to {owner} already");
        assert_eq!(refused.to_string(), expected);
    }
    assert_eq!(network.chain().await.len(), 3);
}

/// A company joins below the root. Answers its slug.
async fn join(network: &Network, name: &str) -> String {
    let topology = Arc::new(Topology::new(network.chain().await));
    let root = topology.current().root().map(|root| topology.current().id(root));
    let follower = Follower::new(network.central.clone(), network.log.clone(), topology.clone(), Vec::new());
    let follower = tokio::spawn(follower.run());
    let company = NewReseller {
        parent: root,
        name: name.to_owned(),
        external_id: None,
        currency: "USD".to_owned(),
        status: TenantStatus::Active,
        joined_at: Timestamp(0),
    };
    let id: TenantId = Chain::new(network.log.clone()).create(Actor::central(), company).await.expect("it joins");
    follower.abort();
    let chain = topology.current();
    chain.slug(chain.find(id).expect("a company")).to_owned()
}

#[tokio::test]
async fn what_is_no_directory_or_holds_no_file_is_said() {
    let database = TestDatabase::new(Backend::Sqlite).await;
    let network = Network::new(&database).await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("orders.csv");
    std::fs::write(&file, "").expect("a file");
    let shown = directory.path().display();
    for (path, sentence) in [
        (directory.path().join("nowhere"), format!("there is no directory {shown}/nowhere")),
        (file, format!("{shown}/orders.csv is not a directory")),
        (directory.path().to_owned(), format!("there is no resellers.csv in {shown}")),
    ] {
        let refused = import(&network.log, Source::Directory(&path), OPTIONS, |_| ()).await.expect_err("no file");
        assert_eq!(refused.to_string(), sentence);
    }
    std::fs::create_dir(directory.path().join("resellers.csv")).expect("a directory");
    let refused = import(&network.log, Source::Directory(directory.path()), OPTIONS, |_| ()).await;
    assert!(refused.expect_err("a directory").to_string().starts_with("resellers.csv cannot be read: "));
}

#[tokio::test]
async fn rebasing_refuses_what_it_cannot_shift() {
    let database = TestDatabase::new(Backend::Sqlite).await;
    let network = Network::new(&database).await;
    let resellers = format!("{HEADER}{ROOT}");
    for (orders, sentence) in [
        (
            "placed_on\n2013-13-01\n",
            "orders.csv, line 2, column 1 (placed_on): expected a date YYYY-MM-DD, found \"2013-13-01\"",
        ),
        ("order_ref\n1\n", "orders.csv, line 1: the column \"placed_on\" is missing"),
        (
            "placed_on\n2014-01-01\n",
            "resellers.csv, line 2, column 4 (joined_on): expected no day after today (2026-11-22), found 2014-01-03, \
             which the shift of all dates makes 2026-11-24",
        ),
    ] {
        let files: &[(&str, &[u8])] = &[("resellers.csv", resellers.as_bytes()), ("orders.csv", orders.as_bytes())];
        let refused = network.import_files(files, Options { rebase_dates: true, ..OPTIONS }).await.expect_err(sentence);
        assert_eq!(refused.to_string(), sentence);
    }
    assert!(network.is_empty().await);
}
