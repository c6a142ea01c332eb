//! `resellers.csv` becomes the chain: all of it or nothing.

mod any_bytes;
mod bad_files;
mod bad_trade;
mod killed;
mod moved;
mod superstore;
mod trade;

use std::path::{Path, PathBuf};

use entity::{Position, TenantStatus, Timestamp, event};
use reseller_network::clock::Clock;
use reseller_network::events::{Log, tail};
use reseller_network::modules::import::{Counts, ImportError, Options, Progress, Report, Source, Step, import};
use reseller_network::tenancy::topology::{Snapshot, store};
use reseller_network::tenancy::{CentralDb, Database, OpenOptions};
use sea_orm::DatabaseConnection;
use time::macros::date;

use crate::connect;
use crate::support::escapes::Escapes;
use crate::support::{TestDatabase, generate, on_both_databases};

on_both_databases!(
    the_superstore_becomes_a_chain,
    a_second_run_creates_nothing,
    names_come_through_unharmed,
    what_differs_is_counted_and_left,
    a_file_may_go_on_where_another_ended,
    a_large_file_comes_in_many_batches,
    dates_are_shifted_so_that_the_last_order_is_today,
    without_orders_the_last_to_join_joins_today,
);

const HEADER: &str = "id,parent_id,name,joined_on,currency\n";
const ORDERS: &str = "order_ref,reseller_id,placed_on,delivered_on,status,amount_minor,currency\n";
const ROOT: &str = "root,,Root,2014-01-03,USD\n";

pub(crate) const OPTIONS: Options = Options { rebase_dates: false, today: date!(2026 - 11 - 22) };

/// A database with this program's schema.
pub(crate) struct Network {
    pub(crate) log: Log,
    pub(crate) central: CentralDb,
    /// Past the program, as an operator has one.
    pub(crate) outside: DatabaseConnection,
    _escapes: Escapes,
}

impl Network {
    pub(crate) async fn new(database: &TestDatabase) -> Self {
        let escapes = Escapes::default();
        let options = OpenOptions { create: true, observer: Some(escapes.observer()) };
        let opened = Database::open(&database.url, options).await.expect("a database");
        opened.migrate().await.expect("a schema");
        let central = opened.in_central();
        let outside = connect(&database.url).await;
        Self { log: Log::new(central.clone(), Clock::system()), central, outside, _escapes: escapes }
    }

    async fn import(&self, resellers: impl AsRef<[u8]>) -> Result<Report, ImportError> {
        self.import_files(&[("resellers.csv", resellers.as_ref())], OPTIONS).await
    }

    async fn import_files(&self, files: &[(&str, &[u8])], options: Options) -> Result<Report, ImportError> {
        import(&self.log, Source::Memory(files), options, |_| ()).await
    }

    /// Imports the files of a directory.
    pub(crate) async fn import_directory(&self, directory: &Path) -> Report {
        import(&self.log, Source::Directory(directory), OPTIONS, |_| ()).await.expect("good files")
    }

    pub(crate) async fn chain(&self) -> Snapshot {
        store::load(&self.central).await.expect("a chain")
    }

    pub(crate) async fn events(&self) -> Vec<event::Model> {
        tail::read_after(&self.central, Position::START, 100_000).await.expect("a log")
    }

    async fn is_empty(&self) -> bool {
        self.chain().await.is_empty() && self.events().await.is_empty()
    }
}

pub(crate) fn superstore() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/superstore")
}

fn counts(report: &Report) -> (u64, u64, u64) {
    (report.resellers.created, report.resellers.known, report.resellers.differing)
}

async fn the_superstore_becomes_a_chain(database: TestDatabase) {
    let network = Network::new(&database).await;
    let mut heard: Vec<Progress> = Vec::new();
    let report = import(&network.log, Source::Directory(&superstore()), OPTIONS, |progress| heard.push(progress)).await;

    let report = report.expect("a good file");
    assert_eq!(counts(&report), (659, 0, 0));
    assert!(report.left.is_empty(), "{:?}", report.left);
    let last = heard.last().expect("a report of progress");
    assert_eq!(
        (last.step, last.file, last.rows, last.bytes),
        (Step::Importing, "order_lines.csv", 9_994, last.total_bytes)
    );

    let chain = network.chain().await;
    assert_eq!(report.position, chain.position());
    let root = chain.root().expect("a root");
    let mut at_depth = [0; 5];
    chain.preorder(root, None).for_each(|(_, depth)| at_depth[depth as usize] += 1);
    assert_eq!(at_depth, [1, 1, 4, 49, 604]);

    let henderson = chain.find_named("united-states/south/kentucky/henderson").expect("by its external id");
    assert_eq!(chain.find_named("united-states-south-kentucky-henderson"), Some(henderson));
    assert_eq!(chain.status(henderson), TenantStatus::Active);
    let kentucky = chain.parent(henderson).expect("a parent");
    assert_eq!(chain.name(kentucky), "Kentucky");
    assert_eq!(chain.joined_at(kentucky), Timestamp::start_of(date!(2014 - 01 - 06)));

    let events = network.events().await;
    let approved = events.iter().filter(|event| event.event_type == "ResellerAdmin.reseller.approved");
    assert_eq!(approved.count(), 659);
    assert!(events.iter().all(|event| event.actor_tenant_id.is_none() && event.actor_person_id.is_none()));
    let fact = events.iter().find(|event| event.subject_tenant_id == Some(chain.id(kentucky))).expect("its fact");
    assert_eq!(fact.data["externalId"], "united-states/south/kentucky");
    assert_eq!(fact.data["joinedAt"], "2014-01-06T00:00:00Z");
}

async fn a_second_run_creates_nothing(database: TestDatabase) {
    let network = Network::new(&database).await;
    let first = network.import_directory(&superstore()).await;
    let again = network.import_directory(&superstore()).await;
    let known = |known| Counts { created: 0, known, differing: 0 };
    let expected = Report {
        resellers: known(659),
        products: known(1_862),
        orders: known(5_009),
        order_lines: known(9_994),
        postings: 0,
        ..first
    };
    assert_eq!(again, expected);
    assert_eq!(network.events().await.last().map(|event| event.position), Some(expected.position));
}

async fn names_come_through_unharmed(database: TestDatabase) {
    let network = Network::new(&database).await;
    let csv = "\u{feff}id,parent_id,name,joined_on,currency\r\n\r\n\
               root,,\"Smith, \"\"Sons\"\" & Co\",2014-01-03,USD\r\n\
               größe/1,root,Łódź 東京 O'Neil,2014-01-03,EUR";
    network.import(csv).await.expect("a good file");
    let chain = network.chain().await;
    let name = |of: &str| chain.name(chain.find_named(of).expect("a company")).to_owned();
    assert_eq!(name("root"), "Smith, \"Sons\" & Co");
    assert_eq!(name("größe-1"), "Łódź 東京 O'Neil");
}

async fn what_differs_is_counted_and_left(database: TestDatabase) {
    let network = Network::new(&database).await;
    let rows = "a,root,A,2015-01-01,USD\nb,root,B,2015-01-01,USD\n";
    network.import(format!("{HEADER}{ROOT}{rows}")).await.expect("a good file");
    let rows = "a,root,Another name,2015-01-01,USD\nb,a,B,2015-01-01,USD\nc,b,C,2015-01-01,USD\n";
    let other_root = "root,,Root,2014-01-03,EUR\n";
    let report = network.import(format!("{HEADER}{other_root}{rows}")).await.expect("a good file");
    assert_eq!(counts(&report), (1, 3, 3));
    let chain = network.chain().await;
    let find = |name| chain.find_named(name).expect("a company");
    assert_eq!(chain.name(find("a")), "A");
    assert_eq!(chain.parent(find("b")), chain.root());
    assert_eq!(chain.parent(find("c")), Some(find("b")));
    assert_eq!(chain.currency(find("root")).code(), "USD");
}

async fn a_file_may_go_on_where_another_ended(database: TestDatabase) {
    let network = Network::new(&database).await;
    network.import(format!("{HEADER}{ROOT}x/y,root,Y,2015-01-01,USD\n")).await.expect("a good file");
    // Parents that another file brought, one by its external id and one by its slug.
    let rows = "one,x/y,One,2015-01-01,USD\ntwo,x-y,Two,2015-01-01,USD\n";
    let report = network.import(format!("{HEADER}{rows}")).await.expect("a good file");
    assert_eq!(counts(&report), (2, 0, 0));
    let chain = network.chain().await;
    assert_eq!(chain.child_count(chain.find_named("x/y").expect("a company")), 2);
}

async fn a_large_file_comes_in_many_batches(database: TestDatabase) {
    let network = Network::new(&database).await;
    let csv = generate::resellers(5_000, 1);
    let mut rows = Vec::new();
    let files: &[(&str, &[u8])] = &[("resellers.csv", &csv), ("unknown.csv", b""), ("notes.txt", b"")];
    let report = import(&network.log, Source::Memory(files), OPTIONS, |progress| rows.push(progress.rows)).await;
    let report = report.expect("a good file");
    assert_eq!(counts(&report), (5_000, 0, 0));
    assert_eq!(report.left, ["unknown.csv"]);
    assert_eq!(rows, [1_000, 2_000, 3_000, 4_000, 5_000, 5_000]);
    let chain = network.chain().await;
    let root = chain.root().expect("a root");
    assert_eq!(chain.len(), 5_000);
    let deepest = chain.preorder(root, None).map(|(_, depth)| depth).max();
    assert_eq!(deepest, Some(u32::from(generate::DEPTH)));
    assert_eq!(counts(&network.import(&csv).await.expect("a good file")), (0, 5_000, 0));
}

const TWO: &str = "root,,Root,2014-01-03,USD\na,root,A,2014-03-01,USD\n";

async fn dates_are_shifted_so_that_the_last_order_is_today(database: TestDatabase) {
    let orders = format!("{ORDERS}1,a,2014-04-01,2014-04-09,DELIVERED,1,USD\n2,a,2014-03-30,,PLACED,1,USD\n");
    let joined = joined_after_rebase(&database, &[("orders.csv", orders.as_bytes())]).await;
    // 4,618 days lie between 2014-04-01 and 2026-11-22.
    assert_eq!(joined, [date!(2026 - 08 - 26), date!(2026 - 10 - 22)]);
}

async fn without_orders_the_last_to_join_joins_today(database: TestDatabase) {
    let joined = joined_after_rebase(&database, &[("orders.csv", ORDERS.as_bytes())]).await;
    assert_eq!(joined, [date!(2026 - 09 - 26), date!(2026 - 11 - 22)]);
}

async fn joined_after_rebase(database: &TestDatabase, others: &[(&str, &[u8])]) -> [time::Date; 2] {
    let network = Network::new(database).await;
    let resellers = format!("{HEADER}{TWO}");
    let files: Vec<_> = others.iter().copied().chain([("resellers.csv", resellers.as_bytes())]).collect();
    network.import_files(&files, Options { rebase_dates: true, ..OPTIONS }).await.expect("good files");
    let chain = network.chain().await;
    ["root", "a"].map(|name| chain.joined_at(chain.find_named(name).expect("a company")).to_utc().date())
}
