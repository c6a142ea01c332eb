//! The program's commands, run as an operator runs them.

mod options;
mod services;
mod simulator;
mod verify;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{TestDatabase, on_both_databases};

const SECRET: &str = "a secret of the tests, long enough for HS256";

/// The program, with none of the caller's settings.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reseller-network"));
    for variable in ["LISTEN", "DATABASE_URL", "JWT_SECRET", "JWT_JWKS", "LOG", "LOG_FORMAT", "DATA_DIR"] {
        command.env_remove(variable);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    program(arguments).envs(variables.iter().copied()).output().expect("the program")
}

/// The one sentence with which the program refused.
fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it should have failed");
    assert!(output.stdout.is_empty(), "nothing is said to the next program in a pipe");
    let said = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    let errors: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    assert_eq!(errors.len(), 1, "one sentence: {said}");
    errors[0].to_owned()
}

fn migrated(url: &str) {
    let output = run(&["migrate", "up"], &[("DATABASE_URL", url)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A program that serves, ended with the test.
struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
}

impl Serving {
    /// Starts `command`, which listens on a free port and logs where as JSON.
    fn start(mut command: Command) -> Self {
        command.env("LOG_FORMAT", "json").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let mut log = BufReader::new(child.stderr.take().expect("its log")).lines();
        let address = log.by_ref().map(|line| line.expect("a line of the log")).find_map(|line| {
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the program said {line}"));
            Some(line.get("address")?.as_str()?.to_owned())
        });
        // Whoever writes into a pipe that nobody reads stands still in the end.
        std::thread::spawn(move || log.for_each(drop));
        Self { child, out, address: address.expect("an address") }
    }

    fn ask(&self, token: &str, query: &str) -> Value {
        let body = json!({ "query": query }).to_string();
        let answer = self.request("POST /graphql", token, &body);
        serde_json::from_str(answer.split_once("\r\n\r\n").expect("a body").1).expect("JSON")
    }

    fn request(&self, line: &str, token: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Asks it to end, and waits until it has.
    fn end(mut self) -> std::process::ExitStatus {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill");
        assert!(killed.success());
        self.child.wait().expect("the program's end")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(url: &str) -> Serving {
    let mut command = program(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", url).env("JWT_SECRET", SECRET);
    Serving::start(command)
}

/// Imports the Superstore, which says this among other things.
fn import(url: &str, expected: &str) {
    let output = run(&["import", "data/superstore"], &[("DATABASE_URL", url)]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(expected), "{said}");
}

fn token(url: &str, arguments: &[&str]) -> String {
    let arguments = [&["token"], arguments].concat();
    let output = run(&arguments, &[("DATABASE_URL", url), ("JWT_SECRET", SECRET)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(said.lines().count(), 1, "the token alone");
    said.trim().to_owned()
}

on_both_databases!(an_operator_migrates_imports_and_serves);

async fn an_operator_migrates_imports_and_serves(database: TestDatabase) {
    let url = &database.url;
    migrated(url);
    import(url, "5009 orders imported, 0 known already.\n9994 order lines imported, 0 known already.\n658 postings");
    import(url, "0 orders imported, 5009 known already.\n0 order lines imported, 9994 known already.\n");
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().to_str().expect("a path");
    let said = run(&["export", folder], &[("DATABASE_URL", url)]).stdout;
    let expected = "659 resellers, 1862 products, 0 prices, 5009 orders and 9994 order lines exported.\n";
    assert_eq!(String::from_utf8_lossy(&said), expected);
    assert!(refusal(&run(&["export", folder], &[("DATABASE_URL", url)])).ends_with("already: --force replaces it"));
    assert!(run(&["export", folder, "--force"], &[("DATABASE_URL", url)]).status.success());
    let serving = serve(url);
    // Written by another process while this one serves.
    let owner = token(url, &["--user", "ada@example.com", "--tenant", "superstore", "--role", "OWNER"]);
    let query = "{ viewer { email role reseller { name descendantCount } } }";
    let expected = json!({ "email": "ada@example.com", "role": "OWNER", "reseller": { "name": "Superstore Wholesale", "descendantCount": 658 } });
    assert_eq!(serving.ask(&owner, query)["data"]["viewer"], expected);
    let nobody = token(url, &["--user", "eve@example.com"]);
    let expected = json!({ "email": "eve@example.com", "role": null, "reseller": null });
    assert_eq!(serving.ask(&nobody, query)["data"]["viewer"], expected);
    assert!(serving.request("GET /readyz", "", "").ends_with("ready\n"));
    assert!(serving.end().success());
}

on_both_databases!(the_demo_shows_three_people_their_own_part_of_the_chain);

async fn the_demo_shows_three_people_their_own_part_of_the_chain(database: TestDatabase) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program(&["demo", "--listen", "127.0.0.1:0", "--events-per-minute", "0"]);
    command.env("DATA_DIR", folder.path()).env("DATABASE_URL", &database.url);
    let mut demo = Serving::start(command);
    let mut said = Vec::new();
    for _ in 0..4 {
        let mut line = String::new();
        demo.out.read_line(&mut line).expect("a line");
        said.push(line);
    }
    assert_eq!(said[0].split_whitespace().last(), Some(format!("http://{}/graphiql", demo.address).as_str()));
    let downlines = [("Superstore Wholesale", 662), ("California", 82), ("Los Angeles", 0)];
    for (line, (name, count)) in said[1..].iter().zip(downlines) {
        let token = line.split_whitespace().last().expect("a token");
        let seen =
            demo.ask(token, "{ viewer { reseller { name parent { name } } } downline(first: 1) { totalCount } }");
        let expected =
            json!({ "viewer": { "reseller": { "name": name, "parent": null } }, "downline": { "totalCount": count } });
        assert_eq!(seen["data"], expected);
    }
    let city = said[3].split_whitespace().last().expect("a token");
    sees_something_in_every_state(&demo, city);
    let [admin, state] = [&said[1], &said[2]].map(|line| line.split_whitespace().last().expect("a token"));
    sees_figures(&demo, admin, state);
    assert!(demo.end().success());
}

fn sees_something_in_every_state(demo: &Serving, city: &str) {
    let shown = demo.ask(
        city,
        "{ orders(first: 50) { nodes { status } } settings { margins { boundBy } } ledgerEntries { nodes { reason } } \
           viewer { reseller { summary { catalog { belowFloorCount } finance { outstanding { amount } } } } } }",
    );
    let data = &shown["data"];
    let states: BTreeSet<_> = texts_at(data, "/orders/nodes", "status");
    assert_eq!(states.len(), 7, "an order in each state: {states:?}");
    assert_eq!(data["settings"]["margins"]["boundBy"], json!("40"), "California's ceiling binds");
    let reasons = texts_at(data, "/ledgerEntries/nodes", "reason");
    for kind in ["Order", "Payment", "Imported"] {
        assert!(reasons.iter().any(|reason| reason.starts_with(kind)), "{kind} in {reasons:?}");
    }
    let below_floor = data.pointer("/viewer/reseller/summary/catalog/belowFloorCount").and_then(Value::as_u64);
    assert!(below_floor > Some(0), "{data}");
}

/// Something in every field of the figures, for the one at the top or for one in the middle.
fn sees_figures(demo: &Serving, admin: &str, state: &str) {
    let whole = "{ performance(period: { range: { from: \"1970-01-01\", to: \"9999-12-31\" } }) { orderCount } }";
    // The Superstore's 5,009, and those of the demo that were not cancelled.
    let began = std::time::Instant::now();
    while demo.ask(admin, whole)["data"]["performance"]["orderCount"] != json!(5_009 + 20) {
        assert!(began.elapsed().as_secs() < 60, "the figures have all of the log in the end");
        std::thread::yield_now();
    }
    let shown = demo.ask(
        state,
        "{ performance(period: { preset: LAST_7_DAYS }) {
             orderCount orderCountChange { previous absolute percent } activeResellerCount
             totals { revenue { amount } revenueChange { previous percent } orderCount averageOrder { amount } }
             series { start orderCount revenue { amount } } byLevel { level resellerCount orderCount revenue { amount } }
             revenue: topResellers { rank subject { name } reseller { name } orderCount revenue { amount } }
             orders: topResellers(by: ORDERS) { rank } growth: topResellers(by: GROWTH) { rank } }
           dashboard(period: { preset: LAST_7_DAYS }) {
             catalog { itemCount } finance { balances { amount } }
             orders { count countChange { percent } revenue { amount } byStatus { count } series { orderCount } }
             downlineOrders { count countChange { percent } revenue { amount } byStatus { count } series { orderCount } }
             network { childCount descendantCount activeCount newCount health } } }",
    );
    assert_eq!(nothing_in(&shown["data"], "California"), None, "{shown:#}");
    let levels = shown["data"]["performance"]["byLevel"].as_array().map(Vec::len);
    assert_eq!(levels, Some(2), "the state and its cities");
    let shown = demo.ask(
        admin,
        "{ performance { totals { revenue { currency } revenueChange { percent } } }
           dashboard { network { frozenCount } downlineOrders { byStatus { status } } }
           chainHealth { status reasons { code severity count message resellers { name } }
             counts { total active frozen deactivated pending idle } modules { module available since } } }",
    );
    assert_eq!(nothing_in(&shown["data"], "the root"), None, "{shown:#}");
    let totals = shown["data"]["performance"]["totals"].as_array().expect("totals").clone();
    let currencies: Vec<_> = totals.iter().map(|total| total["revenue"]["currency"].clone()).collect();
    assert_eq!(currencies, ["CAD", "USD"]);
    let reasons = texts_at(&shown["data"], "/chainHealth/reasons", "code");
    assert_eq!(reasons, ["DEACTIVATED", "FROZEN", "IDLE", "ORDER_LATE"].map(str::to_owned).into());
    assert_eq!(texts_at(&shown["data"], "/dashboard/downlineOrders/byStatus", "status").len(), 7);
}

/// The first place in an answer that is null, zero, or a list of nothing. Of a list, such as of days, one entry must have something everywhere.
fn nothing_in(data: &Value, place: &str) -> Option<String> {
    match data {
        Value::Object(fields) => {
            fields.iter().find_map(|(field, value)| nothing_in(value, &format!("{place}.{field}")))
        }
        Value::Array(items) => {
            let empty: Option<Vec<_>> = items.iter().map(|item| nothing_in(item, place)).collect();
            empty.map(|empty| format!("{place}: {empty:?}"))
        }
        nothing => (nothing.is_null() || *nothing == json!(0)).then(|| place.to_owned()),
    }
}

/// The texts that the objects of a list have under `name`.
fn texts_at(data: &Value, list: &str, name: &str) -> BTreeSet<String> {
    let objects = data.pointer(list).and_then(Value::as_array).unwrap_or_else(|| panic!("no {list}: {data:#}"));
    objects.iter().map(|object| object[name].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn serve_refuses_to_start_without_keys() {
    let said = refusal(&run(&["serve"], &[]));
    assert!(said.starts_with("`serve` needs keys to check tokens with: set JWT_SECRET"), "{said}");
    let said = refusal(&run(&["serve"], &[("JWT_SECRET", "short")]));
    assert_eq!(said, "JWT_SECRET is too short: it needs at least 32 bytes, and has 5");
    let said = refusal(&run(&["serve"], &[("JWT_SECRET", SECRET), ("JWT_JWKS", "keys.json")]));
    assert!(said.starts_with("JWT_SECRET and JWT_JWKS are both set"), "{said}");
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("chain.db");
    let url = format!("sqlite://{}", file.display());
    let expected = format!("there is no database at {}: create it with `reseller-network migrate up`", file.display());
    let commands: [&[&str]; 4] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["import", "data/superstore"],
        &["migrate", "status"],
        &["token", "--user", "a@example.com", "--tenant", "superstore", "--role", "OWNER"],
    ];
    for command in commands {
        assert_eq!(refusal(&run(command, &[("DATABASE_URL", &url), ("JWT_SECRET", SECRET)])), expected);
        assert!(!file.exists());
    }
    let said = refusal(&run(&["migrate", "up"], &[("DATABASE_URL", "mysql://root:secret@localhost/chain")]));
    assert!(said.contains("expected sqlite://PATH or postgres://") && !said.contains("secret"), "{said}");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let url = format!("postgres://somebody:hidden@{free}/chain");
    let said = refusal(&run(&["migrate", "up"], &[("DATABASE_URL", &url)]));
    assert!(said.starts_with(&format!("the database at postgres://somebody@{free}/chain cannot be opened")), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.txt");
    let text = "not a database, but long enough to be looked at as one: ".repeat(40);
    std::fs::write(&file, &text).expect("a file");
    let url = format!("sqlite://{}", file.display());
    let said = refusal(&run(&["migrate", "up"], &[("DATABASE_URL", &url)]));
    assert!(said.contains("cannot be opened") && said.contains("not a database"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_and_nothing_is_changed() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let output = run(&["demo", "--listen", &address], &[("DATA_DIR", data.to_str().expect("a path"))]);
    let said = refusal(&output);
    assert!(said.starts_with(&format!("cannot listen on {address}: ")), "{said}");
    assert!(!data.exists());
}

on_both_databases!(a_database_that_is_newer_or_older_than_the_program_is_refused);

async fn a_database_that_is_newer_or_older_than_the_program_is_refused(database: TestDatabase) {
    let url = &database.url;
    let connection = sea_orm::Database::connect(url).await.expect("a connection");
    let keys = [("DATABASE_URL", url.as_str()), ("JWT_SECRET", SECRET)];
    let said = refusal(&run(&["serve", "--listen", "127.0.0.1:0"], &keys));
    assert_eq!(said, "the database's schema is 7 change(s) behind this program: run `reseller-network migrate up`");
    migrated(url);
    let from_the_future = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_wonders', 0)";
    connection.execute_unprepared(from_the_future).await.expect("a row");
    let commands: [&[&str]; 4] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["migrate", "up"],
        &["migrate", "status"],
        &["import", "data/superstore"],
    ];
    for command in commands {
        let said = refusal(&run(command, &keys));
        assert_eq!(
            said,
            "the database is newer than this program (it has m29991231_000001_wonders): use the newer program"
        );
    }
}

#[test]
fn a_token_for_a_company_that_is_not_there_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("chain.db").display());
    migrated(&url);
    let variables = [("DATABASE_URL", url.as_str()), ("JWT_SECRET", SECRET)];
    let said =
        refusal(&run(&["token", "--user", "a@example.com", "--tenant", "nowhere", "--role", "OWNER"], &variables));
    assert_eq!(said, "there is no company \"nowhere\" in this database");
    let said = refusal(&run(&["token", "--user", "nobody"], &variables));
    assert_eq!(said, "--user \"nobody\" is no e-mail address");
}

#[test]
fn an_import_from_nowhere_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("chain.db").display());
    migrated(&url);
    let nowhere = folder.path().join("nowhere");
    let said = refusal(&run(&["import", nowhere.to_str().expect("a path")], &[("DATABASE_URL", &url)]));
    assert_eq!(said, format!("there is no directory {}", nowhere.display()));
}

#[test]
fn the_demo_keeps_its_secret_to_itself() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program(&["demo", "--listen", "127.0.0.1:0"]);
    command.env("DATA_DIR", folder.path());
    assert!(Serving::start(command).end().success());
    let secret: &Path = &folder.path().join("jwt-secret");
    assert_eq!(std::fs::metadata(secret).expect("the secret").permissions().mode() & 0o777, 0o600);
    assert!(folder.path().join("demo.db").exists());
}
