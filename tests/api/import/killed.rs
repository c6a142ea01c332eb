//! A process that is killed in the middle of an import leaves nothing of it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use reseller_network::modules::import::{Progress, Source, import};

use super::trade::as_slices;
use super::{Network, OPTIONS};
use crate::support::{TestDatabase, generate, on_both_databases};

on_both_databases!(an_import_that_is_killed_leaves_nothing);

/// Tells the importing process which database to import into.
const DATABASE: &str = "TEST_IMPORT_INTO";
/// What the importing process says when it is in the middle of it.
const HALFWAY: &str = "halfway through the import";
const COMPANIES: u32 = 5_000;
const ORDERS: u32 = 20_000;

async fn an_import_that_is_killed_leaves_nothing(database: TestDatabase) {
    let network = Network::new(&database).await;
    let mut importer = spawn_importer(&database.url);
    let output = BufReader::new(importer.stdout.take().expect("stdout is piped"));
    let halfway = output.lines().map_while(Result::ok).any(|line| line.contains(HALFWAY));
    importer.kill().expect("a process to kill");
    importer.wait().expect("a process that ends");
    assert!(halfway, "the importer ended before it was halfway");

    assert!(network.is_empty().await);
    let report = network.import_files(&as_slices(&files()), OPTIONS).await.expect("good files");
    assert_eq!((report.resellers.created, report.orders.created), (COMPANIES.into(), ORDERS.into()));
    assert_eq!(network.chain().await.len(), COMPANIES as usize);
}

/// A chain, and an order of each company now and then.
fn files() -> [(&'static str, Vec<u8>); 3] {
    let header = "order_ref,reseller_id,placed_on,delivered_on,status,amount_minor,currency\n";
    let order = |number: u32| {
        let company = 1 + number % (COMPANIES - 1);
        format!("{number},g{}/{company},2024-01-01,2024-01-02,DELIVERED,{number},USD\n", company / 1_000)
    };
    let orders = std::iter::once(header.to_owned()).chain((0..ORDERS).map(order)).collect::<String>();
    let product = "sku,name,category,subcategory,list_price_minor,currency\nP,Pen,Office,,100,USD\n";
    [
        ("resellers.csv", generate::resellers(COMPANIES, 3)),
        ("products.csv", product.into()),
        ("orders.csv", orders.into_bytes()),
    ]
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
    let stop_halfway = |progress: Progress| {
        if progress.file == "orders.csv" && progress.rows == u64::from(ORDERS) / 2 {
            println!("{HALFWAY}");
            // Waits to be killed. Its input closes only with the process that would do so.
            let _ = std::io::stdin().read(&mut [0]);
        }
    };
    let files = files();
    import(&network.log, Source::Memory(&as_slices(&files)), OPTIONS, stop_halfway).await.expect("good files");
}
