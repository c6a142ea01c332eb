//! A process that is killed in the middle of an import leaves nothing of it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use reseller_network::modules::import::{Source, import};

use super::{Network, OPTIONS, counts};
use crate::support::{TestDatabase, generate, on_both_databases};

on_both_databases!(an_import_that_is_killed_leaves_nothing);

/// Tells the importing process which database to import into.
const DATABASE: &str = "TEST_IMPORT_INTO";
/// What the importing process says when it is in the middle of it.
const HALFWAY: &str = "halfway through the import";
const COMPANIES: u32 = 20_000;

async fn an_import_that_is_killed_leaves_nothing(database: TestDatabase) {
    let network = Network::new(&database).await;
    let mut importer = spawn_importer(&database.url);
    let output = BufReader::new(importer.stdout.take().expect("stdout is piped"));
    let halfway = output.lines().map_while(Result::ok).any(|line| line.contains(HALFWAY));
    importer.kill().expect("a process to kill");
    importer.wait().expect("a process that ends");
    assert!(halfway, "the importer ended before it was halfway");

    assert!(network.is_empty().await);
    let report = network.import(generate::resellers(COMPANIES, 3)).await.expect("a good file");
    assert_eq!(counts(&report), (u64::from(COMPANIES), 0, 0));
    assert_eq!(network.chain().await.len(), COMPANIES as usize);
}

/// This program once more, to run [`import_until_killed`] alone.
fn spawn_importer(database: &str) -> Child {
    let program = std::env::current_exe().expect("this program");
    let test = concat!(module_path!(), "::import_until_killed").split_once("::").expect("a path in a crate").1;
    Command::new(program)
        .args([test, "--exact", "--nocapture"])
        .env(DATABASE, database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a second process")
}

/// The part of the process that is killed; no test of its own.
#[tokio::test]
async fn import_until_killed() {
    let Ok(url) = std::env::var(DATABASE) else { return };
    let network = Network::new(&TestDatabase::existing(url)).await;
    let csv = generate::resellers(COMPANIES, 3);
    let stop_halfway = |progress: reseller_network::modules::import::Progress| {
        if progress.rows == u64::from(COMPANIES) / 2 {
            println!("{HALFWAY}");
            // Waits to be killed. Its input closes only with the process that would do so.
            let _ = std::io::stdin().read(&mut [0]);
        }
    };
    import(&network.log, Source::Memory(&[("resellers.csv", &csv)]), OPTIONS, stop_halfway).await.expect("a good file");
}
