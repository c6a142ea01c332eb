//! A private PostgreSQL: one server for the test process, an empty database for each test.
//!
//! It needs the server's programs (Debian: package `postgresql`), but never touches a cluster that is there already.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{Connection, PgConnection};

/// The URL of a new, empty database on a server that does not wait for the disk.
pub(super) async fn new_database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start("off")).new_database().await
}

/// The same on a second server, which waits for the disk on every commit.
pub(super) async fn new_durable_database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start("on")).new_database().await
}

/// A running server. Nobody stops it: a static is never dropped, and a process that is killed has no last word. Instead
/// the system closes our end of its supervisor's stdin, however this process ends, and the supervisor cleans up.
struct Server {
    port: u16,
    databases: AtomicU32,
    _supervisor: Child,
}

/// Makes a cluster and runs a server on it until our end of stdin closes; then stops it and removes its directory.
/// (TERM reaches a server that has just started, QUIT is the one that waits for no client.) Only the server keeps our
/// stderr, so that its end shows there.
///
/// The cluster sorts text as people do, not by bytes as SQLite: where the order of text matters, a test on both
/// databases shows whether the query says which one it wants.
const SUPERVISOR: &str = r#"
directory=$1 programs=$2; shift 2
exec 3<&0 </dev/null
if "$programs/initdb" --pgdata="$directory/data" --username=postgres --auth=trust --no-sync --encoding=UTF8 \
    --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US >/dev/null
then
    "$programs/postgres" -D "$directory/data" "$@" 3<&- &
    exec 2>/dev/null
    cat <&3 >/dev/null
    kill -TERM $!; kill -QUIT $!
    wait $!
fi
rm -rf "$directory"
"#;

impl Server {
    fn start(fsync: &str) -> Self {
        let programs = programs();
        loop {
            let port = free_port();
            let mut supervisor = supervise(&programs, port, fsync);
            let output = BufReader::new(supervisor.stderr.take().expect("stderr is piped"));
            match wait_until_ready(output) {
                Ok(()) => return Self { port, databases: AtomicU32::new(0), _supervisor: supervisor },
                Err(log) if log.contains("Address already in use") => {}
                Err(log) => panic!("the private PostgreSQL did not start:\n{log}"),
            }
        }
    }

    async fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection =
            PgConnection::connect(&self.url("postgres")).await.expect("the private PostgreSQL answers");
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .expect("a new database");
        connection.close().await.expect("an orderly goodbye");
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

/// The folder of the newest server that is installed: on the PATH, or where Debian keeps them side by side.
fn programs() -> PathBuf {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let of_debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    std::env::split_paths(&on_path)
        .chain(of_debian.map(|version| version.path().join("bin")))
        .filter(|folder| folder.join("initdb").exists())
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .max()
        .expect("no PostgreSQL server programs: install them (Debian: apt-get install postgresql)")
        .1
}

/// Of `postgres (PostgreSQL) 15.20 (Debian …)` the 15.
fn version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(2)?.split('.').next()?.parse().ok()
}

/// A port that was free a moment ago; whether it still is shows when the server binds it.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn supervise(programs: &Path, port: u16, fsync: &str) -> Child {
    let directory = tempfile::tempdir().expect("a temporary directory").keep();
    let settings = [
        &format!("port={port}"),
        &format!("fsync={fsync}"),
        &format!("full_page_writes={fsync}"),
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=100",
        "lc_messages=C",
        "log_min_messages=log",
        "logging_collector=off",
        "log_destination=stderr",
    ];
    let mut command = Command::new("sh");
    command.args(["-c", SUPERVISOR, "supervisor"]).arg(&directory).arg(programs);
    command.args(settings.iter().flat_map(|setting| ["-c", setting]));
    command.env_remove("PGDATA").env_remove("PGOPTIONS").current_dir(&directory);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.process_group(0); // Ctrl-C is for the tests; the supervisor ends after them
    if let Some((uid, gid)) = unprivileged_user() {
        chown(&directory, Some(uid), Some(gid)).expect("a directory given away");
        command.uid(uid).gid(gid);
    }
    command.spawn().expect("sh runs")
}

/// Whom to run as when we are root, since PostgreSQL refuses to run as root; nobody special otherwise.
fn unprivileged_user() -> Option<(u32, u32)> {
    if id(&["-u"])? != 0 {
        return None;
    }
    ["postgres", "nobody"].into_iter().find_map(|user| Some((id(&["-u", user])?, id(&["-g", user])?)))
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Reads the server's log until it is ready, and goes on reading behind our back so that the pipe never fills up.
/// When the log ends first, it says why.
fn wait_until_ready(mut output: BufReader<ChildStderr>) -> Result<(), String> {
    let mut log = String::new();
    while !log.contains("ready to accept connections") {
        if output.read_line(&mut log).map_err(|error| error.to_string())? == 0 {
            return Err(log);
        }
    }
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    Ok(())
}
