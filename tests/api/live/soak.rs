//! Rounds of writers, of subscribers that are cut off, and of servers that are killed: nothing is lost, nothing comes twice.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use entity::{Role, TenantId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reseller_network::app::{App, Bounds};
use reseller_network::auth::Verifier;
use reseller_network::clock::Clock;
use reseller_network::events::{Fact, Log, kinds};
use reseller_network::http::connections::ConnectionLimits;
use reseller_network::http::proxies::Proxies;
use reseller_network::http::server::{listen, serve_until};
use reseller_network::tenancy::{Actor, Database, OpenOptions};
use serde_json::{Value, json};

use super::{FEED, Line};
use crate::support::app::auth_config;
use crate::support::process::{Process, hear, say, work};
use crate::support::socket::{Heard, Socket};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(nothing_is_lost_and_nothing_comes_twice_whoever_is_killed);

/// How many rounds there are on each kind of database, where nobody asks for more.
const ROUNDS: usize = 10;

/// Events of each of the four writers in a round.
const EVENTS: usize = 500;

const WRITERS: usize = 4;

/// A server in a process of its own. It serves until it is killed.
#[tokio::test]
async fn server() {
    let Some(url) = work() else { return };
    let database = Database::open(&url, OpenOptions::default()).await.expect("a database");
    let verifier = Verifier::load(&auth_config()).await.expect("a verifier");
    let app = App::start(&database, verifier, Clock::system(), Bounds::default()).await.expect("a program");
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
    say(&listener.local_addr().expect("an address").to_string());
    let until_told = tokio::task::spawn_blocking(hear);
    let until_told = async {
        let _ = until_told.await;
    };
    serve_until(listener, app, ConnectionLimits::default(), Proxies::default(), until_told).await.expect("a good end");
}

struct Server {
    process: Process,
    address: SocketAddr,
}

impl Server {
    async fn start(url: &str) -> Self {
        let url = url.to_owned();
        let starting = tokio::task::spawn_blocking(move || {
            let mut process = Process::start("live::soak::server", url);
            let address = process.line().parse().expect("an address");
            Self { process, address }
        });
        starting.await.expect("a server")
    }
}

#[expect(clippy::print_stdout, reason = "who repeats a run that has failed needs its seed")]
async fn nothing_is_lost_and_nothing_comes_twice_whoever_is_killed(database: TestDatabase) {
    let rounds = std::env::var("SOAK_ROUNDS").ok().map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let seed = std::env::var("SOAK_SEED").ok().map_or_else(rand::random, |seed| seed.parse().expect("a seed"));
    println!("SOAK_SEED={seed} SOAK_ROUNDS={rounds}");
    // Two servers on one database, but SQLite is for one.
    let servers = if database.url.starts_with("sqlite") { 1 } else { 2 };
    let line = Line::open(database).await;
    let token = line.app.member("grace", line.own, Role::Owner).await;
    line.app.is_caught_up().await;
    let url = line.app.database_url().to_owned();
    let mut random = StdRng::seed_from_u64(seed);
    let mut running = Vec::new();
    for _ in 0..servers {
        running.push(Server::start(&url).await);
    }
    let mut follower = Follower { token, cursor: None, told: Vec::new() };
    let mut written = BTreeSet::new();
    for round in 0..rounds {
        let mut socket = follower.connect(running[0].address).await;
        let writers = (0..WRITERS).map(|writer| tokio::spawn(write(url.clone(), line.child, round, writer)));
        let writers = futures_util::future::join_all(writers.collect::<Vec<_>>());
        let all = {
            tokio::spawn(async move {
                let written: Vec<String> = writers.await.into_iter().flat_map(|one| one.expect("a writer")).collect();
                written
            })
        };
        let goal = (round + 1) * WRITERS * EVENTS;
        while follower.told.len() < goal {
            // The subscriber is cut off at a random moment, and the server is sometimes killed instead.
            let until = follower.told.len() + random.random_range(1..=goal - follower.told.len());
            let heard = follower.listen(&mut socket, until).await;
            if !heard || follower.told.len() < goal {
                drop(socket);
                let server = random.random_range(0..servers);
                if random.random_bool(0.3) {
                    running[server].process.kill();
                    running[server] = Server::start(&url).await;
                }
                socket = follower.connect(running[server].address).await;
            }
        }
        let of_round: Vec<String> = all.await.expect("all writers");
        written.extend(of_round);
        let told: BTreeSet<String> = follower.told.iter().map(order).collect();
        assert_eq!((told.len(), follower.told.len()), (goal, goal), "something came twice");
        assert_eq!(told, written, "something was lost");
    }
    let feed = line.feed("alan", line.own, json!({ "modules": ["ORDERS"] })).await;
    assert!(follower.told == feed, "the order is another than that of the query");
    // Whoever begins at the beginning is told the same.
    let mut other =
        Follower { token: follower.token.clone(), cursor: Some(feed[0]["cursor"].clone()), told: Vec::new() };
    let mut socket = other.connect(running[0].address).await;
    assert!(other.listen(&mut socket, feed.len() - 1).await, "the connection ended after {} events", other.told.len());
    assert!(other.told == feed[1..], "two subscribers were told in different orders");
}

fn order(edge: &Value) -> String {
    edge["node"]["data"]["orderId"].as_str().expect("an order").to_owned()
}

/// A subscriber that is cut off, and goes on after what it has had.
struct Follower {
    token: String,
    cursor: Option<Value>,
    told: Vec<Value>,
}

impl Follower {
    async fn connect(&self, address: SocketAddr) -> Socket {
        let mut socket = Socket::open(address, Some("graphql-transport-ws"), &[]).await.expect("a connection");
        socket.init(json!({ "Authorization": format!("Bearer {}", self.token) })).await;
        assert_eq!(socket.message().await["type"], "connection_ack");
        let variables = json!({ "filter": { "modules": ["ORDERS"] }, "after": self.cursor });
        socket.subscribe("feed", FEED, variables).await;
        if self.cursor.is_none() {
            super::have_begun(&mut socket).await;
        }
        socket
    }

    /// Listens until it was told so many in all. Answers whether it was, or else the connection ended.
    async fn listen(&mut self, socket: &mut Socket, until: usize) -> bool {
        while self.told.len() < until {
            match socket.hear().await {
                Heard::Message(message) if message["type"] == "next" => {
                    let edge = message["payload"]["data"]["activity"].clone();
                    self.cursor = Some(edge["cursor"].clone());
                    self.told.push(edge);
                }
                // To read all of a long run takes longer than a server waits for a word.
                Heard::Message(message) if message["type"] == "ping" => socket.say(json!({ "type": "pong" })).await,
                Heard::Message(message) => panic!("{message}"),
                Heard::Closed(..) | Heard::Gone => return false,
            }
        }
        true
    }
}

/// Writes events as another process does, some at once. Answers which.
async fn write(url: String, subject: TenantId, round: usize, writer: usize) -> Vec<String> {
    let database = Database::open(&url, OpenOptions::default()).await.expect("a database");
    let log = Log::new(database.in_central(), Clock::system());
    let mut random = StdRng::seed_from_u64((round * WRITERS + writer) as u64);
    let orders: Vec<String> = (0..EVENTS).map(|number| format!("{round}/{writer}/{number}")).collect();
    let mut left = &*orders;
    while !left.is_empty() {
        let (now, later) = left.split_at(random.random_range(1..=left.len().min(40)));
        let mut change = log.begin(Actor::central()).await.expect("a transaction");
        for order in now {
            let data = json!({ "orderId": order, "to": "PLACED" });
            change.record(Fact { kind: kinds::ORDER_STATUS_CHANGED, subject, data });
        }
        change.commit().await.expect("a commit");
        left = later;
    }
    orders
}
