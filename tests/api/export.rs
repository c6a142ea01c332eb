//! The chain as files: an import of them makes the same chain, and an export of that one the same files.

mod any_chain;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use reseller_network::modules::export::{Directory, ExportError, Progress, Report, export};
use reseller_network::modules::import::{FILES, Source, import};
use tempfile::TempDir;

use crate::import::{Network, OPTIONS, superstore};
use crate::support::{Backend, TestDatabase, on_both_databases};

on_both_databases!(
    the_superstore_comes_back_byte_by_byte,
    an_empty_database_has_headers_alone,
    a_company_with_many_orders_is_written_in_pages,
    files_that_are_there_are_replaced_only_by_force,
    what_was_replaced_in_part_cannot_be_imported,
);

impl Network {
    /// Exports into a directory of its own.
    async fn export(&self) -> (TempDir, Report) {
        let folder = tempfile::tempdir().expect("a folder");
        let report = self.export_to(folder.path(), false).await.expect("files");
        (folder, report)
    }

    async fn export_to(&self, folder: &Path, force: bool) -> Result<Report, ExportError> {
        export(&self.central, &Directory::open(folder, force)?, |_| ()).await
    }
}

/// The text of each file of an export, in the order of [`FILES`]; there is nothing else.
fn texts(folder: &TempDir) -> [String; 5] {
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), FILES.len());
    FILES.map(|file| fs::read_to_string(folder.path().join(file)).expect("a file"))
}

/// The lines of a file below its header, as a set.
fn rows(text: &str) -> HashSet<&str> {
    text.lines().skip(1).collect()
}

/// A database of the other kind than `database` is.
async fn other_kind(database: &TestDatabase) -> TestDatabase {
    match database.backend() {
        Backend::Sqlite => TestDatabase::new(Backend::Postgres).await,
        Backend::Postgres => TestDatabase::new(Backend::Sqlite).await,
    }
}

async fn the_superstore_comes_back_byte_by_byte(database: TestDatabase) {
    let network = Network::new(&database).await;
    network.import_directory(&superstore()).await;
    let (folder, report) = network.export().await;
    let expected = Report { resellers: 659, products: 1_862, prices: 0, orders: 5_009, order_lines: 9_994 };
    assert_eq!(report, expected);
    let first = texts(&folder);
    for (file, text) in FILES.iter().zip(&first).filter(|(file, _)| **file != "prices.csv") {
        let source = fs::read_to_string(superstore().join(file)).expect("the project's file");
        assert_eq!(source.lines().next(), text.lines().next(), "{file}");
        assert_eq!(rows(&source), rows(text), "{file}");
    }
    let copy = Network::new(&other_kind(&database).await).await;
    copy.import_directory(folder.path()).await;
    let (again, _) = copy.export().await;
    assert!(texts(&again) == first, "the same files");
}

async fn an_empty_database_has_headers_alone(database: TestDatabase) {
    let network = Network::new(&database).await;
    let (folder, report) = network.export().await;
    assert_eq!(report, Report::default());
    let headers = [
        "id,parent_id,name,joined_on,currency\n",
        "sku,name,category,subcategory,list_price_minor,currency\n",
        "reseller_id,sku,price_minor,currency\n",
        "order_ref,reseller_id,placed_on,delivered_on,status,amount_minor,currency\n",
        "order_ref,sku,quantity,amount_minor\n",
    ];
    assert_eq!(texts(&folder), headers);
    network.import_directory(folder.path()).await;
}

async fn a_company_with_many_orders_is_written_in_pages(database: TestDatabase) {
    let network = Network::new(&database).await;
    let resellers = "id,parent_id,name,joined_on,currency\nroot,,Root,2014-01-03,USD\na,root,A,2014-01-03,USD\nb,a,B,2014-01-03,USD\n";
    let mut orders = "order_ref,reseller_id,placed_on,delivered_on,status,amount_minor,currency\n".to_owned();
    let mut lines = "order_ref,sku,quantity,amount_minor\n".to_owned();
    for number in 0..6_000 {
        // One day alone has more orders than a page.
        let (company, day) =
            (if number % 10 == 0 { "b" } else { "a" }, if number < 2_000 { number % 9 + 1 } else { 9 });
        orders += &format!("{number},{company},2015-01-0{day},,PLACED,{number},USD\n");
        if number % 3 == 0 {
            lines += &format!("{number},P,1,{number}\n");
        }
    }
    let products = "sku,name,category,subcategory,list_price_minor,currency\nP,Pen,Office,,100,USD\n";
    let files = [
        ("resellers.csv", resellers),
        ("products.csv", products),
        ("orders.csv", &orders),
        ("order_lines.csv", &lines),
    ];
    let files = files.map(|(name, text)| (name, text.as_bytes()));
    import(&network.log, Source::Memory(&files), OPTIONS, |_| ()).await.expect("good files");
    let folder = tempfile::tempdir().expect("a folder");
    let mut heard: Vec<Progress> = Vec::new();
    let directory = Directory::open(folder.path(), false).expect("a folder");
    let report = export(&network.central, &directory, |progress| heard.push(progress)).await.expect("files");
    assert_eq!((report.orders, report.order_lines), (6_000, 2_000));
    assert_eq!(heard.last().map(|progress| (progress.rows, progress.total_rows)), Some((6_000, 6_000)));
    let [_, _, _, written, written_lines] = texts(&folder);
    assert_eq!(rows(&written), rows(&orders));
    assert_eq!(rows(&written_lines), rows(&lines));
    let places = written.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        (fields[1].to_owned(), fields[2].to_owned(), fields[0].to_owned())
    });
    assert!(places.is_sorted(), "by company, day and name");
}

async fn files_that_are_there_are_replaced_only_by_force(database: TestDatabase) {
    let network = Network::new(&database).await;
    let folder = tempfile::tempdir().expect("a folder");
    let deep = folder.path().join("new/folder");
    network.export_to(&deep, false).await.expect("a folder that is made");
    fs::write(deep.join("orders.csv"), "mine").expect("a file");
    fs::remove_file(deep.join("prices.csv")).expect("a file");
    let refused = network.export_to(&deep, false).await.expect_err("files that are there");
    let expected = format!(
        "there is resellers.csv, products.csv, orders.csv, order_lines.csv in {} already: --force replaces it",
        deep.display()
    );
    assert_eq!(refused.to_string(), expected);
    assert_eq!(fs::read_to_string(deep.join("orders.csv")).expect("a file"), "mine");
    network.export_to(&deep, true).await.expect("files");
    assert!(fs::read_to_string(deep.join("orders.csv")).expect("a file").starts_with("order_ref,"));
    assert_eq!(fs::read_dir(&deep).expect("a folder").count(), FILES.len());
    // A file stands where a folder is needed.
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let refused = network.export_to(&file, true).await.expect_err("no folder");
    assert!(refused.to_string().starts_with(&format!("{} cannot be written: ", file.display())), "{refused}");
}

async fn what_was_replaced_in_part_cannot_be_imported(database: TestDatabase) {
    let network = Network::new(&database).await;
    let (folder, _) = network.export().await;
    // Nothing can take the place of a folder: the export ends among the files.
    fs::remove_file(folder.path().join("orders.csv")).expect("a file");
    fs::create_dir_all(folder.path().join("orders.csv/mine")).expect("a folder");
    network.export_to(folder.path(), true).await.expect_err("a folder in the way");
    let refused = import(&network.log, Source::Directory(folder.path()), OPTIONS, |_| ()).await;
    assert!(refused.expect_err("no set of files").to_string().contains("resellers.csv"));
    fs::remove_dir_all(folder.path().join("orders.csv")).expect("a folder");
    network.export_to(folder.path(), true).await.expect("files");
    texts(&folder);
}
